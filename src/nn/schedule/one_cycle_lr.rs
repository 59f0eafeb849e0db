//! one_cycle_lr: η from η₁/d up to η₁ and down to η₁/(d·f), along half cosine waves or straight lines
//!
//! PyTorch's `torch.optim.lr_scheduler.OneCycleLR`.

use super::phases::Phases;
use super::{Anneal, Named, OneCycleMomentum, Schedule, check, positive, rate};
use crate::base::{Allowed, Result};
use crate::nn::config::{Config, config, words};
use crate::nn::words::Entry;
use std::sync::Arc;

/// PyTorch's `OneCycleLR`, with its names and defaults.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OneCycleLr {
    max_lr: f64,
    total_steps: f64,
    pct_start: f64,
    anneal_strategy: Anneal,
    div_factor: f64,
    final_div_factor: f64,
    three_phase: bool,
}

impl OneCycleLr {
    /// Up to `max_lr` η₁ ≥ 0 within `total_steps` > 0 steps; after them the rate stays where it ended.
    pub fn new(max_lr: f64, total_steps: f64) -> Self {
        Self {
            max_lr,
            total_steps,
            pct_start: 0.3,
            anneal_strategy: Anneal::Cos,
            div_factor: 25.0,
            final_div_factor: 1e4,
            three_phase: false,
        }
    }

    /// Share of the steps in which the rate rises, in [0, 1]. Default: 0.3.
    pub fn pct_start(mut self, pct_start: f64) -> Self {
        self.pct_start = pct_start;
        self
    }

    /// The form of rise and fall. Default: cosine.
    pub fn anneal_strategy(mut self, anneal_strategy: Anneal) -> Self {
        self.anneal_strategy = anneal_strategy;
        self
    }

    /// d > 0: it starts at η₁ / d. Default: 25.
    pub fn div_factor(mut self, div_factor: f64) -> Self {
        self.div_factor = div_factor;
        self
    }

    /// f > 0: it ends at η₁ / (d·f). Default: 10⁴.
    pub fn final_div_factor(mut self, final_div_factor: f64) -> Self {
        self.final_div_factor = final_div_factor;
        self
    }

    /// Whether it falls to where it started, as fast as it rose, before it falls to its end. Default: false.
    pub fn three_phase(mut self, three_phase: bool) -> Self {
        self.three_phase = three_phase;
        self
    }

    /// The momentum that goes with it, PyTorch's `cycle_momentum`: 0.95 down to 0.85 and up again.
    pub fn momentum(&self) -> OneCycleMomentum {
        OneCycleMomentum::beside(self.phases(), self.total_steps)
    }

    fn phases(&self) -> Phases {
        let initial = self.max_lr / self.div_factor;
        let min = initial / self.final_div_factor;
        let (rise, end) = (self.pct_start * self.total_steps, self.total_steps - 1.0);
        let (fallen, middle) = if self.three_phase { (2.0 * rise - 2.0, initial) } else { (end, min) };
        Phases {
            ends: [rise - 1.0, fallen, end],
            levels: [initial, self.max_lr, middle, min],
            anneal: self.anneal_strategy,
        }
    }
}

impl Schedule for OneCycleLr {
    fn companion_momentum(&self) -> Option<Arc<dyn Schedule>> {
        Some(Arc::new(self.momentum()))
    }

    fn at(&self, step: u64) -> f64 {
        self.phases().at((step as f64).min(self.total_steps - 1.0))
    }

    fn check(&self) -> Result<()> {
        rate(self.name(), "max_lr", self.max_lr)?;
        positive(self.name(), "total_steps", self.total_steps)?;
        check(self.name(), "pct_start", Allowed::Share, self.pct_start)?;
        positive(self.name(), "div_factor", self.div_factor)?;
        positive(self.name(), "final_div_factor", self.final_div_factor)
    }

    fn name(&self) -> &'static str {
        "one_cycle_lr"
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

pub(super) const WORDS: &[Named] = &[Entry {
    name: "one_cycle_lr",
    keys: &["max_lr", "total_steps", "pct_start", "anneal_strategy", "div_factor", "final_div_factor", "three_phase"],
    make: |words, run| {
        let mut schedule = OneCycleLr::new(
            words.number("max_lr")?.unwrap_or(run.learning_rate),
            words.number("total_steps")?.unwrap_or(run.total_steps),
        );
        let forms = [("cos", Anneal::Cos), ("linear", Anneal::Linear)];
        schedule.pct_start = words.number("pct_start")?.unwrap_or(schedule.pct_start);
        schedule.anneal_strategy = words.one_of("anneal_strategy", &forms)?.unwrap_or(schedule.anneal_strategy);
        schedule.div_factor = words.number("div_factor")?.unwrap_or(schedule.div_factor);
        schedule.final_div_factor = words.number("final_div_factor")?.unwrap_or(schedule.final_div_factor);
        schedule.three_phase = words.flag("three_phase")?.unwrap_or(schedule.three_phase);
        Ok(Arc::new(schedule))
    },
}];

words! { Anneal: "cos" = Cos, "linear" = Linear }

config! {
    OneCycleLr = "OneCycleLR" (OWN), Self::new(0.0, 0.0);
    needs max_lr, total_steps;
    takes pct_start, anneal_strategy, div_factor, final_div_factor, three_phase;
}
