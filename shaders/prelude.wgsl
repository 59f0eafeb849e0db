// exp_ log_ expm1_ log1p_ tanh_ sigmoid_ erf_ (x: f32) -> f32, each within 2 ULP; and the step slot
//
// WGSL's own exp, log and tanh may be off by thousands of ULP, and drivers reorder float arithmetic, flush
// subnormals and take NaN for impossible. So: polynomials of our own (minimax, coefficients rounded to f32), no
// step that a reordering would spoil (rounding, splitting and scaling are done on integers), and special values
// chosen by their bits. NaN gives NaN, infinities their limits. A result below 2^-126 may be 0.

struct Step {
    index: u32,
    rows: u32,
    seed_lo: u32,
    seed_hi: u32,
    learning_rate: f32,
    apply: u32,
    average: f32,
    pad: f32,
    coef: array<vec4<f32>, 2>,
}
@group(1) @binding(0) var<uniform> step: Step;

fn is_nan_bits(x: f32) -> bool {
    return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u;
}

// n = x / ln 2 to the nearest integer, for |x| < 2^20. 1.5 * 2^23 puts it in the low bits of the sum.
fn times_of_ln2_(x: f32) -> i32 {
    return bitcast<i32>(x * 1.44269504 + 12582912.0) - 0x4b400000;
}

// ln 2 = 45426 / 2^16 + 12566158 / 2^43: n times the first part is exact in f32, n times the second in i32.
// The integer product also keeps compilers from adding the two parts up again.
fn ln2_high_(n: i32) -> f32 {
    return f32(n) * 0.693145751953125;
}

fn ln2_low_(n: i32) -> f32 {
    return f32(n * 12566158) * 1.1368683772161603e-13;
}

// e^r - 1 - r for |r| <= ln 2 / 2.
fn exp_tail_(r: f32) -> f32 {
    var q = 1.391737023e-3;
    q = q * r + 8.367110975e-3;
    q = q * r + 4.166661203e-2;
    q = q * r + 1.666653901e-1;
    q = q * r + 0.5;
    return q * (r * r);
}

// e^x where it is a normal number: -87.33 <= x <= 88.72.
fn exp_core_(x: f32) -> f32 {
    let n = times_of_ln2_(x);
    let high = x - ln2_high_(n);
    let low = ln2_low_(n);
    // 1 for even n, else 2: a literal 1 would be added to `high` first by some drivers, which rounds twice.
    let one = bitcast<f32>((127 + (n & 1)) << 23u);
    let p = one + one * (high + (exp_tail_(high - low) - low));
    return bitcast<f32>(bitcast<i32>(p) + ((n - (n & 1)) << 23u));
}

// ln(2^n (1 + f)) for sqrt(1/2) - 1 <= f <= sqrt(2) - 1.
fn log_core_(n: i32, f: f32) -> f32 {
    var p = 4.202656075e-2;
    p = p * f - 1.033133045e-1;
    p = p * f + 1.230119467e-1;
    p = p * f - 1.266257912e-1;
    p = p * f + 1.419865191e-1;
    p = p * f - 1.665239185e-1;
    p = p * f + 2.000249624e-1;
    p = p * f - 2.500029802e-1;
    p = p * f + 3.333331048e-1;
    let square = f * f;
    let tail = (p * (f * square) + ln2_low_(n)) - 0.5 * square;
    return (tail + f) + ln2_high_(n);
}

// n with m / 2^n in [sqrt(1/2), sqrt(2)), from the bits of a normal m > 0.
fn binary_order_(bits: u32) -> i32 {
    return bitcast<i32>(bits - 0x3f3504f3u) >> 23u;
}

fn exp_(x: f32) -> f32 {
    var y = bitcast<u32>(exp_core_(x));
    y = select(y, 0u, x < -87.33654);
    y = select(y, 0x7f800000u, x > 88.72284);
    return bitcast<f32>(select(y, bitcast<u32>(x), is_nan_bits(x)));
}

fn log_(x: f32) -> f32 {
    let bits = bitcast<u32>(x);
    // A subnormal is its bits times 2^-149.
    let subnormal = bits < 0x00800000u;
    let m = select(bits, bitcast<u32>(f32(bits)), subnormal);
    let n = binary_order_(m);
    let f = bitcast<f32>(bitcast<i32>(m) - (n << 23u)) - 1.0;
    var y = bitcast<u32>(log_core_(n + select(0, -149, subnormal), f));
    y = select(y, bits, bits >= 0x7f800000u);                      // +inf, NaN
    y = select(y, bits | 0x7fc00000u, bits > 0x80000000u);         // x < 0: NaN
    y = select(y, bits | 0xff800000u, (bits & 0x7fffffffu) == 0u); // 0: -inf
    return bitcast<f32>(y);
}

