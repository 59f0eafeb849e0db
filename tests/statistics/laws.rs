//! Distributions, and whether a sample may be one's.

use std::f64::consts::TAU;

/// |z| that a standard normal passes with probability 0.001.
pub const Z: f64 = 3.2905;

/// √n · D that Kolmogorov's distribution passes with probability 0.001: √(−½ ln 0.0005).
const KOLMOGOROV: f64 = 1.9495;

/// A distribution by its mean, its second and fourth central moments and its exact distribution function.
pub struct Law {
    pub mean: f64,
    pub variance: f64,
    pub fourth: f64,
    pub cdf: Box<dyn Fn(f64) -> f64>,
}

/// Density of the standard normal.
fn density(z: f64) -> f64 {
    (-z * z / 2.0).exp() / TAU.sqrt()
}

/// Distribution function of the standard normal: ½ + φ(z) · Σ z^(2k+1) / (1 · 3 ⋯ (2k+1)) (Marsaglia 2004).
fn below(z: f64) -> f64 {
    if z.abs() > 8.0 {
        return if z > 0.0 { 1.0 } else { 0.0 };
    }
    let (mut sum, mut term, mut k) = (z, z, 3.0);
    while term.abs() > 1e-17 * sum.abs() {
        term *= z * z / k;
        sum += term;
        k += 2.0;
    }
    0.5 + density(z) * sum
}

impl Law {
    pub fn normal(mean: f64, deviation: f64) -> Self {
        Self {
            mean,
            variance: deviation.powi(2),
            fourth: 3.0 * deviation.powi(4),
            cdf: Box::new(move |x| below((x - mean) / deviation)),
        }
    }

    /// A normal of this deviation before it is cut at two of them.
    pub fn truncated(mean: f64, deviation: f64) -> Self {
        let inside = 2.0 * below(2.0) - 1.0;
        let second = 1.0 - 4.0 * density(2.0) / inside;
        let fourth = 3.0 * second - 16.0 * density(2.0) / inside;
        let cdf = move |x: f64| ((below((x - mean) / deviation) - below(-2.0)) / inside).clamp(0.0, 1.0);
        Self { mean, variance: second * deviation.powi(2), fourth: fourth * deviation.powi(4), cdf: Box::new(cdf) }
    }

    pub fn uniform(low: f64, high: f64) -> Self {
        let width = high - low;
        Self {
            mean: f64::midpoint(low, high),
            variance: width.powi(2) / 12.0,
            fourth: width.powi(4) / 80.0,
            cdf: Box::new(move |x| ((x - low) / width).clamp(0.0, 1.0)),
        }
    }

    /// Why a sample is not this law's, at level 0.001 in each of mean, variance and distribution function.
    pub fn refusal(&self, sample: &[f64]) -> Option<String> {
        let n = sample.len() as f64;
        let mean = sample.iter().sum::<f64>() / n;
        let z = (mean - self.mean) / (self.variance / n).sqrt();
        if z.is_nan() || z.abs() > Z {
            return Some(format!("mean {mean}, not {}: z = {z:.1}", self.mean));
        }
        let variance = sample.iter().map(|x| (x - self.mean).powi(2)).sum::<f64>() / n;
        let z = (variance - self.variance) / ((self.fourth - self.variance.powi(2)) / n).sqrt();
        if z.abs() > Z {
            return Some(format!("variance {variance}, not {}: z = {z:.1}", self.variance));
        }
        let distance = self.distance(sample) * n.sqrt();
        (distance > KOLMOGOROV).then(|| format!("√n·D = {distance:.2} above {KOLMOGOROV}"))
    }

    /// The greatest distance between the sample's distribution function and the law's.
    pub fn distance(&self, sample: &[f64]) -> f64 {
        let mut sorted = sample.to_vec();
        sorted.sort_by(f64::total_cmp);
        let n = sorted.len() as f64;
        let apart = |(i, x): (usize, &f64)| {
            let expected = (self.cdf)(*x);
            (expected - i as f64 / n).max((i + 1) as f64 / n - expected)
        };
        sorted.iter().enumerate().map(apart).fold(0.0, f64::max)
    }
}

#[test]
fn laws_are_exact() {
    for (z, p) in
        [(0.0, 0.5), (1.0, 0.841_344_746_068_542_9), (-2.0, 0.022_750_131_948_179_21), (5.0, 0.999_999_713_348_428_1)]
    {
        assert!((below(z) - p).abs() < 1e-15, "Φ({z}) = {}", below(z));
    }
    // scipy.stats.truncnorm(-2, 2): variance and fourth moment.
    let cut = Law::truncated(0.0, 1.0);
    assert!((cut.variance - 0.773_741_303_549_923_2).abs() < 1e-12, "{}", cut.variance);
    // By midpoints: ∫ z⁴ φ(z) dz / ∫ φ(z) dz over ±2.
    let steps = 200_000;
    let sum = |power: i32| {
        (0..steps)
            .map(|i| -2.0 + 4.0 * (f64::from(i) + 0.5) / f64::from(steps))
            .map(|z| z.powi(power) * density(z))
            .sum::<f64>()
    };
    assert!((cut.fourth - sum(4) / sum(0)).abs() < 1e-9, "{}", cut.fourth);
}

#[test]
fn refuses_what_is_a_little_wrong() {
    let random = wgrad::base::Seed(17).stream(3);
    let n = 60_000_u32;
    let normal: Vec<f64> = (0..n).map(|i| random.normal(0, i)).collect();
    assert_eq!(Law::normal(0.0, 1.0).refusal(&normal), None);
    for (law, part) in [
        (Law::normal(0.0, 1.05), "variance"),
        (Law::normal(0.0, 0.95), "variance"),
        (Law::normal(0.02, 1.0), "mean"),
        (Law::truncated(0.0, 1.0 / 0.773_741_303_549_923_2_f64.sqrt()), "√n·D"),
        (Law::uniform(-(3.0_f64.sqrt()), 3.0_f64.sqrt()), "√n·D"),
    ] {
        let found = law.refusal(&normal).unwrap_or_default();
        assert!(found.starts_with(part), "{part}: {found}");
    }
    // The distribution function alone sees a deviation 5 % off.
    assert!(Law::normal(0.0, 1.05).distance(&normal) * f64::from(n).sqrt() > KOLMOGOROV);
}
