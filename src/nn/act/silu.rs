//! silu(x) = x · σ(x), σ(x) = 1 / (1 + e⁻ˣ) (Ramachandran et al. 2017, arXiv:1710.05941, as swish)

use crate::base::Real;
use crate::kernel::{Map, Pointwise, SlopeFrom};

struct Silu;

impl Pointwise for Silu {
    const NAME: &'static str = "silu";
    const WGSL: &'static str = include_str!("../../../shaders/act/silu.wgsl");
    const SLOPE_FROM: SlopeFrom = SlopeFrom::Input;

    #[inline(always)]
    fn f<T: Real>(x: T, _p: &[T; 4]) -> T {
        x * x.sigmoid()
    }

    #[inline(always)]
    fn slope<T: Real>(x: T, _p: &[T; 4]) -> T {
        // σ(−x) and not 1 − σ(x): nothing cancels.
        x.sigmoid() * (T::ONE + x * (-x).sigmoid())
    }
}

/// silu(x) = x · σ(x), σ(x) = 1 / (1 + e⁻ˣ) (Ramachandran et al. 2017, arXiv:1710.05941, as swish)
pub static MAP: Map = Map::of::<Silu>();
