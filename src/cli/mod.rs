//! The `wgrad` program: thin commands over the library.

/// As std's, but a reader who has left ends the program instead of a panic.
macro_rules! println {
    ($($told:tt)*) => { crate::cli::tell(format_args!($($told)*)) };
}

/// As std's, but a reader who has left is no fault: notes are not what was asked for.
macro_rules! eprintln {
    ($($told:tt)*) => { crate::cli::note(format_args!($($told)*)) };
}

mod arrays;
mod bench;
mod checkpoint;
mod clock;
mod convert;
mod device;
mod devices;
mod evaluate;
mod exit;
mod json;
mod net;
mod opened;
mod pace;
mod parity;
mod predict;
mod progress;
mod screen;
mod shell;
mod signals;
mod summary;
mod talk;
mod train;
mod train_from;
#[cfg(feature = "tui")]
mod tui;
mod view;

use crate::base::Error;
use clap::{Parser, Subcommand};
use screen::Stream;
use std::fmt::Arguments;
use std::io::Write;
use std::num::{IntErrorKind, ParseIntError};
use std::process::ExitCode;
use std::str::FromStr;

/// Train neural networks on any GPU.
#[derive(Parser)]
#[command(name = "wgrad", version, about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Train a net on a real data set (the digits inside the program, or Fashion-MNIST), or a model from a file
    Train(Box<train::Options>),
    /// What a model in a file answers to samples in a NumPy array
    Predict(predict::Options),
    /// Loss and metrics of a model in a file on data
    Evaluate(evaluate::Options),
    /// The layers of a model in a file, its parameters and memory
    Summary(summary::Options),
    /// A model from one format to another: .keras, .h5, .weights.h5, .safetensors, .onnx
    Convert(convert::Options),
    /// List the devices wgrad can train on
    Devices(devices::Options),
    /// Compare every kernel on a GPU with its judge, the f64 twin
    Parity(parity::Options),
    /// Measure each kernel of two training steps on a device: time, GFLOP/s, GB/s, share of the measured peak
    Bench(bench::Options),
    /// Completions of commands and options for a shell, to stdout
    Completions(shell::CompletionOptions),
    /// The manual: a page a command, into a folder or to stdout
    Man(shell::ManOptions),
}

/// Runs the program and says how it ended: 0 done, 1 failed, 2 wrong request, 3 bad data, 4 no device or lost,
/// 5 diverged, 6 out of memory, 130 and 143 interrupted by SIGINT and SIGTERM after saving.
pub fn main() -> ExitCode {
    let asked = match Cli::try_parse() {
        Ok(asked) => asked,
        Err(answer) => {
            // Help and versions are results too.
            let told = answer.print();
            if !answer.use_stderr() {
                exit::unless_told(told.and_then(|()| std::io::stdout().flush()));
            }
            return ExitCode::from(u8::try_from(answer.exit_code()).unwrap_or(exit::FAILED));
        }
    };
    let done = match asked.command {
        Command::Train(options) => train::run(&options),
        Command::Predict(options) => predict::run(&options),
        Command::Evaluate(options) => evaluate::run(&options),
        Command::Summary(options) => summary::run(&options),
        Command::Convert(options) => convert::run(&options),
        Command::Devices(options) => devices::run(&options),
        Command::Parity(options) => parity::run(&options),
        Command::Bench(options) => bench::run(&options),
        Command::Completions(options) => shell::completions(&options),
        Command::Man(options) => shell::man(&options),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(exit::code(&error))
        }
    }
}

/// A whole number, told as one where it is none.
fn whole<T: FromStr<Err = ParseIntError>>(text: &str) -> Result<T, String> {
    text.trim().parse().map_err(|error: ParseIntError| match error.kind() {
        IntErrorKind::PosOverflow => "the number is too large".to_owned(),
        _ => "expected a whole number, at least 0".to_owned(),
    })
}

/// Fails if a name of `given` is a part of none of `known`.
fn part_of(what: &str, given: &[String], known: &[&str]) -> crate::base::Result<()> {
    let stranger = given.iter().find(|name| !known.iter().any(|k| k.contains(name.as_str())));
    stranger.map_or(Ok(()), |name| Err(Error::unknown(what, name, known)))
}

/// A line to stdout.
fn tell(told: Arguments<'_>) {
    exit::unless_told(screen::line(Stream::Out, &told.to_string()));
}

/// A line to stderr.
fn note(told: Arguments<'_>) {
    let _ = screen::line(Stream::Err, &told.to_string());
}
