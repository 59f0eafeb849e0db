//! Running other programs so that a reader of the output sees what was run.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::machine::Machine;

/// Words of a command that are told.
const MOST_WORDS: usize = 12;

/// The repository's folder.
pub fn repository() -> PathBuf {
    // cargo says where the package is; the folder it was compiled in serves a program run by hand.
    let package = std::env::var_os("CARGO_MANIFEST_DIR");
    let package = package.map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    package.parent().map_or_else(|| PathBuf::from("."), Path::to_owned)
}

/// The folder of cargo's build outputs.
pub fn target_folder(machine: &Machine) -> PathBuf {
    match machine.variable("CARGO_TARGET_DIR") {
        Some(folder) => repository().join(folder),
        // This program is <target>/debug/xtask, wherever a configuration has put <target>.
        None => std::env::current_exe()
            .ok()
            .and_then(|program| program.ancestors().nth(2).map(Path::to_owned))
            .unwrap_or_else(|| repository().join("target")),
    }
}

/// The cargo that runs this program.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(repository());
    command
}

/// The command as a person would type it.
///
/// Of a long list of files the first are named and the others counted.
pub fn spoken(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or_default();
    let words = std::iter::once(program).chain(command.get_args());
    let mut words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    let more = words.len().saturating_sub(MOST_WORDS);
    words.truncate(MOST_WORDS);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    words.join(" ") + &rest
}

/// Runs a command to its end, its output going where this program's goes.
pub fn run(command: &mut Command) -> Result<()> {
    let spoken = spoken(command);
    let status = command.status().with_context(|| format!("`{spoken}` could not be started"))?;
    if !status.success() {
        bail!("`{spoken}` ended with {status}");
    }
    Ok(())
}

/// Whether a command exists and succeeds; its output is not shown.
pub fn succeeds(program: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// What a command prints, trimmed; nothing where it fails.
pub fn output(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Whether this program runs as root.
pub fn is_root() -> bool {
    output("id", &["-u"]).as_deref() == Some("0")
}

/// Runs a command as root, through sudo where needed; says it first, since it changes the machine.
pub fn as_root(arguments: &[&str], input: Option<&str>) -> Result<()> {
    let mut words = arguments.to_vec();
    if !is_root() {
        if !succeeds("sudo", &["--version"]) {
            bail!("`{}` must run as root, and there is no sudo; run it as root first", arguments.join(" "));
        }
        words.insert(0, "sudo");
    }
    println!("    {}", words.join(" "));
    let mut command = Command::new(words[0]);
    command.args(&words[1..]);
    let Some(input) = input else { return run(&mut command) };
    let spoken = spoken(&command);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .with_context(|| format!("`{spoken}` could not be started"))?;
    if let Some(mut pipe) = child.stdin.take() {
        pipe.write_all(input.as_bytes()).with_context(|| format!("writing to `{spoken}`"))?;
    }
    let status = child.wait().with_context(|| format!("waiting for `{spoken}`"))?;
    if !status.success() {
        bail!("`{spoken}` ended with {status}");
    }
    Ok(())
}
