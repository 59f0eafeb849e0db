//! Fused = naive: the fusion pass changes how many dispatches there are, and no number.

use crate::slopes::SQUARE;
use wgrad::base::{Result, Seed};
use wgrad::exec::{Executor, cpu::CpuExecutor};
use wgrad::kernel::{Domain, Step, Twinned, map::Mapped};
use wgrad::nn::act::Activation;
use wgrad::nn::layer::{BatchNormalization, Dense, Dropout, Flatten, Layer};
use wgrad::nn::loss::{
    CategoricalCrossentropy, Loss, MeanSquaredError, Operands, SparseCategoricalCrossentropy, TOTALS,
};
use wgrad::nn::optim::{Adam, Nadam, Optimizer, Progress, Sgd};
use wgrad::plan::{Plan, Program, Role, Tape};

fn stack(last: Activation) -> Vec<Box<dyn Layer>> {
    vec![
        Box::new(Flatten),
        Box::new(Dense::new(9).activation(Activation::Map(&SQUARE, SQUARE.defaults))),
        Box::new(BatchNormalization::new()),
        Box::new(Dropout::new(0.5)),
        Box::new(Dense::new(6).use_bias(false).activation(Activation::ELU)),
        Box::new(Activation::TANH),
        Box::new(Activation::RELU),
        Box::new(Dropout::new(0.25)),
        Box::new(Dense::new(4).activation(last)),
    ]
}

fn record(layers: &[Box<dyn Layer>], optimizer: &dyn Optimizer, loss: &dyn Loss, fused: bool) -> Result<Plan> {
    let batch = 6;
    let mut tape = Tape::new(batch, Seed(3));
    let x = tape.input("x", &[batch, 2, 4]);
    let y = tape.input("y", &[batch, loss.label_width(4)]);
    let totals = tape.auxiliary("totals", &[TOTALS]);
    for program in Program::ALL {
        tape.begin(program);
        let mut at = x;
        for (i, layer) in layers.iter().enumerate() {
            tape.enter(&format!("{} {i}", layer.kind()));
            at = layer.call(&mut tape, &[at])?;
        }
        tape.enter("loss");
        let w = tape.table("ones", vec![1.0; 6]);
        loss.record(&mut tape, &Operands { z: at, y, w, totals, fused: true })?;
        if program == Program::Train {
            tape.differentiate()?;
            tape.enter(optimizer.name());
            optimizer.record(&mut tape)?;
        } else {
            tape.enter("");
            let shape = tape.shape(at).to_vec();
            let out = tape.output("predictions", &shape);
            tape.copy(at, out)?;
        }
    }
    Ok(if fused { tape.finish() } else { tape.finish_naive() })
}

/// Everything the plan keeps, after five steps of training and one of evaluation.
fn train<T: Twinned + Mapped>(
    plan: Plan,
    optimizer: &dyn Optimizer,
    loss: &dyn Loss,
) -> Result<Vec<(String, Vec<u64>)>> {
    let mut executor = CpuExecutor::<T>::new(plan);
    let (x, y) = (executor.plan().find("x").expect("x"), executor.plan().find("y").expect("y"));
    let mut progress = Progress::default();
    for t in 0..6 {
        executor.write(x, &Domain::Normal.fill(48, 40 + t))?;
        executor.write(y, &wgrad::judge::gradcheck::labels(loss, 6, 4))?;
        let mut step = Step { index: t, rows: 6 - t % 3, seed: 99, ..Step::default() };
        optimizer.fill(&mut progress, &mut step);
        let program = if t < 5 { Program::Train } else { Program::Evaluate };
        for i in 0..executor.plan().program(program).len() {
            executor.run_one(program, i, &step)?;
        }
    }
    let kept = |role: Role| role.is_kept() || matches!(role, Role::Output | Role::Grad);
    let plan = executor.plan().clone();
    let all = (0..plan.values.len()).map(wgrad::plan::Value).filter(|v| kept(plan.values[v.0].role));
    all.map(|v| {
        let bits = executor.read(v)?.iter().map(|n| n.to_bits()).collect();
        Ok((plan.values[v.0].name.clone(), bits))
    })
    .collect()
}

fn compare<T: Twinned + Mapped>(last: Activation, optimizer: &dyn Optimizer, loss: &dyn Loss) {
    let layers = stack(last);
    let plans = [true, false].map(|fused| record(&layers, optimizer, loss, fused).expect("a plan"));
    for program in Program::ALL {
        let [fused, naive] = [&plans[0], &plans[1]].map(|p| p.program(program).len());
        assert!(fused < naive, "{program:?}: {fused} dispatches fused, {naive} naive");
    }
    let [fused, naive] = plans.map(|p| train::<T>(p, optimizer, loss).expect("a run"));
    for (a, b) in fused.iter().zip(&naive) {
        assert_eq!(a, b, "with {}, {} and {}", last.name(), optimizer.name(), loss.name());
    }
    assert_eq!(fused.len(), naive.len(), "the same values are kept");
}

#[test]
fn fusion_changes_no_bit() {
    let sparse = &SparseCategoricalCrossentropy::new();
    compare::<f32>(Activation::Linear, &Nadam::new(1e-2), sparse);
    compare::<f64>(Activation::Linear, &Adam::new(1e-2), &CategoricalCrossentropy::new());
    compare::<f32>(Activation::SIGMOID, &Sgd::new(0.1).momentum(0.9).nesterov(true), &MeanSquaredError::new());
    compare::<f64>(Activation::Softmax, &Sgd::new(0.1), &MeanSquaredError::new());
}
