//! softsign(x) = x / (1 + |x|) (Turian et al. 2009)

use crate::base::Real;
use crate::kernel::{Bounds, Map, Pointwise, SlopeFrom};

struct Softsign;

impl Pointwise for Softsign {
    const NAME: &'static str = "softsign";
    const WGSL: &'static str = include_str!("../../../shaders/act/softsign.wgsl");
    const SLOPE_FROM: SlopeFrom = SlopeFrom::Output;
    const KINKS: &'static [f64] = &[0.0];

    fn bounds(_p: &[f64; 4]) -> Bounds {
        [Some(-1.0), Some(1.0)]
    }

    #[inline(always)]
    fn f<T: Real>(x: T, _p: &[T; 4]) -> T {
        x / (T::ONE + x.abs())
    }

    #[inline(always)]
    fn slope<T: Real>(y: T, _p: &[T; 4]) -> T {
        let rest = T::ONE - y.abs();
        rest * rest
    }
}

/// softsign(x) = x / (1 + |x|) (Turian et al. 2009)
pub static MAP: Map = Map::of::<Softsign>();
