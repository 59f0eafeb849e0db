//! One kernel start on arrays of its own, with guard words around every output: what the walkers compare.

use super::device::GpuDevice;
use super::shader::{self, Pipeline, STEP_BYTES};
use super::transfer::Staging;
use crate::base::{Error, Result};
use crate::kernel::{Call, Stage, Step};
use wgpu::{Buffer, BufferUsages};

/// Words before and after each array that no kernel may touch: 256 bytes, so that the array stays aligned.
const GUARD: usize = 64;

/// A NaN of our own: read by mistake it spoils the result, overwritten it shows.
const GUARD_WORD: u32 = 0x7fc0_beef;

/// The step the canaries run at.
pub(super) const STEP_FOR_CANARY: Step = Step {
    index: 5,
    rows: 1,
    seed: 0x0123_4567_89ab_cdef,
    learning_rate: 0.0,
    update: true,
    overwrite: false,
    observe: false,
    average: 0.0,
    coef: [0.0; 8],
};

/// The step slot as the device reads it; `rows` is never more than `batch`.
pub(super) fn step_bytes(step: &Step, batch: u32) -> [u8; STEP_BYTES as usize] {
    let mut words = [0u32; STEP_BYTES as usize / 4];
    words[..4].copy_from_slice(&[step.index, step.rows.min(batch), step.seed as u32, (step.seed >> 32) as u32]);
    words[4] = (step.learning_rate as f32).to_bits();
    words[5] = u32::from(step.update);
    words[6] = (step.average as f32).to_bits();
    for (word, c) in words[8..].iter_mut().zip(step.coef) {
        *word = (c as f32).to_bits();
    }
    bytemuck::cast(words)
}

impl GpuDevice {
    /// Runs `call` with `stages` once on arrays of its own and replaces `writes` by what it wrote; tells whether
    /// the guard words around the outputs are intact.
    ///
    /// `reads` holds the call's operands in order, then those its stages read; `writes` likewise, with their
    /// numbers before the run. Arrays must have the lengths the call states (a stage's: that of the first output).
    ///
    /// # Errors
    /// The kernel was refused, an array is missing or too short, no room, or the device was lost.
    pub fn run_call(
        &self,
        call: &dyn Call,
        stages: &[Stage],
        step: &Step,
        reads: &[Vec<f32>],
        writes: &mut [Vec<f32>],
    ) -> Result<bool> {
        let flags = shader::read_only(call, stages);
        let (readers, writers) = (flags.iter().filter(|r| **r).count(), flags.iter().filter(|r| !**r).count());
        let long = |own: &[(&str, usize, _)], given: &[Vec<f32>]| own.iter().zip(given).all(|(o, g)| g.len() >= o.1);
        let (own_reads, own_writes) = (call.reads(), call.writes());
        if readers != reads.len() || writers != writes.len() || !long(&own_reads, reads) || !long(&own_writes, writes) {
            let lengths = |given: &[Vec<f32>]| given.iter().map(Vec::len).collect::<Vec<_>>();
            return Err(Error::request(
                format!("operands of kernel `{}` ({})", call.name(), call.dims()),
                format!("{readers} arrays to read and {writers} to write of the lengths it states"),
                format!("arrays of {:?} and {:?} numbers", lengths(reads), lengths(writes)),
                "give every operand",
            ));
        }
        let name = call.name();
        let pipeline = self.library().pipeline(self, name, shader::text(call, stages, self.schedule()), &flags)?;
        let (mut next_read, mut next_write) = (reads.iter(), writes.iter());
        let mut buffers: Vec<(Buffer, usize)> = Vec::with_capacity(flags.len());
        for read_only in &flags {
            let numbers = if *read_only { next_read.next() } else { next_write.next() };
            let numbers = numbers.map_or(&[][..], Vec::as_slice);
            buffers.push((self.guarded(name, bytemuck::cast_slice(numbers))?, numbers.len()));
        }
        self.start(name, &pipeline, &buffers, call.shader(self.schedule()).grid, step)?;
        let mut intact = true;
        let written = buffers.iter().zip(&flags).filter(|(_, read_only)| !**read_only);
        let mut staging = Staging::default();
        for ((buffer, _), out) in written.map(|(b, _)| b).zip(writes) {
            let words = staging.read(self, buffer, 0, out.len() + 2 * GUARD)?;
            let (before, rest) = words.split_at(GUARD);
            let (numbers, after) = rest.split_at(out.len());
            intact &= before.iter().chain(after).all(|w| *w == GUARD_WORD);
            out.clear();
            out.extend(numbers.iter().map(|w| f32::from_bits(*w)));
        }
        Ok(intact)
    }

    /// A buffer of guard words, `words`, guard words.
    fn guarded(&self, name: &str, words: &[u32]) -> Result<Buffer> {
        let guard = [GUARD_WORD; GUARD];
        let all = [&guard, words, &guard].concat();
        let usage = BufferUsages::STORAGE | BufferUsages::COPY_DST | BufferUsages::COPY_SRC;
        let buffer = self.buffer(name, all.len() as u64 * 4, usage)?;
        self.upload(&buffer, 0, bytemuck::cast_slice(&all))?;
        Ok(buffer)
    }

    /// Starts `pipeline` over guarded buffers. The guard behind an array is within its binding, because devices
    /// drop what is written outside of one.
    fn start(
        &self,
        name: &str,
        pipeline: &Pipeline,
        buffers: &[(Buffer, usize)],
        grid: [u32; 3],
        step: &Step,
    ) -> Result<()> {
        let guard = GUARD as u64 * 4;
        let entries: Vec<_> = buffers.iter().map(|(b, words)| (b, guard, *words as u64 * 4 + guard)).collect();
        let operands = self.bind_group(name, &pipeline.operands, &entries)?;
        let slot = self.buffer("step", STEP_BYTES, BufferUsages::UNIFORM | BufferUsages::COPY_DST)?;
        self.upload(&slot, 0, &step_bytes(step, u32::MAX))?;
        let layout = self.library().step_layout(self.raw());
        let step = self.bind_group("step", &layout, &[(&slot, 0, STEP_BYTES)])?;
        let mut encoder = self.raw().create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some(name) });
        let [x, y, z] = grid;
        {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            pass.set_pipeline(&pipeline.raw);
            pass.set_bind_group(0, &operands, &[]);
            pass.set_bind_group(1, &step, &[0]);
            pass.dispatch_workgroups(x, y, z);
        }
        let submit = self.queue().submit([encoder.finish()]);
        self.wait_for(Some(submit), "running a single kernel")
    }
}

/// Starts one workgroup of a text that reads `x` and writes `words` words, which it returns.
pub(super) fn run_text(device: &GpuDevice, name: &str, source: String, x: &[u32], words: usize) -> Result<Vec<u32>> {
    let pipeline = device.library().pipeline(device, name, source, &[true, false])?;
    let found = vec![0; words];
    let buffers = [(device.guarded(name, x)?, x.len()), (device.guarded(name, &found)?, words)];
    device.start(name, &pipeline, &buffers, [1, 1, 1], &STEP_FOR_CANARY)?;
    Staging::default().read(device, &buffers[1].0, GUARD as u64 * 4, words)
}
