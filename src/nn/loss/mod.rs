//! Losses: one dispatch gives the gradient of a batch's mean loss and adds to the running totals.
//!
//! A new one is a page here, its twin under `shaders/loss/`, and a line in the list below. Losses of one output and its
//! label are [`PointwiseLoss`]es, those of a row of outputs [`RowLoss`]es.

pub mod frame;
pub mod pointwise;
pub mod rows;

/// Declares the pages and their losses; the line is the registration.
macro_rules! losses {
    ($($page:ident::$loss:ident),* $(,)?) => {
        $(pub mod $page; pub use $page::$loss;)*
        /// The kernels of this folder, page by page.
        pub static KERNELS: &[&[&dyn crate::kernel::AnyKernel]] = &[frame::KERNELS, $($page::KERNELS),*];
        /// Every loss with its defaults.
        pub fn all() -> Vec<Arc<dyn Loss>> {
            vec![$(Arc::new($loss::default())),*]
        }
    };
}

losses! {
    binary_crossentropy::BinaryCrossentropy,
    binary_focal_crossentropy::BinaryFocalCrossentropy,
    categorical_crossentropy::CategoricalCrossentropy,
    categorical_focal_crossentropy::CategoricalFocalCrossentropy,
    categorical_hinge::CategoricalHinge,
    contrastive::Contrastive,
    cosine_similarity::CosineSimilarity,
    hinge::Hinge,
    huber::Huber,
    kl_divergence::KlDivergence,
    log_cosh::LogCosh,
    mean_absolute_error::MeanAbsoluteError,
    mean_absolute_percentage_error::MeanAbsolutePercentageError,
    mean_squared_error::MeanSquaredError,
    mean_squared_logarithmic_error::MeanSquaredLogarithmicError,
    poisson::Poisson,
    sparse_categorical_crossentropy::SparseCategoricalCrossentropy,
    squared_hinge::SquaredHinge,
    triplet::Triplet,
}

pub use frame::{BATCH_LOSS, TOTALS, value_of};
pub use pointwise::{Over, PointwiseLoss};
pub use rows::RowLoss;

use super::act::Activation;
use crate::base::{Error, Result};
use crate::kernel::Domain;
use crate::nn::config::{Config, classes};
use crate::nn::words;
use crate::plan::{Tape, Value};
use std::sync::Arc;

classes! { Loss, "loss", "keras.losses":
    BinaryCrossentropy, BinaryFocalCrossentropy, CategoricalCrossentropy, CategoricalFocalCrossentropy, CategoricalHinge,
    Contrastive, CosineSimilarity, Hinge, Huber, KlDivergence, LogCosh, MeanAbsoluteError, MeanAbsolutePercentageError,
    MeanSquaredError, MeanSquaredLogarithmicError, Poisson, SparseCategoricalCrossentropy, SquaredHinge, Triplet,
}

/// ε of Keras's losses and metrics: what keeps logarithms and quotients finite.
pub const EPSILON: f64 = 1e-7;

/// What a loss is recorded on.
#[derive(Clone, Copy, Debug)]
pub struct Operands {
    /// Outputs of the model, [batch, …, n]; what its last activation takes, where the loss fuses with it.
    pub z: Value,
    /// Labels, [`Loss::label_width`] numbers for each row of outputs.
    pub y: Value,
    /// Weights of the samples, \[batch\].
    pub w: Value,
    /// The running totals, [`TOTALS`] numbers.
    pub totals: Value,
    /// Whether the last activation is left to the loss: z are logits.
    pub fused: bool,
}

/// What training lowers: the mean over a batch's rows of outputs of a loss, weighted by sample.
///
/// As Keras's `sum_over_batch_size`, the mean is the sum of weight times loss over the number of rows, whatever the
/// weights. Rows are the samples, or, of outputs [batch, positions, n], the positions of each.
pub trait Loss: Send + Sync {
    /// The Keras name.
    fn name(&self) -> &'static str;

    /// Checks the options, for a model of `outputs` outputs a row.
    ///
    /// # Errors
    /// An option outside its range, with the range.
    fn check(&self, outputs: usize) -> Result<()> {
        let _ = outputs;
        Ok(())
    }

