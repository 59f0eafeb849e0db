//! Bad input is a typed error that names what, expected, got and what to do.

use std::sync::Arc;
use wgrad::base::{Error, Result, RowData, Rows, Seed};
use wgrad::exec::cpu::CpuExecutor;
use wgrad::nn::act::Activation;
use wgrad::nn::init::{
    Distribution, Fixup, Identity, Mode, Orthogonal, RandomNormal, RandomUniform, TruncatedNormal, VarianceScaling,
    named, names,
};
use wgrad::nn::layer::{BatchNormalization, Dense, Dropout, Flatten, Layer};
use wgrad::nn::loss::{
    self, BinaryCrossentropy, CategoricalCrossentropy, Contrastive, Huber, Loss, SparseCategoricalCrossentropy, Triplet,
};
use wgrad::nn::metric::{
    self, Auc, BinaryAccuracy, F1Score, MeanOf, Metric, Precision, Recall, SparseCategoricalAccuracy,
    SparseTopKCategoricalAccuracy, TopKCategoricalAccuracy,
};
use wgrad::nn::optim::{Adam, Nadam, Optimizer, Sgd};
use wgrad::nn::schedule::Schedule;
use wgrad::train::{Compiled, Sequential, Setup, Trainer};

/// The error must be a request whose parts contain these words.
pub fn refused<T>(result: Result<T>, what: &str, expected: &str, got: &str) {
    match result {
        Ok(_) => panic!("{what}: was taken"),
        Err(Error::Request { what: w, expected: e, got: g, help }) => {
            let all = format!("{w}: expected {e}, got {g}; {help}");
            assert!(
                w.contains(what) && e.contains(expected) && g.contains(got),
                "wanted {what}/{expected}/{got}: {all}"
            );
            assert!(help.len() > 8, "no help: {all}");
        }
        Err(other) => panic!("{what}: another kind of error: {other}"),
    }
}

const SPARSE: SparseCategoricalCrossentropy = SparseCategoricalCrossentropy::new();

fn with(layer: impl Layer + 'static) -> Result<Compiled> {
    Sequential::new(&[4]).add(layer).add(Dense::new(3).activation(Activation::Softmax)).compile(
        Sgd::new(0.1),
        SPARSE,
        2,
        Seed(0),
    )
}

fn small(optimizer: impl Optimizer + 'static, batch: usize) -> Result<Compiled> {
    Sequential::new(&[4]).add(Dense::new(3).activation(Activation::Softmax)).compile(optimizer, SPARSE, batch, Seed(0))
}

#[test]
fn layers() {
    refused(with(Dense::new(0)), "layer `dense`: units", "at least 1", "0");
    refused(with(Dense::new(1 << 32)), "layer `dense`: units", "at most", "4294967296");
    refused(with(Dense::new(usize::MAX)), "layer `dense`: units", "at most", "18446744073709551615");
    for rate in [1.0, -0.1, 1.5, f64::NAN, f64::INFINITY] {
        refused(with(Dropout::new(rate)), "layer `dropout`: rate", "0 ≤ rate < 1", &rate.to_string());
    }
    refused(with(BatchNormalization::new().momentum(1.0)), "layer `batch_normalization`: momentum", "< 1", "1");
    refused(with(BatchNormalization::new().epsilon(0.0)), "epsilon", "epsilon > 0", "0");
    refused(with(BatchNormalization::new().epsilon(f64::NAN)), "epsilon", "epsilon > 0", "NaN");
    // Every axis but the last is a position with a label of its own.
    let rows = Sequential::new(&[4, 4]).add(Dense::new(3)).compile(Sgd::new(0.1), SPARSE, 2, Seed(0));
    let rows = rows.expect("a model of positions");
    assert_eq!(rows.plan.values[rows.y().0].shape, [2, 4, 1]);
}

