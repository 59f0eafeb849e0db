//! Two executors over one plan, dispatch by dispatch: the first kernel at which they part is the one to look at.

use super::norm_error;
use crate::base::{Result, Rows};
use crate::exec::{Executor, cpu::CpuExecutor};
use crate::kernel::Step;
use crate::plan::{Dispatch, Program, Value};
use crate::train::Compiled;

/// The judge, and the batches both executors are given.
pub struct Lockstep<'a> {
    model: &'a Compiled,
    /// The judge's executor, in f64.
    pub judge: CpuExecutor<f64>,
    state: Vec<Value>,
    x: Rows,
    y: Rows,
}

/// Where two executors parted.
#[derive(Clone, Debug)]
pub struct Divergence {
    /// Number of the dispatch within its program.
    pub dispatch: usize,
    /// The dispatch as the listing shows it.
    pub line: String,
    /// The value, by name.
    pub value: String,
    /// ‖other − judge‖ / ‖judge‖ over the value.
    pub error: f64,
}

impl<'a> Lockstep<'a> {
    /// A judge of `model` in its initial state, over the samples `x` and labels `y`.
    pub fn new(model: &'a Compiled, x: Rows, y: Rows) -> Self {
        let plan = &model.plan;
        let state = (0..plan.values.len()).map(Value).filter(|v| plan.values[v.0].role.is_kept()).collect();
        Self { model, judge: CpuExecutor::new(plan.clone()), state, x, y }
    }

    /// Variables, moving statistics and slots, rounded to f32 in the judge and then the same in both.
    ///
    /// # Errors
    /// The device was lost.
    pub fn copy_state(&mut self, other: &mut dyn Executor) -> Result<()> {
        for v in &self.state {
            let mut numbers = self.judge.read(*v)?;
            numbers.iter_mut().for_each(|n| *n = f64::from(*n as f32));
            self.judge.write(*v, &numbers)?;
            other.write(*v, &numbers)?;
        }
        Ok(())
    }

    /// Gives both executors the batch that starts at sample `first`; rows beyond the end are zero.
    ///
    /// # Errors
    /// The device was lost.
    pub fn feed(&mut self, other: &mut dyn Executor, first: usize) -> Result<()> {
        for (value, table) in [(self.model.x(), &self.x), (self.model.y(), &self.y)] {
            let mut batch = vec![0.0_f64; self.model.plan.values[value.0].len()];
            for (row, index) in batch.chunks_mut(table.width).zip(first..table.len()) {
                table.gather(index, row);
            }
            self.judge.write(value, &batch)?;
            other.write(value, &batch)?;
        }
        let weights = self.model.w.map(|w| (w, vec![1.0; self.model.plan.batch]));
        weights.map_or(Ok(()), |(w, ones)| self.judge.write(w, &ones).and_then(|()| other.write(w, &ones)))
    }

    /// Runs dispatch `i` of `program` on both, if it runs in this step.
    ///
    /// # Errors
    /// The device was lost.
    pub fn dispatch(&mut self, other: &mut dyn Executor, program: Program, i: usize, step: &Step) -> Result<()> {
        if !self.model.plan.program(program)[i].when.runs(step) {
            return Ok(());
        }
        self.judge.run_one(program, i, step)?;
        other.run_one(program, i, step)
    }

    /// Runs `program` on both without comparing.
    ///
    /// # Errors
    /// The device was lost.
    pub fn run(&mut self, other: &mut dyn Executor, program: Program, step: &Step) -> Result<()> {
        (0..self.model.plan.program(program).len()).try_for_each(|i| self.dispatch(other, program, i, step))
    }

    /// Runs `program` on both and gives the first dispatch after which a value it wrote is further than `bound`.
    ///
    /// # Errors
    /// The device was lost.
    pub fn first_divergence(
        &mut self,
        other: &mut dyn Executor,
        program: Program,
        step: &Step,
        bound: f64,
    ) -> Result<Option<Divergence>> {
        for i in 0..self.model.plan.program(program).len() {
            self.dispatch(other, program, i, step)?;
            let d = &self.model.plan.program(program)[i];
            if let Some((value, error)) = self.furthest(other, d)?
                && error > bound
            {
                let plan = &self.model.plan;
                let value = plan.values[value.0].name.clone();
                return Ok(Some(Divergence { dispatch: i, line: plan.line(d), value, error }));
            }
        }
        Ok(None)
    }

    /// The value written by `d` that is furthest apart.
    fn furthest(&self, other: &mut dyn Executor, d: &Dispatch) -> Result<Option<(Value, f64)>> {
        let mut worst: Option<(Value, f64)> = None;
        for v in d.all_writes() {
            let error = norm_error(&other.read(v)?, self.judge.slice(v));
            if worst.is_none_or(|w| error > w.1) {
                worst = Some((v, error));
            }
        }
        Ok(worst)
    }
}
