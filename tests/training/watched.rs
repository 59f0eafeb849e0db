//! Losses and metrics within models: weights, positions, large batches, and pieces written outside the crate.

use std::sync::Arc;
use std::time::Duration;
use wgrad::base::{Real, Result, RowData, Rows, Seed};
use wgrad::exec::{Executor, cpu::CpuExecutor};
use wgrad::kernel::{Domain, Step};
use wgrad::nn::act::Activation;
use wgrad::nn::layer::Dense;
use wgrad::nn::loss::{
    self, BATCH_LOSS, Loss, MeanSquaredError, Operands, PointwiseLoss, SparseCategoricalCrossentropy, TOTALS, value_of,
};
use wgrad::nn::metric::{self, Accuracy, MeanOf};
use wgrad::nn::optim::Sgd;
use wgrad::plan::{Program, Tape};
use wgrad::train::{Epoch, Sequential, Setup, Trainer};

fn rows(width: usize, numbers: &[f64]) -> Rows {
    let numbers: Vec<f32> = numbers.iter().map(|v| *v as f32).collect();
    Rows { width, data: RowData::Floats(numbers.into()) }
}

/// What evaluating a dense model of `shape` → 3 on 7 samples in batches of 4 gives.
fn seen(shape: &[usize], loss: impl Loss + 'static, setup: Setup, y: &Rows, w: &[f64]) -> Epoch {
    let net = Sequential::new(shape).add(Dense::new(3).activation(Activation::Softmax));
    let model = net.compile_with(Sgd::new(0.1), loss, setup).expect("a model");
    let width: usize = shape.iter().product();
    let mut executor = CpuExecutor::<f64>::new(model.plan.clone());
    let mut trainer = Trainer::new(model, &mut executor, Seed(0));
    let x = rows(width, &Domain::Normal.fill(7 * width, 1));
    let data = trainer.load_weighted(x, y.clone(), rows(1, w), "data").expect("data that fit");
    trainer.evaluate(data, 7).expect("an evaluation")
}

fn setup() -> Setup {
    Setup::new(4, Seed(3)).sample_weight(true)
}

