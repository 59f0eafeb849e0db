//! How walkers fill a kernel's operands, and how near the GPU has to come to the judge.

use crate::base::rng::Stream;

/// What the numbers of an operand look like in a test case.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Domain {
    /// Standard normal.
    Normal,
    /// Normal of standard deviation 4: far enough for both tails of an activation.
    Wide,
    /// Uniform in (0, 1]: variances, second moments, scales.
    Positive,
    /// Uniform between the two.
    Between(f64, f64),
    /// Integers 0..classes, as labels are.
    Labels(u32),
    /// Rows of `width` numbers that sum to one.
    Probabilities(usize),
    /// Ranges of blocks as optimizers have them: 1, `count`, 2, `count`, 1000 again and again.
    Range(usize),
    /// Uniform in (0, 1], but 0 where the index is a multiple of this.
    Holes(usize),
    /// Standard normal, but of every seven numbers the first is NaN or infinite, the second 0 and the third 1.
    Spoiled,
    /// Each integer twice: 0, 0, 1, 1, ….
    Pairs,
    /// For n such integers, the next place of each place's integer, n where there is none; then 1 for each first place.
    PairLinks,
}

impl Domain {
    /// `len` numbers of this domain, exactly representable in f32, the same for the same `salt`.
    pub fn fill(self, len: usize, salt: u32) -> Vec<f64> {
        let stream = Stream { seed: 0x5eed, stream: salt };
        let uniform = |i: usize| stream.uniform(0, i as u32);
        let exact = |v: f64| f64::from(v as f32);
        match self {
            Self::Normal => (0..len).map(|i| exact(stream.normal(0, i as u32))).collect(),
            Self::Wide => (0..len).map(|i| exact(4.0 * stream.normal(0, i as u32))).collect(),
            Self::Positive => (0..len).map(|i| exact(1.0 - uniform(i))).collect(),
            Self::Between(least, most) => (0..len).map(|i| exact(least + (most - least) * uniform(i))).collect(),
            Self::Range(count) => {
                let one = [1.0, count as f64, 2.0, count as f64, 1000.0];
                (0..len).map(|i| one[i % one.len()]).collect()
            }
            Self::Holes(every) => {
                (0..len).map(|i| if i.is_multiple_of(every) { 0.0 } else { exact(1.0 - uniform(i)) }).collect()
            }
            Self::Labels(classes) => (0..len).map(|i| (uniform(i) * f64::from(classes)).floor()).collect(),
            Self::Spoiled => (0..len)
                .map(|i| match i % 7 {
                    0 => [f64::NAN, f64::INFINITY, f64::NEG_INFINITY][i / 7 % 3],
                    1 => 0.0,
                    2 => 1.0,
                    _ => exact(stream.normal(0, i as u32)),
                })
                .collect(),
            Self::Pairs => (0..len).map(|i| (i / 2) as f64).collect(),
            Self::PairLinks => {
                let n = len / 2;
                let next = |i: usize| if i.is_multiple_of(2) && i + 1 < n { i + 1 } else { n };
                let first = |i: usize| f64::from(i.is_multiple_of(2));
                (0..n).map(|i| next(i) as f64).chain((0..n).map(first)).collect()
            }
            Self::Probabilities(width) => {
                let mut v: Vec<f64> = (0..len).map(|i| 1.0 - uniform(i)).collect();
                for row in v.chunks_mut(width.max(1)) {
                    let sum: f64 = row.iter().sum();
                    row.iter_mut().for_each(|p| *p = exact(*p / sum));
                }
                v
            }
        }
    }
}

/// How far a GPU result may be from the f64 twin: `|gpu − twin| ≤ bound · max(1, |twin|)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tolerance {
    /// The bound.
    pub bound: f64,
    /// Why it is not smaller.
    pub reason: &'static str,
}

impl Tolerance {
    /// A few roundings a number.
    pub const POINTWISE: Self = Self { bound: 1e-6, reason: "a few f32 roundings a number" };
    /// Sums of up to some thousand terms.
    pub const REDUCTION: Self = Self { bound: 1e-5, reason: "f32 sums of up to a thousand terms" };
}
