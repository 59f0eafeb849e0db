//! Metrics: what is told of an epoch besides its loss. Each adds a batch to its state on the device in one dispatch; the
//! result is computed on the host when somebody looks.
//!
//! States are sums, and a sum is a pair of words (see [`value_of`]): counts are exact up to 2⁴⁴,
//! other sums as exact as f32 makes them up to 2²⁰ and beyond. What is added at once, a batch, should stay below 2²⁴.

mod accuracy;
mod auc;
mod columns;
mod confusion;
mod f1_score;
mod mean;
mod r2_score;
mod reduction;
mod regression;
mod top_k;

pub(crate) use accuracy::CHOSEN;
pub use accuracy::{Accuracy, BinaryAccuracy, CategoricalAccuracy, SparseCategoricalAccuracy};
pub use auc::{Auc, Curve, Summation};
pub use confusion::{Precision, Recall};
pub use f1_score::{Average, F1Score};
pub use mean::{MeanOf, MeanRow};
pub use r2_score::{Aggregation, R2Score};
pub use reduction::{Mean, Sum};
pub use regression::{
    CosineSimilarity, Hinge, KlDivergence, LogCosh, MeanAbsoluteError, MeanAbsolutePercentageError, MeanSquaredError,
    MeanSquaredLogarithmicError, Poisson, RootMeanSquaredError, SquaredHinge,
};
pub use top_k::{SparseTopKCategoricalAccuracy, TopKCategoricalAccuracy};

use super::loss::value_of;
use crate::base::{Error, Result};
use crate::kernel::AnyKernel;
use crate::nn::config::{Config, classes};
use crate::nn::words;
use crate::plan::{Tape, Value};
use std::sync::Arc;

classes! { Metric, "metric", "keras.metrics":
    Accuracy, Auc, BinaryAccuracy, CategoricalAccuracy, CosineSimilarity, F1Score, Hinge, KlDivergence,
    LogCosh also "LogCoshError", Mean, MeanAbsoluteError, MeanAbsolutePercentageError, MeanSquaredError,
    MeanSquaredLogarithmicError, Poisson, Precision, R2Score, Recall, RootMeanSquaredError, SparseCategoricalAccuracy,
    SparseTopKCategoricalAccuracy, SquaredHinge, Sum, TopKCategoricalAccuracy,
}

/// The kernels of this folder, page by page.
pub static KERNELS: &[&[&dyn AnyKernel]] = &[
    accuracy::KERNELS,
    confusion::KERNELS,
    f1_score::KERNELS,
    r2_score::KERNELS,
    reduction::KERNELS,
    regression::KERNELS,
    top_k::KERNELS,
];

/// What a metric is recorded on.
#[derive(Clone, Copy, Debug)]
pub struct Observed {
    /// Predictions: outputs after the last activation, [batch, …, n].
    pub z: Value,
    /// Labels, as the loss takes them.
    pub y: Value,
    /// Weights of the samples, \[batch\].
    pub w: Value,
    /// The state, [`Metric::state_len`] numbers, zero at the start of an epoch.
    pub state: Value,
}

/// Something told of the predictions of an epoch.
pub trait Metric: Send + Sync {
    /// The Keras name, under which it is told.
    fn name(&self) -> &'static str;

    /// Checks the options, for a model of `outputs` outputs a row.
    ///
    /// # Errors
    /// An option outside its range, with the range.
    fn check(&self, outputs: usize) -> Result<()> {
        let _ = outputs;
        Ok(())
    }

    /// Numbers in the state for `outputs` outputs.
    fn state_len(&self, outputs: usize) -> usize;

    /// Records what adds one batch to the state, in training and inference programs alike.
    ///
    /// # Errors
    /// Predictions or labels of a shape it cannot work with.
    fn record(&self, tape: &mut Tape, observed: &Observed) -> Result<()>;

    /// What the state has come to: one number for most, one a class for some. The first is what logs show.
    fn result(&self, state: &[f64]) -> Vec<f64>;

