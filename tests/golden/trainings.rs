//! Whole trainings through the model API against Keras's: losses step by step, epochs, weights, evaluation, and what
//! callbacks decide.
//!
//! Each case is trained twice, batch by batch and by `fit`. In float64 every number is within the case's 1e-9 of Keras's,
//! in float32 the losses and weights of the first steps within 1e-5; both relative with a floor of 1, as `near` has it.

use crate::callbacks::{early_stopping, plateau};
use crate::layers;
use crate::optimizers::optimizer;
use crate::read::{Case, Node, family, near};
use std::collections::HashMap;
use wgrad::prelude::*;
use wgrad::train::class_weights;

/// How near a training in float32 must come to Keras's in float32.
const FLOAT32: f64 = 1e-5;

fn layer(node: &Node) -> SharedLayer {
    let mut config = node.config();
    let c = &mut config;
    let layer = match node.get("kind").text().as_str() {
        "dense" => {
            let constraint = c.take("kernel_constraint").map(|n| {
                assert_eq!(n.get("name").text(), "max_norm", "{}", n.place);
                MaxNorm::new(n.get("config").get("max_value").number())
            });
            let dense = layers::dense(c);
            match constraint {
                Some(constraint) => dense.kernel_constraint(constraint).into_layer(),
                None => dense.into_layer(),
            }
        }
        "flatten" => Flatten.into_layer(),
        "batch_normalization" => layers::batch_normalization(c).into_layer(),
        "activation" => layers::activation(c).into_layer(),
        "concatenate" => Concatenate::new().into_layer(),
        "add" => Add.into_layer(),
        other => panic!("{}: no layer `{other}`", node.place),
    };
    config.done();
    layer.named(&node.get("name").text())
}

/// The model of a case, its weights the initial ones.
fn build(case: &Case, device: &Device) -> Model {
    let config = case.get("config");
    let (mut inputs, mut values, mut layers) = (Vec::new(), HashMap::new(), HashMap::new());
    for node in config.get("layers").list() {
        let name = node.get("name").text();
        if node.get("kind").text() == "input" {
            let input = Tensor::named_input(&name, &node.get("config").get("shape").sizes());
            inputs.push(input.clone());
            values.insert(name, input);
        } else {
            layers.insert(name, layer(&node));
        }
    }
    for node in config.get("nodes").list() {
        let from: Vec<Tensor> = node.get("inputs").list().iter().map(|n| values[&n.text()].clone()).collect();
        values.insert(node.get("output").text(), layers[&node.get("layer").text()].on(from));
    }
    let outputs: Vec<Tensor> = config.get("outputs").list().iter().map(|n| values[&n.text()].clone()).collect();
    let graph = Graph::new(inputs, outputs).unwrap_or_else(|e| panic!("{}: {e}", case.place));
    let model = graph.build(device, Seed(0)).unwrap_or_else(|e| panic!("{}: {e}", case.place));
    let initial = case.get("initial_weights");
    for layer in model.layers() {
        let variables = layer.variables();
        let Some(given) = initial.find(layer.name().expect("a name")) else {
            assert!(variables.is_empty(), "{}: {layer:?} has variables, Keras's has none", case.place);
            continue;
        };
        assert_eq!(given.keys().len(), variables.len(), "{}", given.place);
        let arrays = variables.iter().map(|v| {
            let array = given.get(v.name()).array();
            assert_eq!(array.shape, v.shape(), "{} {}", given.place, v.name());
            array.data
        });
        layer.set_weights(&arrays.collect::<Vec<_>>()).unwrap_or_else(|e| panic!("{}: {e}", given.place));
    }
    model
}

