//! mish(x) = x · tanh(ln(1 + eˣ)) (Misra 2019, arXiv:1908.08681)
//!
//! With n = (1 + eˣ)² − 1 the tanh is n / (n + 2): one exponential, and nothing cancels.

use crate::base::Real;
use crate::kernel::{Map, Pointwise, SlopeFrom};

/// (1 + eˣ)² − 1 = eˣ (eˣ + 2). From 20 on the tanh is 1 to the last bit.
#[inline(always)]
fn square_less_one<T: Real>(x: T) -> T {
    let e = (if x > T::of(20.0) { T::of(20.0) } else { x }).exp();
    e * (e + T::of(2.0))
}

struct Mish;

impl Pointwise for Mish {
    const NAME: &'static str = "mish";
    const WGSL: &'static str = include_str!("../../../shaders/act/mish.wgsl");
    const SLOPE_FROM: SlopeFrom = SlopeFrom::Input;

    #[inline(always)]
    fn f<T: Real>(x: T, _p: &[T; 4]) -> T {
        let n = square_less_one(x);
        x * (n / (n + T::of(2.0)))
    }

    #[inline(always)]
    fn slope<T: Real>(x: T, _p: &[T; 4]) -> T {
        let n = square_less_one(x);
        let (w, rest) = (n / (n + T::of(2.0)), T::of(2.0) / (n + T::of(2.0)));
        w + x * (rest * (T::ONE + w) * x.sigmoid())
    }
}

/// mish(x) = x · tanh(ln(1 + eˣ)) (Misra 2019, arXiv:1908.08681)
pub static MAP: Map = Map::of::<Mish>();
