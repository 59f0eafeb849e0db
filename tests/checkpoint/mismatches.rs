//! Another training than the one that was saved is refused by what is other.

use crate::common::{Folder, Form, data, samples};
use wgrad::prelude::*;

/// What is told when `model` goes on from the checkpoints of the default training.
fn told(own: &Folder, mut model: Model, train: &Samples, how: impl Fn(Fit<'static>) -> Fit<'static>) -> String {
    let [_, validation] = data();
    let before = model.get_weights().expect("read");
    let fit = how(Fit::epochs(3).batch(8).validation(&validation).callback(Checkpoints::new(&own.0)));
    let error = model.fit(train, fit).expect_err("another training");
    assert!(matches!(error, Error::Request { .. }), "{error}");
    assert_eq!(model.get_weights().expect("read"), before, "nothing is changed by a checkpoint that is refused");
    error.to_string()
}

#[test]
fn what_is_other_is_named() {
    let (form, own) = (Form::default(), Folder::new("other"));
    let [train, validation] = data();
    let begun = Fit::epochs(1).batch(8).validation(&validation).callback(Checkpoints::new(&own.0));
    form.model().fit(&train, begun).expect("trains");
    let same = |fit: Fit<'static>| fit;
    let says = |told: String, words: &[&str]| {
        assert!(told.contains("step-000000000006.safetensors"), "{told}");
        words.iter().for_each(|word| assert!(told.contains(word), "nothing of `{word}`: {told}"));
    };
    says(told(&own, form.model(), &samples(45, 2), same), &["training data", "45 samples", "checksum"]);
    says(told(&own, form.model(), &samples(44, 0), same), &["training data", "44 samples"]);
    let other = samples(20, 3);
    says(told(&own, form.model(), &train, |fit| fit.validation(&other)), &["validation data"]);
    says(told(&own, form.model(), &train, |fit| fit.batch(9)), &["batch size", "expected 8, got 9"]);
    says(told(&own, form.model(), &train, |fit| fit.shuffle(false)), &["shuffle"]);
    says(told(&own, form.model(), &train, |fit| fit.steps_per_epoch(2)), &["steps per epoch", "expected 6, got 2"]);
    says(told(&own, form.model(), &train, |fit| fit.class_weight(&[(1, 2.0)])), &["training data", "weighted"]);
    let wide = Form { units: 7, ..Form::default() };
    says(told(&own, wide.model(), &train, same), &["variable `dense/kernel`", "[4, 6]", "[4, 7]"]);
    let exact = Form { device: Device::CpuFloat64, ..Form::default() };
    says(told(&own, exact.model(), &train, same), &["precision", "expected float32, got float64"]);
    let sgd = Form { rate_by_callbacks: true, ..Form::default() };
    says(told(&own, sgd.model(), &train, same), &["optimizer", "expected nadam, got sgd"]);
}

fn net(dropout: f64, activation: Activation, bias: bool, loss_of: bool, ema: bool) -> Model {
    let out = Dense::new(3).activation(Activation::Softmax).use_bias(bias);
    let net = Sequential::new(&[4]).add(Dense::new(5).activation(activation)).add(Dropout::new(dropout)).add(out);
    let mut model = net.build(&Device::Cpu, Seed(1)).expect("sound");
    let adam = || if ema { Adam::new(1e-3).use_ema(0.9, None) } else { Adam::new(1e-3) };
    let done = match loss_of {
        true => model.compile(adam(), SparseCategoricalCrossentropy::new(), ()),
        false => model.compile(adam(), SparseCategoricalCrossentropy::new(), "mean"),
    };
    done.map(|()| model).expect("fits")
}

#[test]
fn options_of_layers_and_optimizers_count() {
    let own = Folder::new("options");
    let [train, validation] = data();
    let begun = Fit::epochs(1).batch(8).validation(&validation).callback(Checkpoints::new(&own.0));
    net(0.2, Activation::ELU, true, true, false).fit(&train, begun).expect("trains");
    let same = |fit: Fit<'static>| fit;
    let says = |model: Model, word: &str| {
        let told = told(&own, model, &train, same);
        assert!(told.contains(word), "nothing of `{word}`: {told}");
    };
    says(net(0.2, Activation::RELU, true, true, false), "options of layers");
    says(net(0.2, Activation::ELU, false, true, false), "variable `dense_1/bias`");
    says(net(0.2, Activation::ELU, true, false, false), "numbers told");
    says(net(0.2, Activation::ELU, true, true, true), "array `optimizer/average` of the optimizer");
    says(net(0.5, Activation::ELU, true, true, false), "options of layers");
}

#[test]
fn a_folder_of_another_training_is_refused_where_one_begins_anew() {
    let (form, own) = (Form::default(), Folder::new("anew"));
    form.train(&own.file("a.csv"), Checkpoints::new(&own.0)).expect("trains");
    let error = form.train(&own.file("a.csv"), Checkpoints::new(&own.0).resume(false)).expect_err("taken").to_string();
    assert!(error.contains("another folder"), "{error}");
    // More epochs than were asked for at first are no other training.
    let more = Form { epochs: 3, ..form };
    assert_eq!(more.train(&own.file("a.csv"), Checkpoints::new(&own.0)).expect("goes on").epochs.len(), 3);
}
