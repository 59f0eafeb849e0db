//! Which blocks of 64 numbers belong to which variable: the second stage of a norm sums over them.

use super::arenas::named;
use super::{Arenas, Chunk};
use crate::base::Real;
use crate::kernel::Shader;
use crate::plan::memory::ALIGN;
use crate::plan::{Tape, Value};

/// Numbers in a range: first and end of the blocks summed over, first and end of the table's rows written, numbers
/// of the variable.
pub const RANGE: usize = 5;

/// What is summed up together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ranges {
    /// Each variable by itself.
    Variables,
    /// All variables.
    All,
}

/// The ranges of a chunk as a table.
pub(super) fn range(tape: &mut Tape, arenas: &Arenas, chunk: &Chunk, ranges: Ranges) -> Value {
    let first = arenas.first_block(chunk.number);
    let numbers: Vec<usize> = match ranges {
        Ranges::All => vec![0, arenas.len() / ALIGN, 0, chunk.rows(), arenas.len()],
        Ranges::Variables => {
            let mine = arenas.variables.iter().filter(|(s, _)| s.chunk == chunk.number);
            let range = |s: &crate::plan::memory::Segment| {
                let (row, rows) = (s.offset / ALIGN, s.len / ALIGN);
                [first + row, first + row + rows, row, row + rows, tape.len(s.value)]
            };
            mine.flat_map(|(s, _)| range(s)).collect()
        }
    };
    let name = if ranges == Ranges::All { "all blocks" } else { "blocks of variables" };
    tape.table(&named(name, chunk.number), numbers.into_iter().map(|n| n as f64).collect())
}

/// Σ s over a range, and the rows it is written to.
pub(super) fn range_sum<T: Real>(s: &[T], range: &[T]) -> (T, std::ops::Range<usize>) {
    let at = |i: usize| range[i].to_f64() as usize;
    (s[at(0)..at(1)].iter().copied().sum(), at(2)..at(3))
}

/// A text that takes a workgroup for each range.
pub(super) fn ranges(text: &str, variables: u32) -> Shader {
    let sum = include_str!("../../../shaders/optim/range_sum.wgsl");
    Shader::flat(&[sum, text].concat(), variables as usize, 1)
}
