//! Executors: they replay a plan. The CPU's runs the kernels' twins, the GPU's their WGSL.

pub mod cpu;
#[cfg(feature = "gpu")]
pub mod gpu;

use crate::base::{Result, Rows};
use crate::kernel::Step;
use crate::plan::{Plan, Program, Value};
use std::time::{Duration, Instant};

/// A data set held by an executor, by the number [`Executor::load`] gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataId(pub usize);

/// A plan with its memory on one device.
pub trait Executor {
    /// The plan it runs.
    fn plan(&self) -> &Plan;

    /// What it runs on, for people: `cpu (float32)`, `NVIDIA … (Vulkan, driver …)`.
    fn device(&self) -> String;

    /// Hands over a data set: `columns` pairs each input of the plan with its table; all tables have one
    /// number of rows. It stays on the device.
    ///
    /// # Errors
    /// A table whose width is not the input's, a different number of rows, no room on the device.
    fn load(&mut self, columns: &[(Value, Rows)]) -> Result<DataId>;

    /// Sets the order in which rows are taken; before the first call it is 0, 1, 2, ….
    ///
    /// # Errors
    /// An index that is not a row of the data set.
    fn order(&mut self, data: DataId, order: &[u32]) -> Result<()>;

    /// Runs `program` once for each step; step `i` takes the `steps[i].rows` rows that follow those of the steps
    /// before it, starting at `first` in the order set. Nothing is looked up, allocated or read back per step.
    ///
    /// # Errors
    /// The device was lost, or rows beyond the data set were asked for.
    fn run(&mut self, program: Program, data: DataId, first: usize, steps: &[Step]) -> Result<()>;

    /// Waits until all work handed over is done.
    ///
    /// # Errors
    /// The device was lost.
    fn wait(&mut self) -> Result<()>;

    /// The numbers of a value; waits for all work before.
    ///
    /// # Errors
    /// The device was lost.
    fn read(&mut self, value: Value) -> Result<Vec<f64>>;

    /// Overwrites a value (`numbers.len()` must be its length).
    ///
    /// # Errors
    /// A wrong length, or the device was lost.
    fn write(&mut self, value: Value, numbers: &[f64]) -> Result<()>;

    /// How many steps are best handed over at once.
    fn steps_per_submit(&self) -> usize;

    /// For judging: runs dispatch `index` of `program` alone, with `step` and the memory as it is.
    /// The samples must have been gathered by a [`Executor::run`] before or written to the input values.
    ///
    /// # Errors
    /// As [`Executor::run`].
    fn run_one(&mut self, program: Program, index: usize, step: &Step) -> Result<()>;

    /// The shortest of `repeats` runs of dispatch `index` alone, on the memory as it is: by the device's clock
    /// where it has one, else by ours with the wait included.
    ///
    /// # Errors
    /// As [`Executor::run`].
    fn time(&mut self, program: Program, index: usize, repeats: usize) -> Result<Duration> {
        let mut best = Duration::MAX;
        for _ in 0..repeats.max(1) {
            let start = Instant::now();
            self.run_one(program, index, &Step::default())?;
            self.wait()?;
            best = best.min(start.elapsed());
        }
        Ok(best)
    }
}
