//! squared_hinge(z, y) = max(1 − y z, 0)², y of −1 or 1

use super::pointwise::{PointwiseLoss, kernel};
use crate::base::{Real, Result};
use crate::kernel::{AnyKernel, Domain};
use crate::nn::config::{Config, config};

/// squared_hinge(z, y) = max(1 − y z, 0)², y of −1 or 1
#[derive(Clone, Copy, Debug, Default)]
pub struct SquaredHinge;

impl SquaredHinge {
    /// The loss; it has no options.
    pub const fn new() -> Self {
        Self
    }
}

impl PointwiseLoss for SquaredHinge {
    const NAME: &'static str = "squared_hinge";
    const WGSL: &'static str = include_str!("../../../shaders/loss/squared_hinge.wgsl");
    const SIGNS: bool = true;
    const LABELS: Domain = Domain::Labels(2);

    #[inline(always)]
    fn f<T: Real>(z: T, y: T, _: &[T; 4]) -> T {
        let d = T::ONE - y * z;
        if d < T::ZERO { T::ZERO } else { d * d }
    }

    #[inline(always)]
    fn slope<T: Real>(z: T, y: T, _: &[T; 4]) -> T {
        let d = T::ONE - y * z;
        if d < T::ZERO { T::ZERO } else { T::of(-2.0) * y * d }
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&const { kernel::<SquaredHinge>() }];

config! {
    SquaredHinge = "SquaredHinge", Self;
    only "reduction" = "sum_over_batch_size";
    ignores "fn";
}