#[test]
fn weights_scale_losses_and_weighted_metrics_alone() {
    let y = rows(1, &[0.0, 1.0, 2.0, 2.0, 1.0, 0.0, 1.0]);
    let watch = || setup().metric(Accuracy::new()).weighted_metric(Accuracy::new());
    let sparse = SparseCategoricalCrossentropy::new();
    let plain = seen(&[5], sparse, watch(), &y, &[1.0; 7]);
    let double = seen(&[5], sparse, watch(), &y, &[2.0; 7]);
    assert!((double.loss - 2.0 * plain.loss).abs() < 1e-12, "{} twice {}", double.loss, plain.loss);
    assert_eq!(plain.metric("accuracy"), Some(plain.accuracy));
    assert_eq!(double.metric("weighted_accuracy"), plain.metric("weighted_accuracy"));
    let some = seen(&[5], sparse, watch(), &y, &[1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    assert_eq!(some.metric("accuracy"), plain.metric("accuracy"), "an unweighted metric");
    let first = some.metric("weighted_accuracy").expect("a metric");
    assert!(first == 0.0 || first == 1.0, "of one sample: {first}");
}

#[test]
fn positions_have_losses_of_their_own() {
    // 7 samples of 2 positions: as 2 runs of one position each, with the same weights of the dense layer.
    let labels: Vec<f64> = Domain::Labels(3).fill(14, 4);
    let x = Domain::Normal.fill(7 * 2 * 5, 1);
    let both = seen(&[2, 5], SparseCategoricalCrossentropy::new(), setup(), &rows(2, &labels), &[1.0; 7]);
    let mut means = (0.0, 0.0);
    for position in 0..2 {
        let net = Sequential::new(&[5]).add(Dense::new(3).activation(Activation::Softmax));
        let model = net.compile(Sgd::new(0.1), SparseCategoricalCrossentropy::new(), 4, Seed(3)).expect("a model");
        let mut executor = CpuExecutor::<f64>::new(model.plan.clone());
        let mut trainer = Trainer::new(model, &mut executor, Seed(0));
        let pick = |all: &[f64], width: usize| -> Vec<f64> {
            let each = all.chunks(2 * width);
            each.flat_map(|s| s[position * width..(position + 1) * width].to_vec()).collect()
        };
        let (x, y) = (rows(5, &pick(&x, 5)), rows(1, &pick(&labels, 1)));
        let data = trainer.load(x, y, "a position").expect("data that fit");
        let one = trainer.evaluate(data, 7).expect("an evaluation");
        means = (means.0 + one.loss / 2.0, means.1 + one.accuracy / 2.0);
    }
    assert!((both.loss - means.0).abs() < 1e-12, "{} beside {}", both.loss, means.0);
    assert!((both.accuracy - means.1).abs() < 1e-12, "{} beside {}", both.accuracy, means.1);
}

/// The totals and the gradient of a batch of m×n outputs.
fn batch(loss: &dyn Loss, m: usize, n: usize, live: u32) -> Result<(usize, Vec<f64>, Vec<f64>)> {
    let mut tape = Tape::new(m, Seed(0));
    let z = tape.param("z", &[m, n], |_| Domain::Positive.fill(m * n, 1));
    let y = tape.input("y", &[m, loss.label_width(n)]);
    let w = tape.table("w", Domain::Positive.fill(m, 2));
    let totals = tape.auxiliary("totals", &[TOTALS]);
    loss.record(&mut tape, &Operands { z, y, w, totals, fused: false })?;
    tape.differentiate()?;
    let gradient = tape.gradient(z).expect("a variable has a gradient");
    let mut executor = CpuExecutor::<f64>::new(tape.finish());
    executor.write(y, &loss.labels(n).fill(m * loss.label_width(n), 3))?;
    let dispatches = executor.plan().program(Program::Train).len();
    for i in 0..dispatches {
        executor.run_one(Program::Train, i, &Step { rows: live, ..Step::default() })?;
    }
    Ok((dispatches, executor.read(totals)?, executor.read(gradient)?))
}

#[test]
fn a_large_batch_is_cut_and_comes_to_the_same() {
    // 300 × 256 outputs are more than one workgroup takes; in two halves they are not.
    for loss in [&MeanSquaredError::new() as &dyn Loss, &SparseCategoricalCrossentropy::new().ignore_class(1)] {
        let (dispatches, totals, gradient) = batch(loss, 300, 256, 299).expect("a loss");
        assert_eq!(dispatches, 2, "{}: the groups and their sum", loss.name());
        let (alone, small, _) = batch(loss, 250, 256, 250).expect("a loss");
        assert_eq!(alone, 1, "{}: one workgroup", loss.name());
        assert_eq!((value_of(&totals[4..]), value_of(&small[4..])), (299.0, 250.0), "samples");
        assert!(gradient[299 * 256..].iter().all(|g| *g == 0.0), "padding has no gradient");
        assert!(totals[BATCH_LOSS].is_finite() && totals[BATCH_LOSS] > 0.0);
    }
    let (_, totals, _) = batch(&MeanSquaredError::new(), 300, 256, 299).expect("a loss");
    let (z, y, w) = (Domain::Positive.fill(76_800, 1), Domain::Normal.fill(76_800, 3), Domain::Positive.fill(300, 2));
    let row = |i: usize| (0..256).map(|j| (z[i * 256 + j] - y[i * 256 + j]).powi(2)).sum::<f64>() / 256.0;
    let want: f64 = (0..299).map(|i| w[i] * row(i)).sum::<f64>() / 299.0;
    assert!((totals[BATCH_LOSS] - want).abs() < 1e-12, "{} beside {want}", totals[BATCH_LOSS]);
}

/// A loss written outside the crate: (z − y)⁴.
#[derive(Default)]
struct Quartic;

impl PointwiseLoss for Quartic {
    const NAME: &'static str = "quartic";
    const WGSL: &'static str =
        "fn quartic(z: f32, y: f32, p: vec4<f32>) -> f32 { let d = z - y; return d * d * d * d; }
        fn quartic_slope(z: f32, y: f32, p: vec4<f32>) -> f32 { let d = z - y; return 4.0 * d * d * d; }";
    fn f<T: Real>(z: T, y: T, _: &[T; 4]) -> T {
        (z - y) * (z - y) * (z - y) * (z - y)
    }
    fn slope<T: Real>(z: T, y: T, _: &[T; 4]) -> T {
        T::of(4.0) * (z - y) * (z - y) * (z - y)
    }
}

#[test]
fn losses_of_ones_own_train_and_are_metrics() {
    let net = Sequential::new(&[4]).add(Dense::new(2));
    let setup = Setup::new(8, Seed(1)).metric(MeanOf::of(Quartic)).metrics(vec![metric::named("mae").expect("a name")]);
    let model = net.compile_with(Sgd::new(0.02), Quartic, setup).expect("a model");
    let mut executor = CpuExecutor::<f32>::new(model.plan.clone());
    let mut trainer = Trainer::new(model, &mut executor, Seed(0));
    let (x, y) = (rows(4, &Domain::Normal.fill(160, 1)), rows(2, &Domain::Positive.fill(80, 2)));
    let data = trainer.load(x, y, "noise").expect("data that fit");
    let mut losses = Vec::new();
    for _ in 0..10 {
        let seen = trainer.epoch(data, 40, usize::MAX, Duration::MAX, &mut |_, _, _| {}).expect("an epoch");
        let same = seen.metric("quartic").expect("a metric");
        assert!((seen.loss - same).abs() <= 1e-5 * same, "loss {} and its metric {same}", seen.loss);
        assert!(seen.metric("mean_absolute_error").is_some_and(|v| v > 0.0));
        losses.push(seen.loss);
    }
    assert!(losses[9] < 0.5 * losses[0], "{losses:?}");
    let known: Arc<dyn Loss> = loss::named("log_cosh").expect("a name");
    assert!(net.compile(Sgd::new(0.1), known, 8, Seed(1)).is_ok());
}
