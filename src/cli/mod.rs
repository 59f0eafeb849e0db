//! The `wgrad` program: thin commands over the library.

mod bench;
mod device;
mod devices;
mod net;
mod parity;
mod progress;
mod train;

use crate::base::Error;
use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Train neural networks on any GPU.
#[derive(Parser)]
#[command(name = "wgrad", version, about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Train a net on a real data set: the digits inside the program, or Fashion-MNIST
    Train(Box<train::Options>),
    /// List the devices wgrad can train on
    Devices(devices::Options),
    /// Compare every kernel on a GPU with its judge, the f64 twin
    Parity(parity::Options),
    /// Measure every kernel on a device: time, GFLOP/s, GB/s, share of the measured peak
    Bench(bench::Options),
}

/// Runs the program and says how it ended: 0 done, 1 failed, 2 wrong request, 3 bad data, 4 no device or lost,
/// 5 diverged, 6 out of memory.
pub fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Train(options) => train::run(&options),
        Command::Devices(options) => devices::run(&options),
        Command::Parity(options) => parity::run(&options),
        Command::Bench(options) => bench::run(&options),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(code(&error))
        }
    }
}

fn code(error: &anyhow::Error) -> u8 {
    if error.is::<crate::data::DataError>() {
        return 3;
    }
    match error.downcast_ref::<Error>() {
        Some(Error::Request { .. }) => 2,
        Some(Error::Data(_)) => 3,
        Some(Error::Device { .. } | Error::Lost { .. }) => 4,
        Some(Error::Diverged { .. }) => 5,
        Some(Error::Memory { .. }) => 6,
        Some(Error::Write { .. }) | None => 1,
    }
}
