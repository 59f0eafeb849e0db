//! kl_divergence(z, y) = y log(y / z), summed over a row, y and z clipped to \[10⁻⁷, 1\] (Kullback and Leibler 1951)

use super::EPSILON;
use super::pointwise::{Over, PointwiseLoss, kernel};
use crate::base::{Real, Result};
use crate::kernel::{AnyKernel, Domain};
use crate::nn::config::{Config, config};

/// kl_divergence(z, y) = y log(y / z), summed over a row, y and z clipped to \[10⁻⁷, 1\] (Kullback and Leibler 1951)
#[derive(Clone, Copy, Debug, Default)]
pub struct KlDivergence;

impl KlDivergence {
    /// The loss; it has no options.
    pub const fn new() -> Self {
        Self
    }
}

impl PointwiseLoss for KlDivergence {
    const NAME: &'static str = "kl_divergence";
    const WGSL: &'static str = include_str!("../../../shaders/loss/kl_divergence.wgsl");
    const OVER: Over = Over::Sum;
    const OUTPUTS: Domain = Domain::Positive;
    const LABELS: Domain = Domain::Positive;

    #[inline(always)]
    fn f<T: Real>(z: T, y: T, _: &[T; 4]) -> T {
        let y = clipped(y);
        y * (y / clipped(z)).ln()
    }

    #[inline(always)]
    fn slope<T: Real>(z: T, y: T, _: &[T; 4]) -> T {
        if z < T::of(EPSILON) || z > T::ONE { T::ZERO } else { -clipped(y) / z }
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&const { kernel::<KlDivergence>() }];

/// v kept within [ε, 1]; NaN stays NaN.
fn clipped<T: Real>(v: T) -> T {
    if v < T::of(EPSILON) {
        T::of(EPSILON)
    } else if v > T::ONE {
        T::ONE
    } else {
        v
    }
}

config! {
    KlDivergence = "KLDivergence", Self;
    only "reduction" = "sum_over_batch_size";
    ignores "fn";
}
