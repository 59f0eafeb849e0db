//! Dropout: y = x · mask / (1 − rate) in training, y = x in inference (Srivastava et al. 2014).
//!
//! Backward: dx = dy · mask / (1 − rate) with the same mask.

use super::{check_rate, record};
use crate::base::{Real, Result};
use crate::kernel::noise::drop_threshold;
use crate::kernel::{Draw, Noise, Noisy, Randomness, Spread};
use crate::nn::config::{Config, config};
use crate::nn::layer::{Layer, one};
use crate::plan::{Tape, Value};

struct Mask;

impl Noisy for Mask {
    const NAME: &'static str = "dropout";
    const WGSL: &'static str = include_str!("../../../../shaders/noise/dropout.wgsl");
    const RANDOMNESS: Randomness = Randomness::Kept;

    #[inline(always)]
    fn f<T: Real>(v: T, r: T, p: &[T; 4]) -> T {
        if r > T::of(0.5) { v * p[0] } else { T::ZERO }
    }
}

/// dropout(v, r) = v p\[0\] where r = 1, 0 where r = 0 (Srivastava et al. 2014)
pub static NOISE: Noise = Noise::of::<Mask>();

/// The draw that drops `rate` of the numbers and multiplies the others by `factor`.
pub(super) fn draw(stream: u32, rate: f64, factor: f64, spread: Option<Spread>) -> Draw {
    Draw { stream, below: drop_threshold(rate), p: [factor, 0.0, 0.0, 0.0], spread }
}

/// Records inverted dropout, in training or, where `always`, in inference too.
pub(super) fn drop(tape: &mut Tape, x: Value, rate: f64, spread: Option<Spread>, always: bool) -> Result<Value> {
    check_rate(tape, rate)?;
    let stream = tape.stream();
    if rate == 0.0 || !(always || tape.stochastic()) {
        return Ok(x);
    }
    let mask = (&NOISE, draw(stream, rate, 1.0 / (1.0 - rate), spread));
    record(tape, x, mask, Some(mask))
}

/// Keras's `Dropout(rate)`: inverted dropout.
#[derive(Clone, Copy, Debug)]
pub struct Dropout {
    rate: f64,
}

impl Dropout {
    /// Drops each number with probability `rate`, 0 ≤ rate < 1.
    pub fn new(rate: f64) -> Self {
        Self { rate }
    }
}

impl Layer for Dropout {
    fn kind(&self) -> &'static str {
        "dropout"
    }
    fn call(&self, tape: &mut Tape, inputs: &[Value]) -> Result<Value> {
        let x = one(tape, inputs)?;
        drop(tape, x, self.rate, None, false)
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

/// Monte Carlo dropout: [`Dropout`] that drops in inference too (Gal & Ghahramani 2016, arXiv:1506.02142).
#[derive(Clone, Copy, Debug)]
pub struct McDropout {
    rate: f64,
}

impl McDropout {
    /// Drops each number with probability `rate`, 0 ≤ rate < 1.
    pub fn new(rate: f64) -> Self {
        Self { rate }
    }
}

impl Layer for McDropout {
    fn kind(&self) -> &'static str {
        "mc_dropout"
    }
    fn call(&self, tape: &mut Tape, inputs: &[Value]) -> Result<Value> {
        let x = one(tape, inputs)?;
        drop(tape, x, self.rate, None, true)
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

config! {
    Dropout = "Dropout", Self::new(0.0);
    needs rate;
    only "noise_shape" = null;
    ignores "seed";
}

config! {
    McDropout = "MCDropout" (OWN), Self::new(0.0);
    needs rate;
}
