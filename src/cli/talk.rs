//! How much a command says, and in what form: results to stdout, notes and progress to stderr.

use super::json::Object;
use super::pace::span;
use super::progress::Progress;
use crate::train::callback::Callback;
use clap::{ArgAction, Args};
use std::fmt::Display;
use std::time::Instant;

/// Options of every command that talks.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "What is said")]
pub struct Talk {
    /// Only errors, and the result on stdout
    #[arg(short, long, conflicts_with = "verbose")]
    quiet: bool,
    /// More notes: what the plan takes, and how long each phase took; twice: of each epoch too
    #[arg(short, long, action = ArgAction::Count)]
    verbose: u8,
    /// JSON on stdout, one object a line: of each epoch and, last, of the result
    #[arg(long)]
    json: bool,
}

impl Talk {
    /// As `--quiet` asks for: for a training within another command, which tells the results itself.
    #[allow(dead_code, reason = "commands that train many models use it")]
    pub fn silent() -> Self {
        Self { quiet: true, ..Self::default() }
    }

    /// Whether results are to be JSON.
    pub fn json(&self) -> bool {
        self.json
    }

    /// Whether nothing but results and errors is to be told.
    pub fn quiet(&self) -> bool {
        self.quiet
    }

    /// How many times `-v` was given.
    pub fn verbosity(&self) -> u8 {
        self.verbose
    }

    /// A line to stderr, unless nobody wants notes.
    pub fn note(&self, told: impl Display) {
        if !self.quiet {
            eprintln!("{told}");
        }
    }

    /// A line to stderr for who asked for more.
    pub fn detail(&self, told: impl FnOnce() -> String) {
        if self.verbose > 0 {
            eprintln!("{}", told());
        }
    }

    /// Does `f`, and tells who asked for more how long it took.
    pub fn phase<T>(&self, what: &str, f: impl FnOnce() -> T) -> T {
        let started = Instant::now();
        let done = f();
        self.detail(|| format!("{what}: {}", span(started.elapsed().as_secs_f64())));
        done
    }

    /// A result to stdout: the line, or, with `--json`, the object (`Object::new("result")`, by rule).
    pub fn result(&self, line: impl Display, object: impl FnOnce() -> Object) {
        if self.json {
            println!("{}", object());
        } else {
            println!("{line}");
        }
    }

    /// What tells of a training as it runs; an epoch of it has this many samples. It has to come behind the callbacks whose
    /// numbers it shall tell.
    pub fn progress(&self, samples_per_epoch: usize) -> Box<dyn Callback> {
        Box::new(Progress::new(self, samples_per_epoch))
    }

    /// The same in lines only: for a training whose progress is drawn by somebody else.
    #[cfg(feature = "tui")]
    pub fn lines(&self, samples_per_epoch: usize) -> Box<dyn Callback> {
        Box::new(Progress::lines(self, samples_per_epoch))
    }
}
