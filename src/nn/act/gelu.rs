//! gelu(x) = x · Φ(x), Φ(x) = (1 + erf(x/√2)) / 2 (Hendrycks & Gimpel 2016, arXiv:1606.08415)

use crate::base::Real;
use crate::kernel::{Map, Pointwise, SlopeFrom};
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};

/// Φ(x): the share of a standard normal variable below x.
#[inline(always)]
fn normal_share<T: Real>(x: T) -> T {
    T::of(0.5) * (T::ONE + (x * T::of(FRAC_1_SQRT_2)).erf())
}

struct Gelu;

impl Pointwise for Gelu {
    const NAME: &'static str = "gelu";
    const WGSL: &'static str = include_str!("../../../shaders/act/gelu.wgsl");
    const SLOPE_FROM: SlopeFrom = SlopeFrom::Input;

    #[inline(always)]
    fn f<T: Real>(x: T, _p: &[T; 4]) -> T {
        x * normal_share(x)
    }

    #[inline(always)]
    fn slope<T: Real>(x: T, _p: &[T; 4]) -> T {
        let density = T::of(0.5 * FRAC_2_SQRT_PI * FRAC_1_SQRT_2) * (-T::of(0.5) * x * x).exp();
        normal_share(x) + x * density
    }
}

/// gelu(x) = x · Φ(x), Φ(x) = (1 + erf(x/√2)) / 2 (Hendrycks & Gimpel 2016, arXiv:1606.08415)
pub static MAP: Map = Map::of::<Gelu>();
