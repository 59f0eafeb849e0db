//! l = −log c, c = q clipped to \[10⁻⁷, 1 − 10⁻⁷\], q = z\[i, y\[i\]\] / Σⱼ z\[i,j\]; 0 for the ignored class
//!
//! ∇l = (1 − onehot(y) / q) / Σⱼ z where not clipped. From logits: l = −log softmax(z)\[i, y\[i\]\], ∇l = softmax(z) −
//! onehot(y). The class p\[0\] is ignored where p\[1\] is 1.

use super::frame::{Outputs, argmax};
use super::rows::{self, RowLoss, kernel};
use super::{Loss, Operands, held, is_held};
use crate::base::{Error, Real, Result};
use crate::kernel::{AnyKernel, Domain};
use crate::nn::act::Activation;
use crate::nn::config::{Config, config};
use crate::nn::layer::softmax::softmax_row;
use crate::plan::Tape;

/// −log p(label); a label is the number of a class, one a row.
///
/// After a softmax it is computed from the logits, fused and stable.
#[derive(Clone, Copy, Debug, Default)]
pub struct SparseCategoricalCrossentropy {
    from_logits: bool,
    ignore_class: Option<i32>,
}

impl SparseCategoricalCrossentropy {
    /// Of probabilities, no class ignored.
    pub const fn new() -> Self {
        Self { from_logits: false, ignore_class: None }
    }

    /// Whether outputs are logits (of a linear last layer). Default: false.
    pub const fn from_logits(mut self, from_logits: bool) -> Self {
        self.from_logits = from_logits;
        self
    }

    /// A class, or another label such as −1 or 255, whose rows count for nothing: the mean is over the others.
    /// Default: none.
    pub const fn ignore_class(mut self, class: i32) -> Self {
        self.ignore_class = Some(class);
        self
    }

    fn p(&self) -> [f64; 4] {
        self.ignore_class.map_or([0.0; 4], |class| [f64::from(class), 1.0, 0.0, 0.0])
    }
}

impl Loss for SparseCategoricalCrossentropy {
    fn name(&self) -> &'static str {
        Probabilities::NAME
    }
    fn check(&self, _: usize) -> Result<()> {
        match self.ignore_class {
            // Labels are f32.
            Some(class) if class.unsigned_abs() > 1 << 24 => Err(Error::request(
                format!("loss {}: ignore_class", self.name()),
                "a label between −2²⁴ and 2²⁴",
                class,
                "choose a smaller label for what is ignored",
            )),
            _ => Ok(()),
        }
    }
    fn label_width(&self, _: usize) -> usize {
        1
    }
    fn refuse(&self, label: f64, outputs: usize) -> Option<String> {
        let class = label >= 0.0 && label < outputs as f64 && label.fract() == 0.0;
        let ignored = self.ignore_class.is_some_and(|class| label == f64::from(class));
        let or = self.ignore_class.map_or_else(String::new, |class| format!(" (or {class}, which is ignored)"));
        (!class && !ignored).then(|| format!("a class below {outputs}, the outputs of the last layer{or}"))
    }
    fn fuses_with(&self, activation: &Activation) -> bool {
        !self.from_logits && activation.name() == "softmax"
    }
    fn outputs(&self) -> Domain {
        if self.from_logits { Domain::Normal } else { Domain::Positive }
    }
    fn labels(&self, outputs: usize) -> Domain {
        Domain::Labels(outputs as u32)
    }
    fn record(&self, tape: &mut Tape, o: &Operands) -> Result<()> {
        if self.from_logits || o.fused {
            rows::record::<Logits>(self.name(), tape, o, self.p(), 0.0)
        } else {
            rows::record::<Probabilities>(self.name(), tape, o, self.p(), 0.5)
        }
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

const CASES: &[Outputs] = &[
    Outputs::new(5, 2, 1, 1, [0.0; 4]),
    Outputs::new(131, 10, 1, 1, [0.0; 4]),
    Outputs::new(12, 4, 2, 2, [1.0, 1.0, 0.0, 0.0]),
];

/// The class of a label; labels were checked when they were loaded.
fn label_of<T: Real>(y: &[T], n: usize) -> usize {
    (y[0].to_f64() as usize).min(n - 1)
}

fn right<T: Real>(z: &[T], y: &[T]) -> bool {
    argmax(z) as f64 == y[0].to_f64()
}

fn counts<T: Real>(y: &[T], p: &[T; 4]) -> bool {
    p[1] != T::ONE || y[0] != p[0]
}

struct Logits;

impl RowLoss for Logits {
    const NAME: &'static str = "sparse_categorical_crossentropy_logits";
    const WGSL: &'static [&'static str] = &[
        include_str!("../../../shaders/loss/softmax_of.wgsl"),
        include_str!("../../../shaders/loss/sparse_labels.wgsl"),
        include_str!("../../../shaders/loss/sparse_categorical_crossentropy_logits.wgsl"),
    ];
    const LABELS: Domain = Domain::Labels(2);
    const CASES: &'static [Outputs] = CASES;

    fn width(_: usize) -> usize {
        1
    }

    fn row<T: Real>(z: &[T], y: &[T], dz: &mut [T], weight: T, _: &[T; 4]) -> T {
        let label = label_of(y, z.len());
        let (max, log_sum) = softmax_row(z, dz);
        dz[label] -= T::ONE;
        dz.iter_mut().for_each(|v| *v *= weight);
        log_sum - (z[label] - max)
    }

    fn right<T: Real>(_: &Outputs, z: &[T], y: &[T]) -> bool {
        right(z, y)
    }

    fn counts<T: Real>(y: &[T], p: &[T; 4]) -> bool {
        counts(y, p)
    }
}

struct Probabilities;

impl RowLoss for Probabilities {
    const NAME: &'static str = "sparse_categorical_crossentropy";
    const WGSL: &'static [&'static str] = &[
        include_str!("../../../shaders/loss/mass_of.wgsl"),
        include_str!("../../../shaders/loss/held.wgsl"),
        include_str!("../../../shaders/loss/sparse_labels.wgsl"),
        include_str!("../../../shaders/loss/sparse_categorical_crossentropy.wgsl"),
    ];
    const OUTPUTS: Domain = Domain::Positive;
    const LABELS: Domain = Domain::Labels(2);
    const CASES: &'static [Outputs] = CASES;

    fn width(_: usize) -> usize {
        1
    }

    fn row<T: Real>(z: &[T], y: &[T], dz: &mut [T], weight: T, _: &[T; 4]) -> T {
        let label = label_of(y, z.len());
        let mass: T = z.iter().copied().sum();
        let q = z[label] / mass;
        let open = if is_held(q) { T::ZERO } else { weight / mass };
        dz.fill(open);
        dz[label] -= open / q;
        -held(q).ln()
    }

    fn right<T: Real>(_: &Outputs, z: &[T], y: &[T]) -> bool {
        right(z, y)
    }

    fn counts<T: Real>(y: &[T], p: &[T; 4]) -> bool {
        counts(y, p)
    }
}

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&const { kernel::<Probabilities>() }, &const { kernel::<Logits>() }];

config! {
    SparseCategoricalCrossentropy = "SparseCategoricalCrossentropy", Self::default();
    takes from_logits, ignore_class;
    only "reduction" = "sum_over_batch_size", "axis" = (-1);
    ignores "fn";
}
