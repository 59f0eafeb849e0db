//! Gaussian noise: y = x + stddev z in training, z standard normal; y = x in inference.
//!
//! Backward: dx = dy.

use super::record;
use crate::base::{Allowed, Real, Result};
use crate::kernel::{Draw, Noise, Noisy, Randomness};
use crate::nn::config::{Config, config};
use crate::nn::layer::{Layer, one};
use crate::plan::{Tape, Value};

struct Gaussian;

impl Noisy for Gaussian {
    const NAME: &'static str = "gaussian_noise";
    const WGSL: &'static str = include_str!("../../../../shaders/noise/gaussian_noise.wgsl");
    const RANDOMNESS: Randomness = Randomness::Normal;

    #[inline(always)]
    fn f<T: Real>(v: T, r: T, p: &[T; 4]) -> T {
        v + p[0] * r
    }
}

/// gaussian_noise(v, r) = v + p\[0\] r, r standard normal
pub static NOISE: Noise = Noise::of::<Gaussian>();

/// Keras's `GaussianNoise(stddev)`.
#[derive(Clone, Copy, Debug)]
pub struct GaussianNoise {
    stddev: f64,
}

impl GaussianNoise {
    /// Adds normal numbers of this standard deviation, 0 ≤ stddev ≤ 1 as Keras has it.
    pub fn new(stddev: f64) -> Self {
        Self { stddev }
    }
}

impl Layer for GaussianNoise {
    fn kind(&self) -> &'static str {
        "gaussian_noise"
    }
    fn call(&self, tape: &mut Tape, inputs: &[Value]) -> Result<Value> {
        let x = one(tape, inputs)?;
        Allowed::Share.check(format!("layer `{}`", tape.scope()), "stddev", self.stddev)?;
        let stream = tape.stream();
        if self.stddev == 0.0 || !tape.stochastic() {
            return Ok(x);
        }
        let draw = Draw { stream, below: 0, p: [self.stddev, 0.0, 0.0, 0.0], spread: None };
        record(tape, x, (&NOISE, draw), None)
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

config! {
    GaussianNoise = "GaussianNoise", Self::new(0.0);
    needs stddev;
    ignores "seed";
}
