//! The GPU executor: replays a plan on any wgpu device. The only place that names wgpu.
//!
//! Everything is made before the first step: buffers, pipelines, bind groups. A submit of K steps is one write of
//! step slots, one encoder, one compute pass; within it a dispatch is a pipeline, a bind group and a grid.

mod adapters;
mod alone;
mod bind;
pub mod canary;
mod data;
mod device;
mod memory;
mod shader;
mod timing;
mod transfer;

pub use adapters::AdapterSummary;
pub use canary::Finding;
pub use device::{Created, GpuDevice};
pub use shader::text;

use super::cpu::{check_columns, check_dispatch, check_order};
use super::{DataId, Executor, check_batch, check_length, through_host};
use crate::base::{Error, Result, Rows};
use crate::kernel::Step;
use crate::plan::{Plan, Program, Value};
use alone::step_bytes;
use bind::BoundDispatch;
use data::{Shelf, Window};
use memory::{ALIGN, Memory};
use shader::STEP_BYTES;
use std::any::Any;
use std::collections::VecDeque;
use wgpu::{BindGroup, Buffer, BufferUsages, SubmissionIndex};

/// Submits handed over and not yet known to be done: one runs while the next is recorded.
const IN_FLIGHT: usize = 2;

/// A plan with its memory on a graphics device.
pub struct GpuExecutor {
    device: GpuDevice,
    plan: Plan,
    memory: Memory,
    programs: [Vec<BoundDispatch>; 2],
    shelf: Shelf,
    /// The gather's window, then the step slots, each at a multiple of [`ALIGN`].
    steps: Buffer,
    step_group: BindGroup,
    /// What is written into `steps` next.
    host_steps: Vec<u8>,
    /// The step of the last submit that ran last: whose samples reads and single dispatches mean.
    slot: usize,
    in_flight: VecDeque<SubmissionIndex>,
}

/// Where the step slot `slot` starts.
fn slot_offset(slot: usize) -> u32 {
    (slot as u32 + 1) * ALIGN as u32
}

impl GpuExecutor {
    /// Allocates the plan's memory on `device`, compiles its kernels and binds them.
    ///
    /// # Errors
    /// [`Error::Memory`] naming the buffer that does not fit, [`Error::Device`] naming a kernel the driver refuses,
    /// [`Error::Lost`].
    pub fn new(device: &GpuDevice, plan: Plan) -> Result<Self> {
        let device = device.clone();
        let memory = Memory::new(&device, &plan)?;
        let programs = bind::bind(&device, &plan, &memory)?;
        let host_steps = vec![0; (memory.slots + 1) * ALIGN as usize];
        let usage = BufferUsages::UNIFORM | BufferUsages::COPY_DST;
        let steps = device.buffer("steps", host_steps.len() as u64, usage)?;
        let layout = device.library().step_layout(device.raw());
        let step_group = device.bind_group("steps", &layout, &[(&steps, 0, STEP_BYTES)])?;
        let (shelf, in_flight) = (Shelf::default(), VecDeque::with_capacity(IN_FLIGHT + 1));
        Ok(Self { device, plan, memory, programs, shelf, steps, step_group, host_steps, slot: 0, in_flight })
    }

    /// Bytes [`GpuExecutor::new`] allocates for `plan` on `device`.
    pub fn bytes(device: &GpuDevice, plan: &Plan) -> u64 {
        Memory::bytes(device, plan)
    }

    /// The device it runs on.
    pub fn gpu(&self) -> &GpuDevice {
        &self.device
    }

    /// Objects made on the device so far (by all executors that share it): after the first step no more.
    pub fn created(&self) -> Created {
        self.device.created()
    }

    /// Puts a step into the slot's place of what is written next.
    fn put_step(&mut self, slot: usize, step: &Step) {
        let at = slot_offset(slot) as usize;
        let bytes = step_bytes(step, self.plan.batch as u32);
        self.host_steps[at..at + bytes.len()].copy_from_slice(&bytes);
    }

    /// Runs as many steps as there are slots, at most; on rows of a data set from `first` on, of which all but the last
    /// step take whole batches, or on the inputs as they are.
    fn submit(&mut self, program: Program, rows: Option<(DataId, usize)>, steps: &[Step]) -> Result<()> {
        const DURING: &str = "handing over steps";
        self.device.check(DURING)?;
        if self.in_flight.len() >= IN_FLIGHT
            && let Some(oldest) = self.in_flight.pop_front()
        {
            self.device.wait_for(Some(oldest), "running steps")?;
        }
        let taken: usize = steps.iter().map(|s| s.rows as usize).sum();
        let first = rows.map_or(0, |(_, first)| first as u32);
        let window = Window { first, rows: taken as u32, total: (steps.len() * self.plan.batch) as u32 };
        self.host_steps[..STEP_BYTES as usize].copy_from_slice(&window.bytes());
        for (slot, step) in steps.iter().enumerate() {
            self.put_step(slot, step);
        }
        let written = slot_offset(steps.len() - 1) as usize + STEP_BYTES as usize;
        self.device.queue().write_buffer(&self.steps, 0, &self.host_steps[..written]);
        let mut encoder = self.device.raw().create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            pass.set_bind_group(1, &self.step_group, &[0]);
            if let Some(loaded) = rows.and_then(|(data, _)| self.shelf.get(data)) {
                loaded.encode(&mut pass, window);
            }
            let mut current = None;
            for (slot, step) in steps.iter().enumerate() {
                pass.set_bind_group(1, &self.step_group, &[slot_offset(slot)]);
                for d in self.programs[program as usize].iter().filter(|d| d.when.runs(step)) {
                    d.encode(&mut pass, slot, &mut current);
                }
            }
        }
        self.in_flight.push_back(self.device.queue().submit([encoder.finish()]));
        self.slot = steps.len() - 1;
        self.device.check(DURING)
    }

    /// Submits one dispatch with the step in slot 0's place.
    fn submit_one(&mut self, program: Program, index: usize) {
        let mut encoder = self.device.raw().create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            pass.set_bind_group(1, &self.step_group, &[slot_offset(0)]);
            self.programs[program as usize][index].encode(&mut pass, self.slot, &mut None);
        }
        self.device.queue().submit([encoder.finish()]);
    }
}

