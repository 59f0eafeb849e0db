//! binary_focal_crossentropy(z, y) = a (1 − q)ᵞ bce(z, t), q = t z + (1 − t)(1 − z), t smoothed by p\[0\], γ = p\[1\], a = α t + (1 − α)(1 − t), α = p\[2\], or 1 where p\[3\] is 0 (Lin et al. 2018)

use super::binary_crossentropy::{Probabilities as Bce, smoothed};
use super::pointwise::{self, PointwiseLoss, kernel};
use super::{Loss, Operands, check, check_smoothing};
use crate::base::{Real, Result};
use crate::kernel::{AnyKernel, Domain};
use crate::nn::config::{Config, config};
use crate::plan::Tape;

/// Binary cross-entropy in which what is predicted well already counts less (Lin et al. 2018, arXiv:1708.02002).
#[derive(Clone, Copy, Debug)]
pub struct BinaryFocalCrossentropy {
    apply_class_balancing: bool,
    alpha: f64,
    gamma: f64,
    from_logits: bool,
    label_smoothing: f64,
}

impl BinaryFocalCrossentropy {
    /// γ = 2, no class balancing (α = 0.25 where it is), of probabilities, without smoothing.
    pub const fn new() -> Self {
        Self { apply_class_balancing: false, alpha: 0.25, gamma: 2.0, from_logits: false, label_smoothing: 0.0 }
    }

    /// Whether the class 1 weighs α and the class 0 1 − α. Default: false.
    pub const fn apply_class_balancing(mut self, apply_class_balancing: bool) -> Self {
        self.apply_class_balancing = apply_class_balancing;
        self
    }

    /// Weight of the class 1, 0 ≤ α ≤ 1. Default: 0.25.
    pub const fn alpha(mut self, alpha: f64) -> Self {
        self.alpha = alpha;
        self
    }

    /// How much less, ≥ 0; 0 is the plain cross-entropy. Default: 2.
    pub const fn gamma(mut self, gamma: f64) -> Self {
        self.gamma = gamma;
        self
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

    fn p(&self) -> [f64; 4] {
        [self.label_smoothing, self.gamma, self.alpha, f64::from(u8::from(self.apply_class_balancing))]
    }
}

impl Default for BinaryFocalCrossentropy {
    fn default() -> Self {
        Self::new()
    }
}

/// Checks the options both focal losses have.
pub(super) fn check_focus(loss: &str, alpha: f64, gamma: f64, smoothing: f64) -> Result<()> {
    check(loss, "alpha", alpha, (0.0..=1.0).contains(&alpha), "in 0 ≤ alpha ≤ 1")?;
    check(loss, "gamma", gamma, gamma >= 0.0, "≥ 0")?;
    check_smoothing(loss, smoothing)
}

impl Loss for BinaryFocalCrossentropy {
    fn name(&self) -> &'static str {
        Probabilities::NAME
    }
    fn check(&self, _: usize) -> Result<()> {
        check_focus(self.name(), self.alpha, self.gamma, self.label_smoothing)
    }
    fn outputs(&self) -> Domain {
        if self.from_logits { Domain::Normal } else { Domain::Positive }
    }
    fn labels(&self, _: usize) -> Domain {
        Domain::Labels(2)
    }
    fn record(&self, tape: &mut Tape, o: &Operands) -> Result<()> {
        if self.from_logits {
            pointwise::record(&Logits(self.p()), tape, o)
        } else {
            pointwise::record(&Probabilities(self.p()), tape, o)
        }
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

/// t, 1 − q and the class's weight.
fn parts<T: Real>(z: T, y: T, p: &[T; 4]) -> [T; 3] {
    let t = smoothed(y, p[0]);
    let balance = if p[3] == T::ONE { p[2] * t + (T::ONE - p[2]) * (T::ONE - t) } else { T::ONE };
    [t, T::ONE - (t * z + (T::ONE - t) * (T::ONE - z)), balance]
}

struct Probabilities([f64; 4]);

impl PointwiseLoss for Probabilities {
    const NAME: &'static str = "binary_focal_crossentropy";
    const WGSL: &'static str = concat!(
        include_str!("../../../shaders/loss/binary_crossentropy.wgsl"),
        include_str!("../../../shaders/loss/binary_focal_crossentropy.wgsl")
    );
    const OUTPUTS: Domain = Domain::Positive;
    const LABELS: Domain = Domain::Labels(2);
    const TRIED: [f64; 4] = [0.1, 2.0, 0.25, 1.0];

    fn p(&self) -> [f64; 4] {
        self.0
    }

    fn f<T: Real>(z: T, y: T, p: &[T; 4]) -> T {
        let [t, rest, balance] = parts(z, y, p);
        balance * rest.powf(p[1]) * Bce::f(z, t, &[T::ZERO; 4])
    }

    fn slope<T: Real>(z: T, y: T, p: &[T; 4]) -> T {
        let [t, rest, balance] = parts(z, y, p);
        let (two, plain) = (T::of(2.0), [T::ZERO; 4]);
        let focus = if p[1] == T::ZERO {
            T::ZERO
        } else {
            -p[1] * rest.powf(p[1] - T::ONE) * (two * t - T::ONE) * Bce::f(z, t, &plain)
        };
        balance * (focus + rest.powf(p[1]) * Bce::slope(z, t, &plain))
    }
}

struct Logits([f64; 4]);

impl PointwiseLoss for Logits {
    const NAME: &'static str = "binary_focal_crossentropy_logits";
    const WGSL: &'static str = concat!(
        include_str!("../../../shaders/loss/binary_crossentropy.wgsl"),
        include_str!("../../../shaders/loss/binary_focal_crossentropy.wgsl"),
        include_str!("../../../shaders/loss/binary_focal_crossentropy_logits.wgsl")
    );
    const LABELS: Domain = Domain::Labels(2);
    const TRIED: [f64; 4] = [0.0, 2.0, 0.25, 0.0];

    fn p(&self) -> [f64; 4] {
        self.0
    }

    fn cut(&self) -> (f64, f64) {
        (0.0, 1.0)
    }

    fn f<T: Real>(z: T, y: T, p: &[T; 4]) -> T {
        Probabilities::f(z.sigmoid(), y, p)
    }

    fn slope<T: Real>(z: T, y: T, p: &[T; 4]) -> T {
        let s = z.sigmoid();
        Probabilities::slope(s, y, p) * s * (T::ONE - s)
    }
}

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&const { kernel::<Probabilities>() }, &const { kernel::<Logits>() }];

config! {
    BinaryFocalCrossentropy = "BinaryFocalCrossentropy", Self::default();
    takes apply_class_balancing, alpha, gamma, from_logits, label_smoothing;
    only "reduction" = "sum_over_batch_size", "axis" = (-1);
    ignores "fn";
}
