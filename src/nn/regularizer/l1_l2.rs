//! L1, L2 and both: penalty = λ₁ Σ|θ| + λ₂ Σθ². The slope of |θ| at 0 is 0.

use super::Regularizer;
use crate::base::{Allowed, Result};
use crate::nn::config::{Config, config};

/// Keras's `L1(l1 = 0.01)`: λ Σ|θ|, which makes numbers exactly small (Tibshirani 1996).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct L1(pub f64);

/// Keras's `L2(l2 = 0.01)`: λ Σθ² (Hoerl & Kennard 1970); not halved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct L2(pub f64);

/// Keras's `L1L2(l1 = 0, l2 = 0)`: both.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct L1L2 {
    /// λ₁ ≥ 0.
    pub l1: f64,
    /// λ₂ ≥ 0.
    pub l2: f64,
}

impl Default for L1 {
    fn default() -> Self {
        Self(0.01)
    }
}

impl Default for L2 {
    fn default() -> Self {
        Self(0.01)
    }
}

fn check(what: &str, name: &str, factors: [f64; 2]) -> Result<()> {
    for (option, factor) in ["l1", "l2"].iter().zip(factors) {
        Allowed::NotNegative.check(format!("{what} {name}"), option, factor)?;
    }
    Ok(())
}

impl Regularizer for L1 {
    fn name(&self) -> &'static str {
        "l1"
    }
    fn check(&self, what: &str) -> Result<()> {
        check(what, self.name(), [self.0, 0.0])
    }
    fn factors(&self) -> Option<[f64; 2]> {
        Some([self.0, 0.0])
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

impl Regularizer for L2 {
    fn name(&self) -> &'static str {
        "l2"
    }
    fn check(&self, what: &str) -> Result<()> {
        check(what, self.name(), [0.0, self.0])
    }
    fn factors(&self) -> Option<[f64; 2]> {
        Some([0.0, self.0])
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

impl Regularizer for L1L2 {
    fn name(&self) -> &'static str {
        "l1_l2"
    }
    fn check(&self, what: &str) -> Result<()> {
        check(what, self.name(), [self.l1, self.l2])
    }
    fn factors(&self) -> Option<[f64; 2]> {
        Some([self.l1, self.l2])
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

config! {
    L1 = "L1", Self(0.01);
    takes l1 at 0;
}

config! {
    L2 = "L2", Self(0.01);
    takes l2 at 0;
}

config! {
    L1L2 = "L1L2", Self { l1: 0.0, l2: 0.0 };
    takes l1, l2;
}
