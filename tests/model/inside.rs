//! What is inside a model: what every layer gives, and gradients.

use wgrad::prelude::*;

fn small() -> Model {
    let dense = |n| Dense::new(n).activation(Activation::TANH);
    Sequential::new(&[8, 8])
        .add(Flatten)
        .add(dense(6))
        .add(Dense::new(10))
        .build(&Device::Cpu, Seed(3))
        .expect("a model")
}

#[test]
fn the_last_of_every_layer_is_the_prediction() {
    let (_, test) = datasets::digits().expect("digits");
    let mut model = small();
    let mut every = model.of_every_layer().expect("a model");
    assert_eq!(every.graph().ends().outputs, ["flatten", "dense", "dense_1"]);
    let given = every.predict_all(&test).expect("outputs");
    assert_eq!(given[2].data, model.predict(&test).expect("outputs").data);
    assert_eq!(given[1].shape, [test.len(), 6]);
    assert!(given[1].data.iter().all(|v| v.abs() <= 1.0));
    // The variables are the same.
    let zeros: Vec<Vec<f64>> = model.get_weights().expect("weights").iter().map(|w| vec![0.0; w.len()]).collect();
    model.set_weights(&zeros).expect("zeros");
    assert!(every.predict_all(&test).expect("outputs")[2].data.iter().all(|v| *v == 0.0));
}

/// Plain descent at rate 1 moves each variable by its gradient.
#[test]
fn gradients_are_those_of_the_last_step() {
    let (train, test) = datasets::digits().expect("digits");
    let mut model = small();
    assert!(model.gradients().is_err(), "before it is compiled");
    model.compile(Sgd::new(1.0), SparseCategoricalCrossentropy::new(), Accuracy::new()).expect("settings");
    let before = model.get_weights().expect("weights");
    let how = Fit::epochs(1).steps_per_epoch(1).batch(32).validation(&test);
    model.fit(&train, how).expect("trains");
    let after = model.get_weights().expect("weights");
    let gradients = model.gradients().expect("gradients");
    let names: Vec<String> = model.named_variables().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["dense/kernel", "dense/bias", "dense_1/kernel", "dense_1/bias"]);
    assert_eq!(gradients.len(), names.len());
    for ((name, (of, gradient)), (a, b)) in names.iter().zip(&gradients).zip(before.iter().zip(&after)) {
        assert_eq!((name, gradient.len()), (of, a.len()));
        assert!(gradient.iter().any(|g| *g != 0.0), "{name}");
        for ((a, b), g) in a.iter().zip(b).zip(gradient) {
            assert!((a - b - g).abs() < 1e-6, "{name}: {a} became {b} by {g}");
        }
    }
}
