//! cosine_decay_restarts: η(t) = η₀ · ((1 − α)·½·mⁱ·(1 + cos(π·pᵢ(t))) + α), period i being s·kⁱ steps long
//!
//! SGDR: Loshchilov & Hutter 2016 (arXiv:1608.03983).

use super::cosine_decay::wave;
use super::{Named, Schedule, check, positive, rate, require};
use crate::base::{Allowed, Result};
use crate::nn::config::{Config, config};
use crate::nn::words::Entry;
use std::sync::Arc;

/// Keras's `CosineDecayRestarts`.
///
/// A restart happens at the very step it is due. Keras finds the period by a quotient of logarithms, which rounding
/// may put one period too low at that one step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CosineDecayRestarts {
    initial_learning_rate: f64,
    first_decay_steps: f64,
    t_mul: f64,
    m_mul: f64,
    alpha: f64,
}

impl CosineDecayRestarts {
    /// From `initial_learning_rate` η₀ ≥ 0 down to 0 over `first_decay_steps` s > 0 steps, then again from the top.
    pub fn new(initial_learning_rate: f64, first_decay_steps: f64) -> Self {
        Self { initial_learning_rate, first_decay_steps, t_mul: 2.0, m_mul: 1.0, alpha: 0.0 }
    }

    /// How many times longer each period is than the one before, k ≥ 1: below 1 the periods would add up to a finite
    /// length. Default: 2.
    pub fn t_mul(mut self, t_mul: f64) -> Self {
        self.t_mul = t_mul;
        self
    }

    /// What the height of each period is multiplied by, m ≥ 0. Default: 1.
    pub fn m_mul(mut self, m_mul: f64) -> Self {
        self.m_mul = m_mul;
        self
    }

    /// The lowest rate as a share α of η₀, 0 ≤ α ≤ 1. Default: 0.
    pub fn alpha(mut self, alpha: f64) -> Self {
        self.alpha = alpha;
        self
    }

    /// The period `turns` falls into, and the share of it that is done; `turns` is in units of the first period.
    fn period(&self, turns: f64) -> (f64, f64) {
        if self.t_mul == 1.0 {
            return (turns.floor(), turns - turns.floor());
        }
        let begin = |i: f64| (self.t_mul.powf(i) - 1.0) / (self.t_mul - 1.0);
        let mut i = ((1.0 + turns * (self.t_mul - 1.0)).ln() / self.t_mul.ln()).floor();
        if begin(i + 1.0) <= turns {
            i += 1.0;
        } else if begin(i) > turns {
            i -= 1.0;
        }
        (i, (turns - begin(i)) / self.t_mul.powf(i))
    }
}

impl Schedule for CosineDecayRestarts {
    fn at(&self, step: u64) -> f64 {
        let (i, done) = self.period(step as f64 / self.first_decay_steps);
        self.initial_learning_rate * wave(done, self.m_mul.powf(i), self.alpha)
    }

    fn check(&self) -> Result<()> {
        rate(self.name(), "initial_learning_rate", self.initial_learning_rate)?;
        positive(self.name(), "first_decay_steps", self.first_decay_steps)?;
        let long = self.t_mul.is_finite() && self.t_mul >= 1.0;
        require(long, self.name(), "t_mul", "a number ≥ 1", self.t_mul)?;
        rate(self.name(), "m_mul", self.m_mul)?;
        check(self.name(), "alpha", Allowed::Share, self.alpha)
    }

    fn name(&self) -> &'static str {
        "cosine_decay_restarts"
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

pub(super) const WORDS: &[Named] = &[Entry {
    name: "cosine_decay_restarts",
    keys: &["initial_learning_rate", "first_decay_steps", "t_mul", "m_mul", "alpha"],
    make: |words, run| {
        let first = words.number("first_decay_steps")?.ok_or_else(|| words.missing("first_decay_steps"))?;
        let initial = words.number("initial_learning_rate")?.unwrap_or(run.learning_rate);
        let mut schedule = CosineDecayRestarts::new(initial, first);
        schedule.t_mul = words.number("t_mul")?.unwrap_or(schedule.t_mul);
        schedule.m_mul = words.number("m_mul")?.unwrap_or(schedule.m_mul);
        schedule.alpha = words.number("alpha")?.unwrap_or(schedule.alpha);
        Ok(Arc::new(schedule))
    },
}];

config! {
    CosineDecayRestarts = "CosineDecayRestarts", Self::new(0.0, 0.0);
    needs initial_learning_rate, first_decay_steps;
    takes t_mul, m_mul, alpha;
    ignores "name";
}
