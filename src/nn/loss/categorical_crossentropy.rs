//! l = −Σⱼ t\[i,j\] log c\[i,j\], c = q clipped to \[10⁻⁷, 1 − 10⁻⁷\], q = z / Σⱼ z, t = y (1 − s) + s / n, s = p\[0\]
//!
//! ∇l = (g − Σⱼ g q) / Σⱼ z, g = −t / c where not clipped. From logits: l = −Σⱼ t log softmax(z), ∇l = softmax(z) Σⱼ t − t.

use super::frame::Outputs;
use super::rows::{self, EVERY_ROW, RIGHT_ROW, RowLoss, kernel};
use super::{Loss, Operands, check_smoothing, held, is_held};
use crate::base::{Real, Result};
use crate::kernel::{AnyKernel, Domain};
use crate::nn::act::Activation;
use crate::nn::config::{Config, config};
use crate::nn::layer::softmax::softmax_row;
use crate::plan::Tape;

/// −Σ t log p over the classes; a label is a row of probabilities, one a class.
///
/// After a softmax it is computed from the logits, fused and stable.
#[derive(Clone, Copy, Debug, Default)]
pub struct CategoricalCrossentropy {
    from_logits: bool,
    label_smoothing: f64,
}

impl CategoricalCrossentropy {
    /// Of probabilities, without smoothing.
    pub const fn new() -> Self {
        Self { from_logits: false, label_smoothing: 0.0 }
    }

    /// Whether outputs are logits (of a linear last layer). Default: false.
    pub const fn from_logits(mut self, from_logits: bool) -> Self {
        self.from_logits = from_logits;
        self
    }

    /// s: labels become y (1 − s) + s / classes, 0 ≤ s < 1 (Szegedy et al. 2016). Default: 0.
    pub const fn label_smoothing(mut self, label_smoothing: f64) -> Self {
        self.label_smoothing = label_smoothing;
        self
    }
}

impl Loss for CategoricalCrossentropy {
    fn name(&self) -> &'static str {
        Probabilities::NAME
    }
    fn check(&self, _: usize) -> Result<()> {
        check_smoothing(self.name(), self.label_smoothing)
    }
    fn fuses_with(&self, activation: &Activation) -> bool {
        !self.from_logits && activation.name() == "softmax"
    }
    fn outputs(&self) -> Domain {
        if self.from_logits { Domain::Normal } else { Domain::Positive }
    }
    fn labels(&self, outputs: usize) -> Domain {
        Domain::Probabilities(outputs)
    }
    fn record(&self, tape: &mut Tape, o: &Operands) -> Result<()> {
        let p = [self.label_smoothing, 0.0, 0.0, 0.0];
        if self.from_logits || o.fused {
            rows::record::<Logits>(self.name(), tape, o, p, 0.0)
        } else {
            rows::record::<Probabilities>(self.name(), tape, o, p, 0.5)
        }
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

const CASES: &[Outputs] = &[
    Outputs::new(5, 2, 1, 1, [0.0; 4]),
    Outputs::new(131, 10, 1, 1, [0.1, 0.0, 0.0, 0.0]),
    Outputs::new(12, 4, 2, 2, [0.0; 4]),
];

pub(super) fn smoothed<T: Real>(y: T, s: T, n: usize) -> T {
    y * (T::ONE - s) + s / T::of(n as f64)
}

struct Logits;

impl RowLoss for Logits {
    const NAME: &'static str = "categorical_crossentropy_logits";
    const WGSL: &'static [&'static str] = &[
        include_str!("../../../shaders/loss/softmax_of.wgsl"),
        include_str!("../../../shaders/loss/categorical_crossentropy_logits.wgsl"),
        EVERY_ROW,
        RIGHT_ROW,
    ];
    const LABELS: Domain = Domain::Positive;
    const CASES: &'static [Outputs] = CASES;

    fn row<T: Real>(z: &[T], y: &[T], dz: &mut [T], weight: T, p: &[T; 4]) -> T {
        let (max, log_sum) = softmax_row(z, dz);
        let t = |y: &T| smoothed(*y, p[0], z.len());
        let mass: T = y.iter().map(t).sum();
        let mut loss = T::ZERO;
        for ((z, y), dz) in z.iter().zip(y).zip(dz) {
            loss += t(y) * (log_sum - (*z - max));
            *dz = weight * (*dz * mass - t(y));
        }
        loss
    }
}

struct Probabilities;

impl RowLoss for Probabilities {
    const NAME: &'static str = "categorical_crossentropy";
    const WGSL: &'static [&'static str] = &[
        include_str!("../../../shaders/loss/mass_of.wgsl"),
        include_str!("../../../shaders/loss/held.wgsl"),
        include_str!("../../../shaders/loss/categorical_crossentropy.wgsl"),
        EVERY_ROW,
        RIGHT_ROW,
    ];
    const OUTPUTS: Domain = Domain::Positive;
    const LABELS: Domain = Domain::Positive;
    const CASES: &'static [Outputs] = CASES;

    fn row<T: Real>(z: &[T], y: &[T], dz: &mut [T], weight: T, p: &[T; 4]) -> T {
        let mass: T = z.iter().copied().sum();
        let (mut loss, mut along) = (T::ZERO, T::ZERO);
        for ((v, y), dz) in z.iter().zip(y).zip(dz.iter_mut()) {
            let (q, t) = (*v / mass, smoothed(*y, p[0], z.len()));
            loss -= t * held(q).ln();
            *dz = if is_held(q) { T::ZERO } else { -t / q };
            along += *dz * q;
        }
        dz.iter_mut().for_each(|g| *g = weight * (*g - along) / mass);
        loss
    }
}

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&const { kernel::<Probabilities>() }, &const { kernel::<Logits>() }];

config! {
    CategoricalCrossentropy = "CategoricalCrossentropy", Self::default();
    takes from_logits, label_smoothing;
    only "reduction" = "sum_over_batch_size", "axis" = (-1);
    ignores "fn";
}
