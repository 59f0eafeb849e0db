//! log_cosh(z, y) = log cosh(z − y) = |d| + log(½ (1 + e^(−2|d|))), d = z − y

use super::pointwise::{PointwiseLoss, kernel};
use crate::base::{Real, Result};
use crate::kernel::AnyKernel;
use crate::nn::config::{Config, config};

/// log_cosh(z, y) = log cosh(z − y) = |d| + log(½ (1 + e^(−2|d|))), d = z − y
#[derive(Clone, Copy, Debug, Default)]
pub struct LogCosh;

impl LogCosh {
    /// The loss; it has no options.
    pub const fn new() -> Self {
        Self
    }
}

impl PointwiseLoss for LogCosh {
    const NAME: &'static str = "log_cosh";
    const WGSL: &'static str = include_str!("../../../shaders/loss/log_cosh.wgsl");

    #[inline(always)]
    fn f<T: Real>(z: T, y: T, _: &[T; 4]) -> T {
        let d = (z - y).abs();
        d + (T::of(0.5) * (T::of(-2.0) * d).exp_m1()).ln_1p()
    }

    #[inline(always)]
    fn slope<T: Real>(z: T, y: T, _: &[T; 4]) -> T {
        (z - y).tanh()
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&const { kernel::<LogCosh>() }];

config! {
    LogCosh = "LogCosh", Self;
    only "reduction" = "sum_over_batch_size";
    ignores "fn";
}
