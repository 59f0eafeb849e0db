//! one_cycle: η from η₀ straight up to η₁ over the first half, straight down to η₀ over the second, then down to η₂
//!
//! Smith 2018 (arXiv:1803.09820), in the form of Géron's textbook; PyTorch's form is `one_cycle_lr`.

use super::phases::Phases;
use super::{Anneal, Named, OneCycleMomentum, Schedule, check, positive, rate, require};
use crate::base::{Allowed, Result};
use crate::nn::config::{Config, config};
use crate::nn::words::Entry;
use std::sync::Arc;

/// The one-cycle schedule: a long rise, as long a fall, and a last stretch orders of magnitude lower.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OneCycle {
    max_learning_rate: f64,
    total_steps: f64,
    start_learning_rate: Option<f64>,
    last_share: f64,
    last_learning_rate: Option<f64>,
}

impl OneCycle {
    /// Up to `max_learning_rate` η₁ ≥ 0 within `total_steps` > 0 steps.
    pub fn new(max_learning_rate: f64, total_steps: f64) -> Self {
        Self { max_learning_rate, total_steps, start_learning_rate: None, last_share: 0.1, last_learning_rate: None }
    }

    /// Where it starts, 0 ≤ η₀ ≤ η₁. Default: η₁ / 10.
    pub fn start_learning_rate(mut self, start_learning_rate: f64) -> Self {
        self.start_learning_rate = Some(start_learning_rate);
        self
    }

    /// Share of the steps the last stretch takes, in [0, 1). Default: 0.1.
    pub fn last_share(mut self, last_share: f64) -> Self {
        self.last_share = last_share;
        self
    }

    /// Where it ends, 0 ≤ η₂ ≤ η₀. Default: η₀ / 1000.
    pub fn last_learning_rate(mut self, last_learning_rate: f64) -> Self {
        self.last_learning_rate = Some(last_learning_rate);
        self
    }

    /// The momentum that goes with it: 0.95 down to 0.85 over the first half, up again over the second, then 0.95.
    pub fn momentum(&self) -> OneCycleMomentum {
        OneCycleMomentum::beside(self.phases(), self.total_steps)
    }

    fn start(&self) -> f64 {
        self.start_learning_rate.unwrap_or(self.max_learning_rate / 10.0)
    }

    fn last(&self) -> f64 {
        self.last_learning_rate.unwrap_or(self.start() / 1000.0)
    }

    fn phases(&self) -> Phases {
        let half = self.total_steps * (1.0 - self.last_share) / 2.0;
        Phases {
            ends: [half, 2.0 * half, self.total_steps],
            levels: [self.start(), self.max_learning_rate, self.start(), self.last()],
            anneal: Anneal::Linear,
        }
    }
}

impl Schedule for OneCycle {
    fn companion_momentum(&self) -> Option<Arc<dyn Schedule>> {
        Some(Arc::new(self.momentum()))
    }

    fn at(&self, step: u64) -> f64 {
        self.phases().at(step as f64)
    }

    fn check(&self) -> Result<()> {
        let (name, max, start, last) = (self.name(), self.max_learning_rate, self.start(), self.last());
        rate(name, "max_learning_rate", max)?;
        positive(name, "total_steps", self.total_steps)?;
        let range = format!("a number in [0, max_learning_rate = {max}]");
        require((0.0..=max).contains(&start), name, "start_learning_rate", &range, start)?;
        check(name, "last_share", Allowed::Fraction, self.last_share)?;
        let range = format!("a number in [0, start_learning_rate = {start}]");
        require((0.0..=start).contains(&last), name, "last_learning_rate", &range, last)
    }

    fn name(&self) -> &'static str {
        "one_cycle"
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

pub(super) const WORDS: &[Named] = &[Entry {
    name: "one_cycle",
    keys: &["max_learning_rate", "total_steps", "start_learning_rate", "last_share", "last_learning_rate"],
    make: |words, run| {
        let max = words.number("max_learning_rate")?.unwrap_or(run.learning_rate);
        Ok(Arc::new(OneCycle {
            start_learning_rate: words.number("start_learning_rate")?,
            last_share: words.number("last_share")?.unwrap_or(0.1),
            last_learning_rate: words.number("last_learning_rate")?,
            ..OneCycle::new(max, words.number("total_steps")?.unwrap_or(run.total_steps))
        }))
    },
}];

config! {
    OneCycle = "OneCycle" (OWN), Self::new(0.0, 0.0);
    needs max_learning_rate, total_steps;
    takes start_learning_rate, last_share, last_learning_rate;
}
