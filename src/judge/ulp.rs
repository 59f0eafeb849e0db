//! The elementary functions on a device against f64, over the bit patterns of f32: a histogram of the errors in units in
//! the last place.

use super::parity::Device;
use crate::base::vectorize::vectorize;
use crate::base::{Real, Result};
use crate::dims;
use crate::kernel::{Bound, Call, Kernel, Shader, Step, Tolerance, arg};
use crate::twin;
use rayon::prelude::*;

/// The functions of the prelude, in the order of their numbers in the shader.
pub const FUNCTIONS: [&str; 7] = ["exp", "log", "log1p", "expm1", "tanh", "sigmoid", "erf"];

/// Upper ends of the histogram's columns; the last column is what lies beyond.
pub const ENDS: [f64; 4] = [0.5, 1.0, 1.5, 2.0];

/// How far a function may be from the true value where that is a normal number.
pub const BOUND: f64 = 2.0;

/// One in so many patterns is tried by default: a prime, so that every exponent and every low bit occurs.
pub const SAMPLED: u64 = 16_411;

/// Numbers a run.
const CHUNK: usize = 1 << 18;

/// Numbers a task.
const TASK: usize = 1 << 12;

dims! {
    /// Function number `function` of n numbers.
    pub struct Unary {
        /// Numbers.
        n: u32,
        /// Its place in [`FUNCTIONS`].
        function: u32,
    }
}

fn unary<T: Real>(_: &Step, d: &Unary, [x]: [&[T]; 1], [y]: [&mut [T]; 1]) {
    match d.function {
        0 => each(x, y, T::exp),
        1 => each(x, y, T::ln),
        2 => each(x, y, T::ln_1p),
        3 => each(x, y, T::exp_m1),
        4 => each(x, y, T::tanh),
        5 => each(x, y, T::sigmoid),
        _ => each(x, y, T::erf),
    }
}

#[inline(always)]
fn each<T: Real>(x: &[T], y: &mut [T], f: impl Fn(T) -> T + Sync) {
    y.par_chunks_mut(TASK).zip(x.par_chunks(TASK)).for_each(|(y, x)| {
        vectorize(
            #[inline(always)]
            || y.iter_mut().zip(x).for_each(|(y, x)| *y = f(*x)),
        );
    });
}

/// y = f(x): the functions by themselves.
pub static UNARY: Kernel<Unary, 1, 1> = Kernel {
    name: "unary",
    shader: |d, _| Shader::flat(include_str!("../../shaders/judge/unary.wgsl"), d.n as usize, 64),
    reads: [arg("x", |d| d.n as usize)],
    writes: [arg("y", |d| d.n as usize)],
    open: false,
    flops: |_| 0,
    twin: twin!(unary),
    cases: &[Unary { n: 65, function: 0 }],
    tolerance: Tolerance::POINTWISE,
};

/// What the errors of one function came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Histogram {
    /// The function.
    pub function: &'static str,
    /// Patterns tried.
    pub tried: u64,
    /// Those whose true value is a normal number or 0, by error: up to each of [`ENDS`], and beyond.
    pub counts: [u64; ENDS.len() + 1],
    /// The largest of these errors, in units in the last place.
    pub worst: f64,
    /// Where.
    pub at: f32,
    /// A NaN, infinity or subnormal value that came out as something else: the first, in words.
    pub fault: Option<String>,
}

impl Histogram {
    /// Whether every error is within [`BOUND`] and every special value is right.
    pub fn ok(&self) -> bool {
        self.fault.is_none() && self.worst <= BOUND && self.tried > 0
    }

    fn add(mut self, x: f32, got: f32, want: f64) -> Self {
        self.tried += 1;
        let near = want as f32;
        let size = want.abs();
        if near.is_finite() && (size >= f64::from(f32::MIN_POSITIVE) || want == 0.0) {
            let error = ulps(got, want);
            let column = ENDS.iter().position(|end| error <= *end).unwrap_or(ENDS.len());
            self.counts[column] += 1;
            if error > self.worst {
                (self.worst, self.at) = (error, x);
            }
            return self;
        }
        let right = if want.is_nan() {
            got.is_nan()
        } else if near.is_infinite() {
            // Or the largest number, where that is as near.
            got == near || ulps(got, want) <= BOUND
        } else {
            // Below the normal range a device may give 0, or the least normal number.
            (f64::from(got) - want).abs() <= f64::from(f32::MIN_POSITIVE)
        };
        if !right && self.fault.is_none() {
            self.fault = Some(format!("{} of {x:e} is {got:e} and not {want:e}", self.function));
        }
        self
    }

