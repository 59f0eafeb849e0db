//! Count, mean, variance, ends, saturation and dead units of x\[m×n\]: of each unit and share of the rows, then of all.
//!
//! Numbers that are not finite are told by their exponent, left out and counted. Mean and variance take two passes, and
//! means of parts are combined around the mean of all; terms are weighted before they are added up, so that what is
//! finite overflows nowhere.

use crate::base::{Error, Real, Result};
use crate::dims;
use crate::kernel::{AnyKernel, Bounds, Domain, Kernel, Schedule, Shader, Step, Tolerance, arg, arg_in};
use crate::nn::loss::frame::lanes;
use crate::plan::{MOST_NUMBERS, Tape, Value};
use crate::twin;

/// Numbers told of an array: count, mean, variance, smallest, largest, share saturated, share of units dead, and how
/// many are not finite.
pub const STATISTICS: usize = 8;

/// Of the distance of its bounds (or of the only one from 0), how far a saturated number may be from one.
pub const SATURATED: f64 = 0.01;

/// How far above the lower bound a unit may be that is dead.
const DEAD: f64 = 1e-12;

/// Rows of a share, and most shares.
const SHARE: usize = 4096;
const MOST_SHARES: usize = 256;

dims! {
    /// Outputs of n units in m rows, `per` rows a sample.
    pub struct Units {
        /// Rows.
        m: u32,
        /// Units.
        n: u32,
        /// Rows a sample: the product of the axes between the batch and the last.
        per: u32,
        /// Parts the rows are cut into.
        shares: u32,
        /// 1 with a bound below, 2 with one above, 3 with both.
        bounded: u32,
        /// Numbers up to this are saturated,
        low: f64,
        /// and numbers from this on.
        high: f64,
        /// Numbers up to this are at the lower bound itself.
        dead: f64,
    }
}

impl Units {
    const fn of_rows(m: u32, n: u32, per: u32, shares: u32) -> Self {
        Self { m, n, per, shares, bounded: 0, low: 0.0, high: 0.0, dead: 0.0 }
    }

    /// The rows and units of `x`, whose first axis is the batch and whose last is the units.
    ///
    /// # Errors
    /// No number at all; parts that pass what an array may hold.
    pub fn of(tape: &Tape, what: &str, x: Value, bounds: Bounds) -> Result<Self> {
        let shape = tape.shape(x);
        let fail = |expected: String, help: &str| Err(Error::request(what, expected, format!("{shape:?}"), help));
        let (batch, units) = match shape {
            [batch, .., units] => (*batch, *units),
            [batch] => (*batch, 1),
            [] => (1, 1),
        };
        let numbers = tape.len(x);
        if numbers == 0 {
            return fail("a shape with no axis of 0".to_owned(), "look at a value that holds numbers");
        }
        let rows = numbers / units;
        let shares = rows.div_ceil(SHARE).min(MOST_SHARES);
        if units.saturating_mul(shares).saturating_mul(STATISTICS) > MOST_NUMBERS {
            let most = MOST_NUMBERS / STATISTICS / shares;
            return fail(format!("at most {most} units"), "look at a smaller layer");
        }
        Ok(Self::of_rows(rows as u32, units as u32, (rows / batch) as u32, shares as u32).within(bounds))
    }

    /// The same with the bounds of an activation.
    fn within(mut self, [low, high]: Bounds) -> Self {
        // As shaders see it: every device then compares with the same number.
        let seen = |v: f64| f64::from(v as f32);
        let distance = match (low, high) {
            (Some(low), Some(high)) => SATURATED * (high - low),
            (Some(bound), None) | (None, Some(bound)) => SATURATED * bound.abs(),
            (None, None) => 0.0,
        };
        self.bounded = u32::from(low.is_some()) + 2 * u32::from(high.is_some());
        self.low = low.map_or(0.0, |low| seen(low + distance));
        self.high = high.map_or(0.0, |high| seen(high - distance));
        self.dead = low.map_or(0.0, |low| seen(low + DEAD));
        self
    }

