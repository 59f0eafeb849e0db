//! What an optimizer is told to remember.

use wgrad::nn::optim::Progress;
use wgrad::prelude::*;

fn trained() -> Model {
    let net = Sequential::new(&[2]).add(Dense::new(3)).add(Dense::new(1));
    let mut model = net.build(&Device::Cpu, Seed(3)).expect("a model");
    model.compile(Adagrad::new(0.1), MeanSquaredError::new(), ()).expect("settings");
    let samples = Samples::new([&Rows::floats(2, vec![1.0; 8])]).labels([&Rows::floats(1, vec![2.0; 4])]);
    model.fit(&samples, Fit::epochs(2).batch(4)).expect("a training");
    model
}

fn values(model: &Model) -> Vec<Vec<f64>> {
    model.remembered().expect("slots").into_iter().map(|r| r.values).collect()
}

/// Slots that were not told went on from where they were.
#[test]
fn what_is_not_told_begins_anew() {
    let mut model = trained();
    let first = model.remembered().expect("slots").remove(0);
    assert!(values(&model).iter().flatten().any(|v| *v > 0.11), "{:?}", values(&model));
    let told = first.values.clone();
    model.remember(Progress::default(), vec![first]).expect("the model's own");
    let now = values(&model);
    assert_eq!((now.len(), &now[0]), (4, &told));
    // Adagrad's accumulators start at 0.1.
    assert!(now[1..].iter().flatten().all(|v| (v - 0.1).abs() < 1e-7), "{now:?}");
}

/// The first arrays were written before the size of the last was looked at.
#[test]
fn arrays_of_another_size_change_nothing() {
    let mut model = trained();
    let before = values(&model);
    let mut all = model.remembered().expect("slots");
    all[0].values.fill(7.0);
    let last = all.last_mut().expect("four");
    last.values.push(1.0);
    let said = model.remember(Progress::default(), all).expect_err("another size").to_string();
    assert!(said.contains("accumulator of `bias`") && said.contains("1 numbers"), "{said}");
    assert_eq!(values(&model), before);
}
