//! Metrics of regression that share their rows with losses.

use super::mean::{self, AS_THEY_ARE, Listed, MeanOf, MeanRow, STATE, cases, kernel, kernel_of};
use super::{Metric, Observed};
use crate::base::{Real, Result};
use crate::kernel::Domain;
use crate::nn::config::{Config, config};
use crate::nn::loss;
use crate::nn::loss::cosine_similarity::{COSINE_OF, dots, inverse_norm};
use crate::nn::loss::frame::Outputs;
use crate::plan::Tape;

/// Mean of |z − y|.
pub type MeanAbsoluteError = MeanOf<loss::MeanAbsoluteError>;
/// Mean of 100 |y − z| / max(|y|, 10⁻⁷).
pub type MeanAbsolutePercentageError = MeanOf<loss::MeanAbsolutePercentageError>;
/// Mean of (z − y)².
pub type MeanSquaredError = MeanOf<loss::MeanSquaredError>;
/// Mean of (log(z + 1) − log(y + 1))².
pub type MeanSquaredLogarithmicError = MeanOf<loss::MeanSquaredLogarithmicError>;

/// Mean of max(1 − y z, 0).
pub type Hinge = MeanOf<loss::Hinge>;
/// Mean of y log(y / z).
pub type KlDivergence = MeanOf<loss::KlDivergence>;
/// Mean of log cosh(z − y).
pub type LogCosh = MeanOf<loss::LogCosh>;
/// Mean of z − y log z.
pub type Poisson = MeanOf<loss::Poisson>;
/// Mean of max(1 − y z, 0)².
pub type SquaredHinge = MeanOf<loss::SquaredHinge>;

/// √ of the mean of (z − y)².
#[derive(Clone, Copy, Debug, Default)]
pub struct RootMeanSquaredError;

impl RootMeanSquaredError {
    /// The metric; it has no options.
    pub const fn new() -> Self {
        Self
    }
}

impl Metric for RootMeanSquaredError {
    fn name(&self) -> &'static str {
        "root_mean_squared_error"
    }
    fn state_len(&self, _: usize) -> usize {
        STATE
    }
    fn record(&self, tape: &mut Tape, o: &Observed) -> Result<()> {
        MeanSquaredError::new().record(tape, o)
    }
    fn result(&self, state: &[f64]) -> Vec<f64> {
        mean::result(state).into_iter().map(f64::sqrt).collect()
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

/// Mean of the cosine of the angle between a row of predictions and its labels.
#[derive(Clone, Copy, Debug, Default)]
pub struct CosineSimilarity;

impl CosineSimilarity {
    /// The metric; it has no options.
    pub const fn new() -> Self {
        Self
    }
}

struct Cosine;

impl MeanRow for Cosine {
    const NAME: &'static str = "cosine_similarity_metric";
    const CASES: &'static [Outputs] = &cases([0.0; 4]);
    const OUTPUTS: Domain = Domain::Normal;
    const LABELS: Domain = Domain::Normal;

    fn wgsl() -> String {
        [AS_THEY_ARE, COSINE_OF, include_str!("../../../shaders/metric/cosine_similarity.wgsl")].concat()
    }
    fn row<T: Real>(z: &[T], y: &[T], _: bool, _: &[T; 4]) -> T {
        let [zz, yy, zy] = dots(z, y);
        zy * inverse_norm(zz) * inverse_norm(yy)
    }
}

impl Metric for CosineSimilarity {
    fn name(&self) -> &'static str {
        "cosine_similarity"
    }
    fn state_len(&self, _: usize) -> usize {
        STATE
    }
    fn record(&self, tape: &mut Tape, o: &Observed) -> Result<()> {
        mean::record::<Cosine>(self.name(), tape, o, [0.0; 4])
    }
    fn result(&self, state: &[f64]) -> Vec<f64> {
        mean::result(state)
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

/// The kernels of this page.
pub(super) static KERNELS: &[Listed] = &[
    &const { kernel_of::<loss::LogCosh>() },
    &const { kernel_of::<loss::MeanAbsoluteError>() },
    &const { kernel_of::<loss::MeanAbsolutePercentageError>() },
    &const { kernel_of::<loss::MeanSquaredError>() },
    &const { kernel_of::<loss::MeanSquaredLogarithmicError>() },
    &const { kernel_of::<loss::Poisson>() },
    &const { kernel_of::<loss::SquaredHinge>() },
    &const { kernel_of::<loss::Hinge>() },
    &const { kernel_of::<loss::KlDivergence>() },
    &const { kernel::<Cosine>() },
];

config! {
    RootMeanSquaredError = "RootMeanSquaredError", Self;
}

config! {
    CosineSimilarity = "CosineSimilarity", Self;
    only "axis" = (-1);
}
