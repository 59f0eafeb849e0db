//! Layers against Keras: outputs in training and in inference, gradients of inputs and variables, moving statistics.

use crate::read::{Array, Case, Config, Node, family, near};
use crate::run;
use std::collections::BTreeMap;
use std::sync::Arc;
use wgrad::base::{RowData, Rows};
use wgrad::exec::Executor;
use wgrad::nn::act::Activation;
use wgrad::nn::layer::{
    Add, Average, BatchNormalization, Concatenate, Dense, Dot, Elu, Embedding, Flatten, GroupNormalization, Identity,
    Layer, LayerNormalization, LeakyRelu, Maximum, Minimum, Multiply, Normalization, Permute, Prelu, Relu, Rescaling,
    Reshape, RmsNormalization, Softmax, Subtract,
};
use wgrad::nn::regularizer::{ActivityRegularization, L1L2};
use wgrad::plan::Program;

/// Layers whose cases are looked at elsewhere: those that draw in `noise.rs`, statistics below.
const ELSEWHERE: [&str; 7] = [
    "dropout",
    "alpha_dropout",
    "gaussian_dropout",
    "gaussian_noise",
    "spatial_dropout_2d",
    "rrelu",
    "batch_normalization_statistics",
];

/// One number or several.
fn numbers(node: &Node) -> Vec<f64> {
    if node.is_list() { node.numbers() } else { vec![node.number()] }
}

fn integers(node: &Node) -> Vec<isize> {
    let one = |n: &Node| n.integer() as isize;
    if node.is_list() { node.list().iter().map(one).collect() } else { vec![one(node)] }
}

pub fn activation(c: &mut Config) -> Activation {
    Activation::named(&c.text("activation", "linear")).expect("Keras's name")
}

/// λ₁ and λ₂ of a regularizer, nothing where there is none.
fn regularizer(c: &mut Config, key: &str) -> L1L2 {
    let Some(node) = c.take(key) else { return L1L2::default() };
    let factor = |key: &str| node.get("config").find(key).map_or(0.0, |n| n.number());
    L1L2 { l1: factor("l1"), l2: factor("l2") }
}

pub fn dense(c: &mut Config) -> Dense {
    let units = c.take("units").expect("units").size();
    let dense = Dense::new(units)
        .use_bias(c.flag("use_bias", true))
        .activation(activation(c))
        .kernel_regularizer(regularizer(c, "kernel_regularizer"))
        .bias_regularizer(regularizer(c, "bias_regularizer"));
    let on_output = regularizer(c, "activity_regularizer");
    if on_output == L1L2::default() { dense } else { dense.activity_regularizer(on_output) }
}

pub fn batch_normalization(c: &mut Config) -> BatchNormalization {
    BatchNormalization::new()
        .axis(c.integer("axis", -1) as isize)
        .momentum(c.number("momentum", 0.99))
        .epsilon(c.number("epsilon", 1e-3))
        .center(c.flag("center", true))
        .scale(c.flag("scale", true))
        .trainable(c.flag("trainable", true))
}

fn axes(c: &mut Config, default: isize) -> Vec<isize> {
    c.take("axis").map_or(vec![default], |n| if n.is_none() { Vec::new() } else { integers(&n) })
}

fn normalization(case: &Case, c: &mut Config) -> Normalization {
    let layer = Normalization::new().axis(&axes(c, -1)).invert(c.flag("invert", false));
    if let Some(data) = case.find("adapt") {
        let Array { shape, data } = data.array();
        let floats: Arc<[f32]> = data.iter().map(|v| *v as f32).collect();
        let width = shape[1..].iter().product();
        return layer.adapt(&Rows { width, data: RowData::Floats(floats) }, &shape[1..]).expect("statistics");
    }
    match (c.take("mean"), c.take("variance")) {
        (Some(mean), Some(variance)) => layer.statistics(&numbers(&mean), &numbers(&variance)),
        _ => layer,
    }
}

fn rescaling(c: &mut Config) -> Rescaling {
    let scale = numbers(&c.take("scale").expect("scale"));
    let offset = c.take("offset").map_or(vec![0.0], |n| numbers(&n));
    match (&scale[..], &offset[..]) {
        ([scale], [offset]) => Rescaling::new(*scale).offset(*offset),
        _ => Rescaling::each(&scale).offset_each(&offset),
    }
}

