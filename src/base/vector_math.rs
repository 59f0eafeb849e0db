//! Elementary functions in f32 without branches, so that loops over slices become vector instructions.
//!
//! Within 2 units in the last place of the true value wherever that is a normal number; infinities and NaN
//! go the way of the mathematics. Only +, −, ×, ÷ and selections are used, in a fixed order and without
//! fused multiply-add: every machine and every vector width gives the same bits.
//!
//! Loops over them belong inside [`vectorize`](super::vectorize::vectorize), which picks the vector width.

/// log₂ e.
const LOG2_E: f32 = std::f32::consts::LOG2_E;
/// The leading 10 bits of ln 2: times an exponent it is exact.
const LN_2_HIGH: f32 = 0.693_359_4;
/// ln 2 less its leading bits.
const LN_2_LOW: f32 = -2.121_944_4e-4;
/// 1.5 · 2²³: adding it rounds to an integer, which then sits in the low bits.
const ROUNDER: f32 = 12_582_912.0;

/// eˣ as (2ⁿ in two factors, eʳ − 1): x = n·ln 2 + r, |r| ≤ ln 2 / 2.
#[inline(always)]
fn reduce(x: f32) -> (f32, f32, f32) {
    let shifted = x * LOG2_E + ROUNDER;
    let n = shifted - ROUNDER;
    let high = x - n * LN_2_HIGH;
    let low = n * LN_2_LOW;
    let r = high - low;
    // What rounding took from r comes back after the polynomial.
    let lost = (high - r) - low;
    let mut p = 1.987_569_1e-4;
    p = p * r + 1.398_2e-3;
    p = p * r + 8.333_452e-3;
    p = p * r + 4.166_579_6e-2;
    p = p * r + 1.666_666_5e-1;
    p = p * r + 0.5;
    let q = (p * (r * r) + (lost + r * lost)) + r;
    let n = shifted.to_bits().wrapping_sub(ROUNDER.to_bits()) as i32;
    let half = n >> 1;
    (power(half), power(n.wrapping_sub(half)), q)
}

/// 2ⁿ for −126 ≤ n ≤ 127.
#[inline(always)]
fn power(n: i32) -> f32 {
    f32::from_bits((n.wrapping_add(127) as u32) << 23)
}

/// `x` held between the two; NaN stays NaN.
#[inline(always)]
fn held(x: f32, least: f32, most: f32) -> f32 {
    let x = if x > most { most } else { x };
    if x < least { least } else { x }
}

/// eˣ.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    // Beyond these it is infinite or rounds to 0; within them n stays small enough for two factors.
    let (a, b, q) = reduce(held(x, -105.0, 90.0));
    ((q + 1.0) * a) * b
}

/// eˣ − 1, exact near 0.
#[inline(always)]
pub fn expm1(x: f32) -> f32 {
    // Below −20 it is −1 to the last bit.
    let (a, b, q) = reduce(held(x, -20.0, 90.0));
    // n = 0 must give q itself: (1·q + (1 − 1)); −0 comes back as −0 by the last selection.
    let large = if b > 1.0e9 { ((q + 1.0) * a) * b } else { (q * a) * b + (a * b - 1.0) };
    if x == 0.0 { x } else { large }
}

/// Hyperbolic tangent.
#[inline(always)]
pub fn tanh(x: f32) -> f32 {
    let size = x.abs();
    let square = x * x;
    let mut p = -5.704_988_7e-3;
    p = p * square + 2.063_909e-2;
    p = p * square - 5.373_971_6e-2;
    p = p * square + 1.333_144_2e-1;
    p = p * square - 3.333_328e-1;
    let near = ((p * square) * x + x).copysign(x);
    let far = (1.0 - 2.0 / (exp(held(size, 0.0, 20.0) * 2.0) + 1.0)).copysign(x);
    // NaN compares false and comes through `far`.
    if size < 0.625 { near } else { far }
}

