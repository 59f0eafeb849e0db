//! leaky_relu(x) = x if x ≥ 0 else x · negative_slope, negative_slope = p\[0\] ≥ 0 (Maas et al. 2013)
//!
//! The default is that of Keras's function, 0.2; its layer's is 0.3.

use crate::base::{Allowed, Real};
use crate::kernel::{Bounds, Map, Parameter, Pointwise, Sample, SlopeFrom};

struct LeakyRelu;

impl Pointwise for LeakyRelu {
    const NAME: &'static str = "leaky_relu";
    const WGSL: &'static str = include_str!("../../../shaders/act/leaky_relu.wgsl");
    const SLOPE_FROM: SlopeFrom = SlopeFrom::Output;
    const DEFAULTS: [f64; 4] = [0.2, 0.0, 0.0, 0.0];
    const PARAMETERS: &'static [Parameter] = &[("negative_slope", Allowed::NotNegative)];
    const KINKS: &'static [f64] = &[0.0];
    const SAMPLES: &'static [Sample] = &[([0.3, 0.0, 0.0, 0.0], &[0.0]), ([1.5, 0.0, 0.0, 0.0], &[0.0])];

    fn bounds(p: &[f64; 4]) -> Bounds {
        [(p[0] == 0.0).then_some(0.0), None]
    }

    #[inline(always)]
    fn f<T: Real>(x: T, p: &[T; 4]) -> T {
        if x < T::ZERO { x * p[0] } else { x }
    }

    #[inline(always)]
    fn slope<T: Real>(y: T, p: &[T; 4]) -> T {
        // Slope 1 at 0, but 0 where every negative x gives 0.
        if y < T::ZERO || (y == T::ZERO && p[0] == T::ZERO) { p[0] } else { T::ONE }
    }
}

/// leaky_relu(x) = x if x ≥ 0 else x · negative_slope, negative_slope = p\[0\] ≥ 0 (Maas et al. 2013)
pub static MAP: Map = Map::of::<LeakyRelu>();
