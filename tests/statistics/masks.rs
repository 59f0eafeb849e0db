//! Dropout masks: as many numbers are dropped as the rate says, independently at every place and step.

use crate::laws::Z;
use wgrad::kernel::noise::drop_threshold;
use wgrad::kernel::stage::Aux;
use wgrad::kernel::{Draw, Stage, Step};
use wgrad::nn::layer::noise::dropout;

/// Whether each of `n` numbers is kept at `step`.
fn kept(rate: f64, stream: u32, step: u32, n: usize) -> Vec<bool> {
    let mut ones = vec![1.0_f64; n];
    let step = Step { index: step, rows: 1, seed: 99, ..Step::default() };
    let scale = 1.0 / (1.0 - rate);
    let draw = Draw { stream, below: drop_threshold(rate), p: [scale, 0.0, 0.0, 0.0], spread: None };
    Stage::Noise(&dropout::NOISE, draw).apply(&step, &mut ones, Aux::None);
    assert!(ones.iter().all(|v| *v == 0.0 || *v == scale), "what is kept is scaled by 1 / (1 − rate)");
    ones.into_iter().map(|v| v != 0.0).collect()
}

/// How far `count` of `n` is from `share`, in standard deviations.
fn deviations(count: usize, n: usize, share: f64) -> f64 {
    (count as f64 - n as f64 * share) / (n as f64 * share * (1.0 - share)).sqrt()
}

#[test]
fn the_share_dropped_is_the_rate() {
    for rate in [0.001, 0.05, 0.2, 1.0 / 3.0, 0.5, 0.9, 0.999] {
        let n = 200_000;
        let dropped = kept(rate, 1, 0, n).iter().filter(|k| !**k).count();
        let z = deviations(dropped, n, rate);
        assert!(z.abs() < Z, "rate {rate}: {dropped} of {n} dropped, z = {z:.1}");
        let other = if rate < 0.5 { rate + 0.01 } else { rate - 0.01 };
        assert!(deviations(dropped, n, other).abs() > Z, "rate {rate}: {other} would show");
    }
    assert!(kept(0.0, 1, 0, 1000).iter().all(|k| *k));
}

/// Over steps, each place is dropped as often as any other, and as often right after it was dropped.
#[test]
fn places_and_steps_are_independent() {
    let (rate, places, steps) = (0.3, 64, 4_000);
    let masks: Vec<Vec<bool>> = (0..steps).map(|step| kept(rate, 2, step, places)).collect();
    let mut chi2 = 0.0;
    for place in 0..places {
        let dropped = masks.iter().filter(|m| !m[place]).count();
        chi2 += deviations(dropped, masks.len(), rate).powi(2);
    }
    // 64 degrees of freedom: 0.0005 and 0.9995 quantiles.
    assert!((31.7..109.1).contains(&chi2), "chi² over places {chi2:.1}");
    let flat: Vec<bool> = masks.concat();
    for (lag, what) in [(1, "the next place"), (places, "the next step")] {
        let both = flat.iter().zip(&flat[lag..]).filter(|(a, b)| !**a && !**b).count();
        // Pairs overlap: the variance is p²(1 − p²) + 2(p³ − p⁴) for each.
        let (n, p) = ((flat.len() - lag) as f64, rate);
        let variance = p.powi(2) * (1.0 - p.powi(2)) + 2.0 * (p.powi(3) - p.powi(4));
        let z = (both as f64 - n * p.powi(2)) / (n * variance).sqrt();
        assert!(z.abs() < Z, "{what}: z = {z:.1}");
    }
}
