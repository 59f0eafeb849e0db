//! hard_sigmoid(x) = relu6(x + 3) / 6 (Keras 3; slope 0 at −3 and 3)

use crate::base::Real;
use crate::kernel::{Bounds, Map, Pointwise, SlopeFrom};

struct HardSigmoid;

impl Pointwise for HardSigmoid {
    const NAME: &'static str = "hard_sigmoid";
    const WGSL: &'static str = include_str!("../../../shaders/act/hard_sigmoid.wgsl");
    const SLOPE_FROM: SlopeFrom = SlopeFrom::Output;
    const KINKS: &'static [f64] = &[-3.0, 3.0];

    fn bounds(_p: &[f64; 4]) -> Bounds {
        [Some(0.0), Some(1.0)]
    }

    #[inline(always)]
    fn f<T: Real>(x: T, _p: &[T; 4]) -> T {
        let y = (x + T::of(3.0)) / T::of(6.0);
        let y = if y < T::ZERO { T::ZERO } else { y };
        if y > T::ONE { T::ONE } else { y }
    }

    #[inline(always)]
    fn slope<T: Real>(y: T, _p: &[T; 4]) -> T {
        if y > T::ZERO && y < T::ONE { T::of(1.0 / 6.0) } else { T::ZERO }
    }
}

/// hard_sigmoid(x) = relu6(x + 3) / 6 (Keras 3; slope 0 at −3 and 3)
pub static MAP: Map = Map::of::<HardSigmoid>();