fn unknown(data: DataId) -> Error {
    Error::request("data set", "one that was loaded", format!("number {}", data.0), "load it first")
}

impl Executor for GpuExecutor {
    fn time(&mut self, program: Program, index: usize, repeats: usize) -> Result<std::time::Duration> {
        self.time_on_device(program, index, repeats)
    }

    fn plan(&self) -> &Plan {
        &self.plan
    }

    fn device(&self) -> String {
        self.device.summary().to_string()
    }

    fn load(&mut self, columns: &[(Value, Rows)]) -> Result<DataId> {
        let rows = check_columns(&self.plan, columns)?;
        Ok(DataId(self.shelf.load(&self.device, &self.plan, &self.memory, columns, rows)?))
    }

    fn order(&mut self, data: DataId, order: &[u32]) -> Result<()> {
        let loaded = self.shelf.get_mut(data).ok_or_else(|| unknown(data))?;
        check_order(order, loaded.rows)?;
        loaded.set_order(&self.device, &self.plan, &self.memory, order)
    }

    fn run(&mut self, program: Program, data: DataId, first: usize, steps: &[Step]) -> Result<()> {
        let ordered = self.shelf.get(data).ok_or_else(|| unknown(data))?.ordered;
        let rows: usize = steps.iter().map(|s| s.rows as usize).sum();
        if first.saturating_add(rows) > ordered {
            return Err(Error::request(
                "batch",
                format!("rows within the data set's {ordered}"),
                format!("rows {first}..{}", first.saturating_add(rows)),
                "give fewer steps or more data",
            ));
        }
        let batch = self.plan.batch;
        steps.iter().try_for_each(|s| check_batch(&self.plan, s.rows as usize))?;
        let (mut at, mut rest) = (first, steps);
        while !rest.is_empty() {
            // A short step ends a submit: the next starts a slot of its own.
            let whole = rest.iter().take_while(|s| s.rows as usize == batch).count();
            let (now, later) = rest.split_at((whole + 1).min(rest.len()).min(self.memory.slots));
            self.submit(program, Some((data, at)), now)?;
            at += now.iter().map(|s| s.rows as usize).sum::<usize>();
            rest = later;
        }
        Ok(())
    }

    fn unload(&mut self, data: DataId) {
        self.shelf.unload(data);
    }

    fn feed(&mut self, columns: &[(Value, Rows)]) -> Result<usize> {
        let rows = check_columns(&self.plan, columns)?;
        check_batch(&self.plan, rows)?;
        self.slot = 0;
        for (value, table) in columns {
            let mut numbers = vec![0.0_f32; self.plan.place(*value).len];
            for (i, row) in numbers.chunks_mut(table.width).take(rows).enumerate() {
                table.gather(i, row);
            }
            self.memory.put(&self.device, self.plan.place(*value), 0, &numbers)?;
        }
        Ok(rows)
    }

    fn replay(&mut self, program: Program, steps: &[Step]) -> Result<()> {
        steps.chunks(self.memory.slots).try_for_each(|now| self.submit(program, None, now))
    }

    fn copy_from(&mut self, other: &mut dyn Executor, pairs: &[(Value, Value)]) -> Result<()> {
        let near = other.as_any().downcast_mut::<Self>().filter(|o| o.device.is(&self.device));
        let Some(near) = near else { return through_host(self, other, pairs) };
        let mut places = Vec::with_capacity(pairs.len());
        for (from, to) in pairs {
            check_length(&self.plan, *to, near.plan.place(*from).len)?;
            places.push((near.plan.place(*from), self.plan.place(*to)));
        }
        self.memory.copy(&self.device, &near.memory, &places)
    }

    fn as_any(&mut self) -> &mut dyn Any {
        self
    }

    fn wait(&mut self) -> Result<()> {
        self.in_flight.clear();
        self.device.wait_for(None, "running steps")
    }

    fn read(&mut self, value: Value) -> Result<Vec<f64>> {
        self.in_flight.clear();
        self.memory.read(&self.device, self.plan.place(value), self.slot)
    }

    fn write(&mut self, value: Value, numbers: &[f64]) -> Result<()> {
        check_length(&self.plan, value, numbers.len())?;
        self.memory.write(&self.device, self.plan.place(value), self.slot, numbers)
    }

    fn steps_per_submit(&self) -> usize {
        self.memory.slots
    }

    fn run_one(&mut self, program: Program, index: usize, step: &Step) -> Result<()> {
        const DURING: &str = "running one kernel";
        check_dispatch(&self.plan, program, index)?;
        self.device.check(DURING)?;
        self.put_step(0, step);
        let at = slot_offset(0) as usize;
        let bytes = &self.host_steps[at..at + STEP_BYTES as usize];
        self.device.queue().write_buffer(&self.steps, at as u64, bytes);
        self.submit_one(program, index);
        self.device.check(DURING)
    }
}
