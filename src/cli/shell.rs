//! `wgrad completions` and `wgrad man`: what shells and `man` know of the commands.

use super::Cli;
use crate::base::Error;
use clap::{Args, Command, CommandFactory};
use clap_complete::Shell;
use clap_mangen::Man;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Options of `wgrad completions`.
#[derive(Args)]
#[command(after_help = "bash: wgrad completions bash > ~/.local/share/bash-completion/completions/wgrad
zsh:  wgrad completions zsh > ~/.zfunc/_wgrad
fish: wgrad completions fish > ~/.config/fish/completions/wgrad.fish")]
pub struct CompletionOptions {
    /// The shell
    shell: Shell,
}

/// Options of `wgrad man`.
#[derive(Args)]
#[command(after_help = "One page:  wgrad man train | man -l -
All pages: wgrad man --out ~/.local/share/man/man1")]
pub struct ManOptions {
    /// The command whose page goes to stdout [default: that of wgrad itself]
    #[arg(value_name = "COMMAND", conflicts_with = "out")]
    of: Option<String>,
    /// Folder for the pages of all commands: wgrad.1, wgrad-train.1, …
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
}

/// Runs `wgrad completions`.
pub fn completions(options: &CompletionOptions) -> anyhow::Result<()> {
    let mut text = Vec::new();
    clap_complete::generate(options.shell, &mut Cli::command(), "wgrad", &mut text);
    whole(&text);
    Ok(())
}

/// Runs `wgrad man`.
pub fn man(options: &ManOptions) -> anyhow::Result<()> {
    let mut wgrad = Cli::command().disable_help_subcommand(true);
    wgrad.build();
    let Some(folder) = &options.out else {
        let command = match &options.of {
            None => &wgrad,
            Some(name) => wgrad.find_subcommand(name).ok_or_else(|| {
                let known: Vec<&str> = wgrad.get_subcommands().map(Command::get_name).collect();
                Error::unknown("command", name, &known)
            })?,
        };
        whole(&page(command)?);
        return Ok(());
    };
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| Error::Write { path, source, help: "check the permissions and the room on the disk" }
    };
    std::fs::create_dir_all(folder).map_err(failed(folder))?;
    for command in std::iter::once(&wgrad).chain(wgrad.get_subcommands()) {
        let path = folder.join(format!("{}.1", name(command)));
        std::fs::write(&path, page(command)?).map_err(failed(&path))?;
        println!("{}", path.display());
    }
    Ok(())
}

/// `wgrad-train`.
fn name(command: &Command) -> String {
    command.get_bin_name().unwrap_or(command.get_name()).replace(' ', "-")
}

/// The page of a command.
fn page(command: &Command) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    Man::new(command.clone()).title(name(command)).render(&mut text)?;
    Ok(text)
}

/// A text to stdout as it is.
fn whole(text: &[u8]) {
    let mut out = io::stdout().lock();
    super::exit::unless_told(out.write_all(text).and_then(|()| out.flush()));
}
