//! Accuracies: the share of predictions that are right.

use super::mean::{self, AS_THEY_ARE, Listed, MeanRow, STATE, cases, kernel};
use super::{Metric, Observed, check_thresholds};
use crate::base::{Real, Result};
use crate::kernel::Domain;
use crate::nn::config::{Config, config};
use crate::nn::loss::frame::{Outputs, argmax};
use crate::plan::Tape;

/// The rows of [`Exact`].
struct Exact;
/// The rows of [`BinaryAccuracy`].
struct Binary;
/// The rows of [`CategoricalAccuracy`].
struct Categorical;
/// The rows of [`SparseCategoricalAccuracy`].
struct Sparse;

fn text(row: &str) -> String {
    [AS_THEY_ARE, row].concat()
}

/// The share of (z, y) for which `same`.
fn share<T: Real>(z: &[T], y: &[T], same: impl Fn(T, T) -> bool) -> T {
    let right = z.iter().zip(y).filter(|(z, y)| same(**z, **y)).count();
    T::of(right as f64) / T::of(z.len() as f64)
}

fn one<T: Real>(yes: bool) -> T {
    if yes { T::ONE } else { T::ZERO }
}

impl MeanRow for Exact {
    const NAME: &'static str = "exact_accuracy";
    const CASES: &'static [Outputs] = &cases([0.0; 4]);
    const OUTPUTS: Domain = Domain::Labels(3);
    const LABELS: Domain = Domain::Labels(3);

    fn wgsl() -> String {
        text(include_str!("../../../shaders/metric/exact_accuracy.wgsl"))
    }
    fn row<T: Real>(z: &[T], y: &[T], _: bool, _: &[T; 4]) -> T {
        share(z, y, |z, y| z == y)
    }
}

impl MeanRow for Binary {
    const NAME: &'static str = "binary_accuracy";
    const CASES: &'static [Outputs] = &cases([0.25, 0.0, 0.0, 0.0]);
    const LABELS: Domain = Domain::Labels(2);

    fn wgsl() -> String {
        text(include_str!("../../../shaders/metric/binary_accuracy.wgsl"))
    }
    fn row<T: Real>(z: &[T], y: &[T], _: bool, p: &[T; 4]) -> T {
        share(z, y, |z, y| one::<T>(z > p[0]) == y)
    }
}

impl MeanRow for Categorical {
    const NAME: &'static str = "categorical_accuracy";
    const CASES: &'static [Outputs] = &cases([0.0; 4]);

    fn wgsl() -> String {
        text(include_str!("../../../shaders/metric/categorical_accuracy.wgsl"))
    }
    fn row<T: Real>(z: &[T], y: &[T], _: bool, _: &[T; 4]) -> T {
        one(argmax(z) == argmax(y))
    }
}

impl MeanRow for Sparse {
    const NAME: &'static str = "sparse_categorical_accuracy";
    const CASES: &'static [Outputs] = &cases([0.0; 4]);
    const LABELS: Domain = Domain::Labels(3);

    fn wgsl() -> String {
        text(include_str!("../../../shaders/metric/sparse_categorical_accuracy.wgsl"))
    }
    fn width(_: usize) -> usize {
        1
    }
    fn row<T: Real>(z: &[T], y: &[T], _: bool, _: &[T; 4]) -> T {
        one(T::of(argmax(z) as f64) == y[0])
    }
}

/// Keras's `"accuracy"`: binary for one output, sparse categorical for labels of one number, else categorical.
#[derive(Clone, Copy, Debug, Default)]
pub struct Accuracy {
    exact: bool,
}

impl Accuracy {
    /// Chosen by the shapes of predictions and labels.
    pub const fn new() -> Self {
        Self { exact: false }
    }

    /// Keras's class `Accuracy`: the share of predictions that equal their labels.
    pub const fn exact() -> Self {
        Self { exact: true }
    }
}

/// Marks, among the fields, the accuracy that is chosen by shapes.
pub(crate) const CHOSEN: &str = "chosen by shapes";

