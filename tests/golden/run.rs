//! Runs a layer on the f64 twins: outputs in training and inference, gradients, and what its variables become.

use crate::read::Array;
use std::collections::BTreeMap;
use wgrad::base::{Result, Seed};
use wgrad::exec::{Executor, cpu::CpuExecutor};
use wgrad::kernel::Step;
use wgrad::nn::layer::Layer;
use wgrad::nn::loss::{BATCH_LOSS, TOTALS};
use wgrad::nn::regularizer;
use wgrad::plan::{Plan, Program, Role, Tape, Value};

/// What a layer came to.
pub struct Run {
    /// In training mode.
    pub y: Array,
    /// In inference mode, with the variables as they were before.
    pub y_inference: Array,
    /// One for each input.
    pub dx: Vec<Vec<f64>>,
    /// Gradients of the trained variables, by name.
    pub grads: BTreeMap<String, Vec<f64>>,
    /// What it adds to the loss in training.
    pub added: f64,
    /// The other variables after the step, by name.
    pub others: BTreeMap<String, Vec<f64>>,
}

/// A layer recorded in both modes.
pub struct Recorded {
    pub executor: CpuExecutor<f64>,
    pub inputs: Vec<Value>,
    pub outputs: [Value; 2],
    pub upstream: Value,
    totals: Value,
}

/// Variables of a role by the name their layer gave them.
fn variables(plan: &Plan, role: Role) -> Vec<(String, Value)> {
    let named = plan.of_role(role).map(|v| (plan.values[v.0].name.clone(), v));
    named
        .filter(|(name, _)| !name.contains("input/"))
        .map(|(n, v)| (n.split('/').next_back().unwrap().into(), v))
        .collect()
}

/// Records `layer` on `inputs`, which are variables so that they have gradients.
///
/// # Errors
/// Those of recording the layer.
pub fn record(layer: &dyn Layer, inputs: &[Array]) -> Result<Recorded> {
    let mut tape = Tape::new(inputs[0].shape[0], Seed(0));
    tape.enter("input");
    let names = (0..inputs.len()).map(|i| format!("x{i}"));
    let values: Vec<Value> =
        inputs.iter().zip(names).map(|(x, name)| tape.param(&name, &x.shape, |_| x.data.clone())).collect();
    tape.enter(layer.kind());
    let y = layer.call(&mut tape, &values)?;
    let shape = tape.shape(y).to_vec();
    tape.enter("");
    let out = tape.output("out", &shape);
    tape.copy(y, out)?;
    let upstream = tape.input("upstream", &shape);
    tape.contribute(y, |t, place| t.copy(upstream, place))?;
    let totals = tape.auxiliary("totals", &[TOTALS]);
    tape.differentiate()?;
    regularizer::record(&mut tape)?;
    tape.begin(Program::Evaluate);
    tape.enter(layer.kind());
    let y = layer.call(&mut tape, &values)?;
    tape.enter("");
    let inferred = tape.output("inferred", &shape);
    tape.copy(y, inferred)?;
    Ok(Recorded {
        executor: CpuExecutor::new(tape.finish()),
        inputs: values,
        outputs: [out, inferred],
        upstream,
        totals,
    })
}

impl Recorded {
    /// Writes the layer's variables; every one must be given, and every one given must be the layer's.
    ///
    /// # Errors
    /// A variable of another shape.
    pub fn write(&mut self, weights: &BTreeMap<String, Array>) -> Result<()> {
        let plan = self.executor.plan().clone();
        let mut known: Vec<(String, Value)> = variables(&plan, Role::Param);
        known.extend(variables(&plan, Role::State));
        let names: Vec<&String> = known.iter().map(|(n, _)| n).collect();
        for name in weights.keys() {
            assert!(names.contains(&name), "there is no variable `{name}`, but {names:?}");
        }
        for (name, v) in &known {
            let array = weights.get(name).unwrap_or_else(|| panic!("Keras has no variable `{name}`"));
            assert_eq!(plan.values[v.0].shape, array.shape, "shape of `{name}`");
            self.executor.write(*v, &array.data)?;
        }
        Ok(())
    }

    /// Runs a program and gives its output.
    ///
    /// # Errors
    /// None in practice.
    pub fn run(&mut self, program: Program) -> Result<Array> {
        let rows = self.executor.plan().batch as u32;
        for i in 0..self.executor.plan().program(program).len() {
            self.executor.run_one(program, i, &Step { rows, ..Step::default() })?;
        }
        let out = self.outputs[program as usize];
        let shape = self.executor.plan().values[out.0].shape.clone();
        Ok(Array { shape, data: self.executor.read(out)? })
    }

    /// What its variables that are not trained hold.
    ///
    /// # Errors
    /// None in practice.
    pub fn others(&mut self) -> Result<BTreeMap<String, Vec<f64>>> {
        let plan = self.executor.plan().clone();
        variables(&plan, Role::State).into_iter().map(|(n, v)| Ok((n, self.executor.read(v)?))).collect()
    }

    /// Inference, then a training step with `dy`.
    ///
    /// # Errors
    /// None in practice.
    pub fn step(mut self, dy: &Array) -> Result<Run> {
        let y_inference = self.run(Program::Evaluate)?;
        self.executor.write(self.upstream, &dy.data)?;
        let y = self.run(Program::Train)?;
        let plan = self.executor.plan().clone();
        let mut grads: BTreeMap<String, Vec<f64>> = BTreeMap::new();
        let mut dx = vec![Vec::new(); self.inputs.len()];
        for (param, grad) in plan.of_role(Role::Param).zip(plan.of_role(Role::Grad)) {
            let numbers = self.executor.read(grad)?;
            match self.inputs.iter().position(|x| *x == param) {
                Some(i) => dx[i] = numbers,
                None => drop(grads.insert(plan.values[param.0].name.split('/').next_back().unwrap().into(), numbers)),
            }
        }
        Ok(Run {
            y,
            y_inference,
            dx,
            grads,
            added: self.executor.slice(self.totals)[BATCH_LOSS],
            others: self.others()?,
        })
    }
}

/// y = layer(inputs) in training mode, and the gradient of each input for `dy`.
///
/// # Errors
/// Those of recording the layer.
pub fn layer(layer: &dyn Layer, inputs: &[Array], dy: &Array) -> Result<(Array, Vec<Array>)> {
    let run = record(layer, inputs)?.step(dy)?;
    assert_eq!(run.y.shape, dy.shape, "shape of the output of {}", layer.kind());
    let shaped = run.dx.into_iter().zip(inputs).map(|(data, x)| Array { shape: x.shape.clone(), data });
    Ok((run.y, shaped.collect()))
}
