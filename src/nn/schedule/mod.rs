//! Learning-rate schedules: η as a function of the step, counted from 0. One page each.
//!
//! A number is a constant schedule, a closure `|step| …` a schedule of one's own. Names, parameters and defaults are
//! those of Keras where it has the schedule. Steps may be fractions wherever a length is asked for.
//!
//! [`ReduceLrOnPlateau`] and [`LearningRateScheduler`] act between epochs instead.

mod epochs;
mod phases;
mod plateau;
mod range_test;

/// Declares the pages; the word is the registration of their names.
macro_rules! schedules {
    ($($page:ident),* $(,)?) => {
        $(mod $page;)*
        /// The names schedules are made from, page by page.
        static PAGES: &[&[Named]] = &[$($page::WORDS),*];
    };
}

schedules! {
    constant,
    cosine_decay,
    cosine_decay_restarts,
    exponential_decay,
    one_cycle,
    one_cycle_lr,
    piecewise_constant_decay,
    polynomial_decay,
    power,
}

pub use cosine_decay::CosineDecay;
pub use cosine_decay_restarts::CosineDecayRestarts;
pub use epochs::LearningRateScheduler;
pub use exponential_decay::ExponentialDecay;
pub use one_cycle::OneCycle;
pub use one_cycle_lr::OneCycleLr;
pub use phases::{Anneal, OneCycleMomentum};
pub use piecewise_constant_decay::PiecewiseConstantDecay;
pub use plateau::{Mode, PlateauState, ReduceLrOnPlateau};
pub use polynomial_decay::PolynomialDecay;
pub use power::Power;
pub use range_test::{RangeTest, suggest};

use crate::base::{Allowed, Error, Result};
use crate::nn::config::{Config, classes};
use crate::nn::words::{Entry, Words};
use std::sync::Arc;

classes! { Schedule, "schedule", "keras.optimizers.schedules":
    CosineDecay, CosineDecayRestarts, ExponentialDecay, OneCycle, OneCycleLr, OneCycleMomentum, PiecewiseConstantDecay,
    PolynomialDecay, Power also "InverseTimeDecay", RangeTest,
}

/// η (or another number of the optimizer) as a function of the step.
pub trait Schedule: Send + Sync {
    /// The value at `step`, counted from 0.
    fn at(&self, step: u64) -> f64;

    /// Checks the numbers the schedule was made with.
    ///
    /// # Errors
    /// A number outside its range, with the range.
    fn check(&self) -> Result<()> {
        Ok(())
    }

    /// The name in snake_case.
    fn name(&self) -> &'static str;

    /// The momentum that goes with it, if one does: one-cycle's falls while its rate rises.
    fn companion_momentum(&self) -> Option<Arc<dyn Schedule>> {
        None
    }

    /// Class and fields, for files.
    ///
    /// # Errors
    /// One of your own, which no file has a word for.
    fn config(&self) -> Result<Config> {
        Config::none("schedule", self.name())
    }
}

impl<F: Fn(u64) -> f64 + Send + Sync> Schedule for F {
    fn at(&self, step: u64) -> f64 {
        self(step)
    }
    fn name(&self) -> &'static str {
        "custom"
    }
}

impl<S: Schedule + ?Sized> Schedule for Arc<S> {
    fn at(&self, step: u64) -> f64 {
        (**self).at(step)
    }
    fn check(&self) -> Result<()> {
        (**self).check()
    }
    fn name(&self) -> &'static str {
        (**self).name()
    }
    fn companion_momentum(&self) -> Option<Arc<dyn Schedule>> {
        (**self).companion_momentum()
    }
    fn config(&self) -> Result<Config> {
        (**self).config()
    }
}

impl Schedule for Box<dyn Schedule> {
    fn at(&self, step: u64) -> f64 {
        (**self).at(step)
    }
    fn check(&self) -> Result<()> {
        (**self).check()
    }
    fn name(&self) -> &'static str {
        (**self).name()
    }
    fn companion_momentum(&self) -> Option<Arc<dyn Schedule>> {
        (**self).companion_momentum()
    }
    fn config(&self) -> Result<Config> {
        (**self).config()
    }
}

/// What a schedule made from words takes from the run where the words are silent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Run {
    /// η of the optimizer: the rate a schedule starts from, or its highest.
    pub learning_rate: f64,
    /// Steps of the whole training: the length of the schedule.
    pub total_steps: f64,
}

/// A name, its parameters, and how the schedule is made of them.
type Named = Entry<fn(&Words, &Run) -> Result<Arc<dyn Schedule>>>;

/// The names [`named`] knows, with their parameters.
pub fn names() -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    PAGES.iter().copied().flatten().map(|row| (row.name, row.keys))
}

/// The schedule of `words`, as in `exponential_decay:decay_rate=0.9,staircase=true`; checked.
///
/// # Errors
/// An unknown name or parameter, with the nearest known one; a value outside its range.
pub fn named(words: &str, run: &Run) -> Result<Arc<dyn Schedule>> {
    let words = Words::parse("schedule", words)?;
    let row = words.find(PAGES.iter().copied().flatten())?;
    let schedule = (row.make)(&words, run)?;
    schedule.check()?;
    Ok(schedule)
}

/// Fails unless `holds`; `range` says what would have been right.
fn require(holds: bool, schedule: &str, option: &str, range: &str, got: f64) -> Result<()> {
    if holds {
        return Ok(());
    }
    Err(Error::request(format!("schedule {schedule}: {option}"), range, got, "choose a number in this range"))
}

/// Fails unless the option may be `got`.
fn check(schedule: &str, option: &str, allowed: Allowed, got: f64) -> Result<()> {
    allowed.check(format!("schedule {schedule}"), option, got)
}

/// Fails unless the option may be a learning rate.
fn rate(schedule: &str, option: &str, got: f64) -> Result<()> {
    check(schedule, option, Allowed::NotNegative, got)
}

/// Fails unless the option can be divided by.
fn positive(schedule: &str, option: &str, got: f64) -> Result<()> {
    check(schedule, option, Allowed::Positive, got)
}