fn dot(c: &mut Config) -> Dot {
    let axes = integers(&c.take("axes").expect("axes"));
    Dot::new([axes[0], axes[axes.len() - 1]]).normalize(c.flag("normalize", false))
}

fn embedding(c: &mut Config) -> Embedding {
    let mut size = |key| c.take(key).expect("a size").size();
    Embedding::new(size("input_dim"), size("output_dim"))
}

fn group_normalization(c: &mut Config) -> GroupNormalization {
    GroupNormalization::new(c.integer("groups", 32) as isize)
        .axis(c.integer("axis", -1) as isize)
        .epsilon(c.number("epsilon", 1e-3))
        .center(c.flag("center", true))
        .scale(c.flag("scale", true))
}

fn layer_normalization(c: &mut Config) -> LayerNormalization {
    LayerNormalization::new()
        .axis(&axes(c, -1))
        .epsilon(c.number("epsilon", 1e-3))
        .center(c.flag("center", true))
        .scale(c.flag("scale", true))
}

fn reshape(c: &mut Config) -> Reshape {
    let target: Vec<i64> = c.take("target_shape").expect("a shape").list().iter().map(Node::integer).collect();
    Reshape::new(&target)
}

fn relu(c: &mut Config) -> Relu {
    let layer = Relu::new().negative_slope(c.number("negative_slope", 0.0)).threshold(c.number("threshold", 0.0));
    c.optional("max_value").map_or(layer, |most| layer.max_value(most))
}

/// The layer a case is about, with the case's options.
fn layer(case: &Case) -> Box<dyn Layer> {
    let mut config = case.config();
    let c = &mut config;
    let layer: Box<dyn Layer> = match case.name.as_str() {
        "activation" => Box::new(activation(c)),
        "activity_regularization" => Box::new(ActivityRegularization::new(c.number("l1", 0.0), c.number("l2", 0.0))),
        "add" => Box::new(Add),
        "average" => Box::new(Average),
        "batch_normalization" => Box::new(batch_normalization(c)),
        "concatenate" => Box::new(Concatenate::new().axis(c.integer("axis", -1) as isize)),
        "dense" => Box::new(dense(c)),
        "dot" => Box::new(dot(c)),
        "elu" => Box::new(Elu::new(c.number("alpha", 1.0))),
        "embedding" => Box::new(embedding(c)),
        "flatten" => Box::new(Flatten),
        "group_normalization" => Box::new(group_normalization(c)),
        "identity" => Box::new(Identity),
        "layer_normalization" => Box::new(layer_normalization(c)),
        "leaky_relu" => Box::new(c.optional("negative_slope").map_or_else(LeakyRelu::default, LeakyRelu::new)),
        "maximum" => Box::new(Maximum),
        "minimum" => Box::new(Minimum),
        "multiply" => Box::new(Multiply),
        "normalization" => Box::new(normalization(case, c)),
        "permute" => Box::new(Permute::new(&c.take("dims").expect("dims").sizes())),
        "prelu" => Box::new(Prelu::new().shared_axes(&c.take("shared_axes").map_or_else(Vec::new, |n| integers(&n)))),
        "relu" => Box::new(relu(c)),
        "rescaling" => Box::new(rescaling(c)),
        "reshape" => Box::new(reshape(c)),
        "rms_normalization" => Box::new(RmsNormalization::new().axis(&axes(c, -1)).epsilon(c.number("epsilon", 1e-6))),
        "softmax" => Box::new(Softmax::new().axis(c.integer("axis", -1) as isize)),
        "subtract" => Box::new(Subtract),
        name => panic!("{}: no layer `{name}` is known", case.place),
    };
    config.done();
    layer
}

fn arrays(node: &Node) -> BTreeMap<String, Array> {
    node.keys().into_iter().map(|key| (key.clone(), node.get(&key).array())).collect()
}

