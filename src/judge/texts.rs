//! Every WGSL text the engine can hand to a driver: kernel × case × schedule × filling of the hole.

use super::cases::{calls, show, stage_sets};
use crate::exec::gpu::text;
use crate::kernel::{Call, Schedule, Stage};
use std::sync::Arc;

/// One text, and what it came from.
pub struct Text {
    /// The kernel and its dims.
    pub call: Arc<dyn Call>,
    /// The kind of device.
    pub schedule: Schedule,
    /// What fills the hole; their operands are [`operands`](super::cases::operands)'s.
    pub stages: Vec<Stage>,
    /// The whole text.
    pub source: String,
}

impl Text {
    /// `kernel (dims) on Lanes [stages]`, for messages.
    pub fn title(&self) -> String {
        format!("{} ({}) on {:?} [{}]", self.call.name(), self.call.dims(), self.schedule, show(&self.stages))
    }
}

/// Every text.
pub fn texts() -> impl Iterator<Item = Text> {
    calls().flat_map(|call| {
        let sets = stage_sets(&*call);
        sets.into_iter().flat_map(move |stages| {
            let call = call.clone();
            Schedule::ALL.map(move |schedule| Text {
                source: text(&*call, &stages, schedule),
                call: call.clone(),
                schedule,
                stages: stages.clone(),
            })
        })
    })
}
