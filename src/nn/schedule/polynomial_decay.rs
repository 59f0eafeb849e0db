//! polynomial_decay: η(t) = (η₀ − η₁)·(1 − min(t, s)/s)^c + η₁

use super::{Named, Schedule, positive, rate};
use crate::base::Result;
use crate::nn::config::{Config, config};
use crate::nn::words::Entry;
use std::sync::Arc;

/// Keras's `PolynomialDecay`: from η₀ to η₁ over s steps, then η₁.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PolynomialDecay {
    initial_learning_rate: f64,
    decay_steps: f64,
    end_learning_rate: f64,
    power: f64,
    cycle: bool,
}

impl PolynomialDecay {
    /// From `initial_learning_rate` η₀ ≥ 0 over `decay_steps` s > 0 steps.
    pub fn new(initial_learning_rate: f64, decay_steps: f64) -> Self {
        Self { initial_learning_rate, decay_steps, end_learning_rate: 1e-4, power: 1.0, cycle: false }
    }

    /// η₁ ≥ 0. Default: 10⁻⁴.
    pub fn end_learning_rate(mut self, end_learning_rate: f64) -> Self {
        self.end_learning_rate = end_learning_rate;
        self
    }

    /// c ≥ 0. Default: 1, a straight line.
    pub fn power(mut self, power: f64) -> Self {
        self.power = power;
        self
    }

    /// Whether s grows to the next multiple of itself whenever it is passed, so that η jumps up again and falls more
    /// slowly. Default: false.
    pub fn cycle(mut self, cycle: bool) -> Self {
        self.cycle = cycle;
        self
    }
}

impl Schedule for PolynomialDecay {
    fn at(&self, step: u64) -> f64 {
        let t = step as f64;
        let done = if self.cycle {
            t / (self.decay_steps * (t / self.decay_steps).ceil().max(1.0))
        } else {
            (t / self.decay_steps).min(1.0)
        };
        (self.initial_learning_rate - self.end_learning_rate) * (1.0 - done).powf(self.power) + self.end_learning_rate
    }

    fn check(&self) -> Result<()> {
        rate(self.name(), "initial_learning_rate", self.initial_learning_rate)?;
        positive(self.name(), "decay_steps", self.decay_steps)?;
        rate(self.name(), "end_learning_rate", self.end_learning_rate)?;
        rate(self.name(), "power", self.power)
    }

    fn name(&self) -> &'static str {
        "polynomial_decay"
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

pub(super) const WORDS: &[Named] = &[Entry {
    name: "polynomial_decay",
    keys: &["initial_learning_rate", "decay_steps", "end_learning_rate", "power", "cycle"],
    make: |words, run| {
        let mut schedule = PolynomialDecay::new(
            words.number("initial_learning_rate")?.unwrap_or(run.learning_rate),
            words.number("decay_steps")?.unwrap_or(run.total_steps),
        );
        schedule.end_learning_rate = words.number("end_learning_rate")?.unwrap_or(schedule.end_learning_rate);
        schedule.power = words.number("power")?.unwrap_or(schedule.power);
        schedule.cycle = words.flag("cycle")?.unwrap_or(schedule.cycle);
        Ok(Arc::new(schedule))
    },
}];

config! {
    PolynomialDecay = "PolynomialDecay", Self::new(0.0, 0.0);
    needs initial_learning_rate, decay_steps;
    takes end_learning_rate, power, cycle;
    ignores "name";
}
