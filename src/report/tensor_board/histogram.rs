//! Histograms as TensorBoard has them: 30 buckets of one width from the smallest number to the largest, as
//! `tf.summary.histogram` makes them.
//!
//! A `HistogramProto` of protocol buffers: min = 1, max = 2, num = 3, sum = 4, sum_squares = 5 (doubles), bucket_limit = 6
//! and bucket = 7 (doubles side by side): the upper end of each bucket and how many numbers are in it. Source:
//! tensorflow/core/framework/summary.proto.

use super::events::{bytes, double, doubles, text};

/// Buckets; `DEFAULT_BUCKET_COUNT` in tensorboard/plugins/histogram/summary_v2.py.
const BUCKETS: usize = 30;

/// The upper ends of buckets of finite numbers, and how many are in each.
fn buckets(numbers: &[f64], smallest: f64, largest: f64) -> (Vec<f64>, Vec<f64>) {
    // Each half before the difference, which else could be past the largest number.
    let width = (largest / 2.0 - smallest / 2.0) / BUCKETS as f64 * 2.0;
    if width <= 0.0 {
        return (vec![largest], vec![numbers.len() as f64]);
    }
    let mut counts = vec![0.0; BUCKETS];
    for v in numbers {
        let at = ((v - smallest) / width) as usize;
        counts[at.min(BUCKETS - 1)] += 1.0;
    }
    let limit = |i: usize| if i + 1 == BUCKETS { largest } else { (smallest + width * (i + 1) as f64).min(largest) };
    ((0..BUCKETS).map(limit).collect(), counts)
}

/// A summary's value that is the histogram of the finite ones of `numbers`; nothing where there is none.
pub fn histogram(tag: &str, numbers: &[f64]) -> Vec<u8> {
    let finite: Vec<f64> = numbers.iter().copied().filter(|v| v.is_finite()).collect();
    let smallest = finite.iter().copied().fold(f64::INFINITY, f64::min);
    let largest = finite.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if finite.is_empty() {
        return Vec::new();
    }
    let (limits, counts) = buckets(&finite, smallest, largest);
    let proto = [
        double(1, smallest),
        double(2, largest),
        double(3, finite.len() as f64),
        double(4, finite.iter().sum()),
        double(5, finite.iter().map(|v| v * v).sum()),
        doubles(6, &limits),
        doubles(7, &counts),
    ];
    bytes(1, &[text(1, tag), bytes(5, &proto.concat())].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_finite_number_is_in_one_bucket() {
        for numbers in [
            (0..1000).map(|i| f64::from(i).sin()).collect::<Vec<f64>>(),
            vec![0.0; 7],
            vec![-3.0, 3.0],
            vec![1.0, 1.0 + f64::EPSILON],
            vec![-f64::MAX, f64::MAX],
            vec![0.0, f64::MIN_POSITIVE],
        ] {
            let [low, high] = [f64::min, f64::max].map(|f| numbers.iter().copied().reduce(f).expect("a number"));
            let (limits, counts) = buckets(&numbers, low, high);
            assert_eq!((counts.iter().sum::<f64>(), limits.len()), (numbers.len() as f64, counts.len()), "{numbers:?}");
            assert!(limits.windows(2).all(|w| w[0] <= w[1]) && limits.last() == Some(&high), "{limits:?}");
        }
    }

    #[test]
    fn what_is_not_finite_is_left_out() {
        assert_eq!(histogram("a", &[1.0, 2.0]), histogram("a", &[1.0, f64::NAN, 2.0, f64::INFINITY]));
        assert!(histogram("a", &[f64::NAN]).is_empty() && histogram("a", &[]).is_empty());
    }
}
