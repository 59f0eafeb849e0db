//! A training that goes on comes to the same bits, from every step.

use crate::common::{Folder, Form, data};
use wgrad::prelude::*;

/// Trains once with a checkpoint after every step; then again from each of them.
fn from_every_step(name: &str, form: &Form) {
    let (all, plain) = (Folder::new(&format!("{name}-all")), Folder::new(&format!("{name}-plain")));
    let expected = form.train(&plain.file("a.csv"), Silent).expect("trains");
    let mut saved = Checkpoints::new(&all.0).save_freq(1).keep(usize::MAX);
    let with = form.train(&all.file("a.csv"), &mut saved).expect("trains");
    with.assert_equals(&expected, "saving changes nothing");
    let list = saved.list().expect("there");
    assert_eq!(list.len() as u64, list.last().expect("some").0, "one after every step");
    for (steps, path) in list {
        let own = Folder::new(&format!("{name}-{steps}"));
        std::fs::copy(&path, own.file(path.file_name().and_then(|n| n.to_str()).expect("a name"))).expect("copied");
        std::fs::copy(all.file("a.csv"), own.file("a.csv")).expect("copied");
        let mut saved = Checkpoints::new(&own.0);
        let again = form.train(&own.file("a.csv"), &mut saved).expect("goes on");
        assert_eq!(saved.resumed(), Some(steps));
        again.assert_equals(&expected, &format!("{name}, from step {steps}"));
    }
}

/// Saves nothing.
struct Silent;

impl Callback for Silent {}

#[test]
fn from_every_step_in_either_precision() {
    for device in [Device::Cpu, Device::CpuFloat64] {
        from_every_step(&format!("precision-{}", device.number_size()), &Form { device, ..Form::default() });
    }
}

#[test]
fn from_every_step_where_epochs_are_not_passes() {
    // 6 batches a pass, 4 steps an epoch, then 7.
    for steps in [4, 7] {
        let form = Form { steps_per_epoch: Some(steps), epochs: 3, ..Form::default() };
        from_every_step(&format!("passes-{steps}"), &form);
    }
    from_every_step("in-order", &Form { shuffle: false, steps_per_epoch: Some(4), ..Form::default() });
}

#[test]
fn from_every_step_with_accumulated_gradients_and_averages() {
    for device in [Device::Cpu, Device::CpuFloat64] {
        let form = Form { device, averages: true, steps_per_epoch: Some(5), ..Form::default() };
        from_every_step(&format!("averages-{}", form.device.number_size()), &form);
    }
}

#[test]
fn from_every_step_with_rates_set_by_callbacks() {
    from_every_step("rates", &Form { rate_by_callbacks: true, epochs: 4, ..Form::default() });
}

/// After epochs too: there callbacks have had their say, and one may have ended training.
#[test]
fn from_every_epoch() {
    for averages in [true, false] {
        let form = Form { averages, epochs: 40, patience: 1, ..Form::default() };
        let (all, plain) = (Folder::new("epochs-all"), Folder::new("epochs-plain"));
        let expected = form.train(&plain.file("a.csv"), Silent).expect("trains");
        assert!(expected.epochs.len() < 40, "early stopping ends it: {:?}", expected.epochs);
        let mut saved = Checkpoints::new(&all.0).keep(usize::MAX);
        form.train(&all.file("a.csv"), &mut saved).expect("trains");
        let list = saved.list().expect("there");
        assert_eq!(list.len(), expected.epochs.len());
        for (steps, path) in list {
            let own = Folder::new(&format!("epochs-{steps}"));
            let file = own.file("backup");
            std::fs::copy(&path, &file).expect("copied");
            std::fs::copy(all.file("a.csv"), own.file("a.csv")).expect("copied");
            let again = form.train(&own.file("a.csv"), BackupAndRestore::new(&file)).expect("goes on");
            again.assert_equals(&expected, &format!("from step {steps}"));
            assert!(!file.exists(), "a training that ends removes its backup");
        }
    }
}

/// Asked to stop after each of its steps in turn, a training saves and goes on.
#[test]
fn a_training_that_is_stopped_at_every_step_goes_on() {
    let (form, plain) = (Form::default(), Folder::new("stopped-plain"));
    let expected = form.train(&plain.file("a.csv"), Silent).expect("trains");
    let own = Folder::new("stopped");
    let mut lives = 0;
    let outcome = loop {
        let handle = StopHandle::new();
        let [train, validation] = data();
        let mut model = form.model();
        let mut stopping = EarlyStopping::on("val_loss").patience(2).restore_best_weights(true);
        let after = LambdaCallback::new().on_step_end(1, |_| {
            handle.stop();
            Ok(())
        });
        let how = form.fit(&mut stopping, &own.file("a.csv"), Checkpoints::new(&own.0)).callback(after);
        let history = model.fit(&train, how.validation(&validation).stop_handle(&handle)).expect("no fault");
        let Some(interruption) = history.interrupted else {
            // All steps are done: from the last checkpoint it only ends.
            break form.train(&own.file("a.csv"), Checkpoints::new(&own.0)).expect("ends");
        };
        lives += 1;
        assert_eq!((interruption.step, interruption.saved), (lives, true), "one step a life");
        assert!(interruption.to_string().contains("a checkpoint was saved"), "{interruption}");
    };
    assert_eq!(lives, 12);
    outcome.assert_equals(&expected, "stopped after every step");
}

