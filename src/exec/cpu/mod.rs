//! The CPU executor: the kernels' twins over the same buffers. In f64 the judge, in f32 the fallback.

mod bind;

use super::{DataId, Executor, check_batch, check_length, through_host};
use crate::base::{Error, Real, Result, Rows};
use crate::kernel::{Step, Twinned, map::Mapped};
use crate::plan::{Plan, Program, Value};
use bind::BoundDispatch;
use std::any::Any;

/// Steps handed over at once: enough that progress is checked rarely, little enough that an interrupt is quick.
const STEPS_PER_CALL: usize = 16;

struct Loaded {
    columns: Vec<(Value, Rows)>,
    order: Vec<u32>,
}

/// A plan and its memory in numbers of type `T`.
pub struct CpuExecutor<T> {
    plan: Plan,
    memory: Vec<Vec<T>>,
    programs: [Vec<BoundDispatch>; 2],
    data: Vec<Option<Loaded>>,
}

impl<T: Twinned + Mapped> CpuExecutor<T> {
    /// Allocates the plan's memory and fills in the initial values. Where there is not so much memory the process ends;
    /// [`CpuExecutor::try_new`] says so instead.
    pub fn new(plan: Plan) -> Self {
        let memory = plan.buffers.iter().map(|b| vec![T::ZERO; b.len]).collect();
        Self::over(plan, memory)
    }

    /// As [`CpuExecutor::new`] for plans of any size.
    ///
    /// # Errors
    /// [`Error::Memory`] naming the buffer for which there is no room.
    pub fn try_new(plan: Plan) -> Result<Self> {
        let mut memory: Vec<Vec<T>> = Vec::with_capacity(plan.buffers.len());
        for b in &plan.buffers {
            let mut numbers = Vec::new();
            numbers.try_reserve_exact(b.len).map_err(|_| Error::Memory {
                what: format!(
                    "buffer `{}`, one of {} bytes together,",
                    b.label,
                    plan.bytes() * size_of::<T>() as u64 / 4
                ),
                needed: b.len as u64 * size_of::<T>() as u64,
                allowed: 0,
                help: "use a smaller batch or model".to_owned(),
            })?;
            numbers.resize(b.len, T::ZERO);
            memory.push(numbers);
        }
        Ok(Self::over(plan, memory))
    }

    fn over(mut plan: Plan, memory: Vec<Vec<T>>) -> Self {
        let programs = Program::ALL.map(|p| plan.program(p).iter().map(|d| BoundDispatch::new(d, &plan)).collect());
        // Aside for the while: a copy would be the largest array of all.
        let initial = std::mem::take(&mut plan.initial);
        let mut new = Self { plan, memory, programs, data: Vec::new() };
        for (v, numbers) in &initial {
            new.fill(*v, numbers);
        }
        new.plan.initial = initial;
        new
    }

    fn fill(&mut self, v: Value, numbers: &[f64]) {
        let p = self.plan.place(v);
        for (to, from) in self.memory[p.buffer][p.offset..p.offset + p.len].iter_mut().zip(numbers) {
            *to = T::of(*from);
        }
    }

    /// The numbers of a value, as they are.
    pub fn slice(&self, v: Value) -> &[T] {
        let p = self.plan.place(v);
        &self.memory[p.buffer][p.offset..p.offset + p.len]
    }

    fn gather_and_step(&mut self, program: Program, data: DataId, first: usize, steps: &[Step]) -> Result<()> {
        let mut at = first;
        for step in steps {
            let rows = step.rows as usize;
            self.gather(data, at, rows)?;
            at += rows;
            self.step(program, step);
        }
        Ok(())
    }

    fn step(&mut self, program: Program, step: &Step) {
        for dispatch in self.programs[program as usize].iter().filter(|d| d.when.runs(step)) {
            dispatch.run(step, &mut self.memory);
        }
    }

