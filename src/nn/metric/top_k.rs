//! Top-k accuracies: the share of rows whose class is among the k largest predictions.

use super::mean::{self, AS_THEY_ARE, Listed, MeanRow, STATE, cases, kernel};
use super::{Metric, Observed, refused};
use crate::base::{Real, Result};
use crate::kernel::Domain;
use crate::nn::config::{Config, config};
use crate::nn::loss::frame::{Outputs, argmax};
use crate::plan::Tape;

/// The rows of [`TopKCategoricalAccuracy`].
struct Dense;
/// The rows of [`SparseTopKCategoricalAccuracy`].
struct Sparse;

fn text(row: &str) -> String {
    [AS_THEY_ARE, include_str!("../../../shaders/metric/in_top.wgsl"), row].concat()
}

/// Whether fewer than k outputs are larger than that of `label`, a NaN there being the smallest.
fn in_top<T: Real>(z: &[T], label: usize, k: T) -> T {
    let v = z[label];
    let hidden = v.to_f64().is_nan();
    let above = z.iter().filter(|o| if hidden { **o > T::of(f64::NEG_INFINITY) } else { **o > v }).count();
    if T::of(above as f64) < k { T::ONE } else { T::ZERO }
}

impl MeanRow for Dense {
    const NAME: &'static str = "top_k_categorical_accuracy";
    const CASES: &'static [Outputs] = &cases([2.0, 0.0, 0.0, 0.0]);

    fn wgsl() -> String {
        text(include_str!("../../../shaders/metric/top_k_categorical_accuracy.wgsl"))
    }
    fn row<T: Real>(z: &[T], y: &[T], _: bool, p: &[T; 4]) -> T {
        in_top(z, argmax(y), p[0])
    }
}

impl MeanRow for Sparse {
    const NAME: &'static str = "sparse_top_k_categorical_accuracy";
    const CASES: &'static [Outputs] = &cases([2.0, 0.0, 0.0, 0.0]);
    const LABELS: Domain = Domain::Labels(3);

    fn wgsl() -> String {
        text(include_str!("../../../shaders/metric/sparse_top_k_categorical_accuracy.wgsl"))
    }
    fn width(_: usize) -> usize {
        1
    }
    fn row<T: Real>(z: &[T], y: &[T], _: bool, p: &[T; 4]) -> T {
        in_top(z, (y[0].to_f64() as usize).min(z.len() - 1), p[0])
    }
}

/// The share of rows whose largest label is among the k largest predictions.
#[derive(Clone, Copy, Debug)]
pub struct TopKCategoricalAccuracy {
    k: usize,
}

/// The share of rows whose class, as the label names it, is among the k largest predictions.
#[derive(Clone, Copy, Debug)]
pub struct SparseTopKCategoricalAccuracy {
    k: usize,
}

macro_rules! top_k {
    ($($metric:ident: $rows:ident),*) => {$(
        impl $metric {
            /// k = 5.
            pub const fn new() -> Self {
                Self { k: 5 }
            }

            /// How many predictions a row has to be right with, 1 ≤ k ≤ outputs. Default: 5.
            pub const fn k(mut self, k: usize) -> Self {
                self.k = k;
                self
            }
        }

        impl Default for $metric {
            fn default() -> Self {
                Self::new()
            }
        }

        impl Metric for $metric {
            fn name(&self) -> &'static str {
                $rows::NAME
            }
            fn check(&self, outputs: usize) -> Result<()> {
                check(self.name(), self.k, outputs)
            }
            fn state_len(&self, _: usize) -> usize {
                STATE
            }
            fn record(&self, tape: &mut Tape, o: &Observed) -> Result<()> {
                mean::record::<$rows>(self.name(), tape, o, [self.k as f64, 0.0, 0.0, 0.0])
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
top_k! { TopKCategoricalAccuracy: Dense, SparseTopKCategoricalAccuracy: Sparse }

/// Fails unless 1 ≤ k ≤ outputs.
pub(super) fn check(metric: &str, k: usize, outputs: usize) -> Result<()> {
    if (1..=outputs).contains(&k) {
        return Ok(());
    }
    Err(refused(metric, "k", format!("1 ≤ k ≤ {outputs}, the outputs of the last layer"), k))
}

/// The kernels of this page.
pub(super) static KERNELS: &[Listed] = &[&const { kernel::<Dense>() }, &const { kernel::<Sparse>() }];

config! {
    TopKCategoricalAccuracy = "TopKCategoricalAccuracy", Self::new();
    takes k;
}

config! {
    SparseTopKCategoricalAccuracy = "SparseTopKCategoricalAccuracy", Self::new();
    takes k;
    ignores "from_sorted_ids";
}
