//! random_normal: w = μ + σz; truncated_normal: the same with |z| ≤ 2; random_uniform: w = a + (b − a)u

use super::{Initializer, Named, fill, number};
use crate::base::rng::Stream;
use crate::base::{Allowed, Error, Result};
use crate::nn::config::{Config, config};
use crate::nn::words::{Entry, Words};
use std::sync::Arc;

/// Keras's `RandomNormal`: normal with mean μ and standard deviation σ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RandomNormal {
    mean: f64,
    stddev: f64,
}

/// Keras's `TruncatedNormal`: normal, with what falls more than 2σ from the mean drawn again.
///
/// σ is that of the normal before it is cut; what is drawn has 0.88σ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TruncatedNormal {
    mean: f64,
    stddev: f64,
}

/// Keras's `RandomUniform`: uniform from a to b.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RandomUniform {
    minval: f64,
    maxval: f64,
}

impl RandomNormal {
    /// `mean` μ and `stddev` σ ≥ 0. Keras's defaults, in [`Default`]: 0 and 0.05.
    pub fn new(mean: f64, stddev: f64) -> Self {
        Self { mean, stddev }
    }
}

impl TruncatedNormal {
    /// `mean` μ and `stddev` σ ≥ 0. Keras's defaults, in [`Default`]: 0 and 0.05.
    pub fn new(mean: f64, stddev: f64) -> Self {
        Self { mean, stddev }
    }
}

impl RandomUniform {
    /// From `minval` a to `maxval` b ≥ a. Keras's defaults, in [`Default`]: −0.05 and 0.05.
    pub fn new(minval: f64, maxval: f64) -> Self {
        Self { minval, maxval }
    }
}

impl Default for RandomNormal {
    fn default() -> Self {
        Self::new(0.0, 0.05)
    }
}

impl Default for TruncatedNormal {
    fn default() -> Self {
        Self::new(0.0, 0.05)
    }
}

impl Default for RandomUniform {
    fn default() -> Self {
        Self::new(-0.05, 0.05)
    }
}

fn check_normal(what: &str, name: &str, mean: f64, stddev: f64) -> Result<()> {
    number(what, name, "mean", Allowed::Finite, mean)?;
    number(what, name, "stddev", Allowed::NotNegative, stddev)
}

impl Initializer for RandomNormal {
    fn name(&self) -> &'static str {
        "random_normal"
    }
    fn check(&self, what: &str) -> Result<()> {
        check_normal(what, self.name(), self.mean, self.stddev)
    }
    fn values(&self, shape: &[usize], random: Stream) -> Vec<f64> {
        fill(shape, |i| self.mean + self.stddev * random.normal(0, i))
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

impl Initializer for TruncatedNormal {
    fn name(&self) -> &'static str {
        "truncated_normal"
    }
    fn check(&self, what: &str) -> Result<()> {
        check_normal(what, self.name(), self.mean, self.stddev)
    }
    fn values(&self, shape: &[usize], random: Stream) -> Vec<f64> {
        fill(shape, |i| self.mean + self.stddev * random.truncated_normal(0, i))
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

impl Initializer for RandomUniform {
    fn name(&self) -> &'static str {
        "random_uniform"
    }
    fn check(&self, what: &str) -> Result<()> {
        number(what, self.name(), "minval", Allowed::Finite, self.minval)?;
        number(what, self.name(), "maxval", Allowed::Finite, self.maxval)?;
        if self.minval <= self.maxval {
            return Ok(());
        }
        let option = format!("{what} {}: maxval", self.name());
        Err(Error::request(option, format!("at least minval = {}", self.minval), self.maxval, "exchange the two"))
    }
    fn values(&self, shape: &[usize], random: Stream) -> Vec<f64> {
        fill(shape, |i| self.minval + (self.maxval - self.minval) * random.uniform(0, i))
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

fn normal_words(words: &Words) -> Result<(f64, f64)> {
    Ok((words.number("mean")?.unwrap_or(0.0), words.number("stddev")?.unwrap_or(0.05)))
}

pub(super) const WORDS: &[Named] = &[
    Entry {
        name: "random_normal",
        keys: &["mean", "stddev"],
        make: |words| normal_words(words).map(|(m, s)| Arc::new(RandomNormal::new(m, s)) as Arc<dyn Initializer>),
    },
    Entry {
        name: "truncated_normal",
        keys: &["mean", "stddev"],
        make: |words| normal_words(words).map(|(m, s)| Arc::new(TruncatedNormal::new(m, s)) as Arc<dyn Initializer>),
    },
    Entry {
        name: "random_uniform",
        keys: &["minval", "maxval"],
        make: |words| {
            let (min, max) = (words.number("minval")?, words.number("maxval")?);
            Ok(Arc::new(RandomUniform::new(min.unwrap_or(-0.05), max.unwrap_or(0.05))))
        },
    },
];

config! {
    RandomNormal = "RandomNormal", Self::default();
    takes mean, stddev;
    ignores "seed";
}

config! {
    TruncatedNormal = "TruncatedNormal", Self::default();
    takes mean, stddev;
    ignores "seed";
}

config! {
    RandomUniform = "RandomUniform", Self::default();
    takes minval, maxval;
    ignores "seed";
}
