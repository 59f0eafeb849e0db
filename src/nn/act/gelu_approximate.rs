//! gelu(x) ≈ x · σ(2u), u = √(2/π) (x + 0.044715 x³), σ(2u) = (1 + tanh u) / 2 (Hendrycks & Gimpel 2016, arXiv:1606.08415)

use crate::base::Real;
use crate::kernel::{Map, Pointwise, SlopeFrom};

/// √(2/π).
const SQRT_2_OVER_PI: f64 = std::f64::consts::FRAC_2_SQRT_PI * std::f64::consts::FRAC_1_SQRT_2;
/// Weight of x³.
const CUBE: f64 = 0.044_715;

/// 2u.
#[inline(always)]
fn twice_u<T: Real>(x: T) -> T {
    T::of(2.0 * SQRT_2_OVER_PI) * x * (T::ONE + T::of(CUBE) * x * x)
}

struct GeluApproximate;

impl Pointwise for GeluApproximate {
    const NAME: &'static str = "gelu_approximate";
    const KERAS: &'static str = "gelu";
    const WGSL: &'static str = include_str!("../../../shaders/act/gelu_approximate.wgsl");
    const SLOPE_FROM: SlopeFrom = SlopeFrom::Input;

    #[inline(always)]
    fn f<T: Real>(x: T, _p: &[T; 4]) -> T {
        x * twice_u(x).sigmoid()
    }

    #[inline(always)]
    fn slope<T: Real>(x: T, _p: &[T; 4]) -> T {
        let u = twice_u(x);
        // σ(−2u) and not 1 − σ(2u): nothing cancels.
        let (below, above) = (u.sigmoid(), (-u).sigmoid());
        below + x * (below * above) * (T::of(2.0 * SQRT_2_OVER_PI) * (T::ONE + T::of(3.0 * CUBE) * x * x))
    }
}

/// gelu(x) ≈ x · σ(2u), u = √(2/π) (x + 0.044715 x³), σ(2u) = (1 + tanh u) / 2 (Hendrycks & Gimpel 2016, arXiv:1606.08415)
pub static MAP: Map = Map::of::<GeluApproximate>();