    fn merge(mut self, other: Self) -> Self {
        self.tried += other.tried;
        self.counts.iter_mut().zip(other.counts).for_each(|(a, b)| *a += b);
        if other.worst > self.worst {
            (self.worst, self.at) = (other.worst, other.at);
        }
        self.fault = self.fault.or(other.fault);
        self
    }
}

/// |got − want| in units in the last place of `want` as an f32; what is no number is infinitely far.
fn ulps(got: f32, want: f64) -> f64 {
    // The exponent of the f32 below: rounded up to a power of two it would count half.
    let size = want.abs().clamp(f64::from(f32::MIN_POSITIVE), f64::from(f32::MAX)) as f32;
    let size = if f64::from(size) > want.abs() { size.next_down() } else { size };
    let unit = f64::from(f32::from_bits((size.to_bits() & 0x7f80_0000).max(0x0080_0000))) * f64::from(f32::EPSILON);
    let error = (f64::from(got) - want).abs() / unit;
    if error.is_nan() { f64::INFINITY } else { error }
}

/// Runs a function, by its number, over one in `stride` of all f32.
///
/// # Errors
/// The device was lost.
pub fn sweep(device: &dyn Device, function: usize, stride: u64) -> Result<Histogram> {
    let call = Bound::new(&UNARY, Unary { n: CHUNK as u32, function: function as u32 });
    let new = || Histogram { function: FUNCTIONS[function], ..Histogram::default() };
    let mut all = new();
    let mut patterns = (0..=u64::from(u32::MAX)).step_by(stride.max(1) as usize);
    loop {
        let mut x: Vec<f32> = patterns.by_ref().take(CHUNK).map(|bits| f32::from_bits(bits as u32)).collect();
        let live = x.len();
        if live == 0 {
            return Ok(all);
        }
        // One length, one pipeline.
        x.resize(CHUNK, 1.0);
        let wide: Vec<f64> = x.iter().map(|x| f64::from(*x)).collect();
        let mut want = vec![0.0; CHUNK];
        call.run_f64(&Step::default(), &[&wide], &mut [&mut want]);
        let (reads, mut writes) = ([x], [vec![0.0; CHUNK]]);
        let intact = device.run_call(&call, &[], &Step::default(), &reads, &mut writes)?;
        let ([x], [got]) = (&reads, &writes);
        let numbers = x[..live].par_iter().zip(&got[..live]).zip(&want[..live]);
        let count = numbers.fold(new, |h, ((x, got), want)| h.add(*x, *got, *want)).reduce(new, Histogram::merge);
        all = all.merge(count);
        if !intact {
            all.fault = Some(format!("{} wrote outside its array", all.function));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(x: f32, got: f32, want: f64) -> Histogram {
        Histogram { function: "exp", ..Histogram::default() }.add(x, got, want)
    }

    #[test]
    fn errors_fall_into_their_columns() {
        let next = |n: u32| f32::from_bits(1.5f32.to_bits() + n);
        for (n, column) in [(0, 0), (1, 1), (2, 3), (3, 4)] {
            let h = one(1.0, next(n), 1.5);
            assert_eq!((h.counts[column], h.worst, h.ok()), (1, f64::from(n), n <= 2));
        }
        let h = one(1.0, 1.5, 1.5 + f64::from(f32::EPSILON) * 1.25);
        assert_eq!((h.counts[2], h.worst), (1, 1.25));
        // Just below a power of two the unit is the smaller one's.
        let h = one(1.0, 1.0, 1.0 - f64::from(f32::EPSILON) / 2.0);
        assert_eq!(h.worst, 1.0);
    }

    #[test]
    fn special_values_must_be_right() {
        let (nan, inf) = (f32::NAN, f32::INFINITY);
        for (got, want, ok) in [
            (nan, f64::NAN, true),
            (1.0, f64::NAN, false),
            (nan, 1.0, false),
            (inf, 1.0, false),
            (inf, f64::INFINITY, true),
            (-inf, f64::INFINITY, false),
            (f32::MAX, f64::INFINITY, false),
            (f32::MAX, f64::from(f32::MAX) * (1.0 + 1e-7), true),
            (inf, 1e300, true),
            (1e38, 1e300, false),
            (0.0, 1e-40, true),
            (1e-30, 1e-40, false),
            (0.0, 0.0, true),
            (1e-30, 0.0, false),
        ] {
            assert_eq!(one(1.0, got, want).ok(), ok, "{got} for {want}");
        }
    }
}
