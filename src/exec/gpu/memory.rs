//! The plan's buffers on the device, and how many steps' samples they hold.

use super::device::GpuDevice;
use super::transfer::Staging;
use crate::base::Result;
use crate::kernel::Schedule;
use crate::plan::{Place, Plan, Program, Value};
use wgpu::{Buffer, BufferUsages};

/// Most steps handed over at once.
const MOST_STEPS: usize = 64;

/// Bytes the samples of all steps of a submit may take.
const SLOT_BYTES: u64 = 16 << 20;

/// Bytes of the buffer results are read back through.
const STAGED: u64 = 1 << 16;

/// Offsets of bindings: WebGPU's strictest.
pub(super) const ALIGN: u64 = 256;

/// The buffers of a plan.
pub(super) struct Memory {
    buffers: Vec<Buffer>,
    /// Bytes from one step's copy to the next; 0 where all steps share one.
    strides: Vec<u64>,
    /// Steps a submit.
    pub slots: usize,
    staging: Staging,
}

/// Steps a submit may hold: their samples fit `SLOT_BYTES`, and it lasts a fraction of a second, so that waits,
/// watchdogs and interrupts stay short.
fn slots(plan: &Plan, schedule: Schedule) -> usize {
    let samples: u64 = plan.buffers.iter().filter(|b| b.per_step).map(|b| stride(b.len)).sum();
    let flops: u64 = plan.program(Program::Train).iter().map(|d| d.call.flops()).sum();
    // Floating-point operations in about a tenth of a second: of two processor cores, of a small graphics card.
    let budget = match schedule {
        Schedule::Lanes => 1_000_000_000,
        Schedule::Tiles => 50_000_000_000,
    };
    let most = (SLOT_BYTES / samples.max(1)).min(budget / flops.max(1));
    (most as usize).clamp(1, MOST_STEPS)
}

/// Bytes of a buffer, with a copy for each of `slots` steps where each has its own.
fn bytes(b: &crate::plan::Buffer, slots: usize) -> u64 {
    if b.per_step { stride(b.len) * slots as u64 } else { b.len as u64 * 4 }
}

fn stride(len: usize) -> u64 {
    (len as u64 * 4).next_multiple_of(ALIGN)
}

impl Memory {
    /// Bytes of the plan's buffers, of what is read back through, and of the step slots.
    pub fn bytes(device: &GpuDevice, plan: &Plan) -> u64 {
        let slots = slots(plan, device.schedule());
        let buffers = plan.buffers.iter().map(|b| bytes(b, slots).next_multiple_of(ALIGN).max(ALIGN));
        buffers.sum::<u64>() + STAGED + (slots as u64 + 1) * ALIGN
    }

    /// Allocates what the plan needs (zeros) and writes its initial values.
    pub fn new(device: &GpuDevice, plan: &Plan) -> Result<Self> {
        let slots = slots(plan, device.schedule());
        let strides: Vec<u64> = plan.buffers.iter().map(|b| if b.per_step { stride(b.len) } else { 0 }).collect();
        let usage = BufferUsages::STORAGE | BufferUsages::COPY_DST | BufferUsages::COPY_SRC;
        let mut buffers = Vec::with_capacity(plan.buffers.len());
        for b in &plan.buffers {
            buffers.push(device.buffer(&b.label, bytes(b, slots), usage)?);
        }
        let mut new = Self { buffers, strides, slots, staging: Staging::with(device, STAGED)? };
        for (value, numbers) in &plan.initial {
            new.write(device, plan.place(*value), 0, numbers)?;
        }
        Ok(new)
    }

    /// Buffer, first byte and bytes of a place in the copy of step `slot`. The end is rounded up to whole vectors
    /// of four, as kernels may read them; buffers and arenas have the room.
    pub fn binding(&self, place: Place, slot: usize) -> (&Buffer, u64, u64) {
        let bytes = (place.len.max(1) as u64 * 4).next_multiple_of(16);
        (&self.buffers[place.buffer], self.at(place, slot), bytes)
    }

    /// Whether each step has a copy of its own.
    pub fn per_step(&self, place: Place) -> bool {
        self.strides[place.buffer] > 0
    }

    /// The whole buffer of a value that each step has its own copy of, and the words from one to the next.
    pub fn all_slots(&self, plan: &Plan, value: Value) -> (&Buffer, u64) {
        let buffer = plan.place(value).buffer;
        (&self.buffers[buffer], self.strides[buffer] / 4)
    }

    fn at(&self, place: Place, slot: usize) -> u64 {
        self.strides[place.buffer] * slot as u64 + place.offset as u64 * 4
    }

    /// The numbers of a place, after all work submitted so far.
    pub fn read(&mut self, device: &GpuDevice, place: Place, slot: usize) -> Result<Vec<f64>> {
        let at = self.at(place, slot);
        let words = self.staging.read(device, &self.buffers[place.buffer], at, place.len)?;
        Ok(words.into_iter().map(|w| f64::from(f32::from_bits(w))).collect())
    }

    /// Overwrites a place, rounded to f32.
    pub fn write(&mut self, device: &GpuDevice, place: Place, slot: usize, numbers: &[f64]) -> Result<()> {
        let numbers: Vec<f32> = numbers.iter().take(place.len).map(|v| *v as f32).collect();
        self.put(device, place, slot, &numbers)
    }

    /// Overwrites a place.
    pub fn put(&self, device: &GpuDevice, place: Place, slot: usize, numbers: &[f32]) -> Result<()> {
        device.upload(&self.buffers[place.buffer], self.at(place, slot), bytemuck::cast_slice(numbers))
    }

    /// Copies places of another memory on the same device into places of this one, after all work submitted so far.
    pub fn copy(&self, device: &GpuDevice, other: &Self, places: &[(Place, Place)]) -> Result<()> {
        const DURING: &str = "copying between models";
        device.check(DURING)?;
        let mut encoder = device.raw().create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some(DURING) });
        for (from, to) in places {
            let (source, target) = (&other.buffers[from.buffer], &self.buffers[to.buffer]);
            encoder.copy_buffer_to_buffer(source, other.at(*from, 0), target, self.at(*to, 0), from.len as u64 * 4);
        }
        device.queue().submit([encoder.finish()]);
        device.check(DURING)
    }
}
