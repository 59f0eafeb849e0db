//! The float trait: one body of arithmetic, in `f64` the judge, in `f32` the fallback for people without a GPU.

use super::vector_math;
use std::fmt::{Debug, Display};
use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

/// A number the CPU executor computes with: `f32` or `f64`.
pub trait Real:
    Copy
    + Debug
    + Default
    + Display
    + PartialOrd
    + Send
    + Sync
    + 'static
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + DivAssign
    + Sum
{
    /// 0.
    const ZERO: Self;
    /// 1.
    const ONE: Self;
    /// The distance from 1 to the next number.
    const EPSILON: Self;

    /// Rounds to this type.
    fn of(value: f64) -> Self;
    /// Widens, exactly.
    fn to_f64(self) -> f64;
    /// eˣ.
    fn exp(self) -> Self;
    /// eˣ − 1, exact near 0.
    fn exp_m1(self) -> Self;
    /// Natural logarithm.
    fn ln(self) -> Self;
    /// ln(1 + self), exact near 0.
    fn ln_1p(self) -> Self;
    /// The error function 2/√π ∫₀ˣ e^(−t²) dt.
    fn erf(self) -> Self;
    /// self to the power `exponent`.
    fn powf(self, exponent: Self) -> Self;
    /// Hyperbolic tangent.
    fn tanh(self) -> Self;
    /// 1 / (1 + e⁻ˣ).
    fn sigmoid(self) -> Self;
    /// self · a + b, rounded once.
    fn mul_add(self, a: Self, b: Self) -> Self;
    /// Square root.
    fn sqrt(self) -> Self;
    /// Magnitude.
    fn abs(self) -> Self;
    /// Whether the number is neither infinite nor NaN.
    fn is_finite(self) -> bool;
}

/// An instance: each function by the name of what computes it.
macro_rules! real {
    ($t:ident { $($unary:ident: $f:expr),* $(,)? }, powf: $powf:expr) => {
        impl Real for $t {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const EPSILON: Self = $t::EPSILON;
            #[inline(always)]
            fn of(value: f64) -> Self {
                value as $t
            }
            #[inline(always)]
            fn to_f64(self) -> f64 {
                f64::from(self)
            }
            $(
                #[inline(always)]
                fn $unary(self) -> Self {
                    $f(self)
                }
            )*
            #[inline(always)]
            fn powf(self, exponent: Self) -> Self {
                $powf(self, exponent)
            }
            #[inline(always)]
            fn mul_add(self, a: Self, b: Self) -> Self {
                self.mul_add(a, b)
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                self.sqrt()
            }
            #[inline(always)]
            fn abs(self) -> Self {
                self.abs()
            }
            #[inline(always)]
            fn is_finite(self) -> bool {
                self.is_finite()
            }
        }
    };
}

real!(f32 {
    exp: vector_math::exp,
    exp_m1: vector_math::expm1,
    ln: vector_math::ln,
    ln_1p: vector_math::log1p,
    tanh: vector_math::tanh,
    sigmoid: vector_math::sigmoid,
    erf: vector_math::erf,
}, powf: libm::powf);
real!(f64 {
    exp: f64::exp,
    exp_m1: f64::exp_m1,
    ln: f64::ln,
    ln_1p: f64::ln_1p,
    tanh: f64::tanh,
    sigmoid: |x: f64| 1.0 / (1.0 + (-x).exp()),
    erf: libm::erf,
}, powf: f64::powf);