    /// The same without bounds.
    pub(super) fn unbounded(self) -> Self {
        self.within([None, None])
    }

    fn len(&self) -> usize {
        self.m as usize * self.n as usize
    }

    fn parts(&self) -> Parts {
        Parts { n: self.n, shares: self.shares }
    }

    /// The live rows of share `g`.
    fn rows(&self, step: &Step, g: usize) -> std::ops::Range<usize> {
        let live = (self.m / self.per).min(step.rows) as usize * self.per as usize;
        let size = (self.m as usize).div_ceil(self.shares as usize);
        (g * size).min(live)..((g + 1) * size).min(live)
    }

    fn is_saturated<T: Real>(&self, v: T) -> bool {
        (self.bounded & 1 != 0 && v <= T::of(self.low)) || (self.bounded & 2 != 0 && v >= T::of(self.high))
    }

    fn is_dead<T: Real>(&self, v: T) -> bool {
        self.bounded & 1 != 0 && v <= T::of(self.dead)
    }
}

dims! {
    /// Parts of each unit.
    pub struct Parts {
        /// Units.
        n: u32,
        /// Parts of each.
        shares: u32,
    }
}

impl Parts {
    fn len(&self) -> usize {
        self.n as usize * self.shares as usize * STATISTICS
    }
}

/// Largest and smallest of no number: what every number replaces.
fn no_ends<T: Real>() -> (T, T) {
    let most = T::of(f64::from(f32::MAX));
    (most, -most)
}

/// The smaller and the larger.
fn ends<T: Real>((least, most): (T, T), low: T, high: T) -> (T, T) {
    (if low < least { low } else { least }, if high > most { high } else { most })
}

fn count<T: Real>(n: usize) -> T {
    T::of(n as f64)
}

fn statistics_parts<T: Real>(step: &Step, d: &Units, [x]: [&[T]; 1], [p]: [&mut [T]; 1]) {
    let n = d.n as usize;
    for (at, p) in p.chunks_mut(STATISTICS).enumerate() {
        let (g, j) = (at / n, at % n);
        let rows = d.rows(step, g);
        let finite = || rows.clone().map(|i| x[i * n + j]).filter(|v| v.is_finite());
        let found = finite().count();
        let share = T::ONE / count(found.max(1));
        let mean: T = finite().map(|v| v * share).sum();
        let variance: T = finite().map(|v| (v - mean) * ((v - mean) * share)).sum();
        let (least, most) = finite().fold(no_ends(), |e, v| ends(e, v, v));
        let saturated = finite().filter(|v| d.is_saturated(*v)).count();
        let dead = finite().filter(|v| d.is_dead(*v)).count() == rows.len();
        let dead = if dead { T::ONE } else { T::ZERO };
        let told = [count(found), mean, variance, least, most, count(saturated), dead, count(rows.len() - found)];
        p.copy_from_slice(&told);
    }
}

fn statistics<T: Real>(_: &Step, d: &Parts, [p]: [&[T]; 1], [s]: [&mut [T]; 1]) {
    let n = d.n as usize;
    let parts = || p.chunks(STATISTICS);
    let total = |i: usize| parts().map(|p| p[i]).sum::<T>();
    let (finite, saturated, not_finite) = (total(0), total(5), total(7));
    let share = T::ONE / if finite > T::ONE { finite } else { T::ONE };
    let mean: T = parts().map(|p| p[1] * (p[0] * share)).sum();
    let squares = |p: &[T]| {
        let (d, weight) = (p[1] - mean, p[0] * share);
        p[2] * weight + d * (d * weight)
    };
    let variance: T = parts().map(squares).sum();
    let (least, most) = parts().fold(no_ends(), |e, p| ends(e, p[3], p[4]));
    // A unit is dead that is so in each of its parts.
    let parts_of = |j: usize| parts().skip(j).step_by(n).map(|p| p[6]);
    let dead: T = (0..n).map(|j| parts_of(j).fold(T::ONE, |a, b| if b < a { b } else { a })).sum();
    let live = finite + not_finite;
    let some = |v: T, any: T| if any > T::ZERO { v } else { T::ZERO };
    let (least, most, dead) = (some(least, finite), some(most, finite), some(dead / count(n), live));
    s.copy_from_slice(&[live, mean, variance, least, most, saturated * share, dead, not_finite]);
}

