//! A dispatch made ready: pipeline, bind groups and grid, so that a step only names them.

use super::device::GpuDevice;
use super::memory::Memory;
use super::shader::{self, Pipeline};
use crate::base::{Error, Result};
use crate::kernel::Stage;
use crate::plan::{Dispatch, Place, Plan, Program, When};
use rayon::prelude::*;
use std::collections::HashSet;
use std::sync::Arc;
use wgpu::{BindGroup, ComputePass};

/// A dispatch bound to a [`Memory`].
pub(super) struct BoundDispatch {
    pub when: When,
    pipeline: Arc<Pipeline>,
    /// One for all steps, or one for each step of a submit where the samples are touched.
    groups: Vec<BindGroup>,
    grid: [u32; 3],
}

fn stages(d: &Dispatch) -> Vec<Stage> {
    d.stages.iter().map(|(s, _)| *s).collect()
}

/// The pipeline of a dispatch.
fn pipeline(device: &GpuDevice, d: &Dispatch) -> Result<Arc<Pipeline>> {
    let (call, stages) = (&*d.call, stages(d));
    let text = shader::text(call, &stages, device.schedule());
    device.library().pipeline(device, call.name(), text, &shader::read_only(call, &stages))
}

/// Compiles what the plan's dispatches need, each text once, on all processors.
fn compile(device: &GpuDevice, plan: &Plan) -> Result<()> {
    let mut seen = HashSet::new();
    let text = |d: &Dispatch| shader::text(&*d.call, &stages(d), device.schedule());
    let distinct: Vec<&Dispatch> = plan.programs.iter().flatten().filter(|d| seen.insert(text(d))).collect();
    distinct.into_par_iter().try_for_each(|d| pipeline(device, d).map(drop))
}

/// Both programs of a plan, ready to run.
pub(super) fn bind(device: &GpuDevice, plan: &Plan, memory: &Memory) -> Result<[Vec<BoundDispatch>; 2]> {
    compile(device, plan)?;
    let all = |program: Program| -> Result<Vec<BoundDispatch>> {
        plan.program(program).iter().map(|d| BoundDispatch::new(device, plan, memory, d)).collect()
    };
    Ok([all(Program::Train)?, all(Program::Evaluate)?])
}

impl BoundDispatch {
    fn new(device: &GpuDevice, plan: &Plan, memory: &Memory, d: &Dispatch) -> Result<Self> {
        let call = &*d.call;
        let grid = call.shader(device.schedule()).grid;
        let most = device.limits().max_compute_workgroups_per_dimension;
        if grid.iter().any(|n| *n > most) {
            return Err(Error::device(
                format!(
                    "kernel `{}` ({}) needs a grid of {grid:?}, {} allows {most}",
                    call.name(),
                    call.dims(),
                    device.summary()
                ),
                "use a smaller batch or layer, or --device cpu",
            ));
        }
        let pipeline = pipeline(device, d)?;
        let aux = d.stages.iter().filter(|(s, _)| s.reads_aux() || s.writes_aux()).filter_map(|(_, v)| *v);
        let operands = d.reads.iter().chain(&d.writes).copied().chain(aux);
        let places: Vec<Place> = operands.map(|v| plan.place(v)).collect();
        let copies = if places.iter().any(|p| memory.per_step(*p)) { memory.slots } else { 1 };
        let group = |slot: usize| {
            let entries: Vec<_> = places.iter().map(|p| memory.binding(*p, slot)).collect();
            device.bind_group(call.name(), &pipeline.operands, &entries)
        };
        let groups = (0..copies).map(group).collect::<Result<_>>()?;
        Ok(Self { when: d.when, pipeline, groups, grid })
    }

    /// Adds the dispatch for the samples of `slot` to a pass whose pipeline is number `current`; group 1 is set.
    pub fn encode(&self, pass: &mut ComputePass<'_>, slot: usize, current: &mut Option<usize>) {
        if *current != Some(self.pipeline.id) {
            pass.set_pipeline(&self.pipeline.raw);
            *current = Some(self.pipeline.id);
        }
        pass.set_bind_group(0, &self.groups[slot % self.groups.len()], &[]);
        let [x, y, z] = self.grid;
        pass.dispatch_workgroups(x, y, z);
    }
}
