//! `fit` and what belongs to it, on real digits.

use wgrad::prelude::*;

fn digits() -> (Dataset, Dataset) {
    datasets::digits().expect("they are in the program")
}

pub fn net() -> Sequential {
    Sequential::new(&[8, 8])
        .add(Flatten)
        .add(Dense::new(32).kernel_initializer(HeNormal).activation(Activation::ELU))
        .add(BatchNormalization::new())
        .add(Dense::new(10).activation(Activation::Softmax))
}

fn compiled(seed: u64) -> Model {
    let mut model = net().build(&Device::Cpu, Seed(seed)).expect("a sound net");
    model.compile(Nadam::new(2e-3), SparseCategoricalCrossentropy::new(), "accuracy").expect("fits");
    model
}

#[test]
fn digits_are_learned_and_told() {
    let (train, test) = digits();
    let mut model = compiled(1);
    let history = model.fit(&train, Fit::epochs(15).validation(&test)).expect("trains");
    assert_eq!(history.epochs, (0..15).collect::<Vec<_>>());
    let names: Vec<&str> = history.iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["loss", "accuracy", "val_loss", "val_accuracy"]);
    let (first, last) = (history.get("loss").expect("told")[0], history.last("loss").expect("told"));
    assert!(last < 0.3 * first, "{first} to {last}");
    let logs = model.evaluate(&test).expect("evaluates");
    assert_eq!(logs.get("accuracy"), history.last("val_accuracy"));
    assert!(logs.get("accuracy").expect("told") > 0.85, "{logs}");
    let classes = model.predict(&test).expect("predicts").argmax();
    let right = classes.iter().zip(&test.labels).filter(|(c, l)| **c == **l as usize).count();
    let told = logs.get("accuracy").expect("told");
    assert!((right as f64 / test.len() as f64 - told).abs() < 1e-9, "{right} right, {told} told");
}

#[test]
fn the_same_seed_gives_the_same_bits_whatever_is_asked_in_between() {
    let (train, test) = digits();
    let mut plain = compiled(7);
    plain.fit(&train, Fit::epochs(2)).expect("trains");
    let mut watched = compiled(7);
    let mut looked = 0;
    let look = LambdaCallback::new().on_step_end(5, |run| {
        looked += 1;
        run.logs()?;
        run.model.predict(&test)?;
        run.model.evaluate(&test).map(drop)
    });
    watched.fit(&train, Fit::epochs(2).validation(&test).callback(look)).expect("trains");
    assert!(looked > 10, "{looked}");
    assert_eq!(plain.get_weights().expect("weights"), watched.get_weights().expect("weights"));
}

#[test]
fn an_epoch_of_fewer_steps_goes_on_where_the_last_ended() {
    let (train, _) = digits();
    let steps = train.len().div_ceil(32);
    let (mut once, mut cut) = (compiled(3), compiled(3));
    once.fit(&train, Fit::epochs(1)).expect("trains");
    let part = steps / 3;
    assert_eq!(steps % 3, 0, "the test wants thirds");
    let history = cut.fit(&train, Fit::epochs(3).steps_per_epoch(part)).expect("trains");
    assert_eq!(history.epochs.len(), 3);
    assert_eq!(once.get_weights().expect("weights"), cut.get_weights().expect("weights"));
}

#[test]
fn another_batch_size_keeps_what_the_optimizer_remembers() {
    let (train, _) = digits();
    let mut model = compiled(3);
    model.fit(&train, Fit::epochs(2).batch(32)).expect("trains");
    let steps = model.steps_done();
    let history = model.fit(&train, Fit::epochs(3).initial_epoch(2).batch(64)).expect("trains");
    assert_eq!(history.epochs, [2]);
    assert_eq!(model.steps_done(), steps + train.len().div_ceil(64) as u64);
    assert!(history.last("accuracy").expect("told") > 0.9);
}

/// The same steps in memory for 16 rows and then for 32, or for 32 from the start.
#[test]
fn memory_of_another_size_goes_on_to_the_last_digit() {
    let (train, _) = digits();
    let all = Samples::from(&train);
    let rows = |first: usize, rows: usize| all.select(&(first..first + rows).collect::<Vec<_>>()).expect("rows");
    let [grown, whole] = [false, true].map(|whole| {
        let mut model = net().build(&Device::CpuFloat64, Seed(3)).expect("a sound net");
        let optimizer = Nadam::new(2e-3).use_ema(0.9, None).gradient_accumulation_steps(2);
        model.compile(optimizer, SparseCategoricalCrossentropy::new(), ()).expect("fits");
        if whole {
            model.test_on_batch(rows(500, 32)).expect("evaluates");
        }
        for (first, n) in [(0, 16), (16, 16), (32, 16), (48, 32), (80, 16), (96, 32)] {
            model.train_on_batch(rows(first, n)).expect("trains");
        }
        model.get_weights().expect("weights").concat()
    });
    for (i, (a, b)) in grown.iter().zip(&whole).enumerate() {
        assert!((a - b).abs() <= 1e-9 * b.abs().max(1.0), "number {i}: {a} beside {b}");
    }
}