/// Freezes what the phase freezes and compiles.
fn compile(model: &mut Model, case: &Case, phase: &Node) {
    let config = case.get("config");
    let frozen: Vec<String> = phase.get("frozen").list().iter().map(Node::text).collect();
    model.set_trainable(true);
    for name in &frozen {
        model.layer(name).unwrap_or_else(|e| panic!("{}: {e}", phase.place)).set_trainable(false);
    }
    let mut how = Compile::new(optimizer(&phase.get("optimizer")));
    for (i, loss) in config.get("loss").list().iter().enumerate() {
        loss.config().done();
        how = match loss.get("name").text().as_str() {
            "sparse_categorical_crossentropy" => how.loss(SparseCategoricalCrossentropy::new()),
            "binary_crossentropy" => how.loss(BinaryCrossentropy::new()),
            "mean_squared_error" => how.loss(MeanSquaredError::new()),
            other => panic!("{}: no loss `{other}`", loss.place),
        };
        if let Some(weights) = config.find("loss_weights") {
            how = how.loss_weight(weights.numbers()[i]);
        }
        for metric in config.find("metrics").map_or_else(Vec::new, |n| n.list()) {
            how = how.metrics(metric.text().as_str());
        }
    }
    model.compile_with(how).unwrap_or_else(|e| panic!("{}: {e}", case.place));
}

/// A table of rows; numbers are exact in f32.
fn rows(node: &Node) -> Rows {
    let array = node.array();
    let width = array.shape[1..].iter().product();
    Rows::floats(width, array.data.iter().map(|v| *v as f32).collect::<Vec<_>>())
}

/// All rows: without weights, and with their own.
fn samples(case: &Case, inputs: &str, targets: &str) -> Samples {
    let table = |key: &str| case.get(key).list().iter().map(rows).collect::<Vec<Rows>>();
    Samples::new(&table(inputs)).labels(&table(targets)).named(&case.place)
}

fn own_weights(case: &Case) -> Option<Vec<f32>> {
    case.find("sample_weight").map(|n| n.array().data.iter().map(|v| *v as f32).collect())
}

fn weights_of_classes(case: &Case) -> Vec<(u32, f64)> {
    let Some(node) = case.get("config").find("class_weight") else { return Vec::new() };
    node.keys().iter().map(|key| (key.parse().expect("a class"), node.get(key).number())).collect()
}

/// Rows `first..` of the samples, at most `batch`.
fn cut(samples: &Samples, first: usize, batch: usize) -> Samples {
    let end = samples.len().min(first + batch);
    samples.select(&(first..end).collect::<Vec<_>>()).expect("rows there are")
}

/// Compares the weights of every layer with those of `want`, variables named in `without` left out.
fn same_weights(title: &str, model: &Model, want: &Node, bound: f64, without: &[String]) {
    let mut compared = 0;
    for name in want.keys() {
        let (layer, want) = (model.layer(&name).expect("a layer of Keras's"), want.get(&name));
        let variables = layer.variables();
        assert_eq!(variables.len(), want.keys().len(), "{title} {name}");
        for v in variables.iter().filter(|v| !without.contains(&format!("{name}/{}", v.name()))) {
            let got = v.values().expect("numbers");
            near(&format!("{title} {name}/{}", v.name()), &got, &want.get(v.name()).array().data, bound);
            compared += 1;
        }
    }
    assert_eq!(compared + without.len(), model.variables().len(), "{title}: variables");
}

/// Compares what was told with `want`: the same words and, by `pick`, the numbers.
fn same_logs(title: &str, logs: &Logs, want: &Node, bound: f64, pick: impl Fn(Node) -> f64) {
    for key in want.keys() {
        let got = logs.get(&key).unwrap_or_else(|| panic!("{title}: `{key}` is not told, but {logs}"));
        near(&format!("{title} {key}"), &[got], &[pick(want.get(&key))], bound);
    }
}

