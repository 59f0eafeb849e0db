//! variance_scaling: E w = 0, E w² = scale / fan
//!
//! Glorot & Bengio 2010; He et al. 2015 (arXiv:1502.01852); LeCun et al. 1998; Klambauer et al. 2017 (arXiv:1706.02515).

use super::{Initializer, Named, RandomNormal, RandomUniform, TruncatedNormal, number};
use crate::base::rng::Stream;
use crate::base::{Allowed, Result};
use crate::nn::config::{Config, config, words};
use crate::nn::words::Entry;
use std::sync::Arc;

/// What the variance is divided by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Number of inputs.
    FanIn,
    /// Number of outputs.
    FanOut,
    /// Mean of both.
    FanAvg,
}

/// The shape of the distribution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Distribution {
    /// Normal cut at two standard deviations, widened so that the variance is still right; Keras's `normal` too.
    TruncatedNormal,
    /// Normal.
    UntruncatedNormal,
    /// Uniform in ±√(3σ²).
    Uniform,
}

/// Standard deviation of the standard normal cut at ±2 (scipy.stats.truncnorm(-2, 2).std()).
const TRUNCATED_DEVIATION: f64 = 0.879_625_661_034_239_8;

/// Keras's `VarianceScaling`: variance `scale / fan`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VarianceScaling {
    scale: f64,
    mode: Mode,
    distribution: Distribution,
}

impl Default for VarianceScaling {
    fn default() -> Self {
        Self::new(1.0, Mode::FanIn, Distribution::TruncatedNormal)
    }
}

impl VarianceScaling {
    /// `scale` > 0. Keras's defaults, in [`Default`]: 1, fan_in, truncated normal.
    pub const fn new(scale: f64, mode: Mode, distribution: Distribution) -> Self {
        Self { scale, mode, distribution }
    }

    /// The variance of a variable of `shape`.
    pub fn variance(&self, shape: &[usize]) -> f64 {
        let (fan_in, fan_out) = fans(shape);
        let fan = match self.mode {
            Mode::FanIn => fan_in,
            Mode::FanOut => fan_out,
            Mode::FanAvg => f64::midpoint(fan_in, fan_out),
        };
        self.scale / fan.max(1.0)
    }

    /// What a variable of `shape` is drawn with: the standard deviation of the normal, before it is cut if it is, or
    /// the limit of the uniform distribution.
    pub fn spread(&self, shape: &[usize]) -> f64 {
        let variance = self.variance(shape);
        match self.distribution {
            Distribution::TruncatedNormal => variance.sqrt() / TRUNCATED_DEVIATION,
            Distribution::UntruncatedNormal => variance.sqrt(),
            Distribution::Uniform => (3.0 * variance).sqrt(),
        }
    }
}

impl Initializer for VarianceScaling {
    fn name(&self) -> &'static str {
        "variance_scaling"
    }
    fn check(&self, what: &str) -> Result<()> {
        number(what, self.name(), "scale", Allowed::Positive, self.scale)
    }
    fn values(&self, shape: &[usize], random: Stream) -> Vec<f64> {
        let spread = self.spread(shape);
        match self.distribution {
            Distribution::TruncatedNormal => TruncatedNormal::new(0.0, spread).values(shape, random),
            Distribution::UntruncatedNormal => RandomNormal::new(0.0, spread).values(shape, random),
            Distribution::Uniform => RandomUniform::new(-spread, spread).values(shape, random),
        }
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

/// (inputs, outputs) of a kernel whose last two axes are inputs and outputs, the others a receptive field; a vector's
/// length counts as both, and a single number has one of each.
pub fn fans(shape: &[usize]) -> (f64, f64) {
    match shape {
        [] => (1.0, 1.0),
        [n] => (*n as f64, *n as f64),
        [field @ .., i, o] => {
            let field = field.iter().map(|axis| *axis as f64).product::<f64>();
            (*i as f64 * field, *o as f64 * field)
        }
    }
}

/// Declares the scalings that have names of their own, and the words of this page.
macro_rules! scalings {
    ($($(#[$doc:meta])* $kind:ident, $class:literal, $word:literal: $scale:literal, $mode:ident, $distribution:ident;)*) => {
        $($(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct $kind;

        impl $kind {
            /// The scaling it is a name for.
            pub const SCALING: VarianceScaling = VarianceScaling::new($scale, Mode::$mode, Distribution::$distribution);
        }

        impl Initializer for $kind {
            fn name(&self) -> &'static str {
                $word
            }
            fn values(&self, shape: &[usize], random: Stream) -> Vec<f64> {
                Self::SCALING.values(shape, random)
            }
            fn config(&self) -> Result<Config> {
                Config::of(self)
            }
        }

        config! { $kind = $class, Self; ignores "seed"; })*

        pub(super) const WORDS: &[Named] = &[
            $(Entry { name: $word, keys: &[], make: |_| Ok(Arc::new($kind)) },)*
            Entry { name: "variance_scaling", keys: &["scale", "mode", "distribution"], make: |words| {
                let plain = VarianceScaling::default();
                Ok(Arc::new(VarianceScaling {
                    scale: words.number("scale")?.unwrap_or(plain.scale),
                    mode: words.one_of("mode", MODES)?.unwrap_or(plain.mode),
                    distribution: words.one_of("distribution", DISTRIBUTIONS)?.unwrap_or(plain.distribution),
                }))
            } },
        ];
    };
}

const MODES: &[(&str, Mode)] = &[("fan_in", Mode::FanIn), ("fan_out", Mode::FanOut), ("fan_avg", Mode::FanAvg)];

const DISTRIBUTIONS: &[(&str, Distribution)] = &[
    ("normal", Distribution::TruncatedNormal),
    ("truncated_normal", Distribution::TruncatedNormal),
    ("untruncated_normal", Distribution::UntruncatedNormal),
    ("uniform", Distribution::Uniform),
];

scalings! {
    /// Variance 1 / fan_avg, truncated normal: for linear, tanh, sigmoid and softmax.
    GlorotNormal, "GlorotNormal", "glorot_normal": 1.0, FanAvg, TruncatedNormal;
    /// Variance 1 / fan_avg, uniform: Keras's default for kernels.
    GlorotUniform, "GlorotUniform", "glorot_uniform": 1.0, FanAvg, Uniform;
    /// Variance 2 / fan_in, truncated normal: for ReLU and its variants.
    HeNormal, "HeNormal", "he_normal": 2.0, FanIn, TruncatedNormal;
    /// Variance 2 / fan_in, uniform: for ReLU and its variants.
    HeUniform, "HeUniform", "he_uniform": 2.0, FanIn, Uniform;
    /// Variance 1 / fan_in, truncated normal: for SELU.
    LecunNormal, "LecunNormal", "lecun_normal": 1.0, FanIn, TruncatedNormal;
    /// Variance 1 / fan_in, uniform: for SELU.
    LecunUniform, "LecunUniform", "lecun_uniform": 1.0, FanIn, Uniform;
}

words! { Mode: "fan_in" = FanIn, "fan_out" = FanOut, "fan_avg" = FanAvg }
words! {
    Distribution: "truncated_normal" | "normal" = TruncatedNormal, "untruncated_normal" = UntruncatedNormal,
    "uniform" = Uniform,
}

config! {
    VarianceScaling = "VarianceScaling", Self::default();
    takes scale, mode, distribution;
    ignores "seed";
}
