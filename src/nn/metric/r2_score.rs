//! column(i, c) = (y, y², (y − z)², 1) of z\[i,c\] and y\[i,c\]; R² = 1 − Σ (y − z)² / (Σ y² − (Σ y)² / Σ 1)

use super::columns::{self, Columns};
use super::mean::Listed;
use super::{Metric, Observed, sums};
use crate::base::{Real, Result};
use crate::kernel::{Domain, Kernel, Step, Tolerance, arg, arg_in};
use crate::nn::config::{Config, config, words};
use crate::nn::loss::frame::{Outputs, check_labels};
use crate::plan::Tape;
use crate::twin;

/// How the scores of the outputs come together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aggregation {
    /// Not: one score an output.
    None,
    /// The mean.
    UniformAverage,
    /// The mean weighted by the variance of the labels.
    VarianceWeightedAverage,
}

/// The share of the labels' variance that is explained: 1 is perfect, 0 as good as their mean.
///
/// Sums are of f32: labels far from 0 for their spread lose digits; standardise them.
#[derive(Clone, Copy, Debug)]
pub struct R2Score {
    aggregation: Aggregation,
}

impl R2Score {
    /// The mean over the outputs.
    pub const fn new() -> Self {
        Self { aggregation: Aggregation::UniformAverage }
    }

    /// How the outputs come together. Default: the mean.
    pub const fn class_aggregation(mut self, aggregation: Aggregation) -> Self {
        self.aggregation = aggregation;
        self
    }
}

impl Default for R2Score {
    fn default() -> Self {
        Self::new()
    }
}

impl Metric for R2Score {
    fn name(&self) -> &'static str {
        "r2_score"
    }
    fn state_len(&self, outputs: usize) -> usize {
        8 * outputs
    }
    fn record(&self, tape: &mut Tape, o: &Observed) -> Result<()> {
        let d = Outputs::of(tape, "metric r2_score", o.z)?;
        check_labels(tape, "metric r2_score", &d, o.y, d.n as usize)?;
        tape.run(&ADD, Columns::of(&d, d.n, [0.0; 4]), [o.z, o.y, o.w], [o.state])
    }
    fn result(&self, state: &[f64]) -> Vec<f64> {
        let sums = sums(state);
        let total = |c: &[f64]| c[1] - c[0] * (c[0] / c[3]);
        let score = |c: &[f64]| {
            let raw = 1.0 - c[2] / total(c);
            if raw.is_infinite() { 0.0 } else { raw }
        };
        let outputs = || sums.chunks_exact(4);
        let all: Vec<f64> = outputs().map(score).collect();
        match self.aggregation {
            Aggregation::None => all,
            Aggregation::UniformAverage => vec![all.iter().sum::<f64>() / all.len() as f64],
            Aggregation::VarianceWeightedAverage => {
                let mass: f64 = outputs().map(total).sum();
                vec![all.iter().zip(outputs()).map(|(s, c)| s * total(c)).sum::<f64>() / mass]
            }
        }
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

fn add<T: Real>(step: &Step, d: &Columns, [z, y, w]: [&[T]; 3], [state]: [&mut [T]; 1]) {
    let n = d.n as usize;
    columns::add(step, d, w, state, |i, c| {
        let (t, v) = (y[i * n + c], z[i * n + c]);
        [t, t * t, (t - v) * (t - v), T::ONE]
    });
}

/// Adds a batch to the sums of the outputs.
static ADD: Kernel<Columns, 3, 1> = Kernel {
    name: "r2_score",
    shader: |d, _| {
        let bindings = include_str!("../../../shaders/metric/columns.wgsl");
        columns::text(d, &[bindings, include_str!("../../../shaders/metric/r2_score.wgsl")])
    },
    reads: [arg("z", Columns::len), arg("y", Columns::len), arg_in("w", Columns::samples, Domain::Positive)],
    writes: [arg("state", Columns::state)],
    open: false,
    flops: |d| 8 * d.len() as u64,
    twin: twin!(add),
    cases: &[Columns::new(5, 3, 1, 3, [0.0; 4]), Columns::new(134, 4, 2, 4, [0.0; 4])],
    tolerance: Tolerance::REDUCTION,
};

/// The kernels of this page.
pub(super) static KERNELS: &[Listed] = &[&ADD];

words! { Aggregation: "uniform_average" = UniformAverage, "variance_weighted_average" = VarianceWeightedAverage; null = None }

config! {
    R2Score = "R2Score", Self::new();
    takes class_aggregation at aggregation;
    only "num_regressors" = 0;
}
