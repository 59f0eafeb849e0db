//! elu(x) = x if x > 0 else α(eˣ − 1), α = p\[0\] (Clevert et al. 2015, arXiv:1511.07289)

use crate::base::{Allowed, Real};
use crate::kernel::{Bounds, Map, Parameter, Pointwise, Sample, SlopeFrom};

struct Elu;

impl Pointwise for Elu {
    const NAME: &'static str = "elu";
    const WGSL: &'static str = include_str!("../../../shaders/act/elu.wgsl");
    const SLOPE_FROM: SlopeFrom = SlopeFrom::Output;
    const DEFAULTS: [f64; 4] = [1.0, 0.0, 0.0, 0.0];
    const PARAMETERS: &'static [Parameter] = &[("alpha", Allowed::NotNegative)];
    const KINKS: &'static [f64] = &[0.0];
    const SAMPLES: &'static [Sample] = &[([0.3, 0.0, 0.0, 0.0], &[0.0]), ([2.0, 0.0, 0.0, 0.0], &[0.0])];

    fn bounds(p: &[f64; 4]) -> Bounds {
        [Some(-p[0]), None]
    }

    #[inline(always)]
    fn f<T: Real>(x: T, p: &[T; 4]) -> T {
        if x > T::ZERO { x } else { p[0] * x.exp_m1() }
    }

    #[inline(always)]
    fn slope<T: Real>(y: T, p: &[T; 4]) -> T {
        if y > T::ZERO { T::ONE } else { y + p[0] }
    }
}

/// elu(x) = x if x > 0 else α(eˣ − 1), α = p\[0\] (Clevert et al. 2015, arXiv:1511.07289)
pub static MAP: Map = Map::of::<Elu>();
