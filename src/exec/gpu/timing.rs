//! Device time of one dispatch.

use super::GpuExecutor;
use crate::base::Result;
use crate::exec::cpu::check_dispatch;
use crate::plan::Program;
use std::time::{Duration, Instant};
use wgpu::{BufferUsages, Features, QuerySetDescriptor, QueryType};

/// Most repetitions of one call: two timestamps each, within one query set.
const MOST_REPEATS: usize = 1024;

impl GpuExecutor {
    /// The shortest of `repeats` runs of dispatch `index` of `program`, on the memory as it is (kernels that update
    /// in place do so each time): by the device's clock, or where it has none by ours, submit and wait included.
    ///
    /// # Errors
    /// No such dispatch, or the device was lost.
    pub fn time_on_device(&mut self, program: Program, index: usize, repeats: usize) -> Result<Duration> {
        check_dispatch(&self.plan, program, index)?;
        let repeats = repeats.clamp(1, MOST_REPEATS);
        if self.device.features().contains(Features::TIMESTAMP_QUERY) {
            self.device_time(program, index, repeats)
        } else {
            self.wall_time(program, index, repeats)
        }
    }

    fn device_time(&mut self, program: Program, index: usize, repeats: usize) -> Result<Duration> {
        let raw = self.device.raw();
        let count = 2 * repeats as u32;
        let queries =
            raw.create_query_set(&QuerySetDescriptor { label: Some("times"), ty: QueryType::Timestamp, count });
        let bytes = u64::from(count) * 8;
        let usage = BufferUsages::QUERY_RESOLVE | BufferUsages::COPY_SRC;
        let resolved = self.device.buffer("times", bytes, usage)?;
        let mut encoder = raw.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("timing") });
        for i in 0..repeats as u32 {
            let times = wgpu::ComputePassTimestampWrites {
                query_set: &queries,
                beginning_of_pass_write_index: Some(2 * i),
                end_of_pass_write_index: Some(2 * i + 1),
            };
            let descriptor = wgpu::ComputePassDescriptor { label: None, timestamp_writes: Some(times) };
            let mut pass = encoder.begin_compute_pass(&descriptor);
            pass.set_bind_group(1, &self.step_group, &[super::slot_offset(0)]);
            self.programs[program as usize][index].encode(&mut pass, self.slot, &mut None);
        }
        encoder.resolve_query_set(&queries, 0..count, &resolved, 0);
        let submit = self.device.queue().submit([encoder.finish()]);
        self.device.wait_for(Some(submit), "timing a kernel")?;
        let words = super::transfer::Staging::default().read(&self.device, &resolved, 0, count as usize * 2)?;
        let ticks: Vec<u64> =
            words.as_chunks::<2>().0.iter().map(|[lo, hi]| u64::from(*lo) | u64::from(*hi) << 32).collect();
        let spans = ticks.as_chunks::<2>().0.iter().map(|[start, end]| end.saturating_sub(*start));
        let period = f64::from(self.device.queue().get_timestamp_period());
        Ok(Duration::from_nanos((spans.min().unwrap_or(0) as f64 * period) as u64))
    }

    fn wall_time(&mut self, program: Program, index: usize, repeats: usize) -> Result<Duration> {
        self.device.wait_for(None, "timing a kernel")?;
        let mut best = Duration::MAX;
        for _ in 0..repeats {
            let start = Instant::now();
            self.submit_one(program, index);
            self.device.wait_for(None, "timing a kernel")?;
            best = best.min(start.elapsed());
        }
        Ok(best)
    }
}
