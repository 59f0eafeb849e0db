//! f32 in lock-step with the f64 judge.

use crate::data;
use wgrad::exec::{Executor, cpu::CpuExecutor};
use wgrad::judge::lockstep::Lockstep;
use wgrad::judge::norm_error;
use wgrad::kernel::Step;
use wgrad::nn::loss::BATCH_LOSS;
use wgrad::nn::optim::Progress;
use wgrad::plan::{Program, Role, Value};
use wgrad::train::Compiled;

const BOUND: f64 = 1e-5;
const BATCH: usize = 32;

#[derive(Default)]
struct Run(Progress);

impl Run {
    fn next(&mut self, model: &Compiled) -> Step {
        let mut step = Step { index: self.0.steps as u32, rows: BATCH as u32, seed: 42, ..Step::default() };
        model.optimizer.fill(&mut self.0, &mut step);
        step
    }
}

/// ‖have − want‖ and ‖want − before‖ of one variable, over the numbers that `counts` takes.
fn apart(have: &[f32], want: &[f64], before: &[f64], counts: impl Fn(usize) -> bool) -> (f64, f64, f64) {
    let (mut error, mut update, mut storage) = (0.0, 0.0, 0.0);
    for i in (0..want.len()).filter(|i| counts(*i)) {
        error += (f64::from(have[i]) - want[i]).powi(2);
        update += (want[i] - before[i]).powi(2);
        // What storing a number in f32 rounds off, at most: half a unit in its last place.
        storage += (want[i] * f64::from(f32::EPSILON) / 2.0).powi(2);
    }
    (error.sqrt(), update.sqrt(), storage.sqrt())
}

/// State copied from the judge before each step; loss, gradients and every variable's update within 1e-5.
///
/// Two things are no error of the update's: what storing θ in f32 rounds off (a γ of 1 moved by 1e-3 keeps 3e-5 of
/// the move), of which the upper bound is subtracted, and, in Nadam's very first step, which divides each gradient by its own size, the sign of the few
/// numbers whose gradient is nothing but rounding: there those below a thousandth of the variable's mean are left out.
#[test]
fn three_hundred_steps_beside_the_judge() {
    let model = data::book(BATCH);
    let (x, y) = data::digits(300 * BATCH);
    let mut both = Lockstep::new(&model, x, y);
    let mut other = CpuExecutor::<f32>::new(model.plan.clone());
    let params: Vec<(Value, Value)> = model.plan.of_role(Role::Param).zip(model.plan.of_role(Role::Grad)).collect();
    let mut run = Run::default();
    let mut worst = [0.0_f64; 4];
    for t in 0..300 {
        both.copy_state(&mut other).expect("the CPU is not lost");
        let before: Vec<Vec<f64>> = params.iter().map(|(v, _)| both.judge.slice(*v).to_vec()).collect();
        both.feed(&mut other, t * BATCH).expect("a batch");
        let step = run.next(&model);
        both.run(&mut other, Program::Train, &step).expect("a step");
        let loss = both.judge.slice(model.totals())[BATCH_LOSS];
        let found = f64::from(other.slice(model.totals())[BATCH_LOSS]);
        let error = (found - loss).abs() / loss.abs();
        worst[0] = worst[0].max(error);
        assert!(error <= BOUND, "step {t}: loss {found} beside {loss}, {error:.2e}");
        for ((v, g), before) in params.iter().zip(&before) {
            let name = &model.plan.values[v.0].name;
            let gradient = both.judge.slice(*g);
            let error = norm_error(&other.read(*g).expect("the CPU is not lost"), gradient);
            worst[1] = worst[1].max(error);
            assert!(error <= BOUND, "step {t}: gradient of {name} is {error:.2e} off");
            let mean = (gradient.iter().map(|g| g * g).sum::<f64>() / gradient.len() as f64).sqrt();
            let counts = |i: usize| t > 0 || gradient[i].abs() > 1e-3 * mean;
            let (error, update, storage) = apart(other.slice(*v), both.judge.slice(*v), before, counts);
            let share = (error - storage).max(0.0) / update;
            worst[2] = worst[2].max(share);
            worst[3] = worst[3].max(error / update);
            assert!(share <= BOUND, "step {t}: update of {name} is {share:.2e} off ({:.2e} stored)", error / update);
        }
    }
    let [loss, gradient, update, stored] = worst;
    println!("300 steps: loss {loss:.2e}, gradients {gradient:.2e}, updates {update:.2e} ({stored:.2e} as stored)");
}

/// Ten steps without copying: each loss, and at the end the weights as one vector, within 1e-5.
#[test]
fn ten_free_steps() {
    let model = data::book(BATCH);
    let (x, y) = data::digits(320);
    let mut both = Lockstep::new(&model, x, y);
    let mut other = CpuExecutor::<f32>::new(model.plan.clone());
    both.copy_state(&mut other).expect("the CPU is not lost");
    let mut run = Run::default();
    let mut worst = 0.0_f64;
    for t in 0..10 {
        both.feed(&mut other, t * BATCH).expect("a batch");
        let step = run.next(&model);
        both.run(&mut other, Program::Train, &step).expect("a step");
        let loss = both.judge.slice(model.totals())[BATCH_LOSS];
        let error = (f64::from(other.slice(model.totals())[BATCH_LOSS]) - loss).abs() / loss;
        worst = worst.max(error);
        assert!(error <= BOUND, "step {t}: loss is {error:.2e} off");
    }
    let all: Vec<Value> = model.plan.of_role(Role::Param).collect();
    let want: Vec<f64> = all.iter().flat_map(|v| both.judge.slice(*v).iter().copied()).collect();
    let have: Vec<f64> = all.iter().flat_map(|v| other.slice(*v).iter().map(|n| f64::from(*n))).collect();
    let error = norm_error(&have, &want);
    println!("10 free steps: loss {worst:.2e}, weights {error:.2e}");
    assert!(error <= BOUND, "weights are {error:.2e} off after ten steps");
}

/// A kernel that computes something else is found and named.
#[test]
fn lockstep_names_the_first_kernel_that_diverges() {
    let model = data::book(BATCH);
    let (x, y) = data::digits(64);
    let mut both = Lockstep::new(&model, x, y);
    let mut other = CpuExecutor::<f32>::new(model.plan.clone());
    both.copy_state(&mut other).expect("the CPU is not lost");
    both.feed(&mut other, 0).expect("a batch");
    let step = Run::default().next(&model);
    let found = both.first_divergence(&mut other, Program::Train, &step, 1e-4).expect("the CPU is not lost");
    assert!(found.is_none(), "{found:?}");
    let beta = model.plan.find("batch_normalization_1/beta").expect("the second normalisation");
    other.write(beta, &[1e-3; 300]).expect("300 numbers");
    let found = both.first_divergence(&mut other, Program::Evaluate, &step, 1e-5).expect("the CPU is not lost");
    let found = found.expect("a variable was changed");
    assert!(found.line.contains("batch_normalization_1/beta"), "{found:?}");
}
