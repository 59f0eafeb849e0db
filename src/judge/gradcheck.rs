//! Gradients against five-point differences in f64: every variable of a recording, and the input of a layer or
//! loss, which is recorded as a variable for the purpose.

use super::relative;
use crate::base::{Result, Seed};
use crate::exec::{Executor, cpu::CpuExecutor};
use crate::kernel::{Domain, Step};
use crate::nn::layer::Layer;
use crate::nn::loss::{BATCH_LOSS, Loss, Operands, TOTALS};
use crate::plan::{Plan, Program, Role, Tape, Value};
use crate::train::Compiled;

/// How far a gradient may be from the differences.
pub const BOUND: f64 = 1e-6;

/// Half the width of the stencil's inner pair: the error is h⁴ f⁽⁵⁾ / 30 by truncation and 10⁻¹⁶ f / h by rounding.
const H: f64 = 3e-4;

/// What the gradient of one variable came to.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The variable, `layer/kernel`; `input/x` is the input.
    pub variable: String,
    /// Numbers compared.
    pub numbers: usize,
    /// Largest |gradient − difference|, relative to the difference or a thousandth of the variable's largest.
    pub worst: f64,
    /// Flat index of the worst.
    pub at: usize,
}

/// A recording whose objective can be evaluated again and again.
struct Objective {
    executor: CpuExecutor<f64>,
    step: Step,
    /// The objective is Σ weights · value.
    value: Value,
    weights: Vec<f64>,
}

impl Objective {
    fn evaluate(&mut self) -> Result<f64> {
        for i in 0..self.executor.plan().program(Program::Train).len() {
            self.executor.run_one(Program::Train, i, &self.step)?;
        }
        Ok(self.executor.slice(self.value).iter().zip(&self.weights).map(|(v, w)| v * w).sum())
    }

    /// The objective with number `i` of `v` set to `x`.
    fn at(&mut self, v: Value, numbers: &mut [f64], i: usize, x: f64) -> Result<f64> {
        let kept = std::mem::replace(&mut numbers[i], x);
        self.executor.write(v, numbers)?;
        numbers[i] = kept;
        self.evaluate()
    }

    /// ∂objective/∂v[i] by f′ = (8 (f(h) − f(−h)) − (f(2h) − f(−2h))) / 12 h.
    fn difference(&mut self, v: Value, numbers: &mut [f64], i: usize) -> Result<f64> {
        let x = numbers[i];
        let h = H * x.abs().max(1.0);
        let inner = self.at(v, numbers, i, x + h)? - self.at(v, numbers, i, x - h)?;
        let outer = self.at(v, numbers, i, x + 2.0 * h)? - self.at(v, numbers, i, x - 2.0 * h)?;
        Ok((8.0 * inner - outer) / (12.0 * h))
    }

    fn check(mut self) -> Result<Vec<Checked>> {
        let plan = self.executor.plan().clone();
        self.evaluate()?;
        let pairs: Vec<(Value, Value)> = plan.of_role(Role::Param).zip(plan.of_role(Role::Grad)).collect();
        let gradients: Vec<Vec<f64>> = pairs.iter().map(|(_, g)| self.executor.read(*g)).collect::<Result<_>>()?;
        let mut all = Vec::new();
        for ((v, _), gradient) in pairs.into_iter().zip(gradients) {
            let mut numbers = self.executor.read(v)?;
            let differences: Vec<f64> =
                (0..numbers.len()).map(|i| self.difference(v, &mut numbers, i)).collect::<Result<_>>()?;
            self.executor.write(v, &numbers)?;
            let floor = differences.iter().fold(1.0_f64, |m, d| m.max(d.abs())) * 1e-3;
            let errors = gradient.iter().zip(&differences).map(|(g, d)| relative(*g, *d, floor));
            let (at, worst) = errors.enumerate().fold((0, 0.0), |w, e| if e.1 > w.1 { e } else { w });
            all.push(Checked { variable: plan.values[v.0].name.clone(), numbers: numbers.len(), worst, at });
        }
        Ok(all)
    }
}

fn step(rows: usize) -> Step {
    // The learning rate is 0: an update recorded in the plan moves nothing.
    Step { index: 7, rows: rows as u32, seed: 0x5eed, ..Step::default() }
}

/// Numbers that are weights of a sum over the first `rows` rows of `shape`: padding has no share in a loss.
fn weights(shape: &[usize], rows: usize) -> Vec<f64> {
    let len: usize = shape.iter().product();
    let live = len / shape[0].max(1) * rows;
    let mut weights = Domain::Normal.fill(len, 77);
    weights.iter_mut().skip(live).for_each(|w| *w = 0.0);
    weights
}

fn input_as_variable(tape: &mut Tape, name: &str, shape: &[usize], salt: u32, scale: f64) -> Value {
    tape.enter("input");
    let len = shape.iter().product();
    tape.param(name, shape, |_| Domain::Normal.fill(len, salt).iter().map(|v| v * scale).collect())
}

