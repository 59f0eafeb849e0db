//! Mean and sum of the predictions themselves; labels are not looked at.

use super::mean::{self, AS_THEY_ARE, Listed, MeanRow, STATE, cases, kernel};
use super::{Metric, Observed, sums};
use crate::base::{Real, Result};
use crate::kernel::Domain;
use crate::nn::config::{Config, config};
use crate::nn::loss::frame::Outputs;
use crate::plan::Tape;

struct Values;

impl MeanRow for Values {
    const NAME: &'static str = "mean";
    const CASES: &'static [Outputs] = &cases([0.25, 0.0, 0.0, 0.0]);
    const OUTPUTS: Domain = Domain::Normal;
    const LABELLED: bool = false;

    fn wgsl() -> String {
        [AS_THEY_ARE, include_str!("../../../shaders/metric/mean.wgsl")].concat()
    }
    // Labels may be of any width; at least one a row is there.
    fn width(_: usize) -> usize {
        1
    }
    fn row<T: Real>(z: &[T], _: &[T], _: bool, p: &[T; 4]) -> T {
        p[0] * z.iter().copied().sum()
    }
}

/// The mean of the predictions, weighted by sample.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mean;

impl Mean {
    /// The metric; it has no options.
    pub const fn new() -> Self {
        Self
    }
}

impl Metric for Mean {
    fn name(&self) -> &'static str {
        Values::NAME
    }
    fn state_len(&self, _: usize) -> usize {
        STATE
    }
    fn record(&self, tape: &mut Tape, o: &Observed) -> Result<()> {
        let outputs = tape.shape(o.z).last().copied().unwrap_or(1);
        mean::record::<Values>(self.name(), tape, o, [1.0 / outputs.max(1) as f64, 0.0, 0.0, 0.0])
    }
    fn result(&self, state: &[f64]) -> Vec<f64> {
        mean::result(state)
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

/// The sum of the predictions, weighted by sample.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sum;

impl Sum {
    /// The metric; it has no options.
    pub const fn new() -> Self {
        Self
    }
}

impl Metric for Sum {
    fn name(&self) -> &'static str {
        "sum"
    }
    fn state_len(&self, _: usize) -> usize {
        STATE
    }
    fn record(&self, tape: &mut Tape, o: &Observed) -> Result<()> {
        mean::record::<Values>(self.name(), tape, o, [1.0, 0.0, 0.0, 0.0])
    }
    fn result(&self, state: &[f64]) -> Vec<f64> {
        sums(state).into_iter().take(1).collect()
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

/// The kernels of this page.
pub(super) static KERNELS: &[Listed] = &[&const { kernel::<Values>() }];

config! {
    Mean = "Mean", Self;
}

config! {
    Sum = "Sum", Self;
}