/// Asked before it begins, or with nobody to save.
#[test]
fn a_training_that_is_stopped_before_it_begins() {
    let (form, own) = (Form { averages: true, ..Form::default() }, Folder::new("before"));
    let [train, _] = data();
    let handle = StopHandle::new();
    handle.stop();
    let mut model = form.model();
    let before = model.get_weights().expect("read");
    let how = |fit: Fit<'static>| fit.batch(8).stop_handle(&handle);
    let history = model.fit(&train, how(Fit::epochs(2))).expect("no fault");
    assert!(history.interrupted.is_some_and(|i| i.step == 0 && !i.saved), "{:?}", history.interrupted);
    let history = model.fit(&train, how(Fit::epochs(2).callback(Checkpoints::new(&own.0)))).expect("no fault");
    assert!(history.interrupted.is_some_and(|i| i.step == 0 && i.saved), "{:?}", history.interrupted);
    assert_eq!(model.get_weights().expect("read"), before);
    // Between epochs, while averages stand in the variables' place: they go back.
    let (handle, mut trained) = (StopHandle::new(), Vec::new());
    let swap = wgrad::train::callback::SwapEmaWeights::new().swap_on_epoch(true);
    let ask = LambdaCallback::new().on_epoch_end(|_, run| {
        handle.stop();
        trained = run.model.snapshot()?.arrays;
        Ok(())
    });
    let how = Fit::epochs(2).batch(8).stop_handle(&handle).callback(swap).callback(ask);
    let history = model.fit(&train, how).expect("no fault");
    assert!(history.interrupted.is_some_and(|i| i.step == 6), "{:?}", history.interrupted);
    assert_eq!(model.snapshot().expect("read").arrays, trained);
    assert_eq!(model.get_weights().expect("read")[2], trained[2].2, "its own variables");
}

/// What the checkpoint was drawn with counts, not the seed the new model was built with.
#[test]
fn the_seed_is_in_the_checkpoint() {
    let (form, own) = (Form::default(), Folder::new("seed"));
    let mut saved = Checkpoints::new(&own.0).save_freq(5).keep(usize::MAX);
    let expected = form.train(&own.file("a.csv"), &mut saved).expect("trains");
    let late: Vec<_> = saved.list().expect("there").into_iter().filter(|(steps, _)| *steps > 5).collect();
    late.iter().for_each(|(_, path)| std::fs::remove_file(path).expect("removed"));
    let other = Form { seed: 99, ..form };
    let again = other.train(&own.file("a.csv"), Checkpoints::new(&own.0)).expect("goes on");
    again.assert_equals(&expected, "another seed");
}

/// Time, too, is a frequency; and weights are saved by steps.
#[test]
fn checkpoints_by_time_and_weights_by_steps() {
    let (form, own) = (Form::default(), Folder::new("time"));
    let mut saved = Checkpoints::new(&own.0).save_freq(std::time::Duration::ZERO).keep(10);
    form.train(&own.file("a.csv"), &mut saved).expect("trains");
    assert!(!saved.list().expect("there").is_empty());
    let [train, _] = data();
    let path = own.file("{epoch}-{batch:02d}.weights");
    let mut best = ModelCheckpoint::new(&path.to_string_lossy()).save_freq(4);
    form.model().fit(&train, Fit::epochs(2).batch(8).callback(&mut best)).expect("trains");
    assert!(best.last().is_some_and(|last| last.ends_with("2-06.weights")), "{:?}", best.last());
    // 12 steps, 6 an epoch: after the fourth, the eighth, the twelfth.
    for name in ["1-04.weights", "2-02.weights", "2-06.weights"] {
        assert!(own.file(name).exists(), "{name}");
    }
    let none = Checkpoints::new(&own.0).save_freq(0);
    let error = form.model().fit(&train, Fit::epochs(1).callback(none)).expect_err("never").to_string();
    assert!(error.contains("at least 1 step"), "{error}");
}

/// A loss that is not finite is not what one wants back.
#[test]
fn a_training_that_diverges_is_not_saved() {
    let own = Folder::new("diverges");
    let rows = Rows::floats(1, vec![1e30; 8]);
    let mut model = Sequential::new(&[1]).add(Dense::new(1)).build(&Device::Cpu, Seed(1)).expect("sound");
    model.compile(Sgd::new(1e20), MeanSquaredError::new(), ()).expect("fits");
    let mut saved = Checkpoints::new(&own.0).save_freq(1).keep(10);
    model.fit((&rows, &rows), Fit::epochs(2).batch(1).callback(&mut saved)).expect_err("diverges");
    assert!(saved.newest().expect("readable").is_none_or(|c| c.steps() < 2));
}

/// The best so far is the best of the whole training, not of what came after it went on.
#[test]
fn the_best_is_in_the_checkpoint() {
    let (form, own) = (Form { epochs: 6, ..Form::default() }, Folder::new("best"));
    let [train, validation] = data();
    let train = |folder: &Folder, best: &mut ModelCheckpoint| {
        let saved = Checkpoints::new(&folder.0).keep(usize::MAX);
        let how = Fit::epochs(form.epochs).batch(8).validation(&validation).callback(best).callback(saved);
        form.model().fit(&train, how).expect("trains");
    };
    let watch = |mode| {
        let path = own.file("best-{epoch}");
        ModelCheckpoint::new(&path.to_string_lossy()).monitor("val_loss").mode(mode).save_best_only(true)
    };
    for mode in [Mode::Min, Mode::Max] {
        let all = Folder::new("best-all");
        let mut whole = watch(mode);
        train(&all, &mut whole);
        for (steps, path) in Checkpoints::new(&all.0).list().expect("there") {
            let one = Folder::new(&format!("best-{steps}"));
            std::fs::copy(&path, one.file(path.file_name().and_then(|n| n.to_str()).expect("a name"))).expect("copied");
            let mut again = watch(mode);
            train(&one, &mut again);
            assert_eq!(again.last(), whole.last(), "{mode:?}, from step {steps}");
        }
    }
}
