//! Makes a machine ready for the tests: rustfmt and clippy, a Vulkan driver, the Fashion-MNIST images.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::apt::{self, Backports};
use crate::driver::{self, Need, OLDEST_MESA};
use crate::machine::{Machine, Packages};
use crate::run::{as_root, cargo, is_root, run, succeeds, target_folder};

const DATASET: &str = "dataset-fashion-mnist";
const DATASET_FILE: &str = "usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz";
const DRIVER: [&str; 2] = ["mesa-vulkan-drivers", "libvulkan1"];

/// What set-up leaves for the tests to know: variables of their environment.
pub struct Prepared {
    /// Names and values.
    pub environment: Vec<(&'static str, PathBuf)>,
}

/// Does all of it; what is already there is left as it is.
pub fn setup(machine: &Machine) -> Result<Prepared> {
    println!("==> setup");
    components()?;
    vulkan(machine).context("setup of a Vulkan driver (WGRAD_TEST_DEVICES=cpu leaves the GPU tests out)")?;
    let mut environment = Vec::new();
    if let Some(folder) = fashion_mnist(machine).context("setup of the Fashion-MNIST images")? {
        environment.push(("WGRAD_DATA", folder));
    }
    if machine.variable("MESA_SHADER_CACHE_DIR").is_none() {
        // Beside the build outputs, so that whatever keeps those keeps compiled shaders too.
        let folder = target_folder(machine).join("mesa-cache");
        fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
        environment.push(("MESA_SHADER_CACHE_DIR", folder));
    }
    println!("==> setup: ok\n");
    Ok(Prepared { environment })
}

/// rustfmt and clippy, which a minimal toolchain lacks.
fn components() -> Result<()> {
    for (subcommand, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        let program = cargo().get_program().to_string_lossy().into_owned();
        if succeeds(&program, &[subcommand, "--version"]) {
            continue;
        }
        if !succeeds("rustup", &["component", "add", component]) {
            bail!("cargo {subcommand} is missing; install {component}: rustup component add {component}");
        }
        println!("  {component}: added to the toolchain");
    }
    Ok(())
}

/// A Vulkan driver that computes rightly.
fn vulkan(machine: &Machine) -> Result<()> {
    if machine.variable("WGRAD_TEST_DEVICES") == Some("cpu") {
        println!("  vulkan: not wanted, WGRAD_TEST_DEVICES=cpu");
        return Ok(());
    }
    if !cfg!(target_os = "linux") {
        println!("  vulkan: not needed, this system brings Metal or DX12");
        return Ok(());
    }
    let why = match driver::need(machine)? {
        Need::Nothing(found) => {
            println!("  vulkan: {found}");
            return Ok(());
        }
        Need::Loader(found) => {
            println!("  vulkan: {found}, but no loader");
            if !machine.is_debian() {
                println!("  vulkan: please install the Vulkan loader (libvulkan.so.1)");
                return Ok(());
            }
            update();
            return install(&["libvulkan1"], None);
        }
        Need::Lavapipe(why) => why,
    };
    println!("  vulkan: {why}");
    match machine.packages() {
        Packages::ByHand(how) => {
            println!("  vulkan: please install lavapipe of Mesa {OLDEST_MESA} or newer {how}");
            println!("  vulkan: going on; without it the GPU tests will fail (WGRAD_TEST_DEVICES=cpu leaves them out)");
            return Ok(());
        }
        Packages::Plain => {
            update();
            install(&DRIVER, None)?;
        }
        Packages::Backports(codename) => {
            add_backports(machine, &codename)?;
            update();
            install(&DRIVER, Some(&format!("{codename}-backports")))?;
        }
    }
    match driver::need(machine)? {
        Need::Nothing(found) => println!("  vulkan: {found}"),
        Need::Loader(why) | Need::Lavapipe(why) => {
            bail!("installing {} was not enough: {why}", DRIVER.join(" "))
        }
    }
    Ok(())
}

/// Tells apt of backports, in a file of its own.
fn add_backports(machine: &Machine, codename: &str) -> Result<()> {
    match apt::backports(machine, codename) {
        Backports::Configured => Ok(()),
        Backports::Missing(addition) => {
            let path = format!("/etc/apt/sources.list.d/{}", addition.name);
            as_root(&["tee", &path], Some(&addition.text))
        }
        Backports::Unknown => bail!(
            "no source of {codename} main was found in /etc/apt/sources.list or \
             /etc/apt/sources.list.d; add {codename}-backports there and run this again"
        ),
    }
}

/// Fetches the package lists; a failing third-party source must not stop us, a failing install will.
fn update() {
    let arguments = ["apt-get", "update", "-qq", "-o", "Acquire::Retries=3"];
    if let Err(error) = as_root(&arguments, None) {
        println!("  apt: {error:#}; going on with the package lists that are there");
    }
}

fn install(packages: &[&str], release: Option<&str>) -> Result<()> {
    let mut words = vec!["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-y", "-qq"];
    words.extend(["-o", "Acquire::Retries=3", "--no-install-recommends"]);
    words.extend(release.iter().flat_map(|release| ["-t", release]));
    words.push("install");
    words.extend(packages);
    as_root(&words, None)
}

/// The images, from Debian's package: installed by root, else unpacked beside the build outputs.
/// The folder to look in, where it is not the package's own.
fn fashion_mnist(machine: &Machine) -> Result<Option<PathBuf>> {
    if machine.variable("WGRAD_DATA").is_some() {
        println!("  fashion-mnist: WGRAD_DATA as you set it");
        return Ok(None);
    }
    if machine.path("/").join(DATASET_FILE).exists() {
        println!("  fashion-mnist: the package {DATASET}");
        return Ok(None);
    }
    let below = target_folder(machine).join("data");
    let unpacked = below.join(DATASET_FILE);
    let folder = unpacked.parent().map(PathBuf::from);
    if unpacked.exists() {
        println!("  fashion-mnist: {}", below.display());
        return Ok(folder);
    }
    if !machine.is_debian() {
        println!(
            "  fashion-mnist: please download its four IDX files \
             (https://github.com/zalandoresearch/fashion-mnist) and set WGRAD_DATA to their folder"
        );
        return Ok(None);
    }
    if is_root() {
        if install(&[DATASET], None).is_err() {
            // The lists of a fresh container are empty.
            update();
            install(&[DATASET], None)?;
        }
        println!("  fashion-mnist: the package {DATASET}, installed");
        return Ok(None);
    }
    unpack(&below)?;
    println!("  fashion-mnist: unpacked into {}", below.display());
    Ok(folder)
}

/// Downloads the package and unpacks it into `below`, which needs no rights.
fn unpack(below: &Path) -> Result<()> {
    // In a folder aside and moved at the end: a cut-off run must not leave half a file to be found.
    let aside = below.join("unpacking");
    if aside.exists() {
        fs::remove_dir_all(&aside).with_context(|| format!("removing {}", aside.display()))?;
    }
    fs::create_dir_all(&aside).with_context(|| format!("making {}", aside.display()))?;
    let download = || run(Command::new("apt-get").args(["download", DATASET]).current_dir(&aside));
    if download().is_err() {
        update();
        download()?;
    }
    let entries = fs::read_dir(&aside).with_context(|| format!("reading {}", aside.display()))?;
    let mut paths = entries.flatten().map(|entry| entry.path());
    let package = paths.find(|path| path.extension().is_some_and(|ending| ending == "deb"));
    let package = package.with_context(|| format!("apt-get left no package in {}", aside.display()))?;
    run(Command::new("dpkg").arg("-x").arg(&package).arg(&aside))?;
    let (from, to) = (aside.join("usr"), below.join("usr"));
    fs::rename(&from, &to).with_context(|| format!("moving {} to {}", from.display(), to.display()))?;
    fs::remove_dir_all(&aside).with_context(|| format!("removing {}", aside.display()))
}
