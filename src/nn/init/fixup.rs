//! fixup: E w² = 2 / fan_in · L^(−1/(m−1)), and w = 0 in the last layer of a branch
//!
//! Zhang, Dauphin & Ma 2019 (arXiv:1901.09321): residual nets that train without normalisation.

use super::{Distribution, Initializer, Mode, Named, VarianceScaling, Zeros};
use crate::base::rng::Stream;
use crate::base::{Error, Result};
use crate::nn::config::{Config, config};
use crate::nn::words::Entry;
use std::sync::Arc;

/// He's initialisation, scaled down by L^(−1/(2m−2)) for a net of L residual branches of m layers each.
///
/// The last layer of each branch, and the net's last layer, start at zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fixup {
    branches: f64,
    layers: f64,
    last: bool,
}

impl Fixup {
    /// L = `branches` ≥ 1 residual branches of m = `layers` ≥ 2 layers each; for every layer of a branch but its last.
    pub fn new(branches: u32, layers: u32) -> Self {
        Self { branches: branches.into(), layers: layers.into(), last: false }
    }

    /// For the last layer of a branch: zeros. Default: false.
    pub fn last(mut self, last: bool) -> Self {
        self.last = last;
        self
    }

    /// The scaling of the other layers.
    pub fn scaling(&self) -> VarianceScaling {
        let scale = 2.0 * self.branches.powf(-1.0 / (self.layers - 1.0));
        VarianceScaling::new(scale, Mode::FanIn, Distribution::TruncatedNormal)
    }
}

impl Initializer for Fixup {
    fn name(&self) -> &'static str {
        "fixup"
    }
    fn check(&self, what: &str) -> Result<()> {
        for (option, least, got) in [("branches", 1.0, self.branches), ("layers", 2.0, self.layers)] {
            if !(got >= least && got.fract() == 0.0) {
                let what = format!("{what} {}: {option}", self.name());
                return Err(Error::request(what, format!("a whole number ≥ {least}"), got, "count those of the net"));
            }
        }
        Ok(())
    }
    fn values(&self, shape: &[usize], random: Stream) -> Vec<f64> {
        if self.last { Zeros.values(shape, random) } else { self.scaling().values(shape, random) }
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

pub(super) const WORDS: &[Named] = &[Entry {
    name: "fixup",
    keys: &["branches", "layers", "last"],
    make: |words| {
        Ok(Arc::new(Fixup {
            layers: words.number("layers")?.unwrap_or(2.0),
            last: words.flag("last")?.unwrap_or(false),
            branches: words.number("branches")?.ok_or_else(|| words.missing("branches"))?,
        }))
    },
}];

config! {
    Fixup = "Fixup" (OWN), Self::new(1, 2);
    takes branches, layers, last;
}
