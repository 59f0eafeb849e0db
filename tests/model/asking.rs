//! Predictions, with and without chance.

use wgrad::prelude::*;

fn model(rate: f64) -> Model {
    let net = Sequential::new(&[8, 8])
        .add(Flatten)
        .add(Dense::new(32).activation(Activation::RELU))
        .add(BatchNormalization::new())
        .add(Dropout::new(rate))
        .add(Dense::new(16).activation(Activation::RELU))
        .add(Dropout::new(rate))
        .add(Dense::new(10).activation(Activation::Softmax));
    let mut model = net.build(&Device::Cpu, Seed(1)).expect("sound");
    model.compile(Adam::new(2e-3), SparseCategoricalCrossentropy::new(), "accuracy").expect("compiles");
    model
}

#[test]
fn monte_carlo_passes_differ_and_average_out() {
    let (train, test) = datasets::digits().expect("inside");
    let mut model = model(0.3);
    model.fit(&train, Fit::epochs(6)).expect("trains");
    let plain = model.predict(&test).expect("asks");
    let asked = model.predict_mc(&test, 200).expect("asks");
    assert_eq!(asked.samples.shape, [200, test.len(), 10]);
    assert_eq!((&asked.mean.shape, &asked.std.shape), (&plain.shape, &plain.shape));
    // Means, deviations and samples belong together.
    let at = 7 * 10 + 3;
    let passes: Vec<f64> = asked.samples.rows().map(|pass| pass[at]).collect();
    let mean = passes.iter().sum::<f64>() / 200.0;
    let variance = passes.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / 200.0;
    assert!((mean - asked.mean.data[at]).abs() < 1e-12 && (variance.sqrt() - asked.std.data[at]).abs() < 1e-12);
    assert!(passes.windows(2).any(|w| w[0] != w[1]), "passes differ");
    // Every pass is a distribution, and two asks draw anew.
    assert!(asked.samples.data.chunks(10).all(|p| (p.iter().sum::<f64>() - 1.0).abs() < 1e-5));
    assert_ne!(model.predict_mc(&test, 200).expect("asks").samples, asked.samples);
    let same = plain.argmax().iter().zip(asked.mean.argmax()).filter(|(a, b)| **a == *b).count();
    assert!(same as f64 > 0.95 * test.len() as f64, "{same} of {}", test.len());
    // Asking by chance leaves the model as it is.
    assert_eq!(model.predict(&test).expect("asks"), plain);
}

/// One call draws from the distribution that many calls of a model with Monte Carlo layers draw from.
#[test]
fn one_call_is_distributed_as_many_calls() {
    let test = datasets::digits().expect("inside").1.split(40).expect("within").0;
    let mut model = model(0.4);
    let layers = model.layers();
    let net = |drop: fn(f64) -> SharedLayer| {
        Sequential::of(&[8, 8], &layers[..3]).add(drop(0.4)).add(&layers[4]).add(drop(0.4)).add(&layers[6])
    };
    let mut always = net(|rate| McDropout::new(rate).into_layer()).build(&Device::Cpu, Seed(9)).expect("sound");
    let passes = 400;
    let asked = model.predict_mc(&test, passes).expect("asks");
    let (mut sum, mut square) = (vec![0.0; 400], vec![0.0; 400]);
    for _ in 0..passes {
        for (i, v) in always.predict(&test).expect("asks").data.into_iter().enumerate() {
            sum[i] += v;
            square[i] += v * v;
        }
    }
    let n = passes as f64;
    let mut worst = 0.0_f64;
    for i in 0..400 {
        let (mean, variance) = (sum[i] / n, square[i] / n - (sum[i] / n) * (sum[i] / n));
        let error = (variance / n + asked.std.data[i] * asked.std.data[i] / n).sqrt();
        worst = worst.max((mean - asked.mean.data[i]).abs() / error);
        assert!(
            (0.7..1.4).contains(&(variance.sqrt() / asked.std.data[i])),
            "{i}: {} {}",
            variance.sqrt(),
            asked.std.data[i]
        );
    }
    // 400 means, each a normal deviate: the largest is beyond 5 once in some 4,000 such tests.
    assert!(worst < 5.0, "{worst} standard errors");
}

#[test]
fn predictions_do_not_depend_on_how_many_are_asked() {
    let (_, test) = datasets::digits().expect("inside");
    let mut model = model(0.1);
    let all = model.predict(&test).expect("asks");
    let one = model.predict(&test.x().range(5, 1)).expect("asks");
    assert_eq!(one.shape, [1, 10]);
    assert!(one.row(0).iter().zip(all.row(5)).all(|(a, b)| (a - b).abs() < 1e-6));
    assert_eq!(model.predict(&test.x().range(0, 0)).map(|a| a.len()).ok(), Some(0), "no sample, no answer");
}

#[test]
fn a_model_that_draws_nothing_is_not_asked_by_chance() {
    let net = Sequential::new(&[4]).add(Dense::new(2));
    let mut model = net.build(&Device::Cpu, Seed(1)).expect("sound");
    let x = Rows::floats(4, vec![0.5; 8]);
    assert_eq!(model.predict(&x).expect("asks").shape, [2, 2], "it need not be compiled");
    let error = model.predict_mc(&x, 10).expect_err("nothing draws").to_string();
    assert!(error.contains("layer that draws at random"), "{error}");
}