/// Batch by batch; `step` is called after each with its number from 1 and what it told. Where callbacks set the rate,
/// it is Keras's.
fn by_hand(model: &mut Model, case: &Case, mut step: impl FnMut(&Model, usize, &Logs)) {
    let config = case.get("config");
    let batch = config.get("batch").size();
    let mut all = samples(case, "inputs", "targets");
    let classes = weights_of_classes(case);
    all.weights = match own_weights(case) {
        Some(own) => Some(Rows::floats(1, own)),
        None if classes.is_empty() => None,
        None => Some(class_weights(&all.labels[0], &classes).expect("weights")),
    };
    let rates = config.find("callbacks").map(|_| case.get("epochs").get("learning_rate").array().data);
    let all_steps = case.get("steps").get("loss").array().data.len();
    let (mut done, in_epoch) = (0, all.len().div_ceil(batch));
    for phase in config.get("phases").list() {
        compile(model, case, &phase);
        for i in 0..phase.get("steps").size().min(all_steps) {
            if let Some(rates) = &rates {
                model.set_learning_rate(rates[i / in_epoch]).expect("a rate");
            }
            let rows = cut(&all, i % in_epoch * batch, batch);
            let logs = model.train_on_batch(&rows).unwrap_or_else(|e| panic!("{}: {e}", case.place));
            done += 1;
            step(model, done, &logs);
        }
    }
    assert_eq!(done, all_steps, "{}: steps", case.place);
}

/// The snapshot after this step, if there is one.
fn snapshot(case: &Case, step: usize) -> Option<Node> {
    case.get("snapshots").list().into_iter().find(|n| n.get("step").size() == step).map(|n| n.get("weights"))
}

#[test]
fn batch_by_batch_in_float64() {
    for case in family("trainings") {
        let mut model = build(&case, &Device::CpuFloat64);
        let mut snapshots = 0;
        by_hand(&mut model, &case, |model, step, logs| {
            let title = format!("{} step {step}", case.place);
            same_logs(&title, logs, &case.get("steps"), case.bound(), |n| n.array().data[step - 1]);
            if let Some(want) = snapshot(&case, step) {
                same_weights(&title, model, &want, case.bound(), &[]);
                snapshots += 1;
            }
        });
        assert_eq!(snapshots, case.get("snapshots").list().len(), "{}: snapshots", case.place);
    }
}

/// Evaluation, without and with the weights of the samples.
fn evaluated(model: &mut Model, case: &Case) {
    let all = samples(case, "inputs", "targets");
    let logs = model.evaluate(&all).unwrap_or_else(|e| panic!("{}: {e}", case.place));
    same_logs(&format!("{} evaluation", case.place), &logs, &case.get("evaluation"), case.bound(), |n| n.number());
    assert_eq!(case.find("evaluation_weighted").is_some(), own_weights(case).is_some(), "{}", case.place);
    if let Some((want, own)) = case.find("evaluation_weighted").zip(own_weights(case)) {
        let logs = model.evaluate(all.weights(own)).unwrap_or_else(|e| panic!("{}: {e}", case.place));
        same_logs(&format!("{} weighted evaluation", case.place), &logs, &want, case.bound(), |n| n.number());
    }
}

/// `fit` as the case says, without callbacks: the history and the weights in the end.
fn fitted(case: &Case) {
    let mut model = build(case, &Device::CpuFloat64);
    let config = case.get("config");
    let batch = config.get("batch").size();
    let mut all = samples(case, "inputs", "targets");
    if let Some(own) = own_weights(case) {
        all = all.weights(own);
    }
    let (mut history, in_epoch) = (Vec::<(String, Vec<f64>)>::new(), all.len().div_ceil(batch));
    for phase in config.get("phases").list() {
        compile(&mut model, case, &phase);
        let steps = phase.get("steps").size();
        assert_eq!(steps % in_epoch, 0, "{}: whole epochs", phase.place);
        let how = Fit::epochs(steps / in_epoch).batch(batch).shuffle(false).class_weight(&weights_of_classes(case));
        let told = model.fit(&all, how).unwrap_or_else(|e| panic!("{}: {e}", case.place));
        for (name, numbers) in told.iter() {
            match history.iter_mut().find(|(n, _)| n == name) {
                Some((_, known)) => known.extend(numbers),
                None => history.push((name.to_owned(), numbers.to_vec())),
            }
        }
    }
    let epochs = case.get("epochs");
    for key in epochs.keys() {
        let told = history.iter().find(|(n, _)| *n == key).unwrap_or_else(|| panic!("{}: `{key}`", case.place));
        near(&format!("{} epochs {key}", case.place), &told.1, &epochs.get(&key).array().data, case.bound());
    }
    let last = case.get("snapshots").list().pop().expect("a snapshot").get("weights");
    same_weights(&format!("{} fitted", case.place), &model, &last, case.bound(), &[]);
    evaluated(&mut model, case);
}

