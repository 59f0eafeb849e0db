//! A random model trained, evaluated and asked, with random data and callbacks.

use crate::choices::Choices;
use crate::graphs;
use crate::objectives::{loss, objective, optimizer};
use std::sync::Arc;
use wgrad::base::{Error, Result};
use wgrad::nn::loss::Loss;
use wgrad::prelude::*;

/// Numbers between −1 and 1, or, where `whole`, 0 to 3, which an embedding takes.
fn noise(len: usize, whole: bool) -> Vec<f32> {
    let number = |i: usize| if whole { (i % 4) as f32 } else { ((i * 7919) % 23) as f32 / 11.0 - 1.0 };
    (0..len).map(number).collect()
}

/// Labels `loss` takes for outputs of this shape.
fn labels(c: &mut Choices<'_>, loss: &dyn Loss, shape: &[usize], samples: usize) -> Rows {
    let outputs = shape.last().copied().unwrap_or(1);
    let rows: usize = shape[1.min(shape.len())..shape.len().saturating_sub(1)].iter().product();
    let width = rows * loss.label_width(outputs);
    let mut numbers: Vec<f32> = match loss.refuse(0.5, outputs).is_some() {
        true => (0..samples * width).map(|i| (i % outputs.max(1)) as f32).collect(),
        false => noise(samples * width, false).into_iter().map(f32::abs).collect(),
    };
    if c.odd() && !numbers.is_empty() {
        numbers[0] = c.one_of(&[f32::NAN, -1.0, 1e30, 0.5, f32::INFINITY]);
        c.tell(format!("label {}", numbers[0]));
    }
    let width = if c.odd() { c.one_of(&[0, 1, 7]) } else { width };
    Rows::floats(width, numbers)
}

fn samples(c: &mut Choices<'_>, model: &mut Model, losses: &[Arc<dyn Loss>], shapes: &[Vec<usize>]) -> Result<Samples> {
    let count = if c.odd() { c.one_of(&[0, 1]) } else { c.one_of(&[6, 5, 9]) };
    let whole = c.once_in(2) || model.layers().iter().any(|l| l.kind() == "embedding");
    let tables: Vec<Rows> = shapes
        .iter()
        .map(|shape| {
            let width = if c.odd() { c.one_of(&[0, 1, 5]) } else { shape.iter().product() };
            let mut numbers = noise(count * width, whole);
            if c.odd() && !numbers.is_empty() {
                numbers[0] = c.one_of(&[f32::NAN, f32::MAX, -1.0, 1e9]);
                c.tell(format!("sample {}", numbers[0]));
            }
            Rows::floats(width, numbers)
        })
        .collect();
    let inputs = Samples::new(&tables);
    let outputs = model.predict_all(&inputs)?;
    let tables: Vec<Rows> =
        losses.iter().zip(&outputs).map(|(loss, output)| labels(c, &**loss, &output.shape, count)).collect();
    let mut samples = inputs.labels(&tables);
    if c.once_in(5) {
        let count = if c.odd() { 3 } else { count };
        samples = samples.weights((0..count).map(|i| c.number(&[0.5, 2.0]) as f32 * (1 + i % 2) as f32).collect());
    }
    Ok(samples)
}

/// With random callbacks, and whether one takes care of a loss that is not finite.
fn callbacks<'a>(c: &mut Choices<'_>, mut fit: Fit<'a>, validated: bool) -> (Fit<'a>, bool) {
    let mut minds = false;
    for _ in 0..c.below(3) {
        let monitor = if validated && c.once_in(2) { "val_loss" } else { "loss" };
        let monitor = if c.odd() { c.one_of(&["val_loss", "los", ""]) } else { monitor };
        let (patience, factor) = (c.size(&[1, 0, 2]), c.number(&[0.5, 0.1]));
        fit = match c.below(5) {
            0 => fit.callback(EarlyStopping::on(monitor).patience(patience).restore_best_weights(c.once_in(2))),
            1 => fit.callback(ReduceLrOnPlateau {
                monitor: monitor.to_owned(),
                factor,
                patience: patience as u64,
                min_delta: c.number(&[0.0, 0.1]),
                ..ReduceLrOnPlateau::default()
            }),
            2 => fit.callback(LearningRateScheduler::new(move |_, rate| rate * factor)),
            3 => {
                minds = true;
                fit.callback(TerminateOnNan)
            }
            _ => {
                let stop = c.once_in(2);
                let look = move |run: &mut wgrad::train::callback::Run<'_>| {
                    if stop {
                        run.stop_training();
                    }
                    run.logs().map(drop)
                };
                fit.callback(LambdaCallback::new().on_step_end(c.size(&[1, 2]), look))
            }
        };
    }
    (fit, minds)
}