    fn gather(&mut self, data: DataId, first: usize, rows: usize) -> Result<()> {
        let Self { plan, memory, data: all, .. } = self;
        let loaded = all.get(data.0).and_then(Option::as_ref).ok_or_else(|| unknown(data))?;
        check_batch(plan, rows)?;
        let end = first.saturating_add(rows);
        let order = loaded.order.get(first..end).ok_or_else(|| {
            Error::request(
                "batch",
                format!("rows within the data set's {}", loaded.order.len()),
                format!("rows {first}..{end}"),
                "give fewer steps or more data",
            )
        })?;
        for (input, table) in &loaded.columns {
            fill_batch(plan, memory, *input, table, order.iter().map(|i| *i as usize));
        }
        Ok(())
    }
}

/// Writes rows of `table` into `input`, zeros behind them.
fn fill_batch<T: Real>(
    plan: &Plan,
    memory: &mut [Vec<T>],
    input: Value,
    table: &Rows,
    order: impl ExactSizeIterator<Item = usize>,
) {
    let place = plan.place(input);
    let batch = &mut memory[place.buffer][place.offset..place.offset + place.len];
    let (live, padding) = batch.split_at_mut(order.len() * table.width);
    live.chunks_mut(table.width).zip(order).for_each(|(row, index)| table.gather(index, row));
    padding.fill(T::ZERO);
}

fn unknown(data: DataId) -> Error {
    Error::request("data set", "one that was loaded", format!("number {}", data.0), "load it first")
}

/// Puts `loaded` where an earlier data set was let go, or at the end; returns its number.
pub(crate) fn put<L>(shelf: &mut Vec<Option<L>>, loaded: L) -> usize {
    let free = shelf.iter().position(Option::is_none).unwrap_or(shelf.len());
    if free == shelf.len() {
        shelf.push(None);
    }
    shelf[free] = Some(loaded);
    free
}

/// Checks that the tables fit the plan's inputs and have one number of rows, which it returns.
pub(crate) fn check_columns(plan: &Plan, columns: &[(Value, Rows)]) -> Result<usize> {
    let rows = columns.first().map_or(0, |(_, t)| t.len());
    for (v, table) in columns {
        let info = &plan.values[v.0];
        let width = info.len() / plan.batch.max(1);
        if table.width != width {
            return Err(Error::request(
                format!("input `{}`", info.name),
                format!("{width} numbers a sample (shape {:?})", &info.shape[1..]),
                format!("{} numbers a sample", table.width),
                "give data of the model's input shape, or build the model for the data's",
            ));
        }
        if table.len() != rows || rows == 0 {
            return Err(Error::request(
                format!("input `{}`", info.name),
                if rows == 0 {
                    "at least one sample".into()
                } else {
                    format!("{rows} samples, as the first input has")
                },
                format!("{} samples", table.len()),
                "give every input the same samples",
            ));
        }
        if let Some(below) = info.below {
            check_integers(&info.name, table, below)?;
        }
    }
    Ok(rows)
}

/// Checks that every number of `table` is an integer below `below`, as a lookup asks.
fn check_integers(name: &str, table: &Rows, below: u32) -> Result<()> {
    let mut row = vec![0.0_f64; table.width];
    for i in 0..table.len() {
        table.gather(i, &mut row);
        if let Some(bad) = row.iter().find(|v| !(0.0..f64::from(below)).contains(*v) || v.fract() != 0.0) {
            return Err(Error::request(
                format!("input `{name}`, sample {i}"),
                format!("integers from 0 to {}, which an embedding looks up", below - 1),
                bad,
                "give the embedding more rows, or correct the indices",
            ));
        }
    }
    Ok(())
}

/// Checks that `program` has a dispatch `index`.
pub(crate) fn check_dispatch(plan: &Plan, program: Program, index: usize) -> Result<()> {
    let have = plan.program(program).len();
    if index < have {
        return Ok(());
    }
    Err(Error::request("dispatch", format!("a number below {have}"), index, "see the plan's listing"))
}

