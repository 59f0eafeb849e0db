//! Variables are handles: what is shared, cloned, copied and frozen.

use crate::training::net;
use wgrad::prelude::*;

fn compile(model: &mut Model) {
    model.compile(Sgd::new(0.1), SparseCategoricalCrossentropy::new(), "accuracy").expect("compiles");
}

fn train_data() -> Dataset {
    datasets::digits().expect("inside").0
}

#[test]
fn training_a_model_that_reuses_layers_changes_the_other() {
    let train = train_data();
    let mut a = net().build(&Device::Cpu, Seed(1)).expect("sound");
    compile(&mut a);
    a.fit(&train, Fit::epochs(1)).expect("trains");
    let reused = &a.layers()[..3];
    let mut b = Sequential::of(&[8, 8], reused).add(Dense::new(10).activation(Activation::Softmax));
    b = b.add(Identity);
    let mut b = b.build(&Device::Cpu, Seed(2)).expect("sound");
    let before = (a.get_weights().expect("read"), a.predict(&train).expect("asks"));
    assert_eq!(b.get_weights().expect("read")[..6], before.0[..6], "reuse shares the values");
    compile(&mut b);
    b.fit(&train, Fit::epochs(1)).expect("trains");
    let after = a.get_weights().expect("read");
    assert_ne!(after[0], before.0[0], "and what b learned");
    assert_eq!(after[0], b.get_weights().expect("read")[0]);
    assert_eq!(after[6..], before.0[6..], "a's own last layer stays");
    assert_ne!(a.predict(&train).expect("asks"), before.1);
    // And back again: a goes on from what b has learned.
    a.fit(&train, Fit::epochs(1)).expect("trains");
    assert_eq!(a.get_weights().expect("read")[0], b.get_weights().expect("read")[0]);
}

#[test]
fn a_clone_has_variables_of_its_own() {
    let train = train_data();
    let mut a = net().build(&Device::Cpu, Seed(1)).expect("sound");
    let mut clone = a.clone_model(Seed(9)).expect("sound");
    assert_ne!(a.get_weights().expect("read"), clone.get_weights().expect("read"));
    clone.set_weights(&a.get_weights().expect("read")).expect("the same shapes");
    assert_eq!(a.predict(&train).expect("asks"), clone.predict(&train).expect("asks"));
    compile(&mut a);
    a.fit(&train, Fit::epochs(1)).expect("trains");
    assert_ne!(a.get_weights().expect("read"), clone.get_weights().expect("read"));
}

#[test]
fn frozen_layers_stay_to_the_bit_and_learn_again_after_compile() {
    let train = train_data();
    let mut model = net().build(&Device::Cpu, Seed(1)).expect("sound");
    let before = model.get_weights().expect("read");
    model.layers()[..3].iter().for_each(|l| l.set_trainable(false));
    compile(&mut model);
    model.fit(&train, Fit::epochs(1)).expect("trains");
    let frozen = model.get_weights().expect("read");
    assert_eq!(frozen[..6], before[..6], "kernel, bias, γ, β and the moving statistics of a frozen layer");
    assert_ne!(frozen[6], before[6]);
    model.set_trainable(true);
    // Not compiled again: what was frozen goes on as it was.
    model.fit(&train, Fit::epochs(1)).expect("trains");
    assert_eq!(model.get_weights().expect("read")[..6], before[..6]);
    compile(&mut model);
    model.fit(&train, Fit::epochs(1)).expect("trains");
    let unfrozen = model.get_weights().expect("read");
    assert!((0..8).all(|i| unfrozen[i] != frozen[i]), "all learn");
}

#[test]
fn a_multiplier_of_zero_freezes_and_of_two_is_twice_the_rate() {
    let train = train_data();
    let one = |rates: [f64; 2]| {
        let mut model = net().build(&Device::Cpu, Seed(1)).expect("sound");
        let layers = model.layers();
        layers[1].set_learning_rate_multiplier(rates[0]).expect("a rate");
        layers[3].set_learning_rate_multiplier(rates[1]).expect("a rate");
        compile(&mut model);
        let before = model.get_weights().expect("read");
        model.train_on_batch((&train.x().range(0, 32), &train.y().range(0, 32))).expect("trains");
        let after = model.get_weights().expect("read");
        let moved = |i: usize| after[i].iter().zip(&before[i]).map(|(a, b)| a - b).collect::<Vec<_>>();
        (moved(0), moved(6))
    };
    let ((a, b), (c, d)) = (one([1.0, 1.0]), one([0.0, 2.0]));
    assert!(a.iter().any(|v| *v != 0.0) && c.iter().all(|v| *v == 0.0));
    let near = b.iter().zip(&d).all(|(b, d)| (2.0 * b - d).abs() < 1e-6);
    assert!(near && b.iter().any(|v| v.abs() > 1e-4));
}

