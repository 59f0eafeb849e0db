//! The plan: what to run, on which bytes. Recorded once on a [`Tape`], replayed every step.

pub mod fuse;
pub mod kernels;
pub mod memory;
mod scope;
pub mod show;
pub mod tape;
pub mod variables;

pub use memory::{Buffer, Place};
pub use tape::{Tape, Value};
pub use variables::{Moment, Tuning};

use crate::kernel::{Call, Stage, Step};
use std::sync::Arc;

/// Most numbers a value may hold: shaders index with 32 bits and bindings end at 2³¹ bytes on most drivers.
pub const MOST_NUMBERS: usize = 1 << 29;

/// What a value is for, which decides where it lives and how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// A batch's samples or labels, filled by the executor before each step.
    Input,
    /// Kept until somebody reads it: predictions.
    Output,
    /// A trainable variable; all of them are one arena.
    Param,
    /// The gradient of a variable, at the same place of its own arena.
    Grad,
    /// Neither trained nor temporary: moving statistics, frozen variables.
    State,
    /// No part of the model, yet kept from step to step: running totals, tables, an optimizer's statistics of a form
    /// of their own.
    Auxiliary,
    /// A chunk of all variables, gradients or one slot as a single array: what an optimizer sees.
    Whole(Arena, u16),
    /// Another shape of a value; it has no place of its own and no dispatch names it.
    View,
    /// Lives between its first and last use within a program; shares a buffer with others.
    Temp,
}

impl Role {
    /// Whether a run is continued from it: variables, states and what optimizers and metrics remember.
    pub fn is_kept(self) -> bool {
        matches!(self, Self::Param | Self::State | Self::Auxiliary | Self::Whole(Arena::Slot(_), _))
    }
}

/// The three kinds of arena.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Arena {
    /// Variables.
    Param,
    /// Gradients.
    Grad,
    /// An optimizer's memory.
    Slot(u8),
}

/// What is known of a value besides its place.
#[derive(Clone, Debug)]
pub struct ValueInfo {
    /// `layer/what`, as the listing shows it.
    pub name: String,
    /// Row-major shape; batch first where there is one.
    pub shape: Vec<usize>,
    /// What it is for.
    pub role: Role,
    /// Where set, its numbers are integers below this: data sets are checked for it.
    pub below: Option<u32>,
}

impl ValueInfo {
    /// Numbers in it.
    pub fn len(&self) -> usize {
        // A shape beyond all numbers is refused where it is recorded.
        self.shape.iter().fold(1, |all: usize, axis| all.saturating_mul(*axis))
    }

    /// Whether it holds no number.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The two things a model does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// Forward in training mode, loss, backward, update.
    Train,
    /// Forward in inference mode, loss and metrics.
    Evaluate,
}

impl Program {
    /// Both, in the order of [`Plan::programs`].
    pub const ALL: [Self; 2] = [Self::Train, Self::Evaluate];
}

/// The steps in which a dispatch runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum When {
    /// All.
    #[default]
    Always,
    /// Those that move the variables: with accumulated gradients every few steps.
    Update,
    /// Those that put the averaged variables in the place of the trained ones.
    Overwrite,
    /// Those in which layers are looked at.
    Observe,
}

impl When {
    /// Whether a dispatch of this kind runs in `step`.
    pub fn runs(self, step: &Step) -> bool {
        match self {
            Self::Always => true,
            Self::Update => step.update,
            Self::Overwrite => step.overwrite,
            Self::Observe => step.observe,
        }
    }
}

/// One kernel start.
#[derive(Clone)]
pub struct Dispatch {
    /// The kernel and its dims.
    pub call: Arc<dyn Call>,
    /// Operands read, in the kernel's order.
    pub reads: Vec<Value>,
    /// Operands written; the first goes through the stages.
    pub writes: Vec<Value>,
    /// Fillings of the hole and their operands.
    pub stages: Vec<(Stage, Option<Value>)>,
    /// The steps it runs in.
    pub when: When,
}

impl Dispatch {
    /// Everything read, stages included.
    pub fn all_reads(&self) -> impl Iterator<Item = Value> + '_ {
        let aux = self.stages.iter().filter(|(s, _)| s.reads_aux()).filter_map(|(_, v)| *v);
        self.reads.iter().copied().chain(aux)
    }

    /// Everything written, stages included.
    pub fn all_writes(&self) -> impl Iterator<Item = Value> + '_ {
        let aux = self.stages.iter().filter(|(s, _)| s.writes_aux()).filter_map(|(_, v)| *v);
        self.writes.iter().copied().chain(aux)
    }
}

/// A frozen recording: flat lists of dispatches over buffers of known size.
#[derive(Clone)]
pub struct Plan {
    /// What each value is.
    pub values: Vec<ValueInfo>,
    /// Where each value lives.
    pub places: Vec<Place>,
    /// The buffers to allocate.
    pub buffers: Vec<Buffer>,
    /// The dispatches of [`Program::Train`] and [`Program::Evaluate`].
    pub programs: [Vec<Dispatch>; 2],
    /// Values that start as something else than zero.
    pub initial: Vec<(Value, Vec<f64>)>,
    /// Samples a batch.
    pub batch: usize,
}

impl Plan {
    /// The dispatches of a program.
    pub fn program(&self, program: Program) -> &[Dispatch] {
        &self.programs[program as usize]
    }

    /// The place of a value.
    pub fn place(&self, value: Value) -> Place {
        self.places[value.0]
    }

    /// The value called `name`, if there is one.
    pub fn find(&self, name: &str) -> Option<Value> {
        self.values.iter().position(|v| v.name == name).map(Value)
    }

    /// All values of a role, in the order of recording.
    pub fn of_role(&self, role: Role) -> impl Iterator<Item = Value> + '_ {
        (0..self.values.len()).map(Value).filter(move |v| self.values[v.0].role == role)
    }

    /// Bytes of device memory the buffers take with `f32` numbers.
    pub fn bytes(&self) -> u64 {
        self.buffers.iter().map(|b| b.len as u64 * 4).sum()
    }
}