#[test]
fn initializers() {
    let kernel = |i: &dyn Fn(Dense) -> Dense| with(i(Dense::new(5)));
    let layer = "layer `dense`: kernel_initializer";
    refused(
        kernel(&|d| d.kernel_initializer(VarianceScaling::new(0.0, Mode::FanIn, Distribution::Uniform))),
        &format!("{layer} variance_scaling: scale"),
        "> 0",
        "0",
    );
    refused(kernel(&|d| d.kernel_initializer(RandomNormal::new(0.0, -1.0))), "random_normal: stddev", "≥ 0", "-1");
    refused(
        kernel(&|d| d.kernel_initializer(RandomNormal::new(f64::NAN, 1.0))),
        "random_normal: mean",
        "finite",
        "NaN",
    );
    refused(
        kernel(&|d| d.kernel_initializer(TruncatedNormal::new(0.0, -1.0))),
        "truncated_normal: stddev",
        "≥ 0",
        "-1",
    );
    let exchanged = RandomUniform::new(1.0, -1.0);
    refused(kernel(&|d| d.kernel_initializer(exchanged)), "random_uniform: maxval", "at least minval = 1", "-1");
    refused(kernel(&|d| d.kernel_initializer(Orthogonal::new(1e39))), "orthogonal: gain", "at most", "1000");
    refused(kernel(&|d| d.kernel_initializer(Fixup::new(0, 2))), "fixup: branches", "≥ 1", "0");
    refused(kernel(&|d| d.kernel_initializer(Fixup::new(4, 1))), "fixup: layers", "≥ 2", "1");
    let bias = "layer `dense`: bias_initializer";
    refused(kernel(&|d| d.bias_initializer(Identity::default())), &format!("{bias} identity"), "a matrix", "[5]");
    refused(kernel(&|d| d.bias_initializer(Orthogonal::default())), "orthogonal", "two axes", "[5]");
    kernel(&|d| d.kernel_initializer(named("fixup:branches=9,layers=3").expect("a name"))).expect("an initializer");
    for (name, keys) in names() {
        let words = if name == "fixup" { "fixup:branches=4" } else { name };
        assert_eq!(named(words).unwrap_or_else(|e| panic!("{words}: {e}")).name(), name);
        let taken =
            keys.iter().all(|key| named(&format!("{name}:{key}=x")).is_err_and(|e| e.to_string().contains(key)));
        assert!(taken, "{name} takes {keys:?}");
    }
    refused(named("he_norml"), "initializer", "he_normal", "he_norml");
    refused(named("random_normal:std=1"), "initializer `random_normal`: parameter", "mean, stddev", "std");
    refused(named("random_normal:stddev=-1"), "initializer random_normal: stddev", "≥ 0", "-1");
    refused(named("variance_scaling:mode=fanin"), "mode", "fan_in, fan_out, fan_avg", "fanin");
}

#[test]
fn models() {
    refused(small(Sgd::new(0.1), 0), "batch size", "at least 1", "0");
    let build = |shape: &[usize]| {
        Sequential::new(shape).add(Flatten).add(Dense::new(3)).compile(Sgd::new(0.1), SPARSE, 2, Seed(0))
    };
    refused(build(&[]), "model input", "none of them 0", "[]");
    refused(build(&[4, 0]), "model input", "none of them 0", "[4, 0]");
    refused(Sequential::new(&[4]).compile(Sgd::new(0.1), SPARSE, 2, Seed(0)), "model", "at least one layer", "none");
    let nothing = Sequential::new(&[4]).add(Activation::Softmax).compile(Sgd::new(0.1), SPARSE, 2, Seed(0));
    refused(nothing, "model", "trainable variable", "none");
}

#[test]
fn options() {
    refused(small(Sgd::new(-1.0), 2), "optimizer sgd: learning_rate", "≥ 0", "-1");
    refused(small(Sgd::new(f64::NAN), 2), "optimizer sgd: learning_rate", "≥ 0", "NaN");
    refused(small(Sgd::new(0.1).momentum(1.0), 2), "optimizer sgd: momentum", "< 1", "1");
    refused(small(Adam::new(0.1).beta_1(1.0), 2), "optimizer adam: beta_1", "< 1", "1");
    refused(small(Adam::new(0.1).epsilon(-1.0), 2), "optimizer adam: epsilon", "≥ 0", "-1");
    refused(small(Nadam::new(0.1).beta_2(2.0), 2), "optimizer nadam: beta_2", "< 1", "2");
    refused(Activation::named("swsh"), "activation", "elu", "swsh");
    refused(loss::named("mse2"), "loss", "mean_squared_error", "mse2");
    for bad in [f64::NAN, -1.0, f64::INFINITY] {
        refused(bad.check(), "schedule constant: learning_rate", "≥ 0", &bad.to_string());
    }
}

fn losing(loss: impl Loss + 'static) -> Result<Compiled> {
    Sequential::new(&[4]).add(Dense::new(4)).compile(Sgd::new(0.1), loss, 2, Seed(0))
}

#[test]
fn losses() {
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let got = bad.to_string();
        refused(losing(Huber::new().delta(bad)), "loss huber: delta", "> 0", &got);
        refused(losing(Contrastive::new().margin(bad)), "loss contrastive: margin", "> 0", &got);
        refused(losing(Triplet::new().margin(bad)), "loss triplet: margin", "> 0", &got);
    }
    refused(losing(Triplet::new()), "loss triplet: outputs", "a multiple of 3", "4");
    for bad in [1.0, -0.1, f64::NAN] {
        let got = bad.to_string();
        refused(losing(BinaryCrossentropy::new().label_smoothing(bad)), "label_smoothing", "< 1", &got);
        refused(losing(CategoricalCrossentropy::new().label_smoothing(bad)), "label_smoothing", "< 1", &got);
    }
    refused(losing(SPARSE.ignore_class(i32::MIN)), "ignore_class", "2²⁴", "-2147483648");
    for (name, long) in
        [("mse", "mean_squared_error"), ("BCE", "binary_crossentropy"), ("KLDivergence", "kl_divergence")]
    {
        assert_eq!(loss::named(name).expect("a Keras name").name(), long);
    }
    let told = loss::named("sparse_categorical_crossentrpy").map(|_| ()).expect_err("a misspelt name").to_string();
    assert!(told.contains("did you mean `sparse_categorical_crossentropy`?"), "{told}");
}

