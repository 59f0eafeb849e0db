//! Gradcheck of the layers that draw at random; and that they draw what they say.

use crate::gradients::{MATRICES, check};
use wgrad::base::Seed;
use wgrad::exec::{Executor, cpu::CpuExecutor};
use wgrad::kernel::{Domain, Step};
use wgrad::nn::layer::{
    AlphaDropout, Dropout, GaussianDropout, GaussianNoise, Layer, McAlphaDropout, McDropout, SpatialDropout1D,
    SpatialDropout2D,
};
use wgrad::plan::{Program, Tape};

#[test]
fn noise() {
    for rate in [0.0, 0.25, 0.9] {
        let layers: [&dyn Layer; 5] = [
            &Dropout::new(rate),
            &McDropout::new(rate),
            &AlphaDropout::new(rate),
            &McAlphaDropout::new(rate),
            &GaussianDropout::new(rate),
        ];
        for layer in layers {
            check(&format!("{}({rate})", layer.kind()), layer, MATRICES, true);
            check(&format!("{}({rate})", layer.kind()), layer, &[&[3, 2, 5]], false);
        }
        check("gaussian_noise", &GaussianNoise::new(rate), MATRICES, true);
        check("spatial_dropout_1d", &SpatialDropout1D::new(rate), &[&[4, 3, 5]], true);
        check("spatial_dropout_2d", &SpatialDropout2D::new(rate), &[&[4, 3, 2, 5]], true);
        check("channels_first", &SpatialDropout2D::new(rate).channels_first(true), &[&[4, 5, 3, 2]], true);
    }
}

/// What a layer makes of `x` in a program, in f64.
fn forward(layer: &dyn Layer, shape: &[usize], x: &[f64], program: Program) -> Vec<f64> {
    let mut tape = Tape::new(shape[0], Seed(1));
    tape.begin(program);
    let input = tape.input("x", shape);
    tape.enter("layer");
    let y = layer.call(&mut tape, &[input]).expect("a layer");
    let out = tape.output("out", shape);
    tape.copy(y, out).expect("a copy");
    let mut executor = CpuExecutor::<f64>::new(tape.finish());
    executor.write(input, x).expect("an input");
    let step = Step { index: 3, seed: 17, ..Step::default() };
    for i in 0..executor.plan().program(program).len() {
        executor.run_one(program, i, &step).expect("a dispatch");
    }
    executor.read(out).expect("an output")
}

fn moments(v: &[f64]) -> (f64, f64) {
    let mean = v.iter().sum::<f64>() / v.len() as f64;
    (mean, v.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / v.len() as f64)
}

/// Φ, from an expansion of erf that converges everywhere.
fn normal_distribution(x: f64) -> f64 {
    let (mut term, mut sum) = (x, x);
    for k in 1..400 {
        term *= x * x / f64::from(2 * k + 1);
        sum += term;
    }
    0.5 + sum * (-x * x / 2.0).exp() / std::f64::consts::TAU.sqrt()
}

const MANY: usize = 40_000;

#[test]
fn gaussian_noise_is_normal() {
    let mut z = forward(&GaussianNoise::new(0.5), &[MANY / 8, 8], &[0.0; MANY], Program::Train);
    z.iter_mut().for_each(|v| *v /= 0.5);
    let (mean, variance) = moments(&z);
    // Deviations of mean and variance: 1/√n and √(2/n); five of them.
    assert!(mean.abs() < 5.0 / (MANY as f64).sqrt(), "mean {mean}");
    assert!((variance - 1.0).abs() < 5.0 * (2.0 / MANY as f64).sqrt(), "variance {variance}");
    z.sort_by(f64::total_cmp);
    let n = MANY as f64;
    let gap = |(i, x): (usize, &f64)| {
        let f = normal_distribution(*x);
        (f - i as f64 / n).abs().max((f - (i + 1) as f64 / n).abs())
    };
    // Kolmogorov and Smirnov: 1.95/√n is passed once in a thousand draws.
    let worst = z.iter().enumerate().map(gap).fold(0.0, f64::max);
    assert!(worst < 1.95 / n.sqrt(), "distance from the normal distribution {worst}");
}

#[test]
fn alpha_dropout_keeps_mean_and_variance() {
    let x = Domain::Normal.fill(MANY, 12);
    for rate in [0.05, 0.25, 0.5] {
        let (mean, variance) = moments(&forward(&AlphaDropout::new(rate), &[MANY / 8, 8], &x, Program::Train));
        assert!(mean.abs() < 0.03 && (variance - 1.0).abs() < 0.05, "rate {rate}: mean {mean}, variance {variance}");
    }
}

#[test]
fn gaussian_dropout_multiplies_by_a_mean_of_one() {
    let (mean, variance) = moments(&forward(&GaussianDropout::new(0.2), &[MANY / 8, 8], &[1.0; MANY], Program::Train));
    assert!((mean - 1.0).abs() < 0.02 && (variance - 0.25).abs() < 0.02, "mean {mean}, variance {variance}");
}

#[test]
fn dropout_drops_its_rate_and_spatial_dropout_whole_maps() {
    let y = forward(&Dropout::new(0.3), &[MANY / 8, 8], &[1.0; MANY], Program::Train);
    let dropped = y.iter().filter(|v| **v == 0.0).count() as f64 / MANY as f64;
    assert!((dropped - 0.3).abs() < 0.012, "{dropped}");
    let shape = [500, 2, 3, 4];
    for first in [false, true] {
        let layer = SpatialDropout2D::new(0.3).channels_first(first);
        let y = forward(&layer, &shape, &[1.0; 12_000], Program::Train);
        let mut dropped = 0;
        for sample in y.chunks(24) {
            // Channels are the last axis of four, or the first of two.
            let (channels, of) = if first { (2, 12) } else { (4, 1) };
            for c in 0..channels {
                let channel = |i: &usize| if first { i / of == c } else { i % 4 == c };
                let first_of = sample[if first { c * of } else { c }];
                assert!((0..24).filter(channel).all(|i| sample[i] == first_of), "a map is kept or dropped whole");
                dropped += usize::from(first_of == 0.0);
            }
        }
        let share = dropped as f64 / (500.0 * if first { 2.0 } else { 4.0 });
        assert!((share - 0.3).abs() < 0.06, "{share}");
    }
}

#[test]
fn inference_is_the_identity_save_for_monte_carlo() {
    let x = Domain::Normal.fill(400, 12);
    let quiet: [&dyn Layer; 4] =
        [&Dropout::new(0.5), &AlphaDropout::new(0.5), &GaussianDropout::new(0.5), &GaussianNoise::new(0.5)];
    for layer in quiet {
        assert_eq!(forward(layer, &[50, 8], &x, Program::Evaluate), x, "{}", layer.kind());
    }
    for layer in [&McDropout::new(0.5) as &dyn Layer, &McAlphaDropout::new(0.5)] {
        let [train, evaluate] = [Program::Train, Program::Evaluate].map(|p| forward(layer, &[50, 8], &x, p));
        assert!(train != x && train == evaluate, "{} drops in both", layer.kind());
    }
}