const CASES: &[Units] = &[
    Units { bounded: 1, ..Units::of_rows(1, 1, 1, 1) },
    Units { bounded: 3, low: 0.25, high: 0.75, dead: 0.0, ..Units::of_rows(5, 7, 1, 1) },
    Units { bounded: 1, low: 0.5, high: 0.0, dead: 0.5, ..Units::of_rows(33, 70, 1, 2) },
    Units { bounded: 2, low: 0.0, high: 1.0, dead: 0.0, ..Units::of_rows(131, 1, 1, 1) },
    Units { bounded: 3, low: -1.0, high: 1.0, dead: -1.0, ..Units::of_rows(60, 21, 5, 7) },
    Units::of_rows(1, 300, 1, 1),
];

/// Statistics of each unit over each share of the live rows.
pub static STATISTICS_PARTS: Kernel<Units, 1, 1> = Kernel {
    name: "statistics_parts",
    shader: |d, schedule| {
        let (columns, slices) = match schedule {
            Schedule::Lanes => (8_usize, 1),
            Schedule::Tiles => (16, 16),
        };
        let head = format!("const columns: u32 = {columns}u;\nconst slices: u32 = {slices}u;\n");
        let sum = include_str!("../../../shaders/util/column_sum.wgsl");
        let least = include_str!("../../../shaders/insight/column_least.wgsl");
        let body = include_str!("../../../shaders/insight/statistics_parts.wgsl");
        let groups = (d.n as usize).div_ceil(columns) * d.shares as usize;
        Shader::flat(&[head.as_str(), sum, least, body].concat(), groups, 1)
    },
    reads: [arg_in("x", Units::len, Domain::Spoiled)],
    writes: [arg("p", |d| d.parts().len())],
    open: false,
    flops: |d| 12 * d.len() as u64,
    twin: twin!(statistics_parts),
    cases: CASES,
    tolerance: Tolerance::REDUCTION,
};

/// Statistics of all numbers, from those of the parts.
pub static STATISTICS_OF_ALL: Kernel<Parts, 1, 1> = Kernel {
    name: "statistics",
    shader: |_, schedule| {
        let body = include_str!("../../../shaders/insight/statistics.wgsl");
        Shader::new(&[&lanes(schedule), body].join("\n"), [1, 1, 1])
    },
    reads: [arg_in("p", Parts::len, Domain::Positive)],
    writes: [arg("s", |_| STATISTICS)],
    open: false,
    flops: |d| 20 * u64::from(d.n) * u64::from(d.shares),
    twin: twin!(statistics),
    cases: &[
        Parts { n: 1, shares: 1 },
        Parts { n: 7, shares: 1 },
        Parts { n: 300, shares: 1 },
        Parts { n: 33, shares: 5 },
    ],
    tolerance: Tolerance::REDUCTION,
};

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&STATISTICS_PARTS, &STATISTICS_OF_ALL];