/// A layer applied twice has one set of variables, whose gradient is the sum of both uses.
#[test]
fn a_shared_tower_is_one_layer() {
    let (left, right) = (Tensor::input(&[4]), Tensor::input(&[4]));
    let tower = Dense::new(3).activation(Activation::TANH).named("tower");
    let joined = Subtract.on([&tower.on(&left), &tower.on(&right)]);
    let graph = Graph::new([&left, &right], [&Dense::new(1).on(&joined)]).expect("a graph");
    let mut model = graph.build(&Device::CpuFloat64, Seed(3)).expect("sound");
    assert_eq!(model.variables().iter().map(|v| v.len()).sum::<usize>(), 4 * 3 + 3 + 3 + 1);
    model.compile(Sgd::new(0.1), MeanSquaredError::new(), ()).expect("compiles");
    let numbers = |seed: usize, n: usize| (0..n).map(|i| ((i * 7 + seed * 13) % 11) as f32 / 11.0 - 0.5).collect();
    let (a, b, y) = (Rows::floats(4, numbers(1, 32)), Rows::floats(4, numbers(2, 32)), Rows::floats(1, numbers(3, 8)));
    let samples = Samples::new([&a, &b]).labels([&y]);
    let loss = |model: &mut Model| model.test_on_batch(&samples).expect("evaluates").loss();
    let before = model.get_weights().expect("read");
    // The gradient by finite differences is the move of one step of plain descent over the rate.
    let (mut slopes, h) = (Vec::new(), 1e-6);
    for i in 0..12 {
        let mut moved = before.clone();
        let mut at = |by: f64| {
            moved[0][i] = before[0][i] + by;
            model.set_weights(&moved).expect("fits");
            loss(&mut model)
        };
        slopes.push((at(h) - at(-h)) / (2.0 * h));
    }
    model.set_weights(&before).expect("fits");
    model.train_on_batch(&samples).expect("trains");
    let after = model.get_weights().expect("read");
    for (i, slope) in slopes.iter().enumerate() {
        let moved = (before[0][i] - after[0][i]) / 0.1;
        assert!((moved - slope).abs() < 1e-7, "weight {i}: {moved} beside {slope}");
    }
    assert!(slopes.iter().any(|s| s.abs() > 1e-3));
}

#[test]
fn models_are_layers() {
    let train = train_data();
    let encoder = Sequential::new(&[8, 8]).add(Flatten).add(Dense::new(12).activation(Activation::SELU));
    let decoder = Sequential::new(&[12]).add(Dense::new(64).activation(Activation::SIGMOID));
    let mut autoencoder =
        Sequential::new(&[8, 8]).add(&encoder).add(&decoder).build(&Device::Cpu, Seed(1)).expect("sound");
    let mut coder = encoder.build(&Device::Cpu, Seed(5)).expect("sound");
    let before = coder.predict(&train).expect("asks");
    autoencoder.compile(Adam::new(5e-3), BinaryCrossentropy::new(), ()).expect("compiles");
    let samples = Samples::new([&train.x()]).labels([&train.x()]);
    let history = autoencoder.fit(&samples, Fit::epochs(3)).expect("trains");
    let losses = history.get("loss").expect("told");
    assert!(losses[2] < 0.9 * losses[0], "{losses:?}");
    assert_ne!(coder.predict(&train).expect("asks"), before, "the encoder alone has learned");
    assert_eq!(
        autoencoder.layer("sequential/dense").expect("there").get_weights().expect("read"),
        coder.get_weights().expect("read")
    );
    // Frozen as a whole, used in a classifier.
    let mut classifier = Sequential::new(&[8, 8]).add(&encoder).add(Dense::new(10).activation(Activation::Softmax));
    classifier = classifier.add(Identity);
    let mut classifier = classifier.build(&Device::Cpu, Seed(2)).expect("sound");
    classifier.layers()[0].set_trainable(false);
    let coded = coder.get_weights().expect("read");
    compile(&mut classifier);
    classifier.fit(&train, Fit::epochs(1)).expect("trains");
    assert_eq!(coder.get_weights().expect("read"), coded);
}

/// A GAN: the generator learns through a discriminator that stands still, and the other way round.
#[test]
fn two_models_train_in_turn() {
    let generator = Sequential::new(&[6])
        .add(Dense::new(16).activation(Activation::SELU))
        .add(Dense::new(64).activation(Activation::SIGMOID));
    let discriminator = Sequential::new(&[64])
        .add(Dense::new(16).activation(Activation::SELU))
        .add(Dense::new(1).activation(Activation::SIGMOID));
    let mut judge = discriminator.build(&Device::Cpu, Seed(1)).expect("sound");
    judge.compile(RmsProp::new(1e-3), BinaryCrossentropy::new(), ()).expect("compiles");
    let mut gan =
        Sequential::new(&[6]).add(&generator).add(&discriminator).build(&Device::Cpu, Seed(2)).expect("sound");
    judge.set_trainable(false);
    gan.compile(RmsProp::new(1e-3), BinaryCrossentropy::new(), ()).expect("compiles");
    let mut forger = generator.build(&Device::Cpu, Seed(3)).expect("sound");
    let train = train_data();
    for step in 0..6 {
        let noise: Vec<f32> = (0..16 * 6).map(|i| ((i * 31 + step * 17) % 101) as f32 / 50.0 - 1.0).collect();
        let noise = Rows::floats(6, noise);
        let forged = Rows::from(&forger.predict(&noise).expect("asks"));
        let (ones, zeros) = (Rows::floats(1, vec![1.0; 16]), Rows::floats(1, vec![0.0; 16]));
        let before = (judge.get_weights().expect("read"), forger.get_weights().expect("read"));
        judge.train_on_batch((&train.x().range(step * 16, 16), &ones)).expect("trains");
        judge.train_on_batch((&forged, &zeros)).expect("trains");
        let between = (judge.get_weights().expect("read"), forger.get_weights().expect("read"));
        assert_ne!(between.0, before.0);
        assert_eq!(between.1, before.1, "the generator stands still");
        gan.train_on_batch((&noise, &ones)).expect("trains");
        let after = (judge.get_weights().expect("read"), forger.get_weights().expect("read"));
        assert_eq!(after.0, between.0, "the discriminator stands still");
        assert_ne!(after.1, between.1);
    }
}
