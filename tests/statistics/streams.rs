//! Neighbours are uncorrelated: elements, steps, streams and seeds.

use crate::laws::{Law, Z};
use wgrad::base::Seed;
use wgrad::base::rng::Stream;

const NUMBERS: u32 = 100_000;

fn uniform(stream: Stream, step: u32) -> Vec<f64> {
    (0..NUMBERS).map(|e| stream.uniform(step, e)).collect()
}

fn normal(stream: Stream, step: u32) -> Vec<f64> {
    (0..NUMBERS).map(|e| stream.normal(step, e)).collect()
}

/// √n times the correlation of two samples: standard normal where they are independent.
fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let n = a.len().min(b.len());
    let mean = |x: &[f64]| x[..n].iter().sum::<f64>() / n as f64;
    let (ma, mb) = (mean(a), mean(b));
    let product =
        |x: &[f64], mx: f64, y: &[f64], my: f64| x[..n].iter().zip(y).map(|(x, y)| (x - mx) * (y - my)).sum::<f64>();
    product(a, ma, b, mb) / (product(a, ma, a, ma) * product(b, mb, b, mb)).sqrt() * (n as f64).sqrt()
}

#[test]
fn neighbours_are_uncorrelated() {
    let stream = |seed: u64, stream: u32| Seed(seed).stream(stream);
    for draw in [uniform, normal] {
        let here = draw(stream(1, 1), 0);
        let mut neighbours = vec![
            ("next step", draw(stream(1, 1), 1)),
            ("step 2³²−1", draw(stream(1, 1), u32::MAX)),
            ("next stream", draw(stream(1, 2), 0)),
            ("stream of initial values", draw(stream(1, 0x8000_0001), 0)),
            ("next seed", draw(stream(2, 1), 0)),
            ("seed 2³² on", draw(stream(1 + (1 << 32), 1), 0)),
            ("step and stream exchanged", draw(stream(1, 0), 1)),
        ];
        for lag in [1, 2, 3, 4, 5, 8, 16, 64, 100, 1024] {
            neighbours.push(("elements further on", here[lag..].to_vec()));
        }
        for (what, there) in &neighbours {
            let z = correlation(&here, there);
            assert!(z.abs() < Z, "{what}: z = {z:.1}");
            // Squares too: a common scale would not show in the numbers themselves.
            let squares = |x: &[f64]| x.iter().map(|v| v * v).collect::<Vec<_>>();
            let z = correlation(&squares(&here), &squares(there));
            assert!(z.abs() < Z, "{what}, squares: z = {z:.1}");
        }
        let leaky: Vec<f64> = here.iter().zip(&neighbours[0].1).map(|(a, b)| 0.02 * a + b).collect();
        assert!(correlation(&here, &leaky).abs() > Z, "2 % of one stream in another shows");
    }
}

/// The first number of each step and of each stream is as random as the numbers of one.
#[test]
fn first_numbers_have_the_law_too() {
    let steps: Vec<f64> = (0..60_000).map(|step| Seed(3).stream(1).uniform(step, 0)).collect();
    let streams: Vec<f64> = (0..60_000).map(|stream| Seed(3).stream(stream).uniform(0, 0)).collect();
    let seeds: Vec<f64> = (0..60_000).map(|seed| Seed(seed).stream(1).uniform(0, 0)).collect();
    for sample in [steps, streams, seeds] {
        assert_eq!(Law::uniform(0.0, 1.0).refusal(&sample), None);
    }
}
