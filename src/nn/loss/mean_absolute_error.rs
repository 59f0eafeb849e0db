//! mean_absolute_error(z, y) = |z − y| (slope 0 at 0)

use super::pointwise::{PointwiseLoss, kernel};
use crate::base::{Real, Result};
use crate::kernel::AnyKernel;
use crate::nn::config::{Config, config};

/// mean_absolute_error(z, y) = |z − y| (slope 0 at 0)
#[derive(Clone, Copy, Debug, Default)]
pub struct MeanAbsoluteError;

impl MeanAbsoluteError {
    /// The loss; it has no options.
    pub const fn new() -> Self {
        Self
    }
}

impl PointwiseLoss for MeanAbsoluteError {
    const NAME: &'static str = "mean_absolute_error";
    const WGSL: &'static str = include_str!("../../../shaders/loss/mean_absolute_error.wgsl");

    #[inline(always)]
    fn f<T: Real>(z: T, y: T, _: &[T; 4]) -> T {
        (z - y).abs()
    }

    #[inline(always)]
    fn slope<T: Real>(z: T, y: T, _: &[T; 4]) -> T {
        sign(z - y)
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&const { kernel::<MeanAbsoluteError>() }];

/// −1, 0 or 1; NaN stays NaN.
pub(super) fn sign<T: Real>(v: T) -> T {
    if v > T::ZERO {
        T::ONE
    } else if v < T::ZERO {
        -T::ONE
    } else {
        v
    }
}

config! {
    MeanAbsoluteError = "MeanAbsoluteError", Self;
    only "reduction" = "sum_over_batch_size";
    ignores "fn";
}