#[test]
fn layers_are_kerass() {
    let mut seen = 0;
    for case in family("layers").iter().filter(|c| !ELSEWHERE.contains(&c.name.as_str())) {
        let inputs = case.get("inputs").arrays();
        let mut recorded = run::record(&*layer(case), &inputs).unwrap_or_else(|e| panic!("{}: {e}", case.place));
        let weights = arrays(&case.get("weights"));
        if case.name == "normalization" {
            // Statistics are worked out, not given.
            let found = recorded.others().expect("numbers");
            // And, of those that are variables, how many samples they were worked out from.
            let count = usize::from(!weights.is_empty());
            assert_eq!(found.len(), weights.len() + count, "{}: statistics", case.place);
            assert!(count == 0 || found["count"][0] > 0.0, "{}: count", case.place);
            for (name, want) in &weights {
                near(&format!("{} {name}", case.place), &found[name], &want.data, case.bound());
            }
        } else {
            recorded.write(&weights).unwrap_or_else(|e| panic!("{}: {e}", case.place));
        }
        let run = recorded.step(&case.get("dy").array()).unwrap_or_else(|e| panic!("{}: {e}", case.place));
        assert_eq!(run.y.shape, case.get("y").array().shape, "{}: shape", case.place);
        case.compare("y", &run.y.data);
        case.compare("y_inference", &run.y_inference.data);
        // What it adds to the loss has its gradients apart in the case.
        let added = |node: Option<Node>, numbers: Vec<f64>| match node {
            Some(node) => numbers.iter().zip(node.array().data).map(|(a, b)| a + b).collect(),
            None => numbers,
        };
        let loss = case.find("added_loss").map_or(0.0, |n| n.number());
        near(&format!("{} added_loss", case.place), &[run.added], &[loss], case.bound());
        for (i, dx) in case.get("dx").arrays().into_iter().enumerate() {
            let more = case.find("added_loss_dx").map(|n| n.list()[i].clone());
            near(&format!("{} dx {i}", case.place), &run.dx[i], &added(more, dx.data), case.bound());
        }
        let compare = |key: &str, found: &BTreeMap<String, Vec<f64>>| {
            let wanted = arrays(&case.get(key));
            for (name, want) in &wanted {
                let more = case.find("added_loss_grads").filter(|_| key == "grads").and_then(|n| n.find(name));
                let want = added(more, want.data.clone());
                let found = found.get(name).unwrap_or_else(|| panic!("{}: no {key} of `{name}`", case.place));
                near(&format!("{} {key} {name}", case.place), found, &want, case.bound());
            }
            wanted.len()
        };
        assert_eq!(compare("grads", &run.grads), run.grads.len(), "{}: trained variables", case.place);
        compare("non_trainable_after", &run.others);
        seen += 1;
    }
    println!("{seen} cases");
}

#[test]
fn statistics_move_as_kerass() {
    let cases = family("layers");
    let mut seen = 0;
    for case in cases.iter().filter(|c| c.name == "batch_normalization_statistics") {
        let mut c = case.config();
        let layer = batch_normalization(&mut c);
        c.done();
        let Array { shape, data } = case.get("batches").array();
        let batch = Array { shape: shape[1..].to_vec(), data: data[..data.len() / shape[0]].to_vec() };
        let len = batch.data.len();
        let mut recorded = run::record(&layer, &[batch]).expect("a layer");
        let after = case.get("after").list();
        for (i, batch) in data.chunks(len).enumerate() {
            recorded.executor.write(recorded.inputs[0], batch).expect("a batch");
            recorded.run(Program::Train).expect("a step");
            for node in after.iter().filter(|n| n.get("step").size() == i + 1) {
                let found = recorded.others().expect("numbers");
                for name in ["moving_mean", "moving_variance"] {
                    let title = format!("{} {name} after {}", case.place, i + 1);
                    near(&title, &found[name], &node.get(name).array().data, case.bound());
                }
            }
        }
        // Inference of a batch of another size takes another recording, with the same statistics.
        let mut inference = run::record(&layer, &[case.get("x").array()]).expect("a layer");
        let plan = inference.executor.plan().clone();
        for (name, numbers) in recorded.others().expect("numbers") {
            let v = plan.find(&format!("{}/{name}", layer.kind())).expect("a variable");
            inference.executor.write(v, &numbers).expect("a variable");
        }
        case.compare("y_inference", &inference.run(Program::Evaluate).expect("inference").data);
        seen += 1;
    }
    assert!(seen > 0, "no case");
}