fn fit<'a>(c: &mut Choices<'_>, samples: &Samples) -> (Fit<'a>, bool) {
    let mut fit = Fit::epochs(1 + c.below(2)).batch(c.size(&[2, 3, 4, 5])).shuffle(!c.once_in(4));
    let mut validated = true;
    match c.below(4) {
        0 => fit = fit.validation(samples),
        1 => fit = fit.validation_split(c.number(&[0.25, 0.5])),
        _ => validated = false,
    }
    if c.once_in(6) {
        fit = fit.steps_per_epoch(if c.odd() { 0 } else { 2 });
    }
    if c.once_in(6) {
        fit = fit.class_weight(&[(0, c.number(&[2.0, 0.5])), (1, c.number(&[1.0]))]);
    }
    if c.once_in(6) {
        fit = fit.validation_steps(c.size(&[1, 2]));
    }
    if c.once_in(8) {
        fit = fit.initial_epoch(c.size(&[0, 1]));
    }
    callbacks(c, fit, validated)
}

/// The kinds of the layers of a model that was trained, or why it was not.
pub fn case(c: &mut Choices<'_>) -> Result<Vec<&'static str>> {
    let made = graphs::graph(c)?;
    let mut model = made.graph.build(&Device::Cpu, Seed(c.below(3) as u64))?;
    if c.once_in(6) {
        for layer in model.layers() {
            layer.set_trainable(!c.once_in(3));
            if c.once_in(4) {
                layer.set_learning_rate_multiplier(c.number(&[2.0, 0.0]))?;
            }
        }
    }
    let mut how = Compile::new(optimizer(c)?);
    let mut losses = Vec::new();
    for _ in model.graph().outputs() {
        losses.push(loss(c));
        how = objective(c, how, losses[losses.len() - 1].clone());
    }
    model.compile_with(how)?;
    let samples = samples(c, &mut model, &losses, &made.shapes)?;
    let (fit, minds) = fit(c, &samples);
    let history = model.fit(&samples, fit)?;
    let finite = minds || history.get("loss").is_none_or(|all| all.iter().all(|loss| loss.is_finite()));
    assert!(finite, "fit succeeded with losses {:?}", history.get("loss"));
    afterwards(c, &mut model, &samples)?;
    Ok(made.kinds)
}

/// What else models can do.
fn afterwards(c: &mut Choices<'_>, model: &mut Model, samples: &Samples) -> Result<()> {
    match c.below(6) {
        0 => {
            let logs = model.evaluate(samples)?;
            assert!(logs.get("loss").is_some());
        }
        1 => {
            let answer = model.predict(samples)?;
            assert_eq!(answer.len(), samples.len());
            assert_eq!(answer.data.len(), answer.shape.iter().product::<usize>());
        }
        2 => {
            let drawing = model.predict_mc(samples, c.size(&[3, 1]));
            match drawing {
                Ok(passes) => assert_eq!(passes.mean.len(), samples.len()),
                Err(Error::Request { .. }) => {}
                Err(other) => return Err(other),
            }
        }
        3 => {
            model.train_on_batch(samples)?;
            model.test_on_batch(samples)?;
        }
        4 => {
            let mut clone = model.clone_model(Seed(1))?;
            let weights = model.get_weights()?;
            clone.set_weights(&weights)?;
            assert_eq!(format!("{:?}", clone.get_weights()?), format!("{weights:?}"));
        }
        _ => {
            model.set_learning_rate(c.number(&[0.1, 0.0]))?;
            model.plan(c.size(&[1, 7]))?;
        }
    }
    Ok(())
}
