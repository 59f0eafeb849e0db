//! constant: η(t) = η

use super::{Named, Schedule, rate};
use crate::base::Result;
use crate::nn::words::Entry;
use std::sync::Arc;

/// The same number at each step.
impl Schedule for f64 {
    fn at(&self, _: u64) -> f64 {
        *self
    }
    fn check(&self) -> Result<()> {
        rate(self.name(), "learning_rate", *self)
    }
    fn name(&self) -> &'static str {
        "constant"
    }
}

pub(super) const WORDS: &[Named] = &[Entry {
    name: "constant",
    keys: &["learning_rate"],
    make: |words, run| Ok(Arc::new(words.number("learning_rate")?.unwrap_or(run.learning_rate))),
}];