/// 1 / (1 + e⁻ˣ).
#[inline(always)]
pub fn sigmoid(x: f32) -> f32 {
    // e ≤ 1 on both sides; what rounding took from 1 + e is put back after the division.
    let e = exp(-x.abs());
    let sum = 1.0 + e;
    let lost = e - (sum - 1.0);
    let value = (if x < 0.0 { e } else { 1.0 }) / sum;
    value - value * (lost * (if x < 0.0 { 1.0 - value } else { value }))
}

/// The bits of √½: where the mantissa m of x = 2ⁿ·m begins, √½ ≤ m < √2.
const SQRT_HALF: u32 = 0x3f35_04f3;

/// ln(2ⁿ·(1 + f)), √½ ≤ 1 + f < √2.
#[inline(always)]
fn logarithm(n: f32, f: f32) -> f32 {
    let square = f * f;
    let mut p = 7.037_683_6e-2;
    p = p * f - 1.151_461e-1;
    p = p * f + 1.167_699_9e-1;
    p = p * f - 1.242_014_1e-1;
    p = p * f + 1.424_932_3e-1;
    p = p * f - 1.666_805_8e-1;
    p = p * f + 2.000_071_5e-1;
    p = p * f - 2.499_999_4e-1;
    p = p * f + 3.333_333e-1;
    let tail = (p * f) * square + n * LN_2_LOW - 0.5 * square;
    (tail + f) + n * LN_2_HIGH
}

/// Natural logarithm; −∞ at 0, NaN below.
#[inline(always)]
pub fn ln(x: f32) -> f32 {
    // Subnormal numbers are lifted into the normal range first.
    let tiny = x < f32::MIN_POSITIVE;
    let bits = if tiny { x * 8_388_608.0 } else { x }.to_bits();
    let above = bits.wrapping_sub(SQRT_HALF);
    let n = (above as i32) >> 23;
    let m = f32::from_bits((above & 0x007f_ffff).wrapping_add(SQRT_HALF));
    let value = logarithm(n as f32 - if tiny { 23.0 } else { 0.0 }, m - 1.0);
    let value = if x < f32::INFINITY { value } else { x };
    let value = if x == 0.0 { f32::NEG_INFINITY } else { value };
    if x < 0.0 { f32::NAN } else { value }
}

/// ln(1 + x), exact near 0; −∞ at −1, NaN below.
#[inline(always)]
pub fn log1p(x: f32) -> f32 {
    let n = ((1.0 + x).to_bits().wrapping_sub(SQRT_HALF) as i32) >> 23;
    // f = x / 2ⁿ + (1 / 2ⁿ − 1), by two factors: from x itself, what 1 + x rounds off is not lost.
    let half = n >> 1;
    let (a, b) = (power(half.wrapping_neg()), power(half.wrapping_sub(n)));
    let value = logarithm(n as f32, (x * a) * b + (a * b - 1.0));
    let value = if x < f32::INFINITY { value } else { x };
    let value = if x == 0.0 { x } else { value };
    let value = if x == -1.0 { f32::NEG_INFINITY } else { value };
    if x < -1.0 { f32::NAN } else { value }
}

