//! Alpha dropout: y = a (x where kept, else α′) + b in training, y = x in inference (Klambauer et al. 2017,
//! arXiv:1706.02515).
//!
//! α′ = −αλ is what SELU tends to; a and b keep mean 0 and variance 1. Backward: dx = a dy where kept, else 0: dropout's
//! formula with the same mask.

use super::dropout::{self, draw};
use super::{check_rate, record};
use crate::base::{Real, Result};
use crate::kernel::{Draw, Noise, Noisy, Randomness};
use crate::nn::config::{Config, config};
use crate::nn::layer::{Layer, one};
use crate::plan::{Tape, Value};

struct Alpha;

impl Noisy for Alpha {
    const NAME: &'static str = "alpha_dropout";
    const WGSL: &'static str = include_str!("../../../../shaders/noise/alpha_dropout.wgsl");
    const RANDOMNESS: Randomness = Randomness::Kept;

    #[inline(always)]
    fn f<T: Real>(v: T, r: T, p: &[T; 4]) -> T {
        p[0] * (if r > T::of(0.5) { v } else { p[1] }) + p[2]
    }
}

/// alpha_dropout(v, r) = p\[0\] (v where r = 1, p\[1\] where r = 0) + p\[2\] (Klambauer et al. 2017, arXiv:1706.02515)
pub static NOISE: Noise = Noise::of::<Alpha>();

/// α λ of SELU.
const ALPHA_SCALE: f64 = 1.673_263_242_354_377_2 * 1.050_700_987_355_480_5;

/// a, α′ and b for a rate.
pub fn parameters(rate: f64) -> [f64; 4] {
    let low = -ALPHA_SCALE;
    let a = ((1.0 - rate) * (1.0 + rate * low * low)).sqrt().recip();
    [a, low, -a * low * rate, 0.0]
}

fn drop(tape: &mut Tape, inputs: &[Value], rate: f64, always: bool) -> Result<Value> {
    let x = one(tape, inputs)?;
    check_rate(tape, rate)?;
    let stream = tape.stream();
    if rate == 0.0 || !(always || tape.stochastic()) {
        return Ok(x);
    }
    let p = parameters(rate);
    let mask = draw(stream, rate, p[0], None);
    record(tape, x, (&NOISE, Draw { p, ..mask }), Some((&dropout::NOISE, mask)))
}

/// Keras's `AlphaDropout(rate)`: for self-normalising nets.
#[derive(Clone, Copy, Debug)]
pub struct AlphaDropout {
    rate: f64,
}

impl AlphaDropout {
    /// Drops each number with probability `rate`, 0 ≤ rate < 1.
    pub fn new(rate: f64) -> Self {
        Self { rate }
    }
}

impl Layer for AlphaDropout {
    fn kind(&self) -> &'static str {
        "alpha_dropout"
    }
    fn call(&self, tape: &mut Tape, inputs: &[Value]) -> Result<Value> {
        drop(tape, inputs, self.rate, false)
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

/// Monte Carlo alpha dropout: [`AlphaDropout`] that drops in inference too.
#[derive(Clone, Copy, Debug)]
pub struct McAlphaDropout {
    rate: f64,
}

impl McAlphaDropout {
    /// Drops each number with probability `rate`, 0 ≤ rate < 1.
    pub fn new(rate: f64) -> Self {
        Self { rate }
    }
}

impl Layer for McAlphaDropout {
    fn kind(&self) -> &'static str {
        "mc_alpha_dropout"
    }
    fn call(&self, tape: &mut Tape, inputs: &[Value]) -> Result<Value> {
        drop(tape, inputs, self.rate, true)
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

config! {
    AlphaDropout = "AlphaDropout", Self::new(0.0);
    needs rate;
    only "noise_shape" = null;
    ignores "seed";
}

config! {
    McAlphaDropout = "MCAlphaDropout" (OWN), Self::new(0.0);
    needs rate;
}
