//! relu(x) = x if x > 0 else 0; NaN goes through (Keras: slope 0 at 0)

use crate::base::Real;
use crate::kernel::{Bounds, Map, Pointwise, SlopeFrom};

struct Relu;

impl Pointwise for Relu {
    const NAME: &'static str = "relu";
    const WGSL: &'static str = include_str!("../../../shaders/act/relu.wgsl");
    const SLOPE_FROM: SlopeFrom = SlopeFrom::Output;
    const KINKS: &'static [f64] = &[0.0];

    fn bounds(_p: &[f64; 4]) -> Bounds {
        [Some(0.0), None]
    }

    #[inline(always)]
    fn f<T: Real>(x: T, _p: &[T; 4]) -> T {
        if x < T::ZERO { T::ZERO } else { x }
    }

    #[inline(always)]
    fn slope<T: Real>(y: T, _p: &[T; 4]) -> T {
        if y > T::ZERO { T::ONE } else { T::ZERO }
    }
}

/// relu(x) = x if x > 0 else 0; NaN goes through (Keras: slope 0 at 0)
pub static MAP: Map = Map::of::<Relu>();
