//! exponential(x) = eˣ

use crate::base::Real;
use crate::kernel::{Bounds, Map, Pointwise, SlopeFrom};

struct Exponential;

impl Pointwise for Exponential {
    const NAME: &'static str = "exponential";
    const WGSL: &'static str = include_str!("../../../shaders/act/exponential.wgsl");
    const SLOPE_FROM: SlopeFrom = SlopeFrom::Output;

    fn bounds(_p: &[f64; 4]) -> Bounds {
        [Some(0.0), None]
    }

    #[inline(always)]
    fn f<T: Real>(x: T, _p: &[T; 4]) -> T {
        x.exp()
    }

    #[inline(always)]
    fn slope<T: Real>(y: T, _p: &[T; 4]) -> T {
        y
    }
}

/// exponential(x) = eˣ
pub static MAP: Map = Map::of::<Exponential>();