#[test]
fn validation_split_takes_the_last_samples_before_shuffling() {
    let (train, _) = digits();
    let kept = train.len() * 4 / 5;
    let (first, rest) = train.split(kept).expect("within");
    let (mut split, mut apart) = (compiled(5), compiled(5));
    let share = 1.0 - kept as f64 / train.len() as f64;
    let a = split.fit(&train, Fit::epochs(2).validation_split(share)).expect("trains");
    let b = apart.fit(&first, Fit::epochs(2).validation(&rest)).expect("trains");
    assert_eq!(a, b);
    assert_eq!(split.get_weights().expect("weights"), apart.get_weights().expect("weights"));
}

#[test]
fn batches_by_hand_are_the_steps_of_fit() {
    let (train, _) = digits();
    let (mut fit, mut hand) = (compiled(9), compiled(9));
    fit.fit(&train, Fit::epochs(1).shuffle(false)).expect("trains");
    let (x, y) = (train.x(), train.y());
    for first in (0..train.len()).step_by(32) {
        hand.train_on_batch((&x.range(first, 32), &y.range(first, 32))).expect("trains");
    }
    assert_eq!(fit.get_weights().expect("weights"), hand.get_weights().expect("weights"));
    let whole = fit.evaluate(&train).expect("evaluates");
    let batch = fit.test_on_batch((&x.range(0, 32), &y.range(0, 32))).expect("evaluates");
    assert!(whole != batch && batch.loss().is_finite());
}

#[test]
fn class_weights_multiply_sample_weights() {
    let (train, _) = digits();
    let labels = train.labels.clone();
    let weight = |label: u32| if label == 3 { 4.0 } else { 1.0 };
    let own: Vec<f32> = (0..train.len()).map(|i| 0.5 + (i % 3) as f32).collect();
    let product: Vec<f32> = own.iter().zip(&labels).map(|(w, l)| w * weight(*l) as f32).collect();
    let (mut by_class, mut by_sample) = (compiled(2), compiled(2));
    let samples = Samples::from(&train).weights(own);
    by_class.fit(&samples, Fit::epochs(1).class_weight(&[(3, 4.0)])).expect("trains");
    by_sample.fit(Samples::from(&train).weights(product), Fit::epochs(1)).expect("trains");
    assert_eq!(by_class.get_weights().expect("weights"), by_sample.get_weights().expect("weights"));
}

#[test]
fn early_stopping_brings_the_best_weights_back() {
    let (train, test) = digits();
    let mut model = compiled(4);
    let mut stopping = EarlyStopping::on("val_loss").patience(2).restore_best_weights(true);
    let how = Fit::epochs(60).validation(&test).callback(&mut stopping);
    let history = model.fit(&train, how).expect("trains");
    let losses = history.get("val_loss").expect("told");
    let best = losses.iter().copied().fold(f64::INFINITY, f64::min);
    assert_eq!(losses[stopping.best_epoch()], best);
    assert!(stopping.stopped_epoch().is_some_and(|e| e + 1 == losses.len()), "{stopping:?}");
    let after = model.evaluate(&test).expect("evaluates").loss();
    assert_eq!(after, best);
}

#[test]
fn a_plateau_lowers_the_rate_and_tells_it() {
    let (train, _) = digits();
    let mut model = compiled(4);
    let plateau =
        ReduceLrOnPlateau { monitor: "loss".into(), min_delta: 10.0, patience: 1, factor: 0.5, ..Default::default() };
    let history = model.fit(&train, Fit::epochs(4).callback(plateau)).expect("trains");
    let rates = history.get("learning_rate").expect("told");
    assert_eq!(rates, [2e-3, 2e-3, 1e-3, 5e-4]);
    assert_eq!(model.learning_rate().expect("compiled"), 2.5e-4);
}

#[test]
fn divergence_is_an_error_unless_somebody_minds() {
    let (train, _) = digits();
    let diverging = |seed| {
        let mut model = net().build(&Device::Cpu, Seed(seed)).expect("a sound net");
        model.compile(Sgd::new(1e30), MeanSquaredError::new(), ()).map(|()| model)
    };
    let one_hot: Vec<f32> = train.labels.iter().flat_map(|l| (0..10).map(move |c| f32::from(c == *l))).collect();
    let samples = Samples::new([&train.x()]).labels([&Rows::floats(10, one_hot)]);
    let mut model = diverging(1).expect("compiles");
    let linear = Sequential::new(&[8, 8]).add(Flatten).add(Dense::new(10));
    let mut linear = linear.build(&Device::Cpu, Seed(1)).expect("sound");
    linear.compile(Sgd::new(1e30), MeanSquaredError::new(), ()).expect("compiles");
    let error = linear.fit(&samples, Fit::epochs(3)).expect_err("diverges").to_string();
    assert!(error.contains("diverged"), "{error}");
    let history = linear.fit(&samples, Fit::epochs(3).callback(TerminateOnNan)).expect("ends");
    assert_eq!(history.epochs.len(), 1);
    // Softmax holds the other net's outputs: no error there.
    model.fit(&samples, Fit::epochs(1).callback(TerminateOnNan)).expect("ends");
}
