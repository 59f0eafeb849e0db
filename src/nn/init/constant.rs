//! zeros, ones, constant: w = c

use super::{Initializer, Named, fill, number};
use crate::base::rng::Stream;
use crate::base::{Allowed, Result};
use crate::nn::config::{Config, config};
use crate::nn::words::Entry;
use std::sync::Arc;

/// One number everywhere.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Constant {
    value: f64,
}

impl Constant {
    /// `value` everywhere.
    pub fn new(value: f64) -> Self {
        Self { value }
    }
}

/// Zeros.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Zeros;

/// Ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ones;

impl Initializer for Constant {
    fn name(&self) -> &'static str {
        "constant"
    }
    fn check(&self, what: &str) -> Result<()> {
        number(what, self.name(), "value", Allowed::Finite, self.value)
    }
    fn values(&self, shape: &[usize], _: Stream) -> Vec<f64> {
        fill(shape, |_| self.value)
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

impl Initializer for Zeros {
    fn name(&self) -> &'static str {
        "zeros"
    }
    fn values(&self, shape: &[usize], random: Stream) -> Vec<f64> {
        Constant::new(0.0).values(shape, random)
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

impl Initializer for Ones {
    fn name(&self) -> &'static str {
        "ones"
    }
    fn values(&self, shape: &[usize], random: Stream) -> Vec<f64> {
        Constant::new(1.0).values(shape, random)
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

pub(super) const WORDS: &[Named] = &[
    Entry { name: "zeros", keys: &[], make: |_| Ok(Arc::new(Zeros)) },
    Entry { name: "ones", keys: &[], make: |_| Ok(Arc::new(Ones)) },
    Entry {
        name: "constant",
        keys: &["value"],
        make: |words| Ok(Arc::new(Constant::new(words.number("value")?.unwrap_or(0.0)))),
    },
];

config! {
    Constant = "Constant", Self::new(0.0);
    takes value;
}

config! {
    Zeros = "Zeros", Self;
}

config! {
    Ones = "Ones", Self;
}
