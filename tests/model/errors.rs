//! What cannot be built, compiled or trained says which layer, what was expected, what was got, and what to do.

use wgrad::prelude::*;

fn told<T: std::fmt::Debug>(result: Result<T, wgrad::Error>, parts: &[&str]) {
    let message = result.expect_err("must be refused").to_string();
    for part in parts {
        assert!(message.contains(part), "`{message}` says nothing of `{part}`");
    }
}

#[test]
fn graphs_that_are_none() {
    let (a, b, c) = (Tensor::input(&[4]), Tensor::named_input("beside", &[4]), Tensor::input(&[3]));
    let both = Concatenate::new().on([&a, &b]);
    told(Graph::new([&a], [&both]).map(drop), &["model outputs", "`beside`", "`concatenate`", "add this input"]);
    told(Graph::new([&a, &b], [&Dense::new(2).on(&a)]).map(drop), &["input 1", "connect it to an output"]);
    told(Graph::new([&a, &a], [&a]).map(drop), &["distinct inputs"]);
    told(Graph::new([&both], [&both]).map(drop), &["Tensor::input", "`concatenate`"]);
    told(Graph::new(Vec::new(), [&both]).map(drop), &["at least one input"]);
    let twice = Add.on([&Dense::new(2).named("same").on(&a), &Dense::new(2).named("same").on(&b)]);
    let graph = Graph::new([&a, &b], [&twice]).expect("connected");
    told(graph.build(&Device::Cpu, Seed(0)), &["two layers named `same`", "name one of them otherwise"]);
    let unlike = Graph::new([&a, &c], [&Add.on([&a, &c])]).expect("connected");
    told(unlike.build(&Device::Cpu, Seed(0)), &["`add`"]);
    let shared = Dense::new(2).named("tower");
    let graph = Graph::new([&a, &c], [&Add.on([&shared.on(&a), &shared.on(&c)])]).expect("connected");
    told(graph.build(&Device::Cpu, Seed(0)), &["`tower`", "shared", "[4, 2]", "[3, 2]", "a layer of its own"]);
    told(Sequential::new(&[4]).build(&Device::Cpu, Seed(0)), &["at least one layer"]);
    told(Sequential::new(&[4, 0]).add(Dense::new(1)).build(&Device::Cpu, Seed(0)), &["model input", "[4, 0]"]);
    let pair = Graph::new([&a, &b], [&both]).expect("connected");
    let wrong = Graph::new([&c], [&(&pair).on(&c)]).expect("connected");
    told(wrong.build(&Device::Cpu, Seed(0)), &["model `functional`: inputs", "expected 2, got 1"]);
}

#[test]
fn layers_shared_across_models_keep_their_shape() {
    let first = Sequential::new(&[4]).add(Dense::new(2)).build(&Device::Cpu, Seed(0)).expect("sound");
    let again = Sequential::of(&[5], &first.layers());
    told(again.build(&Device::Cpu, Seed(0)), &["`dense`", "[4, 2]", "[5, 2]"]);
}

#[test]
fn steps_out_of_order() {
    let x = Rows::floats(4, vec![0.0; 16]);
    let y = Rows::floats(1, vec![0.0; 4]);
    let mut model = Sequential::new(&[4]).add(Dense::new(1)).build(&Device::Cpu, Seed(0)).expect("sound");
    told(model.fit((&x, &y), Fit::epochs(1)), &["compiled model", "call compile"]);
    told(model.evaluate((&x, &y)), &["call compile"]);
    told(model.learning_rate(), &["call compile"]);
    told(model.compile(Sgd::new(0.1), MeanSquaredError::new(), "acuracy"), &["did you mean `accuracy`?"]);
    told(model.compile_with(Compile::new(Sgd::new(0.1))), &["losses", "dense"]);
    let two = Compile::new(Sgd::new(0.1)).loss(MeanSquaredError::new()).loss(Huber::new());
    told(model.compile_with(two), &["losses", "got 2"]);
    model.set_trainable(false);
    told(model.compile(Sgd::new(0.1), MeanSquaredError::new(), ()), &["at least one trainable variable"]);
    model.set_trainable(true);
    model.compile(Sgd::new(0.1), MeanSquaredError::new(), ()).expect("sound");
    told(model.fit((&x, &y), Fit::epochs(1)), &["batch size", "1 to 4"]);
    let fit = || Fit::epochs(1).batch(2);
    told(model.fit(&x, fit()), &["labels of data", "expected 1, got 0"]);
    told(model.fit(Samples::new([&x, &x]).labels([&y]), fit()), &["inputs of data", "expected 1, got 2"]);
    told(model.fit((&Rows::floats(3, vec![0.0; 12]), &y), fit()), &["input `x`", "4 numbers a sample"]);
    told(model.fit((&x, &Rows::floats(1, vec![0.0; 3])), fit()), &["labels of data", "4 rows", "got 3"]);
    told(
        model.fit((&x, &Rows::floats(2, vec![0.0; 8])), fit()),
        &["output `dense`", "1 numbers a sample", "sparse loss"],
    );
    told(model.fit((&x, &y), fit().validation_split(1.0)), &["validation_split"]);
    told(model.fit((&x, &y), fit().steps_per_epoch(0)), &["steps_per_epoch"]);
    told(model.fit((&x, &y), fit().callback(EarlyStopping::on("val_loss"))), &["early_stopping", "validation samples"]);
    told(model.fit((&x, &y), fit().callback(EarlyStopping::on("los"))), &["did you mean `loss`?"]);
    told(model.fit((&x, &y), fit().class_weight(&[(0, -1.0)])), &["weight of class 0"]);
    told(model.set_weights(&[vec![0.0; 4]]), &["2 arrays", "kernel [4, 1]"]);
    told(model.layer("dens"), &["did you mean `dense`?"]);
    told(model.predict(&Rows::floats(3, vec![0.0; 3])), &["input `x`"]);
    told(model.predict_mc(&x, 0), &["passes"]);
    // After all these refusals it works.
    model.fit((&x, &y), fit()).expect("trains");
}

/// A callback may look at the model, but not pull it away from under `fit`.
#[test]
fn what_a_callback_may_not_do() {
    let x = Rows::floats(4, vec![0.5; 16]);
    let y = Rows::floats(1, vec![0.0; 4]);
    let mut model = Sequential::new(&[4]).add(Dense::new(1)).build(&Device::Cpu, Seed(0)).expect("sound");
    model.compile(Sgd::new(0.1), MeanSquaredError::new(), ()).expect("sound");
    let mut refusals = Vec::new();
    let meddle = LambdaCallback::new().on_epoch_end(|_, run| {
        let m = &mut *run.model;
        m.evaluate(Samples::new([&x]).labels([&y]).weights(vec![1.0, 2.0, 0.0, 1.0]))?;
        m.predict(&x)?;
        refusals.extend(m.compile(Sgd::new(0.1), MeanSquaredError::new(), ()).err());
        refusals.extend(m.fit((&x, &y), Fit::epochs(1).batch(2)).err());
        refusals.extend(m.train_on_batch((&x, &y)).err());
        Ok(())
    });
    model.fit((&x, &y), Fit::epochs(2).batch(2).callback(meddle)).expect("goes on");
    assert_eq!(refusals.len(), 6);
    assert!(refusals.iter().all(|e| e.to_string().contains("within fit")), "{refusals:?}");
    model.train_on_batch((&x, &y)).expect("afterwards it may");
}
