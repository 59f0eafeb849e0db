//! Losses against Keras: the loss of a batch, of each row, the gradient, and what whole models report.

use crate::read::{Array, Case, Config, family, near};
use std::sync::Arc;
use std::time::Duration;
use wgrad::base::{Result, RowData, Rows, Seed};
use wgrad::exec::{Executor, cpu::CpuExecutor};
use wgrad::kernel::Step;
use wgrad::nn::layer::Dense;
use wgrad::nn::loss::*;
use wgrad::nn::metric::{Accuracy, SparseCategoricalAccuracy};
use wgrad::nn::optim::Sgd;
use wgrad::nn::regularizer::L2;
use wgrad::plan::{Program, Tape};
use wgrad::train::{Sequential, Setup, Trainer, class_weights};

/// The loss of Keras's name with its options; an axis other than the last is for the caller.
fn loss(name: &str, mut c: Config) -> Arc<dyn Loss> {
    let (logits, smoothing) = (c.flag("from_logits", false), c.number("label_smoothing", 0.0));
    let _ = c.take("axis");
    let loss: Arc<dyn Loss> = match name {
        "huber" => Arc::new(Huber::new().delta(c.number("delta", 1.0))),
        "contrastive" => Arc::new(Contrastive::new().margin(c.number("margin", 1.0))),
        "triplet" => Arc::new(Triplet::new().margin(c.number("margin", 0.2))),
        "binary_crossentropy" => Arc::new(BinaryCrossentropy::new().from_logits(logits).label_smoothing(smoothing)),
        "categorical_crossentropy" => {
            Arc::new(CategoricalCrossentropy::new().from_logits(logits).label_smoothing(smoothing))
        }
        "binary_focal_crossentropy" => Arc::new(
            BinaryFocalCrossentropy::new()
                .from_logits(logits)
                .label_smoothing(smoothing)
                .gamma(c.number("gamma", 2.0))
                .alpha(c.number("alpha", 0.25))
                .apply_class_balancing(c.flag("apply_class_balancing", false)),
        ),
        "categorical_focal_crossentropy" => Arc::new(
            CategoricalFocalCrossentropy::new()
                .from_logits(logits)
                .label_smoothing(smoothing)
                .gamma(c.number("gamma", 2.0))
                .alpha(c.number("alpha", 0.25)),
        ),
        "sparse_categorical_crossentropy" => {
            let loss = SparseCategoricalCrossentropy::new().from_logits(logits);
            match c.optional("ignore_class") {
                Some(class) => Arc::new(loss.ignore_class(class as i32)),
                None => Arc::new(loss),
            }
        }
        other => named(other).unwrap_or_else(|e| panic!("{e}")),
    };
    c.done();
    loss
}

/// The loss of a batch and its gradient by `z`; `w` are weights of samples.
fn run(loss: &dyn Loss, z: &Array, y: &[f64], w: &[f64]) -> Result<(f64, Vec<f64>)> {
    let (batch, n) = (z.shape[0], z.shape[z.shape.len() - 1]);
    loss.check(n)?;
    let mut tape = Tape::new(batch, Seed(0));
    let x = tape.param("z", &z.shape, |_| z.data.clone());
    let labels = tape.input("y", &[z.data.len() / n, loss.label_width(n)]);
    let w = tape.table("w", w.to_vec());
    let totals = tape.auxiliary("totals", &[TOTALS]);
    loss.record(&mut tape, &Operands { z: x, y: labels, w, totals, fused: false })?;
    tape.differentiate()?;
    let gradient = tape.gradient(x).expect("a variable has a gradient");
    let mut executor = CpuExecutor::<f64>::new(tape.finish());
    executor.write(labels, y)?;
    for i in 0..executor.plan().program(Program::Train).len() {
        executor.run_one(Program::Train, i, &Step { rows: batch as u32, ..Step::default() })?;
    }
    let totals = executor.read(totals)?;
    assert_eq!(value_of(&totals[4..]), batch as f64, "samples counted");
    Ok((totals[BATCH_LOSS], executor.read(gradient)?))
}

/// Moves axis 1 of a [b, c, s] array to its end.
fn last(a: &Array) -> Array {
    let [b, c, s] = a.shape[..] else { panic!("three axes") };
    let at = |i: usize| a.data[i / (s * c) * s * c + i % c * s + i / c % s];
    Array { shape: vec![b, s, c], data: (0..b * c * s).map(at).collect() }
}

/// Outputs, labels, and the gradient Keras has, with the classes last.
fn operands(case: &Case, loss: &dyn Loss) -> (Array, Array, Vec<f64>) {
    if case.name == "triplet" {
        let side_by_side = |names: [&str; 3]| {
            let parts = names.map(|n| case.get(n).array());
            let k = parts[0].shape[1];
            let rows = 0..parts[0].shape[0];
            let data = rows.flat_map(|i| parts.iter().flat_map(move |p| p.data[i * k..(i + 1) * k].to_vec()));
            Array { shape: vec![parts[0].shape[0], 3 * k], data: data.collect() }
        };
        let z = side_by_side(["anchor", "positive", "negative"]);
        let rows = z.shape[0];
        let gradient = side_by_side(["danchor", "dpositive", "dnegative"]).data;
        return (z, Array { shape: vec![rows], data: vec![0.0; rows] }, gradient);
    }
    let [mut z, y, dz] = ["y_pred", "y_true", "dy_pred"].map(|key| case.get(key).array());
    if case.get("config").find("axis").is_some_and(|axis| axis.integer() == 1) {
        return (last(&z), last(&y), last(&dz).data);
    }
    if z.shape.len() == 1 {
        z.shape.push(1);
    }
    assert_eq!(y.data.len() * z.shape[z.shape.len() - 1], z.data.len() * loss.label_width(z.shape[z.shape.len() - 1]));
    (z, y, dz.data)
}

