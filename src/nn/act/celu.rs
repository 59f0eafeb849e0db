//! celu(x) = x if x > 0 else α(e^(x/α) − 1), α = p\[0\] > 0 (Barron 2017, arXiv:1704.07483)

use crate::base::{Allowed, Real};
use crate::kernel::{Bounds, Map, Parameter, Pointwise, Sample, SlopeFrom};

struct Celu;

impl Pointwise for Celu {
    const NAME: &'static str = "celu";
    const WGSL: &'static str = include_str!("../../../shaders/act/celu.wgsl");
    const SLOPE_FROM: SlopeFrom = SlopeFrom::Output;
    const DEFAULTS: [f64; 4] = [1.0, 0.0, 0.0, 0.0];
    const PARAMETERS: &'static [Parameter] = &[("alpha", Allowed::Positive)];
    const KINKS: &'static [f64] = &[0.0];
    const SAMPLES: &'static [Sample] = &[([0.5, 0.0, 0.0, 0.0], &[0.0]), ([2.0, 0.0, 0.0, 0.0], &[0.0])];

    fn bounds(p: &[f64; 4]) -> Bounds {
        [Some(-p[0]), None]
    }

    #[inline(always)]
    fn f<T: Real>(x: T, p: &[T; 4]) -> T {
        if x > T::ZERO { x } else { p[0] * (x / p[0]).exp_m1() }
    }

    #[inline(always)]
    fn slope<T: Real>(y: T, p: &[T; 4]) -> T {
        if y > T::ZERO { T::ONE } else { y / p[0] + T::ONE }
    }
}

/// celu(x) = x if x > 0 else α(e^(x/α) − 1), α = p\[0\] > 0 (Barron 2017, arXiv:1704.07483)
pub static MAP: Map = Map::of::<Celu>();
