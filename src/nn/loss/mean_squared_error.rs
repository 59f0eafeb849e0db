//! mean_squared_error(z, y) = (z − y)²

use super::pointwise::{PointwiseLoss, kernel};
use crate::base::{Real, Result};
use crate::kernel::AnyKernel;
use crate::nn::config::{Config, config};

/// mean_squared_error(z, y) = (z − y)²
#[derive(Clone, Copy, Debug, Default)]
pub struct MeanSquaredError;

impl MeanSquaredError {
    /// The loss; it has no options.
    pub const fn new() -> Self {
        Self
    }
}

impl PointwiseLoss for MeanSquaredError {
    const NAME: &'static str = "mean_squared_error";
    const WGSL: &'static str = include_str!("../../../shaders/loss/mean_squared_error.wgsl");

    #[inline(always)]
    fn f<T: Real>(z: T, y: T, _: &[T; 4]) -> T {
        (z - y) * (z - y)
    }

    #[inline(always)]
    fn slope<T: Real>(z: T, y: T, _: &[T; 4]) -> T {
        T::of(2.0) * (z - y)
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&const { kernel::<MeanSquaredError>() }];

config! {
    MeanSquaredError = "MeanSquaredError", Self;
    only "reduction" = "sum_over_batch_size";
    ignores "fn";
}
