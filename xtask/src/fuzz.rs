//! Fuzzing, coverage-guided: builds `fuzz/` for libFuzzer with the toolchain there is, and runs its targets.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::machine::Machine;
use crate::run::{cargo, output, repository, run, target_folder};

/// LLVM's coverage for libFuzzer, as `cargo fuzz run --sanitizer none` has it.
const FLAGS: [&str; 8] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Cllvm-args=-simplifycfg-branch-fold-threshold=0",
    "-Cllvm-args=-sanitizer-coverage-stack-depth",
    "-Ccodegen-units=1",
];

/// Words that a target's inputs are made of, by its name.
const DICTIONARIES: [(&str, &str); 8] = [
    ("keras", "keras"),
    ("keras_members", "keras"),
    ("keras_config", "keras"),
    ("safetensors", "keras"),
    ("h5", "hdf5"),
    ("weights_h5", "hdf5"),
    ("npy", "numpy"),
    ("onnx", "onnx"),
];

/// What is run, and how long.
#[derive(Debug, PartialEq, Eq)]
struct Request {
    /// Every target where none is named.
    target: Option<String>,
    /// Each target's.
    seconds: u64,
}

impl Request {
    fn of(arguments: &[&str]) -> Result<Self> {
        let mut request = Self { target: None, seconds: 60 };
        let mut rest = arguments.iter();
        while let Some(word) = rest.next() {
            match *word {
                "--seconds" => {
                    let seconds = rest.next().and_then(|s| s.parse().ok());
                    request.seconds = seconds.context("--seconds wants a whole number")?;
                }
                name if !name.starts_with('-') && request.target.is_none() => request.target = Some(name.to_owned()),
                other => bail!("`{other}` is not understood; give a target and --seconds N"),
            }
        }
        Ok(request)
    }
}

/// Builds the targets and runs one, or all one after the other, from the corpus of earlier runs and the repository's files.
pub fn fuzz(machine: &Machine, arguments: &[&str]) -> Result<()> {
    let request = Request::of(arguments)?;
    let home = repository().join("fuzz");
    let host = output("rustc", &["-vV"]).context("rustc is missing; install Rust")?;
    let host = host.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc names no host")?.to_owned();
    let folder = target_folder(machine).join("fuzz");
    let mut build = cargo();
    build.args(["build", "--release", "--bins", "--target", &host]).current_dir(&home);
    run(build.env("CARGO_TARGET_DIR", &folder).env("RUSTFLAGS", FLAGS.join(" ")))?;
    let programs = folder.join(host).join("release");
    let corpus = home.join("corpus");
    run(Command::new(programs.join("seeds")).arg(&corpus))?;
    let all = names(&home.join("fuzz_targets"))?;
    if let Some(name) = &request.target {
        ensure!(all.contains(name), "there is no target `{name}`; there are {}", all.join(", "));
    }
    let chosen = all.into_iter().filter(|name| request.target.as_ref().is_none_or(|t| t == name));
    let mut failed = Vec::new();
    for name in chosen {
        let artifacts = home.join("artifacts").join(&name);
        fs::create_dir_all(&artifacts).with_context(|| format!("making {}", artifacts.display()))?;
        let mut program = Command::new(programs.join(&name));
        program.arg(corpus.join(&name)).arg(format!("-max_total_time={}", request.seconds));
        // The target itself tells slow and large ones; these are for what never comes back.
        program.args(["-timeout=30", "-rss_limit_mb=4096", "-max_len=65536", "-print_final_stats=1"]);
        program.arg(format!("-artifact_prefix={}/", artifacts.display()));
        if let Some((_, dictionary)) = DICTIONARIES.iter().find(|(target, _)| *target == name) {
            program.arg(format!("-dict={}", home.join("dictionaries").join(format!("{dictionary}.dict")).display()));
        }
        println!("==> {name}");
        if let Err(error) = run(&mut program) {
            println!("{error:#}; the input is in {}", artifacts.display());
            failed.push(name);
        }
    }
    ensure!(failed.is_empty(), "failed: {}", failed.join(", "));
    Ok(())
}

/// The targets: a page each.
fn names(folder: &Path) -> Result<Vec<String>> {
    let entries = fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    let stem = |path: &Path| path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let mut names: Vec<String> = entries.flatten().filter_map(|entry| stem(&entry.path())).collect();
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_a_target_and_a_time() {
        assert_eq!(Request::of(&[]).unwrap(), Request { target: None, seconds: 60 });
        let both = Request::of(&["npy", "--seconds", "5"]).unwrap();
        assert_eq!(both, Request { target: Some("npy".to_owned()), seconds: 5 });
        assert!(Request::of(&["--seconds"]).is_err());
        assert!(Request::of(&["npy", "idx"]).is_err());
        assert!(Request::of(&["--fast"]).is_err());
    }

    #[test]
    fn each_target_of_a_dictionary_has_a_page_and_each_dictionary_a_file() {
        let home = repository().join("fuzz");
        let all = names(&home.join("fuzz_targets")).unwrap();
        for (target, dictionary) in DICTIONARIES {
            assert!(all.iter().any(|name| name == target), "{target}");
            assert!(home.join("dictionaries").join(format!("{dictionary}.dict")).is_file(), "{dictionary}");
        }
    }
}
