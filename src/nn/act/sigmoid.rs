//! sigmoid(x) = 1 / (1 + e⁻ˣ)

use crate::base::Real;
use crate::kernel::{Bounds, Map, Pointwise, SlopeFrom};

struct Sigmoid;

impl Pointwise for Sigmoid {
    const NAME: &'static str = "sigmoid";
    const WGSL: &'static str = include_str!("../../../shaders/act/sigmoid.wgsl");
    const SLOPE_FROM: SlopeFrom = SlopeFrom::Output;

    fn bounds(_p: &[f64; 4]) -> Bounds {
        [Some(0.0), Some(1.0)]
    }

    #[inline(always)]
    fn f<T: Real>(x: T, _p: &[T; 4]) -> T {
        x.sigmoid()
    }

    #[inline(always)]
    fn slope<T: Real>(y: T, _p: &[T; 4]) -> T {
        y * (T::ONE - y)
    }
}

/// sigmoid(x) = 1 / (1 + e⁻ˣ)
pub static MAP: Map = Map::of::<Sigmoid>();
