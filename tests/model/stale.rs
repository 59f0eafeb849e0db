//! Copies of shared variables are never older than what a model says it has; and what callbacks are told is what was trained.

use wgrad::prelude::*;

fn model() -> Model {
    let mut model = Sequential::new(&[2]).add(Dense::new(1)).build(&Device::CpuFloat64, Seed(0)).expect("sound");
    model.compile(Sgd::new(0.1), MeanSquaredError::new(), ()).expect("compiles");
    model
}

fn rows() -> (Rows, Rows) {
    (Rows::floats(2, (0..16).map(|i| i as f32 / 8.0).collect()), Rows::floats(1, (0..8).map(|i| i as f32).collect()))
}

/// w · x + b by hand.
fn by_hand(model: &Model, x: &Rows) -> Vec<f64> {
    let w = model.get_weights().expect("read");
    let mut row = [0.0; 2];
    let line = |i| {
        x.gather(i, &mut row);
        row[0] * w[0][0] + row[1] * w[0][1] + w[1][0]
    };
    (0..x.len()).map(line).collect()
}

fn agree(model: &mut Model, x: &Rows) {
    let (told, wanted) = (model.predict(x).expect("asks").data, by_hand(model, x));
    assert!(told.iter().zip(&wanted).all(|(a, b)| (a - b).abs() < 1e-12), "{told:?} and {wanted:?}");
}

#[test]
fn weights_set_while_training_reach_every_copy() {
    let ((x, y), mut model) = (rows(), model());
    let last = 4;
    let meddle = LambdaCallback::new().on_step_end(1, |run| {
        agree(run.model, &x);
        if run.step == last {
            run.model.set_weights(&[vec![5.0, -3.0], vec![1.0]])?;
        }
        Ok(())
    });
    let look = LambdaCallback::new().on_epoch_end(|_, run| {
        agree(run.model, &x);
        Ok(())
    });
    model.fit((&x, &y), Fit::epochs(1).batch(2).callback(meddle).callback(look)).expect("trains");
    assert_eq!(model.get_weights().expect("read"), [vec![5.0, -3.0], vec![1.0]]);
    agree(&mut model, &x);
}

#[test]
fn weights_set_before_a_refused_step_reach_every_copy() {
    let ((x, y), mut model) = (rows(), model());
    model.train_on_batch((&x, &y)).expect("trains");
    agree(&mut model, &x);
    model.set_weights(&[vec![2.0, 7.0], vec![-1.0]]).expect("fits");
    model.train_on_batch((&Rows::floats(3, vec![0.0; 24]), &y)).expect_err("another width");
    agree(&mut model, &x);
    model.swap_averages().expect_err("there are none");
    agree(&mut model, &x);
}

#[test]
fn class_weights_leave_the_validation_alone() {
    let (train, _) = datasets::digits().expect("inside");
    let fit = |how: Fit<'_>| {
        let mut model = crate::training::net().build(&Device::Cpu, Seed(1)).expect("sound");
        // Nothing learns, so that only the weights of the samples could make a difference.
        model.compile(Sgd::new(0.0), SparseCategoricalCrossentropy::new(), ()).expect("compiles");
        model.layers().iter().for_each(|l| l.set_trainable(false));
        model.layers()[3].set_trainable(true);
        model.compile(Sgd::new(0.0), SparseCategoricalCrossentropy::new(), ()).expect("compiles");
        model.fit(&train, how.validation_split(0.2)).expect("trains")
    };
    let (plain, weighted) = (fit(Fit::epochs(1)), fit(Fit::epochs(1).class_weight(&[(3, 40.0)])));
    assert!(weighted.last("loss") > plain.last("loss"));
    assert_eq!(weighted.last("val_loss"), plain.last("val_loss"));
}

#[test]
fn logs_are_those_of_training_and_stopping_tells_no_epoch() {
    let ((x, y), mut model) = (rows(), model());
    let mut seen = Vec::new();
    let look = LambdaCallback::new().on_epoch_end(|logs, run| {
        seen.push((logs.loss(), run.logs()?.loss()));
        Ok(())
    });
    let how = || Fit::epochs(2).batch(2).validation(Samples::from((&x, &Rows::floats(1, vec![100.0; 8]))));
    model.fit((&x, &y), how().callback(look)).expect("trains");
    assert!(seen.iter().all(|(logs, running)| logs == running), "{seen:?}");
    let stop = LambdaCallback::new().on_epoch_begin(|run| {
        run.stop_training();
        Ok(())
    });
    let history = model.fit((&x, &y), how().callback(stop)).expect("ends");
    assert!(history.epochs.is_empty(), "{history:?}");
}

#[test]
fn outputs_have_names_of_their_own() {
    let (a, b) = (Tensor::input(&[2]), Tensor::input(&[2]));
    let shared = Dense::new(1).named("dense");
    let other = Dense::new(1).named("dense_1");
    let graph = Graph::new([&a, &b], [&shared.on(&a), &other.on(&a), &shared.on(&b)]).expect("a graph");
    let mut model = graph.build(&Device::CpuFloat64, Seed(1)).expect("sound");
    let loss = || MeanSquaredError::new();
    model.compile_with(Compile::new(Sgd::new(0.1)).loss(loss()).loss(loss()).loss(loss())).expect("compiles");
    let (x, _) = rows();
    let labels = [1.0, 10.0, 100.0].map(|v| Rows::floats(1, vec![v; 8]));
    let logs = model.test_on_batch(Samples::new([&x, &x]).labels(&labels)).expect("evaluates");
    let names: Vec<&str> = logs.iter().map(|(n, _)| n).collect();
    assert_eq!(names, ["loss", "dense_loss", "dense_1_loss", "dense_2_loss"]);
    let parts: Vec<f64> = names[1..].iter().map(|n| logs.get(n).expect("told")).collect();
    assert!(parts[0] < 20.0 && parts[1] > 30.0 && parts[2] > 5000.0, "{parts:?}");
    assert!((parts.iter().sum::<f64>() - logs.loss()).abs() < 1e-9);
}

#[test]
fn a_name_that_a_callback_tells_may_be_watched() {
    let ((x, y), mut model) = (rows(), model());
    let tell = LambdaCallback::new().telling("score").on_epoch_end(|logs, run| {
        logs.set("score", -(run.epoch as f64));
        Ok(())
    });
    let stop = EarlyStopping::on("score").mode(Mode::Max).patience(2);
    let history = model.fit((&x, &y), Fit::epochs(9).batch(2).callback(tell).callback(stop)).expect("trains");
    assert_eq!(history.epochs.len(), 3);
}
