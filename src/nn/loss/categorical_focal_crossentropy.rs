//! l = Σⱼ focal(q\[i,j\], t\[i,j\]), q = z / Σⱼ z, t = y (1 − s) + s / n, s = p\[0\]; focal(q, t) = −α t (1 − c)ᵞ log c, c = q clipped, γ = p\[1\], α = p\[2\] (Lin et al. 2018)
//!
//! ∇l = (g − Σⱼ g q) / Σⱼ z, g the slope, 0 where clipped. From logits: q = softmax(z), ∇l = q (g − Σⱼ g q).

use super::binary_focal_crossentropy::check_focus;
use super::categorical_crossentropy::smoothed;
use super::frame::Outputs;
use super::rows::{self, EVERY_ROW, RIGHT_ROW, RowLoss, kernel};
use super::{Loss, Operands, held, is_held};
use crate::base::{Real, Result};
use crate::kernel::{AnyKernel, Domain};
use crate::nn::config::{Config, config};
use crate::nn::layer::softmax::softmax_row;
use crate::plan::Tape;

/// Categorical cross-entropy in which what is predicted well already counts less (Lin et al. 2018, arXiv:1708.02002).
#[derive(Clone, Copy, Debug)]
pub struct CategoricalFocalCrossentropy {
    alpha: f64,
    gamma: f64,
    from_logits: bool,
    label_smoothing: f64,
}

impl CategoricalFocalCrossentropy {
    /// α = 0.25, γ = 2, of probabilities, without smoothing.
    pub const fn new() -> Self {
        Self { alpha: 0.25, gamma: 2.0, from_logits: false, label_smoothing: 0.0 }
    }

    /// Factor of the whole loss, 0 ≤ α ≤ 1. Default: 0.25.
    pub const fn alpha(mut self, alpha: f64) -> Self {
        self.alpha = alpha;
        self
    }

    /// How much less, ≥ 0; 0 is the plain cross-entropy times α. Default: 2.
    pub const fn gamma(mut self, gamma: f64) -> Self {
        self.gamma = gamma;
        self
    }

    /// Whether outputs are logits (of a linear last layer). Default: false.
    pub const fn from_logits(mut self, from_logits: bool) -> Self {
        self.from_logits = from_logits;
        self
    }

    /// s: labels become y (1 − s) + s / classes, 0 ≤ s < 1. Default: 0.
    pub const fn label_smoothing(mut self, label_smoothing: f64) -> Self {
        self.label_smoothing = label_smoothing;
        self
    }
}

impl Default for CategoricalFocalCrossentropy {
    fn default() -> Self {
        Self::new()
    }
}

impl Loss for CategoricalFocalCrossentropy {
    fn name(&self) -> &'static str {
        Probabilities::NAME
    }
    fn check(&self, _: usize) -> Result<()> {
        check_focus(self.name(), self.alpha, self.gamma, self.label_smoothing)
    }
    fn outputs(&self) -> Domain {
        if self.from_logits { Domain::Normal } else { Domain::Positive }
    }
    fn labels(&self, outputs: usize) -> Domain {
        Domain::Probabilities(outputs)
    }
    fn record(&self, tape: &mut Tape, o: &Operands) -> Result<()> {
        let p = [self.label_smoothing, self.gamma, self.alpha, 0.0];
        if self.from_logits {
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
    Outputs::new(5, 2, 1, 1, [0.0, 2.0, 0.25, 0.0]),
    Outputs::new(131, 10, 1, 1, [0.1, 3.0, 0.5, 0.0]),
    Outputs::new(12, 4, 2, 2, [0.0, 0.0, 1.0, 0.0]),
];

fn focal<T: Real>(q: T, t: T, p: &[T; 4]) -> T {
    -p[2] * t * held(T::ONE - q).powf(p[1]) * held(q).ln()
}

fn focal_slope<T: Real>(q: T, t: T, p: &[T; 4]) -> T {
    if is_held(q) {
        return T::ZERO;
    }
    let rest = held(T::ONE - q);
    p[2] * t * (p[1] * rest.powf(p[1] - T::ONE) * q.ln() - rest.powf(p[1]) / q)
}

/// The loss of a row of shares q, which `dz` holds; the gradient by z takes their place, `steep(q)` (g − Σ g q).
fn row<T: Real>(y: &[T], dz: &mut [T], p: &[T; 4], steep: impl Fn(T) -> T) -> T {
    let n = y.len();
    let (mut loss, mut along) = (T::ZERO, T::ZERO);
    for (q, y) in dz.iter().zip(y) {
        let t = smoothed(*y, p[0], n);
        loss += focal(*q, t, p);
        along += focal_slope(*q, t, p) * *q;
    }
    for (q, y) in dz.iter_mut().zip(y) {
        *q = steep(*q) * (focal_slope(*q, smoothed(*y, p[0], n), p) - along);
    }
    loss
}

struct Logits;

impl RowLoss for Logits {
    const NAME: &'static str = "categorical_focal_crossentropy_logits";
    const WGSL: &'static [&'static str] = &[
        include_str!("../../../shaders/loss/softmax_of.wgsl"),
        include_str!("../../../shaders/loss/held.wgsl"),
        include_str!("../../../shaders/loss/focal_term.wgsl"),
        include_str!("../../../shaders/loss/categorical_focal_crossentropy_logits.wgsl"),
        EVERY_ROW,
        RIGHT_ROW,
    ];
    const LABELS: Domain = Domain::Positive;
    const CASES: &'static [Outputs] = CASES;

    fn row<T: Real>(z: &[T], y: &[T], dz: &mut [T], weight: T, p: &[T; 4]) -> T {
        softmax_row(z, dz);
        row(y, dz, p, |q| weight * q)
    }
}

struct Probabilities;

impl RowLoss for Probabilities {
    const NAME: &'static str = "categorical_focal_crossentropy";
    const WGSL: &'static [&'static str] = &[
        include_str!("../../../shaders/loss/mass_of.wgsl"),
        include_str!("../../../shaders/loss/held.wgsl"),
        include_str!("../../../shaders/loss/focal_term.wgsl"),
        include_str!("../../../shaders/loss/categorical_focal_crossentropy.wgsl"),
        EVERY_ROW,
        RIGHT_ROW,
    ];
    const OUTPUTS: Domain = Domain::Positive;
    const LABELS: Domain = Domain::Positive;
    const CASES: &'static [Outputs] = CASES;

    fn row<T: Real>(z: &[T], y: &[T], dz: &mut [T], weight: T, p: &[T; 4]) -> T {
        let mass: T = z.iter().copied().sum();
        dz.iter_mut().zip(z).for_each(|(q, z)| *q = *z / mass);
        row(y, dz, p, |_| weight / mass)
    }
}

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&const { kernel::<Probabilities>() }, &const { kernel::<Logits>() }];

config! {
    CategoricalFocalCrossentropy = "CategoricalFocalCrossentropy", Self::default();
    takes alpha, gamma, from_logits, label_smoothing;
    only "reduction" = "sum_over_batch_size", "axis" = (-1);
    ignores "fn";
}
