//! The checks, in the order in which a fault is cheapest to find.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::run::{cargo, repository, run, spoken};
use crate::setup::Prepared;

/// One check: what it is called and the command that makes it.
struct Step {
    name: String,
    command: Command,
}

/// Everything that must hold before a change is merged; stops at the first check that fails.
pub fn test(prepared: &Prepared) -> Result<()> {
    let mut steps = vec![
        step("format", &["fmt", "--all", "--check"]),
        // What a macro declares as a module cargo does not find.
        Step { name: "format of pages".to_owned(), command: rustfmt(&sources(&repository())) },
        step("clippy", &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]),
        step("no default features", &["check", "--no-default-features"]),
        // All failures of a run are worth knowing, the rest of the checks after one are not.
        step("tests", &["test", "--workspace", "--no-fail-fast"]),
    ];
    if !targets(&repository().join("benches")).is_empty() {
        // Each benchmark once, unmeasured: it must not rot.
        steps.push(step("benchmarks", &["test", "--bench", "*"]));
    }
    for example in targets(&repository().join("examples")) {
        let name = format!("example {example}");
        steps.push(step(&name, &["run", "--example", &example, "--", "--quick"]));
    }
    let mut doc = step("documentation", &["doc", "--no-deps", "--workspace"]);
    doc.command.env("RUSTDOCFLAGS", "-D warnings");
    steps.push(doc);
    walk(steps, prepared)
}

/// Rewrites snapshots and generated tables.
pub fn bless(prepared: &Prepared) -> Result<()> {
    let mut tests = step("bless", &["test", "--workspace"]);
    tests.command.env("WGRAD_BLESS", "1").env("TRYCMD", "overwrite");
    walk(vec![tests], prepared)?;
    println!("Now review what changed: git diff");
    Ok(())
}

fn step(name: &str, arguments: &[&str]) -> Step {
    let mut command = cargo();
    command.args(arguments);
    Step { name: name.to_owned(), command }
}

/// Checks the format of `files`.
fn rustfmt(files: &[PathBuf]) -> Command {
    let mut command = Command::new("rustfmt");
    command.args(["--edition", "2024", "--check"]).args(files).current_dir(repository());
    command
}

/// Every .rs file below a folder, build outputs and hidden folders left out.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with('.') || name == "target" {
            continue;
        }
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Names of the targets cargo finds in a folder: its .rs files, and folders with a main.rs.
fn targets(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let target = |path: &std::path::PathBuf| {
        path.extension().is_some_and(|ending| ending == "rs") || path.join("main.rs").is_file()
    };
    let name = |path: std::path::PathBuf| Some(path.file_stem()?.to_string_lossy().into_owned());
    let mut names: Vec<String> = entries.filter(target).filter_map(name).collect();
    names.sort();
    names
}

/// Runs the steps, each under a heading, and closes with what each took.
fn walk(steps: Vec<Step>, prepared: &Prepared) -> Result<()> {
    let start = Instant::now();
    let count = steps.len();
    let mut taken = Vec::new();
    for (at, mut step) in steps.into_iter().enumerate() {
        let began = Instant::now();
        println!("==> {}/{count} {}: {}", at + 1, step.name, spoken(&step.command));
        std::io::stdout().flush()?;
        for (name, value) in &prepared.environment {
            step.command.env(name, value);
        }
        run(&mut step.command)
            .with_context(|| format!("step {}/{count}, {}, after {}", at + 1, step.name, seconds(began.elapsed())))?;
        println!("==> {}/{count} {}: ok in {}\n", at + 1, step.name, seconds(began.elapsed()));
        taken.push((step.name, began.elapsed()));
    }
    for (name, duration) in &taken {
        println!("{:>10}  {name}", seconds(*duration));
    }
    println!("{:>10}  all {count} passed", seconds(start.elapsed()));
    Ok(())
}

fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::Scratch;

    #[test]
    fn targets_are_files_and_folders_with_a_main() {
        let scratch = Scratch::new("targets");
        scratch.file("b.rs", "").file("a/main.rs", "").file("data/x.csv", "").file("README.md", "");
        assert_eq!(targets(&scratch.0), ["a", "b"]);
        assert!(targets(&scratch.0.join("none")).is_empty());
    }

    #[test]
    fn sources_are_found_at_any_depth() {
        let scratch = Scratch::new("sources");
        scratch.file("src/nn/a.rs", "").file("target/b.rs", "").file(".git/c.rs", "").file("d.rs", "").file("e.md", "");
        assert_eq!(sources(&scratch.0), [scratch.0.join("d.rs"), scratch.0.join("src/nn/a.rs")]);
    }

    #[test]
    fn a_failing_step_is_named() {
        let steps = vec![step("nonsense", &["no-such-subcommand"])];
        let error = walk(steps, &Prepared { environment: Vec::new() }).unwrap_err();
        let text = format!("{error:#}");
        assert!(text.starts_with("step 1/1, nonsense, after "), "{text}");
        assert!(text.contains("cargo no-such-subcommand` ended with"), "{text}");
    }
}
