//! piecewise_constant_decay: η(t) = vᵢ for bᵢ₋₁ < t ≤ bᵢ

use super::{Named, Schedule, rate};
use crate::base::{Error, Result};
use crate::nn::config::{Config, config};
use crate::nn::words::Entry;
use std::sync::Arc;

/// Keras's `PiecewiseConstantDecay`: the first value up to and including the first boundary, and so on.
#[derive(Clone, Debug, PartialEq)]
pub struct PiecewiseConstantDecay {
    boundaries: Vec<f64>,
    values: Vec<f64>,
}

impl PiecewiseConstantDecay {
    /// `boundaries` in steps, ascending, at least one; `values` ≥ 0, one more than boundaries.
    pub fn new(boundaries: &[f64], values: &[f64]) -> Self {
        Self { boundaries: boundaries.to_vec(), values: values.to_vec() }
    }
}

impl Schedule for PiecewiseConstantDecay {
    fn at(&self, step: u64) -> f64 {
        let passed = self.boundaries.partition_point(|b| *b < step as f64);
        self.values.get(passed).copied().unwrap_or(0.0)
    }

    fn check(&self) -> Result<()> {
        let fail = |option: &str, expected: String, got: String| {
            let what = format!("schedule {}: {option}", self.name());
            Err(Error::request(what, expected, got, "give a value for each piece between the boundaries"))
        };
        let ascending = self.boundaries.windows(2).all(|pair| pair[0] < pair[1]);
        if self.boundaries.is_empty() || !ascending || self.boundaries.iter().any(|b| !b.is_finite()) {
            return fail(
                "boundaries",
                "at least one step, each above the one before".into(),
                format!("{:?}", self.boundaries),
            );
        }
        if self.values.len() != self.boundaries.len() + 1 {
            let expected = format!("{} numbers, one more than boundaries", self.boundaries.len() + 1);
            return fail("values", expected, format!("{:?}", self.values));
        }
        self.values.iter().try_for_each(|value| rate(self.name(), "values", *value))
    }

    fn name(&self) -> &'static str {
        "piecewise_constant_decay"
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

pub(super) const WORDS: &[Named] = &[Entry {
    name: "piecewise_constant_decay",
    keys: &["boundaries", "values"],
    make: |words, _| {
        let list = |key: &str| words.numbers(key)?.ok_or_else(|| words.missing(key));
        Ok(Arc::new(PiecewiseConstantDecay::new(&list("boundaries")?, &list("values")?)))
    },
}];

config! {
    PiecewiseConstantDecay = "PiecewiseConstantDecay", Self::new(&[], &[]);
    needs boundaries, values;
    ignores "name";
}
