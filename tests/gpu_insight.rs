//! A look into training on every adapter found: spoilt and dead arrays, and a net, as on the CPU.
#![cfg(feature = "gpu")]

use wgrad::base::Seed;
use wgrad::exec::gpu::{GpuDevice, GpuExecutor};
use wgrad::exec::{Executor, cpu::CpuExecutor};
use wgrad::kernel::{Domain, Step};
use wgrad::nn::act::Activation;
use wgrad::nn::insight::{Direction, Insight, Statistics, first_not_finite};
use wgrad::nn::layer::{Dense, Layer};
use wgrad::nn::loss::{Loss, MeanSquaredError, Operands, TOTALS};
use wgrad::nn::optim::{Optimizer, Sgd};
use wgrad::plan::{Plan, Program, Role, Tape, Value};

/// Every device of this machine, or those `WGRAD_TEST_DEVICES` names; none where it says `cpu`.
fn devices() -> Vec<GpuDevice> {
    let choices = match std::env::var("WGRAD_TEST_DEVICES").as_deref() {
        Ok("cpu") => return Vec::new(),
        Ok(choice) if choice != "gpu" => vec![choice.to_owned()],
        _ => GpuDevice::all().iter().map(|s| s.number.to_string()).collect(),
    };
    assert!(!choices.is_empty(), "no adapter found: run `cargo xtask test`, or set WGRAD_TEST_DEVICES=cpu");
    choices.iter().map(|c| GpuDevice::open(c).unwrap_or_else(|e| panic!("{e}"))).collect()
}

/// Runs every dispatch of a training step.
fn step(executor: &mut dyn Executor, step: &Step) {
    let program = executor.plan().program(Program::Train).to_vec();
    let running = program.iter().enumerate().filter(|(_, d)| d.when.runs(step));
    running.for_each(|(i, _)| executor.run_one(Program::Train, i, step).expect("a dispatch"));
}

/// What is told on the device of an input of `shape` whose numbers are `x`, of which `rows` rows are samples.
fn told(device: &GpuDevice, shape: &[usize], x: &[f64], rows: u32, activation: Activation) -> [Statistics; 2] {
    let mut tape = Tape::new(shape[0], Seed(1));
    let input = tape.input("x", shape);
    let mut insight = Insight::new();
    insight.record(&mut tape, "x", input, activation.bounds()).expect("an array");
    let plan = tape.finish();
    let observe = Step { rows, observe: true, ..Step::default() };
    let run = |executor: &mut dyn Executor| {
        executor.write(input, x).expect("numbers");
        step(executor, &observe);
        insight.report(|v| executor.read(v)).expect("a report").activations[0].1
    };
    let gpu = run(&mut GpuExecutor::new(device, plan.clone()).expect("it fits"));
    [gpu, run(&mut CpuExecutor::<f64>::new(plan))]
}

#[test]
fn spoilt_and_dead_arrays() {
    for device in devices() {
        // Thousands of rows are cut into shares.
        for (shape, rows) in [(&[1, 1][..], 1), (&[33, 3, 70], 20), (&[9001, 2], 8999), (&[5, 1], 5)] {
            let len = shape.iter().product::<usize>();
            for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
                for s in told(&device, shape, &vec![bad; len], rows, Activation::RELU) {
                    let live = (len / shape[0]) as u64 * u64::from(rows);
                    assert_eq!((s.count, s.not_finite, s.dead, s.saturated), (live, live, 0.0, 0.0), "{s}");
                    assert!(s.mean.is_nan(), "{s}");
                }
            }
            for s in told(&device, shape, &vec![0.0; len], rows, Activation::RELU) {
                assert_eq!((s.mean, s.variance, s.saturated, s.dead, s.not_finite), (0.0, 0.0, 1.0, 1.0, 0), "{s}");
            }
            let [gpu, judge] = told(&device, shape, &Domain::Wide.fill(len, 7), rows, Activation::TANH);
            let near = |a: f64, b: f64| (a - b).abs() <= 1e-5 * b.abs().max(1.0);
            assert!(near(gpu.mean, judge.mean) && near(gpu.variance, judge.variance), "{gpu}\n{judge}");
            assert!(near(gpu.saturated, judge.saturated) && near(gpu.dead, judge.dead), "{gpu}\n{judge}");
            assert_eq!((gpu.count, gpu.smallest, gpu.largest), (judge.count, judge.smallest, judge.largest));
        }
    }
}

