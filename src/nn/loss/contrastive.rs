//! contrastive(z, y) = y z² + (1 − y) max(margin − z, 0)², z a distance, margin = p\[0\] (Hadsell, Chopra and LeCun 2006)

use super::check;
use super::pointwise::{PointwiseLoss, kernel};
use crate::base::{Real, Result};
use crate::kernel::{AnyKernel, Domain};
use crate::nn::config::{Config, config};

/// Of pairs: outputs are distances ≥ 0, labels 1 for pairs that belong together and 0 for others.
///
/// A pair counts as right where its distance is on its side of half the margin.
#[derive(Clone, Copy, Debug)]
pub struct Contrastive {
    margin: f64,
}

impl Contrastive {
    /// margin = 1.0.
    pub const fn new() -> Self {
        Self { margin: 1.0 }
    }

    /// Distance from which strangers cost nothing, > 0. Default: 1.
    pub const fn margin(mut self, margin: f64) -> Self {
        self.margin = margin;
        self
    }
}

impl Default for Contrastive {
    fn default() -> Self {
        Self::new()
    }
}

impl PointwiseLoss for Contrastive {
    const NAME: &'static str = "contrastive";
    const WGSL: &'static str = include_str!("../../../shaders/loss/contrastive.wgsl");
    const OUTPUTS: Domain = Domain::Positive;
    const LABELS: Domain = Domain::Labels(2);
    const TRIED: [f64; 4] = [0.6, 0.0, 0.0, 0.0];

    fn p(&self) -> [f64; 4] {
        [self.margin, 0.0, 0.0, 0.0]
    }

    fn in_range(&self) -> Result<()> {
        check(Self::NAME, "margin", self.margin, self.margin > 0.0, "> 0")
    }

    fn cut(&self) -> (f64, f64) {
        (0.5 * self.margin, -1.0)
    }

    #[inline(always)]
    fn f<T: Real>(z: T, y: T, p: &[T; 4]) -> T {
        let d = p[0] - z;
        y * z * z + (T::ONE - y) * if d < T::ZERO { T::ZERO } else { d * d }
    }

    #[inline(always)]
    fn slope<T: Real>(z: T, y: T, p: &[T; 4]) -> T {
        let d = p[0] - z;
        T::of(2.0) * (y * z - (T::ONE - y) * if d < T::ZERO { T::ZERO } else { d })
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&const { kernel::<Contrastive>() }];

config! {
    Contrastive = "Contrastive" (OWN), Self::default();
    takes margin;
}
