//! Variables and gradients as an optimizer sees them: chunks of arrays of one layout, and the table of ranges.

use super::frame::{ROW, Update};
use crate::base::Result;
use crate::plan::memory::{self, ALIGN, Segment};
use crate::plan::{Arena, Tape, Tuning, Value};

/// Everything that is trained.
#[derive(Clone, Debug)]
pub struct Arenas {
    /// The arenas in pieces that every device can bind; most models have one.
    pub chunks: Vec<Chunk>,
    /// The variables and their tunings.
    pub variables: Vec<(Segment, Tuning)>,
}

/// A piece of the arenas.
#[derive(Clone, Copy, Debug)]
pub struct Chunk {
    /// Its number.
    pub number: u16,
    /// θ.
    pub params: Value,
    /// g.
    pub grads: Value,
    /// A row of four numbers for each 64 of θ.
    pub table: Value,
    /// Numbers in each, padding included.
    pub len: usize,
    /// See [`Update::clip_value`].
    pub clip_value: f64,
    /// See [`Update::weight_decay`].
    pub weight_decay: f64,
}

impl Arenas {
    /// The arenas of everything recorded so far, or `None` if there is nothing to train.
    pub fn of(tape: &mut Tape, clip_value: f64, weight_decay: f64) -> Option<Self> {
        let variables = tape.segments();
        let segments: Vec<Segment> = variables.iter().map(|(s, _)| *s).collect();
        let mut chunks = Vec::new();
        for (number, len) in memory::chunks(&segments).into_iter().enumerate() {
            let number = number as u16;
            let rows = variables.iter().filter(|(s, _)| s.chunk == number);
            let numbers = rows.flat_map(|(s, t)| [t.rate, t.decay, 1.0, 1.0].repeat(s.len / ALIGN)).collect();
            let params = tape.whole("all variables", Arena::Param, number, len);
            let grads = tape.whole("all gradients", Arena::Grad, number, len);
            let table = tape.table(&named("ranges", number), numbers);
            chunks.push(Chunk { number, params, grads, table, len, clip_value, weight_decay });
        }
        (!chunks.is_empty()).then_some(Self { chunks, variables })
    }

    /// Numbers in all chunks.
    pub fn len(&self) -> usize {
        self.chunks.iter().map(|c| c.len).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    /// Calls `f` for each chunk.
    ///
    /// # Errors
    /// Those of `f`.
    pub fn each(&self, tape: &mut Tape, mut f: impl FnMut(&mut Tape, &Chunk) -> Result<()>) -> Result<()> {
        self.chunks.iter().try_for_each(|c| f(tape, c))
    }

    /// First block (of 64 numbers, counted over all chunks) of a chunk.
    pub fn first_block(&self, chunk: u16) -> usize {
        self.chunks.iter().filter(|c| c.number < chunk).map(|c| c.len / ALIGN).sum()
    }
}

/// A name of a chunk's own.
pub(super) fn named(name: &str, chunk: u16) -> String {
    if chunk == 0 { name.to_owned() } else { format!("{name} (chunk {chunk})") }
}

impl Chunk {
    /// An optimizer's memory of the chunk's layout, zero at first.
    pub fn slot(&self, tape: &mut Tape, number: u8, name: &str) -> Value {
        tape.whole(&format!("optimizer/{name}"), Arena::Slot(number), self.number, self.len)
    }

    /// As [`Chunk::slot`], starting at `number` everywhere.
    pub fn slot_from(&self, tape: &mut Tape, number: u8, name: &str, start: f64) -> Value {
        let slot = self.slot(tape, number, name);
        tape.start_at(slot, start);
        slot
    }

    /// The dims of an update in form `variant` of its rule.
    pub fn update(&self, variant: u32) -> Update {
        let Self { clip_value, weight_decay, .. } = *self;
        Update { n: self.len as u32, variant, clip_value, weight_decay }
    }

    /// Rows of the table.
    pub fn rows(&self) -> usize {
        self.len / ALIGN
    }
}

const _: () = assert!(ROW == 4, "a row is written out above");
