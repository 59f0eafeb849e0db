//! softplus(x) = ln(1 + eˣ) (Dugas et al. 2001)
//!
//! Computed as max(x, 0) + ln(1 + e^−|x|), which never overflows; the slope σ(x) is 1 − e^−y.

use crate::base::Real;
use crate::kernel::{Bounds, Map, Pointwise, SlopeFrom};

struct Softplus;

impl Pointwise for Softplus {
    const NAME: &'static str = "softplus";
    const WGSL: &'static str = include_str!("../../../shaders/act/softplus.wgsl");
    const SLOPE_FROM: SlopeFrom = SlopeFrom::Output;

    fn bounds(_p: &[f64; 4]) -> Bounds {
        [Some(0.0), None]
    }

    #[inline(always)]
    fn f<T: Real>(x: T, _p: &[T; 4]) -> T {
        (if x > T::ZERO { x } else { T::ZERO }) + (-x.abs()).exp().ln_1p()
    }

    #[inline(always)]
    fn slope<T: Real>(y: T, _p: &[T; 4]) -> T {
        -(-y).exp_m1()
    }
}

/// softplus(x) = ln(1 + eˣ) (Dugas et al. 2001)
pub static MAP: Map = Map::of::<Softplus>();
