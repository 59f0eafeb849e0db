//! The checks, in the order in which a fault is cheapest to find.

use std::io::Write;
use std::path::Path;
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
    tests.command.env("WGRAD_BLESS", "1");
    walk(vec![tests], prepared)?;
    println!("Now review what changed: git diff");
    Ok(())
}

fn step(name: &str, arguments: &[&str]) -> Step {
    let mut command = cargo();
    command.args(arguments);
    Step { name: name.to_owned(), command }
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
    fn a_failing_step_is_named() {
        let steps = vec![step("nonsense", &["no-such-subcommand"])];
        let error = walk(steps, &Prepared { environment: Vec::new() }).unwrap_err();
        let text = format!("{error:#}");
        assert!(text.starts_with("step 1/1, nonsense, after "), "{text}");
        assert!(text.contains("cargo no-such-subcommand` ended with"), "{text}");
    }
}
