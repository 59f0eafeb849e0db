//! exponential_decay: η(t) = η₀ · r^(t/s)

use super::{Named, Schedule, positive, rate};
use crate::base::Result;
use crate::nn::config::{Config, config};
use crate::nn::words::Entry;
use std::sync::Arc;

/// Keras's `ExponentialDecay`: η₀ · r^(t/s).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExponentialDecay {
    initial_learning_rate: f64,
    decay_steps: f64,
    decay_rate: f64,
    staircase: bool,
}

impl ExponentialDecay {
    /// From `initial_learning_rate` η₀ ≥ 0, multiplied by `decay_rate` r > 0 over each `decay_steps` s > 0 steps.
    pub fn new(initial_learning_rate: f64, decay_steps: f64, decay_rate: f64) -> Self {
        Self { initial_learning_rate, decay_steps, decay_rate, staircase: false }
    }

    /// Whether t/s is rounded down, so that η falls in stairs. Default: false.
    pub fn staircase(mut self, staircase: bool) -> Self {
        self.staircase = staircase;
        self
    }
}

impl Schedule for ExponentialDecay {
    fn at(&self, step: u64) -> f64 {
        let turns = step as f64 / self.decay_steps;
        self.initial_learning_rate * self.decay_rate.powf(if self.staircase { turns.floor() } else { turns })
    }

    fn check(&self) -> Result<()> {
        rate(self.name(), "initial_learning_rate", self.initial_learning_rate)?;
        positive(self.name(), "decay_steps", self.decay_steps)?;
        positive(self.name(), "decay_rate", self.decay_rate)
    }

    fn name(&self) -> &'static str {
        "exponential_decay"
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

pub(super) const WORDS: &[Named] = &[Entry {
    name: "exponential_decay",
    keys: &["initial_learning_rate", "decay_steps", "decay_rate", "staircase"],
    make: |words, run| {
        let initial = words.number("initial_learning_rate")?.unwrap_or(run.learning_rate);
        let steps = words.number("decay_steps")?.unwrap_or(run.total_steps);
        let factor = words.number("decay_rate")?.ok_or_else(|| words.missing("decay_rate"))?;
        Ok(Arc::new(ExponentialDecay::new(initial, steps, factor).staircase(words.flag("staircase")?.unwrap_or(false))))
    },
}];

config! {
    ExponentialDecay = "ExponentialDecay", Self::new(0.0, 0.0, 0.0);
    needs initial_learning_rate, decay_steps, decay_rate;
    takes staircase;
    ignores "name";
}