impl Metric for Accuracy {
    fn name(&self) -> &'static str {
        "accuracy"
    }
    fn state_len(&self, _: usize) -> usize {
        STATE
    }
    fn record(&self, tape: &mut Tape, o: &Observed) -> Result<()> {
        let last = |v| tape.shape(v).last().copied().unwrap_or(0);
        match (last(o.z), last(o.y)) {
            _ if self.exact => mean::record::<Exact>(self.name(), tape, o, [0.0; 4]),
            (1, _) => mean::record::<Binary>(self.name(), tape, o, [0.5, 0.0, 0.0, 0.0]),
            (_, 1) => mean::record::<Sparse>(self.name(), tape, o, [0.0; 4]),
            _ => mean::record::<Categorical>(self.name(), tape, o, [0.0; 4]),
        }
    }
    fn result(&self, state: &[f64]) -> Vec<f64> {
        mean::result(state)
    }
    fn config(&self) -> Result<Config> {
        let mut config = Config::of(self)?;
        if !self.exact {
            // Keras has a word for it, and no class.
            config.fields.insert(CHOSEN.to_owned(), true.into());
        }
        Ok(config)
    }
}

/// The share of outputs on the right side of a threshold, each output a class of its own; labels are 0 or 1.
#[derive(Clone, Copy, Debug)]
pub struct BinaryAccuracy {
    threshold: f64,
}

impl BinaryAccuracy {
    /// threshold = 0.5.
    pub const fn new() -> Self {
        Self { threshold: 0.5 }
    }

    /// Predictions above it are the class 1, 0 ≤ threshold ≤ 1. Default: 0.5.
    pub const fn threshold(mut self, threshold: f64) -> Self {
        self.threshold = threshold;
        self
    }
}

impl Default for BinaryAccuracy {
    fn default() -> Self {
        Self::new()
    }
}

impl Metric for BinaryAccuracy {
    fn name(&self) -> &'static str {
        Binary::NAME
    }
    fn check(&self, _: usize) -> Result<()> {
        check_thresholds(self.name(), &[self.threshold])
    }
    fn state_len(&self, _: usize) -> usize {
        STATE
    }
    fn record(&self, tape: &mut Tape, o: &Observed) -> Result<()> {
        mean::record::<Binary>(self.name(), tape, o, [self.threshold, 0.0, 0.0, 0.0])
    }
    fn result(&self, state: &[f64]) -> Vec<f64> {
        mean::result(state)
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

/// The share of rows whose largest prediction is their largest label.
#[derive(Clone, Copy, Debug, Default)]
pub struct CategoricalAccuracy;

/// The share of rows whose largest prediction is the class their label names.
#[derive(Clone, Copy, Debug, Default)]
pub struct SparseCategoricalAccuracy;

macro_rules! plain {
    ($($metric:ident: $rows:ident),*) => {$(
        impl $metric {
            /// The metric; it has no options.
            pub const fn new() -> Self {
                Self
            }
        }

        impl Metric for $metric {
            fn name(&self) -> &'static str {
                $rows::NAME
            }
            fn state_len(&self, _: usize) -> usize {
                STATE
            }
            fn record(&self, tape: &mut Tape, o: &Observed) -> Result<()> {
                mean::record::<$rows>(self.name(), tape, o, [0.0; 4])
            }
            fn result(&self, state: &[f64]) -> Vec<f64> {
                mean::result(state)
            }
            fn config(&self) -> Result<Config> {
                Config::of(self)
            }
        }
    )*};
}
plain! { CategoricalAccuracy: Categorical, SparseCategoricalAccuracy: Sparse }

/// The kernels of this page.
pub(super) static KERNELS: &[Listed] = &[
    &const { kernel::<Exact>() },
    &const { kernel::<Binary>() },
    &const { kernel::<Categorical>() },
    &const { kernel::<Sparse>() },
];

config! {
    Accuracy = "Accuracy", Self::exact();
}

config! {
    BinaryAccuracy = "BinaryAccuracy", Self::new();
    takes threshold;
}

config! {
    CategoricalAccuracy = "CategoricalAccuracy", Self;
}

config! {
    SparseCategoricalAccuracy = "SparseCategoricalAccuracy", Self;
}
