//! mean_absolute_percentage_error(z, y) = 100 |y − z| / max(|y|, 10⁻⁷)

use super::EPSILON;
use super::mean_absolute_error::sign;
use super::pointwise::{PointwiseLoss, kernel};
use crate::base::{Real, Result};
use crate::kernel::{AnyKernel, Domain};
use crate::nn::config::{Config, config};

/// mean_absolute_percentage_error(z, y) = 100 |y − z| / max(|y|, 10⁻⁷)
#[derive(Clone, Copy, Debug, Default)]
pub struct MeanAbsolutePercentageError;

impl MeanAbsolutePercentageError {
    /// The loss; it has no options.
    pub const fn new() -> Self {
        Self
    }
}

impl PointwiseLoss for MeanAbsolutePercentageError {
    const NAME: &'static str = "mean_absolute_percentage_error";
    const WGSL: &'static str = include_str!("../../../shaders/loss/mean_absolute_percentage_error.wgsl");
    const LABELS: Domain = Domain::Positive;

    #[inline(always)]
    fn f<T: Real>(z: T, y: T, _: &[T; 4]) -> T {
        (y - z).abs() * percent(y)
    }

    #[inline(always)]
    fn slope<T: Real>(z: T, y: T, _: &[T; 4]) -> T {
        sign(z - y) * percent(y)
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&const { kernel::<MeanAbsolutePercentageError>() }];

/// 100 / max(|y|, ε).
fn percent<T: Real>(y: T) -> T {
    let size = y.abs();
    T::of(100.0) / if size < T::of(EPSILON) { T::of(EPSILON) } else { size }
}

config! {
    MeanAbsolutePercentageError = "MeanAbsolutePercentageError", Self;
    only "reduction" = "sum_over_batch_size";
    ignores "fn";
}
