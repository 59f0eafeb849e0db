//! identity: w\[i, j\] = gain if i = j else 0

use super::{Initializer, Named, fill, number};
use crate::base::rng::Stream;
use crate::base::{Allowed, Error, Result};
use crate::nn::config::{Config, config};
use crate::nn::words::Entry;
use std::sync::Arc;

/// Keras's `Identity`: gain on the diagonal of a matrix, which need not be square.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Identity {
    gain: f64,
}

impl Identity {
    /// `gain` on the diagonal. Keras's default, in [`Default`]: 1.
    pub fn new(gain: f64) -> Self {
        Self { gain }
    }
}

impl Default for Identity {
    fn default() -> Self {
        Self::new(1.0)
    }
}

impl Initializer for Identity {
    fn name(&self) -> &'static str {
        "identity"
    }
    fn check(&self, what: &str) -> Result<()> {
        number(what, self.name(), "gain", Allowed::Finite, self.gain)
    }
    fn fits(&self, what: &str, shape: &[usize]) -> Result<()> {
        if shape.len() == 2 {
            return Ok(());
        }
        let what = format!("{what} {}", self.name());
        Err(Error::request(what, "a matrix, [rows, columns]", format!("{shape:?}"), "choose another initializer"))
    }
    fn values(&self, shape: &[usize], _: Stream) -> Vec<f64> {
        let columns = shape.last().map_or(1, |n| *n as u32);
        fill(shape, |i| if i / columns == i % columns { self.gain } else { 0.0 })
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

pub(super) const WORDS: &[Named] = &[Entry {
    name: "identity",
    keys: &["gain"],
    make: |words| Ok(Arc::new(Identity::new(words.number("gain")?.unwrap_or(1.0)))),
}];

config! {
    Identity = "Identity", Self::default();
    takes gain;
}
