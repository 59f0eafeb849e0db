//! Gaussian dropout: y = x (1 + √(rate / (1 − rate)) z) in training, z standard normal; y = x in inference
//! (Srivastava et al. 2014).
//!
//! Backward: dx = dy (1 + √(rate / (1 − rate)) z) with the same z.

use super::{check_rate, record};
use crate::base::{Real, Result};
use crate::kernel::{Draw, Noise, Noisy, Randomness};
use crate::nn::config::{Config, config};
use crate::nn::layer::{Layer, one};
use crate::plan::{Tape, Value};

struct Gaussian;

impl Noisy for Gaussian {
    const NAME: &'static str = "gaussian_dropout";
    const WGSL: &'static str = include_str!("../../../../shaders/noise/gaussian_dropout.wgsl");
    const RANDOMNESS: Randomness = Randomness::Normal;

    #[inline(always)]
    fn f<T: Real>(v: T, r: T, p: &[T; 4]) -> T {
        v * (T::ONE + p[0] * r)
    }
}

/// gaussian_dropout(v, r) = v (1 + p\[0\] r), r standard normal (Srivastava et al. 2014)
pub static NOISE: Noise = Noise::of::<Gaussian>();

/// Keras's `GaussianDropout(rate)`.
#[derive(Clone, Copy, Debug)]
pub struct GaussianDropout {
    rate: f64,
}

impl GaussianDropout {
    /// Multiplies by 1 + √(rate / (1 − rate)) z, 0 ≤ rate < 1: the variance of [`Dropout`](super::Dropout)'s factor.
    pub fn new(rate: f64) -> Self {
        Self { rate }
    }
}

impl Layer for GaussianDropout {
    fn kind(&self) -> &'static str {
        "gaussian_dropout"
    }
    fn call(&self, tape: &mut Tape, inputs: &[Value]) -> Result<Value> {
        let x = one(tape, inputs)?;
        check_rate(tape, self.rate)?;
        let stream = tape.stream();
        if self.rate == 0.0 || !tape.stochastic() {
            return Ok(x);
        }
        let deviation = (self.rate / (1.0 - self.rate)).sqrt();
        let noise = (&NOISE, Draw { stream, below: 0, p: [deviation, 0.0, 0.0, 0.0], spread: None });
        record(tape, x, noise, Some(noise))
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

config! {
    GaussianDropout = "GaussianDropout", Self::new(0.0);
    needs rate;
    ignores "seed";
}
