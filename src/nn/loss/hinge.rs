//! hinge(z, y) = max(1 − y z, 0), y of −1 or 1 (slope 0 at 0)

use super::pointwise::{PointwiseLoss, kernel};
use crate::base::{Real, Result};
use crate::kernel::{AnyKernel, Domain};
use crate::nn::config::{Config, config};

/// hinge(z, y) = max(1 − y z, 0), y of −1 or 1 (slope 0 at 0)
#[derive(Clone, Copy, Debug, Default)]
pub struct Hinge;

impl Hinge {
    /// The loss; it has no options.
    pub const fn new() -> Self {
        Self
    }
}

impl PointwiseLoss for Hinge {
    const NAME: &'static str = "hinge";
    const WGSL: &'static str = include_str!("../../../shaders/loss/hinge.wgsl");
    const SIGNS: bool = true;
    const LABELS: Domain = Domain::Labels(2);

    #[inline(always)]
    fn f<T: Real>(z: T, y: T, _: &[T; 4]) -> T {
        let d = T::ONE - y * z;
        if d < T::ZERO { T::ZERO } else { d }
    }

    #[inline(always)]
    fn slope<T: Real>(z: T, y: T, _: &[T; 4]) -> T {
        if T::ONE - y * z <= T::ZERO { T::ZERO } else { -y }
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&const { kernel::<Hinge>() }];

config! {
    Hinge = "Hinge", Self;
    only "reduction" = "sum_over_batch_size";
    ignores "fn";
}