    /// Numbers a label takes for `outputs` outputs.
    fn label_width(&self, outputs: usize) -> usize {
        outputs
    }

    /// What would be right instead of this label; `None` where it can be taken. Asked of one-number labels only.
    fn refuse(&self, label: f64, outputs: usize) -> Option<String> {
        let _ = (label, outputs);
        None
    }

    /// Whether, after this last activation, the loss is computed from what the activation takes: fused and stable.
    fn fuses_with(&self, activation: &Activation) -> bool {
        let _ = activation;
        false
    }

    /// What outputs look like, for the walkers.
    fn outputs(&self) -> Domain {
        Domain::Normal
    }

    /// What labels look like for `outputs` outputs, for the walkers.
    fn labels(&self, outputs: usize) -> Domain;

    /// Records the loss: its gradient by the outputs is their first, the totals grow.
    ///
    /// # Errors
    /// Outputs that are not [batch, …, n], labels of another shape.
    fn record(&self, tape: &mut Tape, operands: &Operands) -> Result<()>;

    /// Class and fields, for files.
    ///
    /// # Errors
    /// One of your own, which no file has a word for.
    fn config(&self) -> Result<Config> {
        Config::none("loss", self.name())
    }
}

impl Loss for Arc<dyn Loss> {
    fn name(&self) -> &'static str {
        (**self).name()
    }
    fn check(&self, outputs: usize) -> Result<()> {
        (**self).check(outputs)
    }
    fn label_width(&self, outputs: usize) -> usize {
        (**self).label_width(outputs)
    }
    fn refuse(&self, label: f64, outputs: usize) -> Option<String> {
        (**self).refuse(label, outputs)
    }
    fn fuses_with(&self, activation: &Activation) -> bool {
        (**self).fuses_with(activation)
    }
    fn outputs(&self) -> Domain {
        (**self).outputs()
    }
    fn labels(&self, outputs: usize) -> Domain {
        (**self).labels(outputs)
    }
    fn record(&self, tape: &mut Tape, operands: &Operands) -> Result<()> {
        (**self).record(tape, operands)
    }
    fn config(&self) -> Result<Config> {
        (**self).config()
    }
}

/// Keras's short names.
const SHORT: [(&str, &str); 6] = [
    ("bce", "binary_crossentropy"),
    ("kld", "kl_divergence"),
    ("mae", "mean_absolute_error"),
    ("mape", "mean_absolute_percentage_error"),
    ("mse", "mean_squared_error"),
    ("msle", "mean_squared_logarithmic_error"),
];

/// The loss of this Keras name with its defaults: `mean_squared_error`, `MeanSquaredError`, `mse` or `MSE`.
///
/// # Errors
/// An unknown name, with those there are and the nearest one.
pub fn named(name: &str) -> Result<Arc<dyn Loss>> {
    let all = all();
    let at = words::place(name, all.iter().map(|l| l.name()), SHORT.iter().copied());
    at.map(|i| all[i].clone())
        .ok_or_else(|| Error::unknown("loss", name, &all.iter().map(|l| l.name()).collect::<Vec<_>>()))
}

/// Fails unless `value` is within `range`, as `wanted` says.
fn check(loss: &str, option: &str, value: f64, holds: bool, wanted: &str) -> Result<()> {
    if holds && value.is_finite() {
        return Ok(());
    }
    let what = format!("loss {loss}: {option}");
    Err(Error::request(what, format!("a number {wanted}"), value, "choose a number in this range"))
}

fn check_smoothing(loss: &str, s: f64) -> Result<()> {
    check(loss, "label_smoothing", s, (0.0..1.0).contains(&s), "in 0 ≤ label_smoothing < 1")
}

/// v kept within [ε, 1 − ε]; NaN stays NaN.
fn held<T: crate::base::Real>(v: T) -> T {
    let (low, high) = (T::of(EPSILON), T::of(1.0 - EPSILON));
    if v < low {
        low
    } else if v > high {
        high
    } else {
        v
    }
}

/// Whether [`held`] changes v.
fn is_held<T: crate::base::Real>(v: T) -> bool {
    v < T::of(EPSILON) || v > T::of(1.0 - EPSILON)
}