/// The error function 2/√π ∫₀ˣ e^(−t²) dt.
#[inline(always)]
pub fn erf(x: f32) -> f32 {
    let size = x.abs();
    let square = x * x;
    let mut p = -5.980_205_6e-4;
    p = p * square + 4.991_761_4e-3;
    p = p * square - 2.676_623e-2;
    p = p * square + 1.128_182_7e-1;
    p = p * square - 3.761_249_8e-1;
    p = p * square + 1.283_791_5e-1;
    let near = x + x * p;
    // 1 − e^(−q), which is 1 to the last bit from 3.92 on.
    let t = held(size, 0.0, 4.0);
    let mut q = -2.145_853e-4;
    q = q * t + 3.219_914_9e-3;
    q = q * t - 2.290_585_8e-2;
    q = q * t + 1.052_865_9e-1;
    q = q * t + 6.356_995_7e-1;
    q = q * t + 1.128_519_9;
    let far = (1.0 - exp(-(q * t))).copysign(x);
    // NaN compares false and comes through `far`.
    if size < 0.92 { near } else { far }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A name, our function and the true one.
    type Case = (&'static str, fn(f32) -> f32, fn(f64) -> f64);

    /// Distance from the true value in units of its last place.
    fn ulps(got: f32, want: f64) -> f64 {
        let near = want as f32;
        let unit = f64::from(f32::from_bits((near.abs().to_bits() & 0x7f80_0000).max(0x0080_0000))) * 2f64.powi(-23);
        (f64::from(got) - want).abs() / unit
    }

    /// The worst error over one in 997 of all f32 whose true value is a normal number (or 0).
    fn worst(fast: fn(f32) -> f32, exact: fn(f64) -> f64) -> (f64, f32) {
        let mut worst = (0.0, 0.0);
        for bits in (0..=u32::MAX).step_by(997) {
            let x = f32::from_bits(bits);
            let want = exact(f64::from(x));
            let normal = (want as f32).is_finite() && (want.abs() >= f64::from(f32::MIN_POSITIVE) || want == 0.0);
            if x.is_finite() && normal {
                let error = ulps(fast(x), want);
                if error > worst.0 || error.is_nan() {
                    worst = (error, x);
                }
            }
        }
        worst
    }

    #[test]
    fn functions_are_within_two_ulps() {
        let sigmoid64 = |x: f64| 1.0 / (1.0 + (-x).exp());
        let table: [Case; 7] = [
            ("exp", exp, f64::exp),
            ("expm1", expm1, f64::exp_m1),
            ("tanh", tanh, f64::tanh),
            ("sigmoid", sigmoid, sigmoid64),
            ("ln", ln, f64::ln),
            ("log1p", log1p, f64::ln_1p),
            ("erf", erf, libm::erf),
        ];
        for (name, fast, exact) in table {
            let (error, at) = worst(fast, exact);
            println!("{name}: {error:.3} ulp at {at:e}");
            assert!(error <= 2.0, "{name}({at:e}) is {error} ulp off");
        }
    }

    #[test]
    fn ends_and_nan_come_through() {
        let inf = f32::INFINITY;
        for f in [exp, expm1, tanh, sigmoid, ln, log1p, erf] {
            assert!(f(f32::NAN).is_nan());
        }
        assert_eq!([exp(-inf), exp(inf), exp(0.0)], [0.0, inf, 1.0]);
        assert_eq!([exp(-200.0), exp(200.0)], [0.0, inf]);
        assert_eq!([expm1(-inf), expm1(inf), expm1(89.0)], [-1.0, inf, inf]);
        assert_eq!([tanh(-inf), tanh(inf)], [-1.0, 1.0]);
        assert_eq!([sigmoid(-inf), sigmoid(inf), sigmoid(0.0)], [0.0, 1.0, 0.5]);
        assert_eq!([ln(0.0), ln(inf), ln(1.0)], [-inf, inf, 0.0]);
        assert!(ln(-1.0).is_nan() && ln(-inf).is_nan());
        assert_eq!([log1p(-1.0), log1p(inf), log1p(f32::MAX)], [-inf, inf, f32::MAX.ln()]);
        assert!(log1p(-1.5).is_nan() && log1p(-inf).is_nan());
        assert_eq!([erf(-inf), erf(inf), erf(0.0)], [-1.0, 1.0, 0.0]);
        for f in [expm1, tanh, log1p, erf] {
            assert!(f(-0.0).to_bits() == (-0.0_f32).to_bits());
        }
    }

    #[inline(always)]
    fn all(x: f32) -> f32 {
        tanh(x) + ln(x.abs() + 1.0) * sigmoid(x) - expm1(x * 0.1) / exp(x) + erf(x * 0.1) * log1p(x * x)
    }

    #[test]
    fn width_does_not_change_a_bit() {
        let x: Vec<f32> = (0..1000).map(|i| (i as f32 * 0.37).sin() * 30.0).collect();
        let mut y = vec![0.0; x.len()];
        crate::base::vectorize::vectorize(
            #[inline(always)]
            || {
                for (y, x) in y.iter_mut().zip(&x) {
                    *y = all(*x);
                }
            },
        );
        for (x, y) in x.iter().zip(&y) {
            assert_eq!(std::hint::black_box(all)(*x).to_bits(), y.to_bits(), "at {x}");
        }
    }
}