/// `fit` with callbacks that decide.
fn decided(case: &Case) {
    let mut model = build(case, &Device::CpuFloat64);
    let config = case.get("config");
    let [phase] = &config.get("phases").list()[..] else { panic!("{}: one phase", case.place) };
    compile(&mut model, case, phase);
    let made = config.get("callbacks").list();
    let names: Vec<String> = made.iter().map(|n| n.get("name").text()).collect();
    assert_eq!(names, ["reduce_lr_on_plateau", "early_stopping"], "{}", case.place);
    let (mut reduce, mut stop) = (plateau(&made[0]), early_stopping(&made[1]));
    let all = samples(case, "inputs", "targets");
    let batch = config.get("batch").size();
    let in_epoch = all.len().div_ceil(batch);
    let best = (case.get("best_epoch").size() + 1) * in_epoch;
    let look = LambdaCallback::new().on_epoch_end(|_, run| {
        if let Some(want) = snapshot(case, (run.epoch + 1) * in_epoch) {
            same_weights(&format!("{} epoch {}", case.place, run.epoch), run.model, &want, case.bound(), &[]);
        }
        Ok(())
    });
    assert!(snapshot(case, best).is_some(), "{}: a snapshot after the best epoch", case.place);
    let how = Fit::epochs(phase.get("steps").size() / in_epoch)
        .batch(batch)
        .shuffle(false)
        .validation(samples(case, "validation_inputs", "validation_targets"))
        .callback(look)
        .callback(&mut reduce)
        .callback(&mut stop);
    let history = model.fit(&all, how).unwrap_or_else(|e| panic!("{}: {e}", case.place));
    let epochs = case.get("epochs");
    assert_eq!(history.epochs.len(), epochs.get("loss").array().data.len(), "{}: epochs", case.place);
    for key in epochs.keys() {
        let told = history.get(&key).unwrap_or_else(|| panic!("{}: `{key}` is not told", case.place));
        near(&format!("{} epochs {key}", case.place), told, &epochs.get(&key).array().data, case.bound());
    }
    // Halving is exact: decisions are equal or they are not.
    assert_eq!(history.get("learning_rate"), Some(&epochs.get("learning_rate").array().data[..]), "{}", case.place);
    let rate = model.learning_rate().expect("compiled");
    assert_eq!(rate, case.get("final_learning_rate").number(), "{}: the rate in the end", case.place);
    assert_eq!(stop.stopped_epoch(), Some(case.get("stopped_epoch").size()), "{}: stopped", case.place);
    assert_eq!(stop.best_epoch(), case.get("best_epoch").size(), "{}: best", case.place);
    same_weights(&format!("{} restored", case.place), &model, &case.get("final_weights"), case.bound(), &[]);
    evaluated(&mut model, case);
}

#[test]
fn fit_and_evaluate_in_float64() {
    let mut with = 0;
    for case in family("trainings") {
        if case.get("config").find("callbacks").is_some() {
            decided(&case);
            with += 1;
        } else {
            fitted(&case);
        }
    }
    assert!(with > 0, "no case with callbacks");
}

#[test]
fn the_first_steps_in_float32() {
    for case in family("trainings") {
        let mut model = build(&case, &Device::Cpu);
        let losses = case.get("float32_losses").array().data;
        let without =
            case.find("float32_rounding").map_or_else(Vec::new, |n| n.list().iter().map(Node::text).collect());
        by_hand(&mut model, &case, |model, step, logs| {
            let title = format!("{} float32 step {step}", case.place);
            if let Some(want) = losses.get(step - 1) {
                near(&title, &[logs.loss()], &[*want], FLOAT32);
            }
            if step == losses.len() {
                same_weights(&title, model, &case.get("float32_weights"), FLOAT32, &without);
            }
        });
    }
}