    /// Class and fields, for files.
    ///
    /// # Errors
    /// One of your own, which no file has a word for.
    fn config(&self) -> Result<Config> {
        Config::none("metric", self.name())
    }
}

impl Metric for Arc<dyn Metric> {
    fn name(&self) -> &'static str {
        (**self).name()
    }
    fn check(&self, outputs: usize) -> Result<()> {
        (**self).check(outputs)
    }
    fn state_len(&self, outputs: usize) -> usize {
        (**self).state_len(outputs)
    }
    fn record(&self, tape: &mut Tape, observed: &Observed) -> Result<()> {
        (**self).record(tape, observed)
    }
    fn result(&self, state: &[f64]) -> Vec<f64> {
        (**self).result(state)
    }
    fn config(&self) -> Result<Config> {
        (**self).config()
    }
}

/// Every metric with its defaults.
pub fn all() -> Vec<Arc<dyn Metric>> {
    vec![
        Arc::new(Accuracy::new()),
        Arc::new(Auc::new()),
        Arc::new(BinaryAccuracy::new()),
        Arc::new(SquaredHinge::new()),
        Arc::new(Poisson::new()),
        Arc::new(LogCosh::new()),
        Arc::new(KlDivergence::new()),
        Arc::new(Hinge::new()),
        Arc::new(CategoricalAccuracy::new()),
        Arc::new(CosineSimilarity::new()),
        Arc::new(F1Score::new()),
        Arc::new(Mean::new()),
        Arc::new(MeanAbsoluteError::new()),
        Arc::new(MeanAbsolutePercentageError::new()),
        Arc::new(MeanSquaredError::new()),
        Arc::new(MeanSquaredLogarithmicError::new()),
        Arc::new(Precision::new()),
        Arc::new(R2Score::new()),
        Arc::new(Recall::new()),
        Arc::new(RootMeanSquaredError::new()),
        Arc::new(SparseCategoricalAccuracy::new()),
        Arc::new(SparseTopKCategoricalAccuracy::new()),
        Arc::new(Sum::new()),
        Arc::new(TopKCategoricalAccuracy::new()),
    ]
}

/// Keras's short names.
const SHORT: [(&str, &str); 5] = [
    ("acc", "accuracy"),
    ("mae", "mean_absolute_error"),
    ("mape", "mean_absolute_percentage_error"),
    ("mse", "mean_squared_error"),
    ("msle", "mean_squared_logarithmic_error"),
];

/// The metric of this Keras name with its defaults: `accuracy`, `F1Score`, `mse` or `AUC`.
///
/// # Errors
/// An unknown name, with those there are and the nearest one.
pub fn named(name: &str) -> Result<Arc<dyn Metric>> {
    let (all, short) = (all(), SHORT.iter().copied());
    let at = words::place(name, all.iter().map(|m| m.name()), short);
    at.map(|i| all[i].clone())
        .ok_or_else(|| Error::unknown("metric", name, &all.iter().map(|m| m.name()).collect::<Vec<_>>()))
}

/// The sums of a state of pairs.
fn sums(state: &[f64]) -> Vec<f64> {
    state.chunks(2).map(value_of).collect()
}

/// a / b, 0 where b is 0: Keras's `divide_no_nan`.
fn ratio(a: f64, b: f64) -> f64 {
    if b == 0.0 { 0.0 } else { a / b }
}

/// The refusal of an option.
fn refused(metric: &str, option: &str, wanted: impl std::fmt::Display, got: impl std::fmt::Display) -> Error {
    Error::request(format!("metric {metric}: {option}"), wanted, got, "choose a value in this range")
}

/// Fails unless all thresholds are within [0, 1], and there is one.
fn check_thresholds(metric: &str, thresholds: &[f64]) -> Result<()> {
    match thresholds.iter().find(|t| !(0.0..=1.0).contains(*t)) {
        None if thresholds.is_empty() => {
            Err(refused(metric, "thresholds", "at least one number in 0 ≤ threshold ≤ 1", "none"))
        }
        None => Ok(()),
        Some(bad) => Err(refused(metric, "threshold", "a number in 0 ≤ threshold ≤ 1", bad)),
    }
}
