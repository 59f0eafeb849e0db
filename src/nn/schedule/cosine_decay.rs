//! cosine_decay: η(t) = η₀ · ((1 − α)·½(1 + cos(π·t/s)) + α), after a straight line up to η₀
//!
//! Loshchilov & Hutter 2016 (arXiv:1608.03983); warm-up after Goyal et al. 2017 (arXiv:1706.02677).

use super::{Named, Schedule, check, positive, rate};
use crate::base::{Allowed, Result};
use crate::nn::config::{Config, config};
use crate::nn::words::Entry;
use std::sync::Arc;

/// Keras's `CosineDecay`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CosineDecay {
    initial_learning_rate: f64,
    decay_steps: f64,
    alpha: f64,
    warmup_target: Option<f64>,
    warmup_steps: f64,
}

/// Half a cosine wave from 1 at `done` = 0 down to `alpha` at `done` = 1, times `scale` before `alpha` is mixed in.
pub(super) fn wave(done: f64, scale: f64, alpha: f64) -> f64 {
    (1.0 - alpha) * (0.5 * scale * (1.0 + (std::f64::consts::PI * done).cos())) + alpha
}

impl CosineDecay {
    /// From `initial_learning_rate` η₀ ≥ 0 down to 0 over `decay_steps` s > 0 steps.
    pub fn new(initial_learning_rate: f64, decay_steps: f64) -> Self {
        Self { initial_learning_rate, decay_steps, alpha: 0.0, warmup_target: None, warmup_steps: 0.0 }
    }

    /// Where it ends, as a share α of where it starts to fall, 0 ≤ α ≤ 1. Default: 0.
    pub fn alpha(mut self, alpha: f64) -> Self {
        self.alpha = alpha;
        self
    }

    /// A straight line from η₀ to `warmup_target` ≥ 0 over `warmup_steps` ≥ 0 steps, from where it falls over
    /// `decay_steps` more. Default: none.
    pub fn warmup(mut self, warmup_target: f64, warmup_steps: f64) -> Self {
        self.warmup_target = Some(warmup_target);
        self.warmup_steps = warmup_steps;
        self
    }
}

impl Schedule for CosineDecay {
    fn at(&self, step: u64) -> f64 {
        let t = step as f64;
        let (top, t) = match self.warmup_target {
            Some(target) if t < self.warmup_steps => {
                let rise = target - self.initial_learning_rate;
                return rise * (t / self.warmup_steps) + self.initial_learning_rate;
            }
            Some(target) => (target, t - self.warmup_steps),
            None => (self.initial_learning_rate, t),
        };
        top * wave((t / self.decay_steps).min(1.0), 1.0, self.alpha)
    }

    fn check(&self) -> Result<()> {
        rate(self.name(), "initial_learning_rate", self.initial_learning_rate)?;
        positive(self.name(), "decay_steps", self.decay_steps)?;
        check(self.name(), "alpha", Allowed::Share, self.alpha)?;
        rate(self.name(), "warmup_target", self.warmup_target.unwrap_or(0.0))?;
        rate(self.name(), "warmup_steps", self.warmup_steps)
    }

    fn name(&self) -> &'static str {
        "cosine_decay"
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

pub(super) const WORDS: &[Named] = &[Entry {
    name: "cosine_decay",
    keys: &["initial_learning_rate", "decay_steps", "alpha", "warmup_target", "warmup_steps"],
    make: |words, run| {
        let warmup_target = words.number("warmup_target")?;
        let warmup_steps = words.number("warmup_steps")?.unwrap_or(0.0);
        // The run's rate is the highest: a warm-up begins at 0 unless told otherwise, and both fit into the run.
        let start = if warmup_target.is_some() { 0.0 } else { run.learning_rate };
        let rest = if warmup_target.is_some() { run.total_steps - warmup_steps } else { run.total_steps };
        Ok(Arc::new(CosineDecay {
            initial_learning_rate: words.number("initial_learning_rate")?.unwrap_or(start),
            decay_steps: words.number("decay_steps")?.unwrap_or(rest),
            alpha: words.number("alpha")?.unwrap_or(0.0),
            warmup_target,
            warmup_steps,
        }))
    },
}];

config! {
    CosineDecay = "CosineDecay", Self::new(0.0, 0.0);
    needs initial_learning_rate, decay_steps;
    takes alpha, warmup_target, warmup_steps;
    ignores "name";
}
