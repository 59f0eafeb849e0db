//! A look into training: it changes nothing, counts right, and names where numbers stop being finite.

use std::sync::Arc;
use wgrad::base::{RowData, Rows, Seed};
use wgrad::exec::{DataId, Executor, cpu::CpuExecutor};
use wgrad::kernel::{Domain, Step, Twinned, map::Mapped};
use wgrad::nn::act::Activation;
use wgrad::nn::insight::{Direction, Insight, Report, first_not_finite};
use wgrad::nn::layer::{BatchNormalization, Dense, Dropout, Layer, Reshape};
use wgrad::nn::loss::{Loss, Operands, SparseCategoricalCrossentropy, TOTALS};
use wgrad::nn::optim::{Optimizer, Progress, Sgd};
use wgrad::nn::regularizer::{self, L2};
use wgrad::plan::{Plan, Program, Role, Tape, Value, When};

const BATCH: usize = 8;
const INPUTS: usize = 12;

type Layers = Vec<(&'static str, Box<dyn Layer>, Activation)>;

fn dense(name: &'static str, units: usize, activation: Activation) -> (&'static str, Box<dyn Layer>, Activation) {
    (name, Box::new(Dense::new(units).activation(activation)), activation)
}

/// A recorded net, and what is looked at in it.
struct Net {
    plan: Plan,
    x: Value,
    y: Value,
    totals: Value,
    insight: Option<Insight>,
    optimizer: Sgd,
}

/// Records the layers, with a softmax behind the last, as models are; looked at or not, fused or not.
fn record(layers: &Layers, looked_at: bool, fused: bool) -> Net {
    let mut insight = looked_at.then(Insight::new);
    let optimizer = Sgd::new(0.1).momentum(0.9).clipnorm(0.5);
    let mut tape = Tape::new(BATCH, Seed(3));
    let x = tape.input("x", &[BATCH, INPUTS]);
    let (y, ones) = (tape.input("y", &[BATCH, 1]), tape.table("ones", vec![1.0; BATCH]));
    let totals = tape.auxiliary("totals", &[TOTALS]);
    let loss = SparseCategoricalCrossentropy::new();
    for program in Program::ALL {
        tape.begin(program);
        let mut z = x;
        for (name, layer, activation) in layers {
            tape.enter(name);
            z = layer.call(&mut tape, &[z]).expect("a layer");
            if let Some(insight) = &mut insight {
                insight.record(&mut tape, name, z, activation.bounds()).expect("a value of a layer");
                assert_eq!(tape.scope(), *name, "the layer goes on being recorded");
            }
        }
        tape.enter("loss");
        loss.record(&mut tape, &Operands { z, y, w: ones, totals, fused: true }).expect("a loss");
        if program == Program::Train {
            tape.differentiate().expect("gradients");
        }
        regularizer::record(&mut tape).expect("penalties");
        if let Some(insight) = &mut insight {
            insight.differentiated(&mut tape).expect("gradients to look at");
        }
        if program == Program::Train {
            tape.enter("sgd");
            optimizer.record(&mut tape).expect("an optimizer");
        }
    }
    let plan = if fused { tape.finish() } else { tape.finish_naive() };
    Net { plan, x, y, totals, insight, optimizer }
}

/// An executor with three batches of noise and a short one.
fn loaded<T: Twinned + Mapped>(net: &Net) -> (CpuExecutor<T>, DataId) {
    let mut executor = CpuExecutor::<T>::new(net.plan.clone());
    let table = |width, numbers: Vec<f64>| {
        let numbers: Arc<[f32]> = numbers.into_iter().map(|v| v as f32).collect();
        Rows { width, data: RowData::Floats(numbers) }
    };
    let rows = BATCH * 3 + 5;
    let x = table(INPUTS, Domain::Normal.fill(rows * INPUTS, 1));
    let y = table(1, Domain::Labels(4).fill(rows, 2));
    let id = executor.load(&[(net.x, x), (net.y, y)]).expect("data that fit");
    (executor, id)
}

/// The steps over the four batches, `observe` in those it says.
fn steps(net: &Net, observe: impl Fn(u32) -> bool) -> Vec<Step> {
    let mut progress = Progress::default();
    let step = |index| {
        let rows = if index == 3 { 5 } else { BATCH as u32 };
        let mut step = Step { index, rows, seed: 9, observe: observe(index), ..Step::default() };
        net.optimizer.fill(&mut progress, &mut step);
        step
    };
    (0..4).map(step).collect()
}

fn report<T: Twinned + Mapped>(net: &Net, executor: &mut CpuExecutor<T>) -> Report {
    net.insight.as_ref().expect("it is looked at").report(|v| executor.read(v)).expect("numbers")
}

/// A net with whatever makes the order of dispatches interesting: noise, normalisation, views, a penalty on an output.
fn mixed() -> Layers {
    let penalised = Dense::new(10).activation(Activation::TANH).activity_regularizer(L2(0.1));
    vec![
        ("view", Box::new(Reshape::new(&[3, 4])), Activation::Linear),
        dense("wide", 5, Activation::ELU),
        ("flat", Box::new(Reshape::new(&[15])), Activation::Linear),
        ("drop", Box::new(Dropout::new(0.3)), Activation::Linear),
        ("penalised", Box::new(penalised), Activation::TANH),
        ("norm", Box::new(BatchNormalization::new()), Activation::Linear),
        dense("relu", 9, Activation::RELU),
        dense("last", 4, Activation::Linear),
    ]
}

/// Bits of everything that is kept but is no part of the look, by name.
fn kept<T: Twinned + Mapped>(executor: &mut CpuExecutor<T>) -> Vec<(String, Vec<u64>)> {
    let values = executor.plan().values.clone();
    let mine = |name: &str| !name.starts_with("insight/");
    let all = values.iter().enumerate().filter(|(_, v)| v.role.is_kept() && mine(&v.name));
    all.map(|(i, v)| {
        let numbers = executor.read(Value(i)).expect("numbers");
        (v.name.clone(), numbers.iter().map(|n| n.to_bits()).collect())
    })
    .collect()
}

fn trained<T: Twinned + Mapped>(looked_at: bool, observe: bool, fused: bool) -> Vec<(String, Vec<u64>)> {
    let net = record(&mixed(), looked_at, fused);
    let (mut executor, id) = loaded::<T>(&net);
    let mut all = Vec::new();
    for _ in 0..3 {
        executor.run(Program::Train, id, 0, &steps(&net, |_| observe)).expect("steps");
        executor.run(Program::Evaluate, id, 0, &steps(&net, |_| observe)).expect("steps");
        all.extend(kept(&mut executor));
    }
    assert!(net.insight.is_none() || observe == (report(&net, &mut executor).activations[0].1.count > 0));
    all
}

#[test]
fn a_look_changes_no_bit() {
    for fused in [true, false] {
        let plain = trained::<f32>(false, false, fused);
        assert!(plain.iter().any(|(name, _)| name == "wide/kernel") && plain.len() > 30, "{}", plain.len());
        for observe in [false, true] {
            assert_eq!(trained::<f32>(true, observe, fused), plain, "in f32, observing {observe}, fused {fused}");
        }
        assert_eq!(trained::<f64>(true, true, fused), trained::<f64>(false, false, fused), "in f64, fused {fused}");
    }
}

/// Runs the dispatches of a step and keeps what each value that is looked at, and its gradient, held when all was done.
#[test]
fn what_is_told_is_what_was_computed() {
    let (layers, step) = (mixed(), Step { rows: 5, seed: 9, observe: true, ..Step::default() });
    let net = record(&layers, true, false);
    let mut executor = loaded::<f64>(&net).0;
    executor.write(net.x, &Domain::Normal.fill(BATCH * INPUTS, 4)).expect("samples");
    executor.write(net.y, &Domain::Labels(4).fill(BATCH, 5)).expect("labels");
    let program = net.plan.program(Program::Train).to_vec();
    // What each dispatch that looks reads, at the moment it does.
    let mut seen: Vec<(String, Vec<f64>)> = Vec::new();
    let mut last: Vec<(Value, Vec<f64>)> = Vec::new();
    for (i, d) in program.iter().enumerate() {
        if d.call.name() == "statistics_parts" {
            assert_eq!(d.when, When::Observe);
            seen.push((net.plan.values[d.reads[0].0].name.clone(), executor.read(d.reads[0]).expect("numbers")));
            last.push((d.reads[0], Vec::new()));
        }
        executor.run_one(Program::Train, i, &step).expect("a dispatch");
        for w in d.all_writes() {
            // Nobody adds to it later.
            assert!(last.iter().all(|(v, _)| *v != w), "{} is written again", net.plan.values[w.0].name);
        }
    }
    let told = report(&net, &mut executor);
    let forward = told.activations.iter().map(|(l, s)| (l.as_str(), *s));
    let all: Vec<_> = forward.chain(told.gradients.iter().map(|(l, s)| (l.as_str(), *s))).collect();
    // The views have no gradient: what they look at is the input, which nothing moves.
    assert_eq!((told.activations.len(), told.gradients.len(), seen.len()), (8, 7, 15));
    let names: Vec<&str> = told.gradients.iter().map(|(l, _)| l.as_str()).collect();
    assert_eq!(names, ["last", "relu", "norm", "penalised", "drop", "flat", "wide"]);
    for (layer, s) in all {
        let close = |a: f64, b: f64| (a - b).abs() <= 1e-12 * b.abs().max(1.0);
        let fits = |numbers: &[f64]| {
            let live = &numbers[..numbers.len() / BATCH * 5];
            let mean = live.iter().sum::<f64>() / live.len() as f64;
            let variance = live.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / live.len() as f64;
            let least = live.iter().copied().fold(f64::MAX, f64::min);
            let most = live.iter().copied().fold(f64::MIN, f64::max);
            s.count as usize == live.len()
                && (close(s.mean, mean) && close(s.variance, variance))
                && (s.smallest, s.largest, s.not_finite) == (least, most, 0)
        };
        assert!(seen.iter().any(|(_, numbers)| fits(numbers)), "{layer}: {s} is nothing that was computed");
    }
    // Norms against the gradients themselves, which clipping leaves as they are.
    let variables: Vec<Value> = net.plan.of_role(Role::Grad).collect();
    let mut squares = 0.0;
    for (v, norm) in variables.iter().zip(&told.norms[1..]) {
        let g = executor.read(*v).expect("a gradient");
        let square: f64 = g.iter().map(|g| g * g).sum();
        squares += square;
        assert!((norm.norm - square.sqrt()).abs() < 1e-12 && norm.numbers == g.len() && norm.not_finite == 0, "{norm}");
        assert_eq!(format!("d {}", norm.variable), net.plan.values[v.0].name);
    }
    assert_eq!((variables.len() + 1, told.norms[0].variable.as_str()), (told.norms.len(), "all variables"));
    assert!((told.norms[0].norm - f64::sqrt(squares)).abs() < 1e-12 && squares > 0.0);
}

#[test]
fn dead_units_are_counted() {
    let layers = vec![dense("relu", 11, Activation::RELU), dense("last", 4, Activation::Linear)];
    let net = record(&layers, true, true);
    let mut executor = loaded::<f32>(&net).0;
    let bias = net.plan.find("relu/bias").expect("a bias");
    // Three units whose bias no input of this size outweighs, and one that is on at times.
    let numbers: Vec<f64> = (0..11).map(|j| if [1, 4, 9].contains(&j) { -1e3 } else { 0.0 }).collect();
    executor.write(bias, &numbers).expect("a bias");
    executor.write(net.x, &Domain::Normal.fill(BATCH * INPUTS, 4)).expect("samples");
    let step = Step { rows: 5, observe: true, ..Step::default() };
    let program = net.plan.program(Program::Train);
    let look = program.iter().position(|d| d.call.name() == "statistics_parts").expect("the first look");
    (0..look).for_each(|i| executor.run_one(Program::Train, i, &step).expect("a dispatch"));
    let y = executor.slice(program[look].reads[0])[..5 * 11].to_vec();
    (look..look + 2).for_each(|i| executor.run_one(Program::Train, i, &step).expect("a dispatch"));
    let dead = (0..11).filter(|j| y.iter().skip(*j).step_by(11).all(|v| *v == 0.0)).count();
    let zeros = y.iter().filter(|v| **v == 0.0).count();
    assert!((3..11).contains(&dead) && zeros > 5 * dead, "{dead} {zeros}");
    let told = report(&net, &mut executor).activations[0].1;
    assert_eq!(told.dead, f64::from(dead as f32 / 11.0));
    assert_eq!(told.saturated, f64::from(zeros as f32 * (1.0 / 55.0)));
}

#[test]
fn the_layer_that_spoils_the_numbers_is_named() {
    let names = ["first", "second", "third", "last"];
    let layers = || {
        let last = dense(names[3], 4, Activation::Linear);
        vec![
            dense(names[0], 10, Activation::RELU),
            dense(names[1], 9, Activation::ELU),
            dense(names[2], 8, Activation::LEAKY_RELU),
            last,
        ]
    };
    let net = record(&layers(), true, true);
    for name in names {
        for what in ["kernel", "bias"] {
            for bad in [f64::NAN, f64::INFINITY] {
                let (mut executor, id) = loaded::<f32>(&net);
                let v = net.plan.find(&format!("{name}/{what}")).expect("a variable");
                let mut numbers = executor.read(v).expect("numbers");
                numbers[2] = bad;
                executor.write(v, &numbers).expect("numbers");
                executor.run(Program::Train, id, 0, &steps(&net, |_| true)[..1]).expect("a step");
                let told = report(&net, &mut executor);
                assert_eq!(first_not_finite(&told), Some((name, Direction::Forward)), "{bad} in {name}/{what}");
                assert!(told.norms[0].not_finite > 0);
            }
        }
    }
    // Kernels through which numbers stay small forward, but gradients pass the largest f32 behind the first layer.
    let (mut executor, id) = loaded::<f32>(&net);
    for (name, scale) in names.into_iter().zip([1e-15, 1e18, 1e-8, 1e30]) {
        let v = net.plan.find(&format!("{name}/kernel")).expect("a variable");
        let scaled: Vec<f64> = executor.read(v).expect("numbers").iter().map(|n| n * scale).collect();
        executor.write(v, &scaled).expect("numbers");
    }
    executor.run(Program::Train, id, 0, &steps(&net, |_| true)[..1]).expect("a step");
    let told = report(&net, &mut executor);
    assert_eq!(first_not_finite(&told), Some(("first", Direction::Backward)), "{told:#?}");
}

#[test]
fn nothing_wrong_is_nowhere_and_nothing_runs_unasked() {
    let net = record(&mixed(), true, true);
    let (mut executor, id) = loaded::<f32>(&net);
    let run = |executor: &mut CpuExecutor<f32>, observe: fn(u32) -> bool| {
        executor.run(Program::Train, id, 0, &steps(&net, observe)).expect("steps");
        report(&net, executor)
    };
    let unseen = run(&mut executor, |_| false);
    assert!(unseen.activations.iter().chain(&unseen.gradients).all(|(_, s)| s.count == 0));
    let seen = run(&mut executor, |i| i == 1);
    assert!(seen.activations.iter().chain(&seen.gradients).all(|(_, s)| s.count > 0 && s.is_finite()));
    assert_eq!(first_not_finite(&seen), None);
    // Nothing of the look is in the other program, and the dispatches of every step are those there are without it.
    let plain = record(&mixed(), false, true);
    let always = |plan: &Plan, p| plan.program(p).iter().filter(|d| d.when != When::Observe).count();
    for p in Program::ALL {
        assert_eq!(always(&net.plan, p), plain.plan.program(p).len(), "{p:?}");
    }
    assert_eq!(always(&net.plan, Program::Evaluate), net.plan.program(Program::Evaluate).len());
    assert!(executor.read(net.totals).expect("totals").iter().all(|t| t.is_finite()));
}