/// Checks that `order` names rows only.
pub(crate) fn check_order(order: &[u32], rows: usize) -> Result<()> {
    match order.iter().find(|i| **i as usize >= rows) {
        None => Ok(()),
        Some(bad) => Err(Error::request(
            "order of samples",
            format!("indices below {rows}"),
            bad,
            "shuffle the indices of this data set, not of another",
        )),
    }
}

impl<T: Twinned + Mapped> Executor for CpuExecutor<T> {
    fn plan(&self) -> &Plan {
        &self.plan
    }

    fn device(&self) -> String {
        let bits = size_of::<T>() * 8;
        format!("cpu (float{bits}, {} threads)", rayon::current_num_threads())
    }

    fn load(&mut self, columns: &[(Value, Rows)]) -> Result<DataId> {
        let rows = check_columns(&self.plan, columns)?;
        let loaded = Loaded { columns: columns.to_vec(), order: (0..rows as u32).collect() };
        Ok(DataId(put(&mut self.data, loaded)))
    }

    fn order(&mut self, data: DataId, order: &[u32]) -> Result<()> {
        let loaded = self.data.get_mut(data.0).and_then(Option::as_mut).ok_or_else(|| unknown(data))?;
        check_order(order, loaded.columns.first().map_or(0, |(_, t)| t.len()))?;
        loaded.order.clear();
        loaded.order.extend_from_slice(order);
        Ok(())
    }

    fn run(&mut self, program: Program, data: DataId, first: usize, steps: &[Step]) -> Result<()> {
        // Inside the thread pool a fork costs next to nothing; from outside each would cost some 10 µs.
        rayon::scope(|_| self.gather_and_step(program, data, first, steps))
    }

    fn unload(&mut self, data: DataId) {
        if let Some(loaded) = self.data.get_mut(data.0) {
            *loaded = None;
        }
    }

    fn feed(&mut self, columns: &[(Value, Rows)]) -> Result<usize> {
        let rows = check_columns(&self.plan, columns)?;
        check_batch(&self.plan, rows)?;
        for (input, table) in columns {
            fill_batch(&self.plan, &mut self.memory, *input, table, 0..rows);
        }
        Ok(rows)
    }

    fn replay(&mut self, program: Program, steps: &[Step]) -> Result<()> {
        rayon::scope(|_| steps.iter().for_each(|step| self.step(program, step)));
        Ok(())
    }

    fn copy_from(&mut self, other: &mut dyn Executor, pairs: &[(Value, Value)]) -> Result<()> {
        let Some(same) = other.as_any().downcast_mut::<Self>() else { return through_host(self, other, pairs) };
        for (from, to) in pairs {
            let (numbers, p) = (same.slice(*from), self.plan.place(*to));
            check_length(&self.plan, *to, numbers.len())?;
            self.memory[p.buffer][p.offset..p.offset + p.len].copy_from_slice(numbers);
        }
        Ok(())
    }

    fn as_any(&mut self) -> &mut dyn Any {
        self
    }

    fn wait(&mut self) -> Result<()> {
        Ok(())
    }

    fn read(&mut self, value: Value) -> Result<Vec<f64>> {
        Ok(self.slice(value).iter().map(|v| v.to_f64()).collect())
    }

    fn write(&mut self, value: Value, numbers: &[f64]) -> Result<()> {
        check_length(&self.plan, value, numbers.len())?;
        self.fill(value, numbers);
        Ok(())
    }

    fn steps_per_submit(&self) -> usize {
        STEPS_PER_CALL
    }

    fn run_one(&mut self, program: Program, index: usize, step: &Step) -> Result<()> {
        check_dispatch(&self.plan, program, index)?;
        self.programs[program as usize][index].run(step, &mut self.memory);
        Ok(())
    }
}
