//! Orthogonal: orthonormal rows or columns, and no direction preferred.

use crate::laws::{Law, Z};
use wgrad::base::Seed;
use wgrad::nn::init::{Initializer, Orthogonal};

/// w as [rows, columns], the last axis being the columns.
fn matrix(gain: f64, shape: &[usize], stream: u32) -> (Vec<f64>, usize, usize) {
    let columns = shape[shape.len() - 1];
    let w = Orthogonal::new(gain).values(shape, Seed(7).stream(stream));
    let rows = w.len() / columns;
    (w, rows, columns)
}

#[test]
fn rows_or_columns_are_orthonormal() {
    for shape in [&[1, 1][..], &[4, 4], &[3, 5], &[5, 3], &[100, 100], &[300, 70], &[3, 3, 2, 40], &[31, 33], &[32, 65]]
    {
        for gain in [1.0, 0.5] {
            let (w, rows, columns) = matrix(gain, shape, 1);
            let wide = rows < columns;
            let (count, length) = (rows.min(columns), rows.max(columns));
            let at = |v: usize, i: usize| if wide { w[v * columns + i] } else { w[i * columns + v] };
            for a in 0..count {
                for b in 0..=a {
                    let product: f64 = (0..length).map(|i| at(a, i) * at(b, i)).sum();
                    let expected = if a == b { gain * gain } else { 0.0 };
                    // Each number is rounded to f32: 2⁻²⁴ relative, on vectors of length gain.
                    assert!((product - expected).abs() < 1.2e-7 * gain * gain, "{shape:?} {a}·{b}: {product}");
                }
            }
        }
    }
}

/// Archimedes: a coordinate of a point chosen at random on the sphere in three dimensions is uniform in ±1.
#[test]
fn every_entry_in_three_dimensions_is_uniform() {
    let draws: Vec<_> = (0..20_000).map(|stream| matrix(1.0, &[3, 3], stream).0).collect();
    for entry in 0..9 {
        let sample: Vec<f64> = draws.iter().map(|w| w[entry]).collect();
        if let Some(why) = Law::uniform(-1.0, 1.0).refusal(&sample) {
            panic!("entry {entry}: {why}");
        }
    }
    // A draw without the change of signs: the diagonal of r may be negative, and the first column of Householder's q
    // points to one side.
    let one_sided: Vec<f64> = draws.iter().map(|w| -w[0].abs()).collect();
    assert!(Law::uniform(-1.0, 1.0).refusal(&one_sided).is_some());
}

/// Rotations and reflections are equally likely.
#[test]
fn determinants_have_either_sign() {
    let n = 20_000;
    let turns = (0..n).filter(|stream| {
        let (w, ..) = matrix(1.0, &[2, 2], *stream);
        w[0] * w[3] - w[1] * w[2] > 0.0
    });
    let z = (turns.count() as f64 - f64::from(n) / 2.0) / (f64::from(n) / 4.0).sqrt();
    assert!(z.abs() < Z, "z = {z}");
}

/// An entry of a matrix whose longer side is d has variance 1/d.
#[test]
fn entries_have_the_variance_of_their_vectors() {
    for shape in [[64, 64], [64, 16], [16, 64]] {
        let sample: Vec<f64> = (0..8).flat_map(|stream| matrix(1.0, &shape, stream).0).collect();
        let n = sample.len() as f64;
        let (mean, second) = (sample.iter().sum::<f64>() / n, sample.iter().map(|x| x * x).sum::<f64>() / n);
        assert!(mean.abs() < Z / (64.0 * n).sqrt() && (second * 64.0 - 1.0).abs() < 1e-6, "{shape:?}: {mean} {second}");
    }
}
