//! power: η(t) = η₀ / (1 + r·t/s)^c

use super::{Named, Schedule, positive, rate};
use crate::base::Result;
use crate::nn::config::{Config, config};
use crate::nn::words::Entry;
use std::sync::Arc;

/// Power scheduling, η₀ / (1 + r·t/s)^c; with c = 1 it is Keras's `InverseTimeDecay`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Power {
    initial_learning_rate: f64,
    decay_steps: f64,
    decay_rate: f64,
    power: f64,
    staircase: bool,
}

impl Power {
    /// From `initial_learning_rate` η₀ ≥ 0 down to 1/2, 1/3, 1/4 … of it, one more each `decay_steps` s > 0 steps.
    pub fn new(initial_learning_rate: f64, decay_steps: f64) -> Self {
        Self { initial_learning_rate, decay_steps, decay_rate: 1.0, power: 1.0, staircase: false }
    }

    /// Keras's `InverseTimeDecay`: η₀ / (1 + r·t/s), with `decay_rate` r ≥ 0.
    pub fn inverse_time_decay(initial_learning_rate: f64, decay_steps: f64, decay_rate: f64) -> Self {
        Self { decay_rate, ..Self::new(initial_learning_rate, decay_steps) }
    }

    /// c ≥ 0. Default: 1.
    pub fn power(mut self, power: f64) -> Self {
        self.power = power;
        self
    }

    /// Whether t/s is rounded down, so that η falls in stairs. Default: false.
    pub fn staircase(mut self, staircase: bool) -> Self {
        self.staircase = staircase;
        self
    }
}

impl Schedule for Power {
    fn at(&self, step: u64) -> f64 {
        let turns = step as f64 / self.decay_steps;
        let turns = if self.staircase { turns.floor() } else { turns };
        self.initial_learning_rate / (1.0 + self.decay_rate * turns).powf(self.power)
    }

    fn check(&self) -> Result<()> {
        rate(self.name(), "initial_learning_rate", self.initial_learning_rate)?;
        positive(self.name(), "decay_steps", self.decay_steps)?;
        rate(self.name(), "decay_rate", self.decay_rate)?;
        rate(self.name(), "power", self.power)
    }

    fn name(&self) -> &'static str {
        "power"
    }
    fn config(&self) -> Result<Config> {
        let mut config = Config::of(self)?;
        if self.power == 1.0 {
            config.fields.remove("power");
            (config.class, config.own) = ("InverseTimeDecay", false);
        }
        Ok(config)
    }
}

pub(super) const WORDS: &[Named] = &[
    Entry {
        name: "power",
        keys: &["initial_learning_rate", "decay_steps", "power", "staircase"],
        make: |words, run| {
            let initial = words.number("initial_learning_rate")?.unwrap_or(run.learning_rate);
            let steps = words.number("decay_steps")?.ok_or_else(|| words.missing("decay_steps"))?;
            let schedule = Power::new(initial, steps).power(words.number("power")?.unwrap_or(1.0));
            Ok(Arc::new(schedule.staircase(words.flag("staircase")?.unwrap_or(false))))
        },
    },
    Entry {
        name: "inverse_time_decay",
        keys: &["initial_learning_rate", "decay_steps", "decay_rate", "staircase"],
        make: |words, run| {
            let initial = words.number("initial_learning_rate")?.unwrap_or(run.learning_rate);
            let steps = words.number("decay_steps")?.unwrap_or(run.total_steps);
            let factor = words.number("decay_rate")?.ok_or_else(|| words.missing("decay_rate"))?;
            let schedule = Power::inverse_time_decay(initial, steps, factor);
            Ok(Arc::new(schedule.staircase(words.flag("staircase")?.unwrap_or(false))))
        },
    },
];

config! {
    Power = "Power" (OWN), Self::new(0.0, 0.0);
    needs initial_learning_rate, decay_steps;
    takes decay_rate, power, staircase;
    ignores "name";
}
