//! Executors: they replay a plan. The CPU's runs the kernels' twins, the GPU's their WGSL.

pub mod cpu;
#[cfg(feature = "gpu")]
pub mod gpu;

use crate::base::{Error, Result, Rows};
use crate::kernel::Step;
use crate::plan::{Plan, Program, Value};
use std::any::Any;
use std::time::{Duration, Instant};

/// A data set held by an executor, by the number [`Executor::load`] gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataId(pub usize);

/// A plan with its memory on one device.
pub trait Executor: Send {
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

    /// Lets go of a data set; its number means nothing any more.
    fn unload(&mut self, data: DataId);

    /// Puts the rows of `columns`, at most a batch of them, into the inputs themselves, for [`Executor::replay`]; the
    /// rest of the batch is zero. Returns the number of rows.
    ///
    /// # Errors
    /// As [`Executor::load`], and more rows than a batch has.
    fn feed(&mut self, columns: &[(Value, Rows)]) -> Result<usize>;

    /// Runs `program` once for each step on the inputs as they are: the first step on what was fed. Later steps find
    /// no inputs: several are for programs that read none.
    ///
    /// # Errors
    /// The device was lost.
    fn replay(&mut self, program: Program, steps: &[Step]) -> Result<()>;

    /// Copies values of another executor into values of this one, each pair of one length.
    ///
    /// # Errors
    /// Lengths that differ, or a device was lost.
    fn copy_from(&mut self, other: &mut dyn Executor, pairs: &[(Value, Value)]) -> Result<()>;

    /// The executor as itself, so that two of a kind can work together.
    fn as_any(&mut self) -> &mut dyn Any;

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

/// Fails unless `rows` fit a batch of `plan`.
pub(crate) fn check_batch(plan: &Plan, rows: usize) -> Result<()> {
    if rows <= plan.batch {
        return Ok(());
    }
    let help = "give steps of the batch size the model was compiled for";
    Err(Error::request("step", format!("at most {} rows", plan.batch), rows, help))
}

/// Copies values of one executor to another by way of the host.
pub(crate) fn through_host(to: &mut dyn Executor, from: &mut dyn Executor, pairs: &[(Value, Value)]) -> Result<()> {
    pairs.iter().try_for_each(|(read, write)| to.write(*write, &from.read(*read)?))
}

/// Fails unless `value` of `plan` has `len` numbers.
pub(crate) fn check_length(plan: &Plan, value: Value, len: usize) -> Result<()> {
    let info = &plan.values[value.0];
    if len == info.len() {
        return Ok(());
    }
    Err(Error::request(
        format!("value `{}`", info.name),
        format!("{} numbers (shape {:?})", info.len(), info.shape),
        len,
        "give an array of the variable's shape",
    ))
}
