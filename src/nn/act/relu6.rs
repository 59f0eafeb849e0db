//! relu6(x) = x between 0 and 6, 0 below, 6 above (Krizhevsky 2010; Keras: slope 0 at 0 and 6)

use crate::base::Real;
use crate::kernel::{Bounds, Map, Pointwise, SlopeFrom};

struct Relu6;

impl Pointwise for Relu6 {
    const NAME: &'static str = "relu6";
    const WGSL: &'static str = include_str!("../../../shaders/act/relu6.wgsl");
    const SLOPE_FROM: SlopeFrom = SlopeFrom::Output;
    const KINKS: &'static [f64] = &[0.0, 6.0];

    fn bounds(_p: &[f64; 4]) -> Bounds {
        [Some(0.0), Some(6.0)]
    }

    #[inline(always)]
    fn f<T: Real>(x: T, _p: &[T; 4]) -> T {
        let x = if x < T::ZERO { T::ZERO } else { x };
        if x > T::of(6.0) { T::of(6.0) } else { x }
    }

    #[inline(always)]
    fn slope<T: Real>(y: T, _p: &[T; 4]) -> T {
        if y > T::ZERO && y < T::of(6.0) { T::ONE } else { T::ZERO }
    }
}

/// relu6(x) = x between 0 and 6, 0 below, 6 above (Krizhevsky 2010; Keras: slope 0 at 0 and 6)
pub static MAP: Map = Map::of::<Relu6>();