fn check(case: &Case) {
    let loss = loss(&case.name, case.config());
    let (z, y, gradient) = operands(case, &*loss);
    let n = z.shape[z.shape.len() - 1];
    let rows = z.data.len() / n;
    let flat = Array { shape: vec![rows, n], data: z.data.clone() };
    let weights = case.find("sample_weight").map(|w| w.array().data);
    let kink = case.find("kink").is_some_and(|k| k.flag());
    // Weights of Keras's are one a row; without any the outputs keep their axes.
    let plain = weights.is_none();
    let (z, w) = if plain { (z.clone(), vec![1.0; z.shape[0]]) } else { (flat.clone(), weights.unwrap_or_default()) };
    let (got, dz) = run(&*loss, &z, &y.data, &w).unwrap_or_else(|e| panic!("{}: {e}", case.place));
    near(&format!("{} loss", case.place), &[got], &[case.get("loss").number()], case.bound());
    // At a kink any slope between the two sides' is right, and Keras's backends differ.
    if !kink {
        near(&format!("{} dy_pred", case.place), &dz, &gradient, case.bound());
    }
    let width = loss.label_width(n);
    let alone = |i: usize| {
        let row = Array { shape: vec![1, n], data: flat.data[i * n..(i + 1) * n].to_vec() };
        let w = if plain { 1.0 } else { w[i] };
        run(&*loss, &row, &y.data[i * width..(i + 1) * width], &[w]).expect("a row of the batch").0
    };
    let each: Vec<f64> = (0..rows).map(alone).collect();
    case.compare("per_sample", &each);
}

/// A model of one dense layer, as the case describes it: what it reports.
fn reported(case: &Case) {
    let mut c = case.config();
    let inner = c.take("loss").expect("the model's loss");
    assert_eq!(inner.get("name").text(), "sparse_categorical_crossentropy", "{}", case.place);
    let [x, y, kernel, bias] = ["x", "y_true", "kernel", "bias"].map(|key| case.get(key).array());
    let samples = x.shape[0];
    let batch = c.integer("batch_size", samples as i64) as usize;
    let rows = |width: usize, data: &[f64]| Rows {
        width,
        data: RowData::Floats(data.iter().map(|v| *v as f32).collect::<Vec<_>>().into()),
    };
    let labels = rows(1, &y.data);
    let weights = match (case.find("sample_weight"), c.take("class_weight")) {
        (Some(w), _) => rows(1, &w.array().data),
        (None, Some(by_class)) => {
            let keys = by_class.keys();
            let pairs = keys.iter().map(|k| (k.parse().expect("a class"), by_class.get(k).number()));
            class_weights(&labels, &pairs.collect::<Vec<_>>()).expect("weights of classes")
        }
        _ => rows(1, &vec![1.0; samples]),
    };
    let mut dense = Dense::new(3);
    if let Some(r) = c.take("kernel_regularizer") {
        assert_eq!(r.get("name").text(), "l2", "{}", case.place);
        dense = dense.kernel_regularizer(L2(r.get("config").get("l2").number()));
    }
    c.done();
    let setup = Setup::new(batch, Seed(0))
        .sample_weight(true)
        .metric(Accuracy::new())
        .weighted_metric(SparseCategoricalAccuracy::new());
    let loss = SparseCategoricalCrossentropy::new().from_logits(true);
    let model = Sequential::new(&[3]).add(dense).compile_with(Sgd::new(0.0), loss, setup).expect("a model");
    let mut executor = CpuExecutor::<f64>::new(model.plan.clone());
    for (name, numbers) in [("dense/kernel", &kernel.data), ("dense/bias", &bias.data)] {
        let value = model.plan.find(name).expect("a variable");
        executor.write(value, numbers).expect("its numbers");
    }
    let mut trainer = Trainer::new(model, &mut executor, Seed(0));
    let data = trainer.load_weighted(rows(3, &x.data), labels, weights, "the case's data").expect("data that fit");
    let seen = if case.name == "evaluate" {
        trainer.evaluate(data, samples).expect("an evaluation")
    } else {
        trainer.epoch(data, samples, 1, Duration::MAX, &mut |_, _, _| {}).expect("a step")
    };
    let want = case.get("reported");
    for key in want.keys() {
        let got = match key.as_str() {
            "loss" => seen.loss,
            "accuracy" => {
                assert_eq!(seen.metric("accuracy"), Some(seen.accuracy), "{}: counted twice", case.place);
                seen.accuracy
            }
            "weighted_accuracy" => seen.metric("sparse_categorical_accuracy").expect("a weighted metric"),
            other => panic!("{}: `{other}` is not reported", case.place),
        };
        near(&format!("{} {key}", case.place), &[got], &[want.get(&key).number()], case.bound());
    }
}

#[test]
fn losses_are_kerass() {
    let cases = family("losses");
    for case in &cases {
        match case.name.as_str() {
            "class_weight" | "sample_weight" | "evaluate" => reported(case),
            _ => check(case),
        }
    }
    println!("{} cases", cases.len());
}
