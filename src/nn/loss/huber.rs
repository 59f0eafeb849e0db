//! huber(z, y) = ½ d² where |d| ≤ δ, else δ |d| − ½ δ², d = z − y, δ = p\[0\] (Huber 1964)

use super::check;
use super::pointwise::{PointwiseLoss, kernel};
use crate::base::{Real, Result};
use crate::kernel::AnyKernel;
use crate::nn::config::{Config, config};

/// huber(z, y) = ½ d² where |d| ≤ δ, else δ |d| − ½ δ², d = z − y, δ = p\[0\] (Huber 1964)
#[derive(Clone, Copy, Debug)]
pub struct Huber {
    delta: f64,
}

impl Huber {
    /// delta = 1.0.
    pub const fn new() -> Self {
        Self { delta: 1.0 }
    }

    /// Where the loss turns from a parabola into a line, > 0. Default: 1.
    pub const fn delta(mut self, delta: f64) -> Self {
        self.delta = delta;
        self
    }
}

impl Default for Huber {
    fn default() -> Self {
        Self::new()
    }
}

impl PointwiseLoss for Huber {
    const NAME: &'static str = "huber";
    const WGSL: &'static str = include_str!("../../../shaders/loss/huber.wgsl");
    const TRIED: [f64; 4] = [0.75, 0.0, 0.0, 0.0];

    fn p(&self) -> [f64; 4] {
        [self.delta, 0.0, 0.0, 0.0]
    }

    fn in_range(&self) -> Result<()> {
        check(Self::NAME, "delta", self.delta, self.delta > 0.0, "> 0")
    }

    #[inline(always)]
    fn f<T: Real>(z: T, y: T, p: &[T; 4]) -> T {
        let (d, delta) = ((z - y).abs(), p[0]);
        if d <= delta { T::of(0.5) * d * d } else { delta * d - T::of(0.5) * delta * delta }
    }

    #[inline(always)]
    fn slope<T: Real>(z: T, y: T, p: &[T; 4]) -> T {
        let (d, delta) = (z - y, p[0]);
        if d > delta {
            delta
        } else if d < -delta {
            -delta
        } else {
            d
        }
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&const { kernel::<Huber>() }];

config! {
    Huber = "Huber", Self::default();
    takes delta;
    only "reduction" = "sum_over_batch_size";
    ignores "fn";
}
