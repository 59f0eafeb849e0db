//! Phases: a path through levels, straight or along half a cosine wave from each to the next.

use super::{Schedule, check, positive};
use crate::base::{Allowed, Result};
use crate::nn::config::{Config, config};

/// How a phase goes from one level to the next: PyTorch's `anneal_strategy`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anneal {
    /// Along half a cosine wave.
    Cos,
    /// In a straight line.
    Linear,
}

/// Three phases between four levels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Phases {
    /// The step each phase ends at.
    pub ends: [f64; 3],
    pub levels: [f64; 4],
    pub anneal: Anneal,
}

impl Phases {
    /// The level at step `t`: the last one after the end, that of its end in a phase without length.
    pub fn at(&self, t: f64) -> f64 {
        let phase = self.ends.iter().position(|end| t <= *end).unwrap_or(2);
        let begin = if phase == 0 { 0.0 } else { self.ends[phase - 1] };
        let length = self.ends[phase] - begin;
        let done = if length > 0.0 { ((t - begin) / length).min(1.0) } else { 1.0 };
        let (from, to) = (self.levels[phase], self.levels[phase + 1]);
        match self.anneal {
            Anneal::Linear => (to - from) * done + from,
            Anneal::Cos => to + (from - to) / 2.0 * (1.0 + (std::f64::consts::PI * done).cos()),
        }
    }
}

/// Momentum beside a one-cycle schedule: down while the rate rises, up while it falls, then level.
///
/// Smith 2018 (arXiv:1803.09820).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OneCycleMomentum {
    total_steps: f64,
    ends: [f64; 3],
    anneal: Anneal,
    base_momentum: f64,
    max_momentum: f64,
}

impl OneCycleMomentum {
    pub(super) fn beside(rates: Phases, total_steps: f64) -> Self {
        Self { total_steps, ends: rates.ends, anneal: rates.anneal, base_momentum: 0.85, max_momentum: 0.95 }
    }

    /// Lowest and highest momentum, both in [0, 1). Default: 0.85 and 0.95.
    pub fn between(mut self, base_momentum: f64, max_momentum: f64) -> Self {
        (self.base_momentum, self.max_momentum) = (base_momentum, max_momentum);
        self
    }
}

impl Schedule for OneCycleMomentum {
    fn at(&self, step: u64) -> f64 {
        let (base, max) = (self.base_momentum, self.max_momentum);
        Phases { ends: self.ends, levels: [max, base, max, max], anneal: self.anneal }.at(step as f64)
    }

    fn check(&self) -> Result<()> {
        for (option, got) in [("base_momentum", self.base_momentum), ("max_momentum", self.max_momentum)] {
            check(self.name(), option, Allowed::Fraction, got)?;
        }
        positive(self.name(), "total_steps", self.total_steps)
    }

    fn name(&self) -> &'static str {
        "one_cycle_momentum"
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

config! {
    OneCycleMomentum = "OneCycleMomentum" (OWN),
    Self { total_steps: 0.0, ends: [0.0; 3], anneal: Anneal::Linear, base_momentum: 0.85, max_momentum: 0.95 };
    needs total_steps, ends;
    takes anneal, base_momentum, max_momentum;
}