const BATCH: usize = 16;

/// Two layers, looked at or not.
fn net(looked_at: bool) -> (Plan, Value, Insight) {
    let (mut tape, mut insight) = (Tape::new(BATCH, Seed(2)), Insight::new());
    let x = tape.input("x", &[BATCH, 20]);
    let mut z = x;
    for (name, units, activation) in [("first", 40, Activation::ELU), ("second", 3, Activation::Linear)] {
        tape.enter(name);
        z = Dense::new(units).activation(activation).call(&mut tape, &[z]).expect("a layer");
        if looked_at {
            insight.record(&mut tape, name, z, activation.bounds()).expect("a value");
        }
    }
    tape.enter("loss");
    let (y, w) = (tape.input("labels", &[BATCH, 3]), tape.table("ones", vec![1.0; BATCH]));
    let totals = tape.auxiliary("totals", &[TOTALS]);
    MeanSquaredError::new().record(&mut tape, &Operands { z, y, w, totals, fused: false }).expect("a loss");
    tape.differentiate().expect("gradients");
    if looked_at {
        insight.differentiated(&mut tape).expect("gradients to look at");
    }
    Sgd::new(0.1).record(&mut tape).expect("an optimizer");
    (tape.finish(), x, insight)
}

#[test]
fn a_net_is_seen_as_on_the_cpu_and_trains_to_the_same_bits() {
    for device in devices() {
        let run = |executor: &mut dyn Executor, x: Value, observe: bool| -> Vec<Vec<f64>> {
            executor.write(x, &Domain::Normal.fill(BATCH * 20, 5)).expect("samples");
            for index in 0..3 {
                step(executor, &Step { index, rows: 13, learning_rate: 0.1, observe, ..Step::default() });
            }
            let variables: Vec<Value> = executor.plan().of_role(Role::Param).collect();
            variables.iter().map(|v| executor.read(*v).expect("a variable")).collect()
        };
        let (plan, x, insight) = net(true);
        let (mut gpu, mut cpu) =
            (GpuExecutor::new(&device, plan.clone()).expect("it fits"), CpuExecutor::<f64>::new(plan));
        let observed = run(&mut gpu, x, true);
        let (plain, x_plain, _) = net(false);
        let plain = run(&mut GpuExecutor::new(&device, plain).expect("it fits"), x_plain, false);
        assert_eq!(observed, plain, "{}", device.summary());
        run(&mut cpu, x, true);
        let told = insight.report(|v| gpu.read(v)).expect("a report");
        let judge = insight.report(|v| cpu.read(v)).expect("a report");
        let near = |a: f64, b: f64| (a - b).abs() <= 1e-5 * b.abs().max(1.0);
        let all = |r: &wgrad::nn::insight::Report| [r.activations.clone(), r.gradients.clone()].concat();
        assert_eq!(all(&told).len(), 4);
        for ((layer, a), (_, b)) in all(&told).iter().zip(all(&judge)) {
            assert!(near(a.mean, b.mean) && near(a.variance, b.variance) && a.count == b.count, "{layer}: {a}\n{b}");
            assert!(near(a.smallest, b.smallest) && near(a.largest, b.largest) && a.is_finite(), "{layer}: {a}\n{b}");
        }
        for (a, b) in told.norms.iter().zip(&judge.norms) {
            assert!(near(a.norm, b.norm) && near(a.largest, b.largest) && b.norm > 0.0, "{a}\n{b}");
        }
        assert_eq!((told.norms.len(), first_not_finite(&told)), (5, None));
        let kernel = gpu.plan().find("second/kernel").expect("a variable");
        let mut numbers = gpu.read(kernel).expect("numbers");
        numbers[7] = f64::INFINITY;
        gpu.write(kernel, &numbers).expect("numbers");
        run(&mut gpu, x, true);
        let told = insight.report(|v| gpu.read(v)).expect("a report");
        // By the third step it has come back to the first layer.
        assert_eq!(first_not_finite(&told), Some(("first", Direction::Forward)), "{told:#?}");
    }
}
