//! An optimizer alone: variables without a model, fed gradients from outside.

use crate::base::{Result, Seed};
use crate::exec::{Executor, cpu::CpuExecutor};
use crate::kernel::{Step, Twinned, map::Mapped};
use crate::nn::optim::{Optimizer, Progress};
use crate::plan::{Program, Tape, Value};
use std::sync::Arc;

/// A variable to be moved: name, shape, start.
pub type Variable<'a> = (&'a str, &'a [usize], Vec<f64>);

/// Variables, and the optimizer that moves them.
pub struct Updates<T> {
    optimizer: Arc<dyn Optimizer>,
    executor: CpuExecutor<T>,
    variables: Vec<(Value, Value)>,
    progress: Progress,
}

impl<T: Twinned + Mapped> Updates<T> {
    /// Records the optimizer over the variables.
    ///
    /// # Errors
    /// Those of the optimizer.
    pub fn new(optimizer: Arc<dyn Optimizer>, variables: &[Variable<'_>]) -> Result<Self> {
        let mut tape = Tape::new(1, Seed(0));
        let mut pairs = Vec::new();
        for (name, shape, start) in variables {
            let v = tape.param(name, shape, |_| start.clone());
            pairs.extend(tape.gradient(v).map(|g| (v, g)));
        }
        optimizer.record(&mut tape)?;
        let executor = CpuExecutor::new(tape.finish());
        Ok(Self { optimizer, executor, variables: pairs, progress: Progress::default() })
    }

    /// One step along `gradients`, one array a variable.
    ///
    /// # Errors
    /// A gradient of another length than its variable.
    pub fn step(&mut self, gradients: &[Vec<f64>]) -> Result<()> {
        for ((_, g), numbers) in self.variables.iter().zip(gradients) {
            self.executor.write(*g, numbers)?;
        }
        let mut step = Step { index: self.progress.steps as u32, ..Step::default() };
        self.optimizer.fill(&mut self.progress, &mut step);
        for i in 0..self.dispatches() {
            if self.executor.plan().program(Program::Train)[i].when.runs(&step) {
                self.executor.run_one(Program::Train, i, &step)?;
            }
        }
        Ok(())
    }

    /// Dispatches of a step that updates.
    pub fn dispatches(&self) -> usize {
        self.executor.plan().program(Program::Train).len()
    }

    /// The numbers of variable number `i`.
    pub fn variable(&self, i: usize) -> Vec<f64> {
        self.executor.slice(self.variables[i].0).iter().map(|v| v.to_f64()).collect()
    }

    /// What the optimizer keeps of variable number `i` under `slot`, for example `momentum` or `average`.
    pub fn slot(&self, slot: &str, i: usize) -> Option<Vec<f64>> {
        let plan = self.executor.plan();
        let place = plan.place(self.variables[i].0);
        let whole = self.executor.slice(plan.find(&format!("optimizer/{slot}"))?);
        Some(whole[place.offset..place.offset + place.len].iter().map(|v| v.to_f64()).collect())
    }
}
