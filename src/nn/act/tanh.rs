//! tanh(x) = (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)

use crate::base::Real;
use crate::kernel::{Bounds, Map, Pointwise, SlopeFrom};

struct Tanh;

impl Pointwise for Tanh {
    const NAME: &'static str = "tanh";
    const WGSL: &'static str = include_str!("../../../shaders/act/tanh.wgsl");
    const SLOPE_FROM: SlopeFrom = SlopeFrom::Output;

    fn bounds(_p: &[f64; 4]) -> Bounds {
        [Some(-1.0), Some(1.0)]
    }

    #[inline(always)]
    fn f<T: Real>(x: T, _p: &[T; 4]) -> T {
        x.tanh()
    }

    #[inline(always)]
    fn slope<T: Real>(y: T, _p: &[T; 4]) -> T {
        T::ONE - y * y
    }
}

/// tanh(x) = (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)
pub static MAP: Map = Map::of::<Tanh>();
