//! Metrics against Keras: the result after each of several batches, short ones among them.

use crate::read::{Case, family, near};
use std::sync::Arc;
use wgrad::base::{Result, Seed};
use wgrad::exec::{Executor, cpu::CpuExecutor};
use wgrad::kernel::Step;
use wgrad::nn::metric::*;
use wgrad::plan::{Program, Tape};

/// The metric of Keras's name with its options.
fn metric(case: &Case) -> Arc<dyn Metric> {
    let mut c = case.config();
    let metric: Arc<dyn Metric> = match case.name.as_str() {
        // Keras's class of this name, not the word in `compile`.
        "accuracy" => Arc::new(Accuracy::exact()),
        "binary_accuracy" => Arc::new(BinaryAccuracy::new().threshold(c.number("threshold", 0.5))),
        "top_k_categorical_accuracy" => Arc::new(TopKCategoricalAccuracy::new().k(c.integer("k", 5) as usize)),
        "sparse_top_k_categorical_accuracy" => {
            Arc::new(SparseTopKCategoricalAccuracy::new().k(c.integer("k", 5) as usize))
        }
        "r2_score" => Arc::new(R2Score::new().class_aggregation(
            match c.take("class_aggregation").map(|a| if a.is_none() { String::new() } else { a.text() }).as_deref() {
                Some("") => Aggregation::None,
                Some("variance_weighted_average") => Aggregation::VarianceWeightedAverage,
                Some("uniform_average") | None => Aggregation::UniformAverage,
                Some(other) => panic!("{}: class_aggregation {other}", case.place),
            },
        )),
        "auc" => {
            let curve = match c.text("curve", "ROC").as_str() {
                "ROC" => Curve::Roc,
                "PR" => Curve::Pr,
                other => panic!("{}: curve {other}", case.place),
            };
            let summation = match c.text("summation_method", "interpolation").as_str() {
                "interpolation" => Summation::Interpolation,
                "minoring" => Summation::Minoring,
                "majoring" => Summation::Majoring,
                other => panic!("{}: summation_method {other}", case.place),
            };
            let auc = Auc::new()
                .curve(curve)
                .summation_method(summation)
                .num_thresholds(c.integer("num_thresholds", 200) as usize)
                .from_logits(c.flag("from_logits", false));
            match c.take("thresholds") {
                Some(given) => Arc::new(auc.thresholds(&given.numbers())),
                None => Arc::new(auc),
            }
        }
        "precision" | "recall" => {
            let thresholds = c.take("thresholds").map(|t| if t.is_list() { t.numbers() } else { vec![t.number()] });
            let (class, top_k) = (c.optional("class_id"), c.optional("top_k"));
            macro_rules! with {
                ($metric:expr) => {{
                    let mut metric = $metric;
                    if let Some(thresholds) = &thresholds {
                        metric = metric.thresholds(thresholds);
                    }
                    if let Some(class) = class {
                        metric = metric.class_id(class as usize);
                    }
                    if let Some(k) = top_k {
                        metric = metric.top_k(k as usize);
                    }
                    Arc::new(metric)
                }};
            }
            if case.name == "precision" { with!(Precision::new()) } else { with!(Recall::new()) }
        }
        "f1_score" => {
            let average = c.take("average").filter(|a| !a.is_none()).map(|a| a.text());
            let f1 = F1Score::new().average(match average.as_deref() {
                None => Average::None,
                Some("micro") => Average::Micro,
                Some("macro") => Average::Macro,
                Some("weighted") => Average::Weighted,
                Some(other) => panic!("{}: average {other}", case.place),
            });
            match c.optional("threshold") {
                Some(t) => Arc::new(f1.threshold(t)),
                None => Arc::new(f1),
            }
        }
        other => named(other).unwrap_or_else(|e| panic!("{}: {e}", case.place)),
    };
    c.done();
    metric
}

/// A batch as rows of `n` predictions: predictions, labels, weights.
struct Batch {
    z: Vec<f64>,
    y: Vec<f64>,
    w: Vec<f64>,
    n: usize,
    result: Vec<f64>,
}

impl Batch {
    fn rows(&self) -> usize {
        self.z.len() / self.n
    }
}

/// Weights of Keras's are one a row of predictions, so that positions of a sample may be rows of their own.
fn batches(case: &Case) -> Vec<Batch> {
    let read = |b: &crate::read::Node| {
        let z = b.find("values").unwrap_or_else(|| b.get("y_pred")).array();
        // A flat array is one output a sample; `mean` and `sum` may have a lone number.
        let n = if z.shape.len() < 2 { 1 } else { z.shape[z.shape.len() - 1] };
        let rows = z.data.len() / n;
        let y = b.find("y_true").map_or_else(|| vec![0.0; rows], |y| y.array().data);
        let w = b.find("sample_weight").map_or_else(|| vec![1.0; rows], |w| w.array().data);
        assert_eq!(w.len(), rows, "{}: weights", case.place);
        Batch { z: z.data, y, w, n, result: b.get("result").array().data }
    };
    case.get("batches").list().iter().map(read).collect()
}

fn check(case: &Case) -> Result<()> {
    let (metric, batches) = (metric(case), batches(case));
    let most = batches.iter().map(Batch::rows).max().unwrap_or(0);
    let first = &batches[0];
    let (n, width) = (first.n, first.y.len() / first.rows());
    metric.check(n)?;
    let mut tape = Tape::new(most, Seed(0));
    let z = tape.input("z", &[most, n]);
    let y = tape.input("y", &[most, width]);
    let w = tape.input("w", &[most]);
    let state = tape.auxiliary("state", &[metric.state_len(n)]);
    metric.record(&mut tape, &Observed { z, y, w, state })?;
    let plan = tape.finish();
    assert_eq!(plan.program(Program::Train).len(), 1, "{}: one dispatch a batch", case.place);
    let mut executor = CpuExecutor::<f64>::new(plan);
    for (i, b) in batches.iter().enumerate() {
        // Padding that would show.
        for (value, numbers, len) in [(z, &b.z, most * n), (y, &b.y, most * width), (w, &b.w, most)] {
            let mut padded = numbers.clone();
            padded.resize(len, 1.0);
            executor.write(value, &padded)?;
        }
        executor.run_one(Program::Train, 0, &Step { rows: b.rows() as u32, ..Step::default() })?;
        let got = metric.result(&executor.read(state)?);
        near(&format!("{} after batch {i}", case.place), &got, &b.result, case.bound());
    }
    Ok(())
}

#[test]
fn metrics_are_kerass() {
    let cases = family("metrics");
    for case in &cases {
        check(case).unwrap_or_else(|e| panic!("{}: {e}", case.place));
    }
    println!("{} cases", cases.len());
}