fn watching(metric: impl Metric + 'static) -> Result<Compiled> {
    let setup = Setup::new(2, Seed(0)).metric(metric);
    Sequential::new(&[4]).add(Dense::new(3)).compile_with(Sgd::new(0.1), loss::MeanSquaredError::new(), setup)
}

#[test]
fn metrics() {
    for k in [0, 4] {
        let got = k.to_string();
        refused(watching(TopKCategoricalAccuracy::new().k(k)), "top_k_categorical_accuracy: k", "1 ≤ k ≤ 3", &got);
        refused(watching(SparseTopKCategoricalAccuracy::new().k(k)), "k", "1 ≤ k ≤ 3", &got);
        refused(watching(Precision::new().top_k(k)), "metric precision: k", "1 ≤ k ≤ 3", &got);
    }
    for bad in [-0.1, 1.5, f64::NAN] {
        let got = bad.to_string();
        refused(watching(BinaryAccuracy::new().threshold(bad)), "threshold", "0 ≤ threshold ≤ 1", &got);
        refused(watching(Recall::new().thresholds(&[0.5, bad])), "metric recall", "0 ≤ threshold ≤ 1", &got);
        refused(watching(Auc::new().thresholds(&[bad])), "metric auc", "0 ≤ threshold ≤ 1", &got);
        refused(watching(F1Score::new().threshold(bad)), "metric f1_score", "0 < threshold ≤ 1", &got);
    }
    refused(
        watching(SparseCategoricalAccuracy::new()),
        "metric sparse_categorical_accuracy: labels",
        "1 numbers",
        "[2, 3]",
    );
    refused(watching(Precision::new().thresholds(&[])), "thresholds", "at least one", "none");
    refused(watching(Recall::new().class_id(3)), "class_id", "below 3", "3");
    for bad in [0, 1, 1 << 17] {
        refused(watching(Auc::new().num_thresholds(bad)), "num_thresholds", "2 ≤", &bad.to_string());
    }
    refused(watching(MeanOf::of(Huber::new().delta(0.0))), "loss huber: delta", "> 0", "0");
    for (name, long) in [("acc", "accuracy"), ("F1Score", "f1_score"), ("AUC", "auc"), ("mse", "mean_squared_error")] {
        assert_eq!(metric::named(name).expect("a Keras name").name(), long);
    }
    refused(metric::named("recal"), "metric", "recall", "recal");
    let model = small(Sgd::new(0.1), 2).expect("a model");
    let mut executor = CpuExecutor::<f32>::new(model.plan.clone());
    let weighted = Trainer::new(model, &mut executor, Seed(0)).load_weighted(
        floats(4, vec![0.5; 8]),
        floats(1, vec![0.0; 2]),
        floats(1, vec![1.0; 2]),
        "data",
    );
    refused(weighted, "sample weights of data", "sample_weight", "without");
}

fn floats(width: usize, numbers: Vec<f32>) -> Rows {
    Rows { width, data: RowData::Floats(Arc::from(numbers)) }
}

#[test]
fn data() {
    let load = |x: Rows, y: Rows| {
        let model = small(Sgd::new(0.1), 4).expect("a model");
        let mut executor = CpuExecutor::<f32>::new(model.plan.clone());
        let mut trainer = Trainer::new(model, &mut executor, Seed(0));
        trainer.load(x, y, "the training data").map(|_| ())
    };
    let x = |rows: usize, width: usize| floats(width, vec![0.5; rows * width]);
    load(x(5, 4), floats(1, vec![0.0, 1.0, 2.0, 1.0, 0.0])).expect("data that fit");
    refused(load(x(3, 4), floats(1, vec![0.0; 3])), "batch size", "at most the 3 samples", "4");
    for bad in [3.0, -1.0, 0.5, f32::NAN, f32::INFINITY] {
        let labels = floats(1, vec![0.0, 1.0, bad, 1.0, 0.0]);
        refused(load(x(5, 4), labels), "label of sample 2 of the training data", "below 3", &bad.to_string());
    }
    let ignoring = |label: f32| {
        let loss = SPARSE.ignore_class(-1);
        let model = Sequential::new(&[4]).add(Dense::new(3)).compile(Sgd::new(0.1), loss, 2, Seed(0)).expect("a model");
        let mut executor = CpuExecutor::<f32>::new(model.plan.clone());
        let mut trainer = Trainer::new(model, &mut executor, Seed(0));
        trainer.load(x(2, 4), floats(1, vec![label, 1.0]), "masked data").map(|_| ())
    };
    ignoring(-1.0).expect("an ignored label");
    refused(ignoring(-2.0), "label of sample 0 of masked data", "below 3, the outputs of the last layer (or -1", "-2");
    refused(load(x(5, 3), floats(1, vec![0.0; 5])), "input `x`", "4 numbers a sample", "3 numbers");
    refused(load(x(5, 4), floats(1, vec![0.0; 6])), "input `y`", "5 samples", "6 samples");
    refused(load(x(5, 4), floats(2, vec![0.0; 10])), "input `y`", "1 numbers a sample", "2 numbers");
    refused(load(floats(0, vec![]), floats(1, vec![0.0; 5])), "batch size", "at most the 0 samples", "4");
}
