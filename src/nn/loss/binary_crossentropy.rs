//! binary_crossentropy(z, y) = −t log c − (1 − t) log(1 − c), c = z clipped to \[10⁻⁷, 1 − 10⁻⁷\], t = y (1 − s) + ½ s, s = p\[0\]
//!
//! From logits: binary_crossentropy_logits(z, y) = max(z, 0) − z t + log(1 + e^−|z|).

use super::pointwise::{self, PointwiseLoss, kernel};
use super::{Loss, Operands, check_smoothing, held, is_held};
use crate::base::{Real, Result};
use crate::kernel::{AnyKernel, Domain};
use crate::nn::act::Activation;
use crate::nn::config::{Config, config};
use crate::plan::Tape;

/// −t log p − (1 − t) log(1 − p) averaged over the outputs: each is a class of its own, labels are 0 or 1 or between.
///
/// After a sigmoid it is computed from the logits, fused and stable.
#[derive(Clone, Copy, Debug, Default)]
pub struct BinaryCrossentropy {
    from_logits: bool,
    label_smoothing: f64,
}

impl BinaryCrossentropy {
    /// Of probabilities, without smoothing.
    pub const fn new() -> Self {
        Self { from_logits: false, label_smoothing: 0.0 }
    }

    /// Whether outputs are logits (of a linear last layer). Default: false.
    pub const fn from_logits(mut self, from_logits: bool) -> Self {
        self.from_logits = from_logits;
        self
    }

    /// s: labels become y (1 − s) + s / 2, 0 ≤ s < 1. Default: 0.
    pub const fn label_smoothing(mut self, label_smoothing: f64) -> Self {
        self.label_smoothing = label_smoothing;
        self
    }
}

impl Loss for BinaryCrossentropy {
    fn name(&self) -> &'static str {
        Probabilities::NAME
    }
    fn check(&self, _: usize) -> Result<()> {
        check_smoothing(self.name(), self.label_smoothing)
    }
    fn fuses_with(&self, activation: &Activation) -> bool {
        !self.from_logits && activation.name() == "sigmoid"
    }
    fn outputs(&self) -> Domain {
        if self.from_logits { Domain::Normal } else { Domain::Positive }
    }
    fn labels(&self, _: usize) -> Domain {
        Domain::Positive
    }
    fn record(&self, tape: &mut Tape, o: &Operands) -> Result<()> {
        if self.from_logits || o.fused {
            pointwise::record(&Logits(self.label_smoothing), tape, o)
        } else {
            pointwise::record(&Probabilities(self.label_smoothing), tape, o)
        }
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

pub(super) fn smoothed<T: Real>(y: T, s: T) -> T {
    y * (T::ONE - s) + T::of(0.5) * s
}

pub(super) struct Probabilities(f64);

impl PointwiseLoss for Probabilities {
    const NAME: &'static str = "binary_crossentropy";
    const WGSL: &'static str = include_str!("../../../shaders/loss/binary_crossentropy.wgsl");
    const OUTPUTS: Domain = Domain::Positive;
    const LABELS: Domain = Domain::Positive;
    const TRIED: [f64; 4] = [0.1, 0.0, 0.0, 0.0];

    fn p(&self) -> [f64; 4] {
        [self.0, 0.0, 0.0, 0.0]
    }

    #[inline(always)]
    fn f<T: Real>(z: T, y: T, p: &[T; 4]) -> T {
        let t = smoothed(y, p[0]);
        -t * held(z).ln() - (T::ONE - t) * held(T::ONE - z).ln()
    }

    #[inline(always)]
    fn slope<T: Real>(z: T, y: T, p: &[T; 4]) -> T {
        let t = smoothed(y, p[0]);
        if is_held(z) { T::ZERO } else { (T::ONE - t) / held(T::ONE - z) - t / z }
    }
}

struct Logits(f64);

impl PointwiseLoss for Logits {
    const NAME: &'static str = "binary_crossentropy_logits";
    const WGSL: &'static str = include_str!("../../../shaders/loss/binary_crossentropy_logits.wgsl");
    const LABELS: Domain = Domain::Positive;
    const TRIED: [f64; 4] = [0.1, 0.0, 0.0, 0.0];

    fn p(&self) -> [f64; 4] {
        [self.0, 0.0, 0.0, 0.0]
    }

    fn cut(&self) -> (f64, f64) {
        (0.0, 1.0)
    }

    #[inline(always)]
    fn f<T: Real>(z: T, y: T, p: &[T; 4]) -> T {
        let above = if z < T::ZERO { T::ZERO } else { z };
        above - z * smoothed(y, p[0]) + (-z.abs()).exp().ln_1p()
    }

    #[inline(always)]
    fn slope<T: Real>(z: T, y: T, p: &[T; 4]) -> T {
        z.sigmoid() - smoothed(y, p[0])
    }
}

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&const { kernel::<Probabilities>() }, &const { kernel::<Logits>() }];

config! {
    BinaryCrossentropy = "BinaryCrossentropy", Self::default();
    takes from_logits, label_smoothing;
    only "reduction" = "sum_over_batch_size", "axis" = (-1);
    ignores "fn";
}