fn expm1_(x: f32) -> f32 {
    let bits = bitcast<u32>(x);
    let n = times_of_ln2_(x);
    let high = x - ln2_high_(n);
    let low = ln2_low_(n);
    // Half of 2^n (e^r - 1) + (2^n - 1), r = high - low, so that n = 128 has its power of two; doubled by bits.
    let half = bitcast<f32>((n + 126) << 23u);
    let tail = half * (exp_tail_(high - low) - low);
    var y = bitcast<u32>((half * high + (half - 0.5)) + tail) + 0x00800000u;
    y = select(y, 0xbf800000u, x < -18.0);
    y = select(y, 0x7f800000u, x > 88.72284);
    // |x| < 2^-25, which must not be doubled by bits, is its own result; so is NaN.
    let size = bits & 0x7fffffffu;
    y = select(y, bits, size < 0x33000000u || size > 0x7f800000u);
    return bitcast<f32>(y);
}

fn log1p_(x: f32) -> f32 {
    let bits = bitcast<u32>(x);
    let n = binary_order_(bitcast<u32>(1.0 + x));
    // f = x / 2^n + (1 / 2^n - 1): from x itself, what 1 + x rounds off is not lost. Past 2^126, 1 / 2^n is 0.
    let scaled = bitcast<f32>(bitcast<i32>(bits) - (n << 23u));
    let scale = bitcast<f32>(max(127 - n, 0) << 23u);
    var y = bitcast<u32>(log_core_(n, scaled + (scale - 1.0)));
    let size = bits & 0x7fffffffu;
    y = select(y, bits, size < 0x33000000u || size >= 0x7f800000u); // |x| < 2^-25, +inf, NaN
    y = select(y, bits | 0x7fc00000u, bits > 0xbf800000u);          // x < -1: NaN
    y = select(y, bits | 0xff800000u, bits == 0xbf800000u);         // -1: -inf
    return bitcast<f32>(y);
}

fn tanh_(x: f32) -> f32 {
    let bits = bitcast<u32>(x);
    let size = bits & 0x7fffffffu;
    let square = x * x;
    var p = -5.714063998e-3;
    p = p * square + 2.064806409e-2;
    p = p * square - 5.374277383e-2;
    p = p * square + 1.33314833e-1;
    p = p * square - 3.333328366e-1;
    let near = x + x * (square * p);
    // 1 - 2 / (e^2|x| + 1), which is 1 from 9.02 on.
    let far = 1.0 - 2.0 / (exp_core_(2.0 * min(bitcast<f32>(size), 10.0)) + 1.0);
    var y = bitcast<u32>(far) | (bits & 0x80000000u);
    y = select(y, bitcast<u32>(near), size < 0x3f200000u); // 0.625
    // |x| < 2^-12 and NaN are their own results.
    y = select(y, bits, size < 0x39800000u || size > 0x7f800000u);
    return bitcast<f32>(y);
}

fn sigmoid_(x: f32) -> f32 {
    // With e = e^-|x| and w = e / (1 + e): 1 - w for x >= 0, e - e w below. Errors of the quotient count half.
    let e = exp_core_(-abs(x));
    let top = select(1.0, e, x < 0.0);
    var y = bitcast<u32>(top - top * (e / (1.0 + e)));
    y = select(y, 0u, x < -87.33654);
    y = select(y, 0x3f800000u, x > 18.0);
    return bitcast<f32>(select(y, bitcast<u32>(x), is_nan_bits(x)));
}

fn erf_(x: f32) -> f32 {
    let bits = bitcast<u32>(x);
    let size = bits & 0x7fffffffu;
    let square = x * x;
    var p = -5.980205606e-4;
    p = p * square + 4.991761409e-3;
    p = p * square - 2.676623128e-2;
    p = p * square + 1.128182709e-1;
    p = p * square - 3.761249781e-1;
    p = p * square + 1.283791512e-1;
    let near = x + x * p;
    // 1 - e^-q(|x|), which is 1 from 3.92 on.
    let t = min(bitcast<f32>(size), 4.0);
    var q = -2.145853068e-4;
    q = q * t + 3.219914855e-3;
    q = q * t - 2.290585823e-2;
    q = q * t + 1.052865908e-1;
    q = q * t + 6.356995702e-1;
    q = q * t + 1.128519893;
    let far = 1.0 - exp_core_(-(q * t));
    var y = bitcast<u32>(far) | (bits & 0x80000000u);
    y = select(y, bitcast<u32>(near), size < 0x3f6b851fu); // 0.92
    return bitcast<f32>(select(y, bits, size > 0x7f800000u));
}
