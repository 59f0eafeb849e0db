//! l = max(maxⱼ (1 − y\[i,j\]) z\[i,j\] − Σⱼ y\[i,j\] z\[i,j\] + 1, 0)

use super::frame::Outputs;
use super::rows::{self, EVERY_ROW, RIGHT_ROW, RowLoss, kernel};
use super::{Loss, Operands};
use crate::base::{Real, Result};
use crate::kernel::{AnyKernel, Domain};
use crate::nn::config::{Config, config};
use crate::plan::Tape;

/// The largest output of the wrong classes is to stay 1 below the right one's; a label is a row of 0 and 1, one a class.
#[derive(Clone, Copy, Debug, Default)]
pub struct CategoricalHinge;

impl CategoricalHinge {
    /// The loss; it has no options.
    pub const fn new() -> Self {
        Self
    }
}

impl Loss for CategoricalHinge {
    fn name(&self) -> &'static str {
        Self::NAME
    }
    fn labels(&self, outputs: usize) -> Domain {
        Domain::Probabilities(outputs)
    }
    fn record(&self, tape: &mut Tape, o: &Operands) -> Result<()> {
        rows::record::<Self>(Self::NAME, tape, o, [0.0; 4], 0.5)
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

impl RowLoss for CategoricalHinge {
    const NAME: &'static str = "categorical_hinge";
    const WGSL: &'static [&'static str] =
        &[include_str!("../../../shaders/loss/categorical_hinge.wgsl"), EVERY_ROW, RIGHT_ROW];
    const LABELS: Domain = Domain::Labels(2);
    const CASES: &'static [Outputs] = &[
        Outputs::new(5, 2, 1, 1, [0.0; 4]),
        Outputs::new(131, 10, 1, 1, [0.0; 4]),
        Outputs::new(12, 4, 2, 2, [0.0; 4]),
    ];

    fn row<T: Real>(z: &[T], y: &[T], dz: &mut [T], weight: T, _: &[T; 4]) -> T {
        let wrong = |j: usize| (T::ONE - y[j]) * z[j];
        let at = (1..z.len()).fold(0, |best, j| if wrong(j) > wrong(best) { j } else { best });
        let right: T = z.iter().zip(y).map(|(z, y)| *z * *y).sum();
        let loss = wrong(at) - right + T::ONE;
        let open = if loss <= T::ZERO { T::ZERO } else { weight };
        for (j, dz) in dz.iter_mut().enumerate() {
            *dz = open * (if j == at { T::ONE - y[j] } else { T::ZERO } - y[j]);
        }
        if loss < T::ZERO { T::ZERO } else { loss }
    }
}

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&const { kernel::<CategoricalHinge>() }];

config! {
    CategoricalHinge = "CategoricalHinge", Self;
    only "reduction" = "sum_over_batch_size";
    ignores "fn";
}
