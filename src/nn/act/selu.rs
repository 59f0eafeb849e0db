//! selu(x) = λx if x > 0 else λα(eˣ − 1), λ = 1.0507…, α = 1.6732… (Klambauer et al. 2017, arXiv:1706.02515)

use crate::base::Real;
use crate::kernel::{Bounds, Map, Pointwise, SlopeFrom};

/// α: with [`SCALE`] it makes mean 0 and variance 1 a fixed point.
pub const ALPHA: f64 = 1.673_263_242_354_377_2;
/// λ.
pub const SCALE: f64 = 1.050_700_987_355_480_5;

struct Selu;

impl Pointwise for Selu {
    const NAME: &'static str = "selu";
    const WGSL: &'static str = include_str!("../../../shaders/act/selu.wgsl");
    const SLOPE_FROM: SlopeFrom = SlopeFrom::Output;
    const KINKS: &'static [f64] = &[0.0];

    fn bounds(_p: &[f64; 4]) -> Bounds {
        [Some(-SCALE * ALPHA), None]
    }

    #[inline(always)]
    fn f<T: Real>(x: T, _p: &[T; 4]) -> T {
        if x > T::ZERO { T::of(SCALE) * x } else { T::of(SCALE * ALPHA) * x.exp_m1() }
    }

    #[inline(always)]
    fn slope<T: Real>(y: T, _p: &[T; 4]) -> T {
        if y > T::ZERO { T::of(SCALE) } else { y + T::of(SCALE * ALPHA) }
    }
}

/// selu(x) = λx if x > 0 else λα(eˣ − 1), λ = 1.0507…, α = 1.6732… (Klambauer et al. 2017, arXiv:1706.02515)
pub static MAP: Map = Map::of::<Selu>();
