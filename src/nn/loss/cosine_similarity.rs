//! l = −Σⱼ ŷ\[i,j\] ẑ\[i,j\], v̂ = v min(1 / ‖v‖, 10⁷)
//!
//! ∇l = −b a (y − z a² Σⱼ y z), a and b the factors of z and y.

use super::frame::Outputs;
use super::rows::{self, EVERY_ROW, RIGHT_ROW, RowLoss, kernel};
use super::{Loss, Operands};
use crate::base::{Real, Result};
use crate::kernel::{AnyKernel, Domain};
use crate::nn::config::{Config, config};
use crate::plan::Tape;

/// −cos of the angle between a row of outputs and its labels: −1 where they point alike, 1 where against each other.
#[derive(Clone, Copy, Debug, Default)]
pub struct CosineSimilarity;

impl CosineSimilarity {
    /// The loss; it has no options.
    pub const fn new() -> Self {
        Self
    }
}

impl Loss for CosineSimilarity {
    fn name(&self) -> &'static str {
        Self::NAME
    }
    fn labels(&self, _: usize) -> Domain {
        Domain::Normal
    }
    fn record(&self, tape: &mut Tape, o: &Operands) -> Result<()> {
        rows::record::<Self>(Self::NAME, tape, o, [0.0; 4], 0.5)
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

impl RowLoss for CosineSimilarity {
    const NAME: &'static str = "cosine_similarity";
    const WGSL: &'static [&'static str] =
        &[COSINE_OF, include_str!("../../../shaders/loss/cosine_similarity.wgsl"), EVERY_ROW, RIGHT_ROW];
    const LABELS: Domain = Domain::Normal;
    const CASES: &'static [Outputs] = &[
        Outputs::new(5, 2, 1, 1, [0.0; 4]),
        Outputs::new(131, 10, 1, 1, [0.0; 4]),
        Outputs::new(12, 4, 2, 2, [0.0; 4]),
    ];

    fn row<T: Real>(z: &[T], y: &[T], dz: &mut [T], weight: T, _: &[T; 4]) -> T {
        let [zz, yy, zy] = dots(z, y);
        let (a, b) = (inverse_norm(zz), inverse_norm(yy));
        let back = if zz < T::of(TINY) { T::ZERO } else { zy * a * a };
        for ((z, y), dz) in z.iter().zip(y).zip(dz) {
            *dz = -weight * b * a * (*y - *z * back);
        }
        -zy * a * b
    }
}

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&const { kernel::<CosineSimilarity>() }];

/// WGSL: the products of a row, and the factor that makes a vector's length 1.
pub(in crate::nn) const COSINE_OF: &str = include_str!("../../../shaders/loss/cosine_of.wgsl");

/// Σ z², Σ y², Σ z y.
pub(in crate::nn) fn dots<T: Real>(z: &[T], y: &[T]) -> [T; 3] {
    let dot = |a: &[T], b: &[T]| a.iter().zip(b).map(|(a, b)| *a * *b).sum();
    [dot(z, z), dot(y, y), dot(z, y)]
}

/// ‖v‖² below which the factor of v is 10⁷.
const TINY: f64 = 1e-14;

/// min(1 / ‖v‖, 10⁷).
pub(in crate::nn) fn inverse_norm<T: Real>(square: T) -> T {
    if square < T::of(TINY) { T::of(1e7) } else { T::ONE / square.sqrt() }
}

config! {
    CosineSimilarity = "CosineSimilarity", Self;
    only "reduction" = "sum_over_batch_size", "axis" = (-1);
    ignores "fn";
}
