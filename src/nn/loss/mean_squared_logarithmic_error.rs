//! mean_squared_logarithmic_error(z, y) = (log(max(z, 10⁻⁷) + 1) − log(max(y, 10⁻⁷) + 1))²

use super::EPSILON;
use super::pointwise::{PointwiseLoss, kernel};
use crate::base::{Real, Result};
use crate::kernel::AnyKernel;
use crate::nn::config::{Config, config};

/// mean_squared_logarithmic_error(z, y) = (log(max(z, 10⁻⁷) + 1) − log(max(y, 10⁻⁷) + 1))²
#[derive(Clone, Copy, Debug, Default)]
pub struct MeanSquaredLogarithmicError;

impl MeanSquaredLogarithmicError {
    /// The loss; it has no options.
    pub const fn new() -> Self {
        Self
    }
}

impl PointwiseLoss for MeanSquaredLogarithmicError {
    const NAME: &'static str = "mean_squared_logarithmic_error";
    const WGSL: &'static str = include_str!("../../../shaders/loss/mean_squared_logarithmic_error.wgsl");

    #[inline(always)]
    fn f<T: Real>(z: T, y: T, _: &[T; 4]) -> T {
        apart(z, y) * apart(z, y)
    }

    #[inline(always)]
    fn slope<T: Real>(z: T, y: T, _: &[T; 4]) -> T {
        if z < T::of(EPSILON) { T::ZERO } else { T::of(2.0) * apart(z, y) / (z + T::ONE) }
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&const { kernel::<MeanSquaredLogarithmicError>() }];

/// The difference of the logarithms.
fn apart<T: Real>(z: T, y: T) -> T {
    let log = |v: T| if v < T::of(EPSILON) { T::of(EPSILON).ln_1p() } else { v.ln_1p() };
    log(z) - log(y)
}

config! {
    MeanSquaredLogarithmicError = "MeanSquaredLogarithmicError", Self;
    only "reduction" = "sum_over_batch_size";
    ignores "fn";
}