/// Records the statistics of `x` into `s`.
pub(super) fn record(tape: &mut Tape, d: Units, x: Value, s: Value) -> Result<()> {
    let p = tape.temp("parts", &[d.parts().len()]);
    tape.run(&STATISTICS_PARTS, d, [x], [p])?;
    tape.run(&STATISTICS_OF_ALL, d.parts(), [p], [s])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{Bound, Call, Twinned};
    use crate::nn::act::Activation;
    use crate::nn::insight::Statistics;

    /// Statistics of m×n numbers, `rows` samples of `per` rows each being live.
    fn of<T: Twinned>(x: &[f64], units: Units, rows: u32) -> Statistics {
        let step = Step { rows, ..Step::default() };
        let x: Vec<T> = x.iter().map(|v| T::of(*v)).collect();
        let (mut p, mut s) = (vec![T::ZERO; units.parts().len()], vec![T::ZERO; STATISTICS]);
        let parts = Bound::new(&STATISTICS_PARTS, units);
        T::run(&parts as &dyn Call, &step, &[&x], &mut [&mut p]);
        T::run(&Bound::new(&STATISTICS_OF_ALL, units.parts()), &step, &[&p], &mut [&mut s]);
        Statistics::of(&s.iter().map(|v| v.to_f64()).collect::<Vec<_>>())
    }

    #[test]
    fn a_large_mean_does_not_cost_the_variance() {
        let x: Vec<f64> = Domain::Normal.fill(5000 * 3, 1).iter().map(|v| f64::from((1e4 + v) as f32)).collect();
        let (mean, count) = (x.iter().sum::<f64>() / x.len() as f64, x.len() as f64);
        let variance = x.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / count;
        for shares in [1, 2, 7] {
            let units = Units::of_rows(5000, 3, 1, shares);
            let (wide, narrow) = (of::<f64>(&x, units, u32::MAX), of::<f32>(&x, units, u32::MAX));
            assert!((wide.mean - mean).abs() < 1e-11 * mean && (wide.variance - variance).abs() < 1e-11);
            // A sum of thousands of f32 is 10⁻⁵ off; the variance by the square of what the mean is. The mean of the
            // squares less the square of the mean would be off by hundreds.
            assert!((narrow.mean - mean).abs() < 1e-5 * mean, "{} {mean}", narrow.mean);
            assert!((narrow.variance - variance).abs() < 1e-2, "{} {variance}", narrow.variance);
        }
    }

    #[test]
    fn padding_is_left_out_by_samples() {
        // Two samples of three rows are live, the rest is spoilt.
        let x: Vec<f64> = (0..24).map(|i| if i < 12 { f64::from(i) } else { f64::NAN }).collect();
        let s = of::<f32>(&x, Units::of_rows(12, 2, 3, 2), 2);
        assert_eq!((s.count, s.mean, s.smallest, s.largest, s.not_finite), (12, 5.5, 0.0, 11.0, 0));
        assert_eq!(of::<f32>(&x, Units::of_rows(12, 2, 3, 2), 4).not_finite, 12);
        let none = of::<f32>(&x, Units::of_rows(12, 2, 3, 2).within([Some(0.0), None]), 0);
        assert_eq!((none.count, none.dead, none.saturated, none.not_finite), (0, 0.0, 0.0, 0));
    }

    #[test]
    fn dead_and_saturated_numbers_are_counted() {
        let relu = Units::of_rows(3, 4, 1, 2).within(Activation::RELU.bounds());
        // Unit 0 is dead, 1 is not in the last row, 2 has a NaN, 3 is never at the bound.
        let x = [[0.0, 0.0, 0.0, 1.0], [0.0, 0.0, f64::NAN, 2.0], [0.0, 3.0, 0.0, 1e-9]].concat();
        let s = of::<f32>(&x, relu, 3);
        assert_eq!((s.dead, s.saturated, s.not_finite), (0.25, f64::from(7.0_f32 / 11.0), 1));
        assert_eq!(of::<f64>(&x, relu, 1).dead, 0.75);
        let tanh = Units::of_rows(1, 4, 1, 1).within(Activation::TANH.bounds());
        let s = of::<f64>(&[-1.0, -0.981, 0.5, 0.979], tanh, 1);
        assert_eq!((s.saturated, s.dead), (0.5, 0.25));
        assert_eq!(of::<f64>(&x, relu.unbounded(), 3).dead, 0.0);
    }

    #[test]
    fn large_numbers_do_not_overflow_and_spoilt_ones_are_counted() {
        let units = Units::of_rows(64, 3, 1, 3);
        let x: Vec<f64> = vec![3e38; 64 * 3];
        let s = of::<f32>(&x, units, 64);
        assert!((s.mean / 3e38 - 1.0).abs() < 1e-6 && s.not_finite == 0, "{s:?}");
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let s = of::<f32>(&[bad; 64 * 3], units, 64);
            assert!((s.count, s.not_finite) == (192, 192) && s.mean.is_nan() && s.largest.is_nan(), "{s:?}");
        }
    }
}
