//! poisson(z, y) = z − y log(z + 10⁻⁷)

use super::EPSILON;
use super::pointwise::{PointwiseLoss, kernel};
use crate::base::{Real, Result};
use crate::kernel::{AnyKernel, Domain};
use crate::nn::config::{Config, config};

/// poisson(z, y) = z − y log(z + 10⁻⁷)
#[derive(Clone, Copy, Debug, Default)]
pub struct Poisson;

impl Poisson {
    /// The loss; it has no options.
    pub const fn new() -> Self {
        Self
    }
}

impl PointwiseLoss for Poisson {
    const NAME: &'static str = "poisson";
    const WGSL: &'static str = include_str!("../../../shaders/loss/poisson.wgsl");
    const OUTPUTS: Domain = Domain::Positive;
    const LABELS: Domain = Domain::Positive;

    #[inline(always)]
    fn f<T: Real>(z: T, y: T, _: &[T; 4]) -> T {
        z - y * (z + T::of(EPSILON)).ln()
    }

    #[inline(always)]
    fn slope<T: Real>(z: T, y: T, _: &[T; 4]) -> T {
        T::ONE - y / (z + T::of(EPSILON))
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&const { kernel::<Poisson>() }];

config! {
    Poisson = "Poisson", Self;
    only "reduction" = "sum_over_batch_size";
    ignores "fn";
}
