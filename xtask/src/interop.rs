//! Keras beside wgrad: makes the Python environments of `tests/interop` and runs it with the program.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::machine::Machine;
use crate::run::{cargo, repository, run, succeeds, target_folder};

/// The one version that TensorFlow 2.15 still and Keras 3.15 already runs on; another by WGRAD_PYTHON.
const PYTHON: &str = "python3.11";

/// Builds the program and compares; `arguments` are those of `tests/interop/run.py`.
pub fn interop(machine: &Machine, arguments: &[&str]) -> Result<()> {
    let (source, target) = (repository().join("tests/interop"), target_folder(machine));
    let python = machine.variable("WGRAD_PYTHON").unwrap_or(PYTHON);
    let environments = target.join("interop");
    let keras = environment(python, &environments.join("keras3"), &source.join("requirements.txt"))?;
    let old = environment(python, &environments.join("tf215"), &source.join("requirements_tf215.txt"))?;
    let mut build = cargo();
    run(build.args(["build", "--release", "--bin", "wgrad"]).env("CARGO_TARGET_DIR", &target))?;
    let program = target.join("release").join(format!("wgrad{}", std::env::consts::EXE_SUFFIX));
    let mut compare = Command::new(keras);
    compare.arg(source.join("run.py")).arg("--wgrad").arg(program).arg("--tf215").arg(old).args(arguments);
    run(&mut compare)
}

/// The Python of an environment that holds what is required; made anew where that has changed.
fn environment(python: &str, folder: &Path, requirements: &Path) -> Result<PathBuf> {
    let wanted = fs::read(requirements).with_context(|| format!("reading {}", requirements.display()))?;
    let (inside, done) = (folder.join("bin/python"), folder.join("requirements.txt"));
    if fs::read(&done).is_ok_and(|held| held == wanted) {
        return Ok(inside);
    }
    ensure!(
        succeeds(python, &["-m", "venv", "--help"]),
        "{python} with its module venv is missing; install it (apt install python3.11-venv), or name another by WGRAD_PYTHON"
    );
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("removing {}", folder.display()))?;
    }
    println!("making the environment {} of {}: some minutes, once", folder.display(), requirements.display());
    run(Command::new(python).args(["-m", "venv"]).arg(folder))?;
    run(Command::new(&inside)
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"])
        .arg(requirements))?;
    // Last, so that what a cut-off run leaves is made anew.
    fs::write(&done, wanted).with_context(|| format!("writing {}", done.display()))?;
    Ok(inside)
}