/// Checks a layer on inputs of `shapes` (batch first) of which `rows` rows are samples, in training mode.
///
/// # Errors
/// Those of recording the layer.
pub fn layer(layer: &dyn Layer, shapes: &[&[usize]], rows: usize, fused: bool) -> Result<Vec<Checked>> {
    let batch = shapes.first().and_then(|s| s.first()).copied().unwrap_or(1);
    let mut tape = Tape::new(batch, Seed(11));
    let mut inputs = Vec::new();
    for (i, shape) in shapes.iter().enumerate() {
        let name = if i == 0 { "x".to_owned() } else { format!("x_{i}") };
        inputs.push(input_as_variable(&mut tape, &name, shape, 3 + 1000 * i as u32, 1.0));
    }
    tape.enter(layer.kind());
    let y = layer.call(&mut tape, &inputs)?;
    let out = tape.shape(y).to_vec();
    tape.enter("");
    let value = tape.output("out", &out);
    tape.copy(y, value)?;
    let upstream = tape.input("upstream", &out);
    tape.contribute(y, |t, dy| t.copy(upstream, dy))?;
    tape.differentiate()?;
    let weights = weights(&out, rows);
    let mut executor = CpuExecutor::new(finish(tape, fused));
    executor.write(upstream, &weights)?;
    jitter(&mut executor)?;
    Objective { executor, step: step(rows), value, weights }.check()
}

/// Moves every variable a little, so that none sits at its initial ones and zeros.
fn jitter(executor: &mut CpuExecutor<f64>) -> Result<()> {
    let params: Vec<Value> = executor.plan().of_role(Role::Param).collect();
    for v in params {
        let numbers = executor.read(v)?;
        let noise = Domain::Normal.fill(numbers.len(), 100 + v.0 as u32);
        let moved: Vec<f64> = numbers.iter().zip(noise).map(|(a, b)| a + 0.1 * b).collect();
        executor.write(v, &moved)?;
    }
    Ok(())
}

fn finish(tape: Tape, fused: bool) -> Plan {
    if fused { tape.finish() } else { tape.finish_naive() }
}

/// Labels fit for `loss` on `rows` rows of `outputs` outputs.
pub fn labels(loss: &dyn Loss, rows: usize, outputs: usize) -> Vec<f64> {
    loss.labels(outputs).fill(rows * loss.label_width(outputs), 5)
}

/// Outputs fit for `loss`: around zero, or, where they are to be positive, between 0.1 and 0.9, away from the poles.
fn outputs(loss: &dyn Loss, len: usize, fused: bool) -> Vec<f64> {
    let domain = if fused { Domain::Normal } else { loss.outputs() };
    let squeeze = |v: f64| if domain == Domain::Normal { 2.0 * v } else { 0.1 + 0.8 * v };
    domain.fill(len, 3).into_iter().map(squeeze).collect()
}

/// A loss recorded on outputs (or, `fused`, logits) of a shape, which are a variable; samples have weights.
fn on_loss(loss: &dyn Loss, shape: &[usize], fused: bool) -> Result<(CpuExecutor<f64>, Value)> {
    let (batch, n) = (shape[0], shape[shape.len() - 1]);
    let mut tape = Tape::new(batch, Seed(11));
    tape.enter("input");
    let len: usize = shape.iter().product();
    let z = tape.param("x", shape, |_| outputs(loss, len, fused));
    tape.enter("");
    let y = tape.input("y", &[&shape[..shape.len() - 1], &[loss.label_width(n)]].concat());
    let w = tape.input("w", &[batch]);
    let totals = tape.auxiliary("totals", &[TOTALS]);
    loss.record(&mut tape, &Operands { z, y, w, totals, fused })?;
    tape.differentiate()?;
    let mut executor = CpuExecutor::new(tape.finish());
    executor.write(y, &labels(loss, len / n, n))?;
    executor.write(w, &Domain::Positive.fill(batch, 6))?;
    Ok((executor, totals))
}

/// Checks the gradient of a loss by its outputs (or, `fused`, logits) of `shape`, batch first, of which `rows` are
/// samples.
///
/// # Errors
/// Those of recording the loss.
pub fn loss(loss: &dyn Loss, shape: &[usize], rows: usize, fused: bool) -> Result<Vec<Checked>> {
    let (executor, totals) = on_loss(loss, shape, fused)?;
    Objective { executor, step: step(rows), value: totals, weights: mean_loss() }.check()
}

/// Picks the mean loss of the last batch out of the totals.
fn mean_loss() -> Vec<f64> {
    let mut weights = vec![0.0; TOTALS];
    weights[BATCH_LOSS] = 1.0;
    weights
}

/// Checks every variable of a whole model, compiled with plain SGD, on a batch of noise.
///
/// # Errors
/// None in practice: the values written have their shapes.
pub fn model(model: &Compiled, rows: usize) -> Result<Vec<Checked>> {
    let mut executor = CpuExecutor::new(model.plan.clone());
    let x = Domain::Normal.fill(model.plan.values[model.x().0].len(), 3);
    executor.write(model.x(), &x)?;
    executor.write(model.y(), &labels(&*model.heads[0].loss, model.plan.batch, model.heads[0].outputs))?;
    jitter(&mut executor)?;
    Objective { executor, step: step(rows), value: model.totals(), weights: mean_loss() }.check()
}
