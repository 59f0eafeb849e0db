//! Fusion: an elementwise dispatch becomes the last stage of the kernel that produces its input.

use super::{Dispatch, Role, Value, ValueInfo};
use crate::kernel::Stage;

/// Moves every stage that can move; where somebody else still needs the number before it, the producer keeps it.
pub fn fuse(program: &mut Vec<Dispatch>, values: &[ValueInfo]) {
    let mut i = 0;
    while i < program.len() {
        match producer(program, i, values) {
            Some(j) => {
                let moved = program.remove(i);
                let x = moved.reads[0];
                let needed = program.iter().any(|d| d.all_reads().any(|r| r == x)) || values[x.0].role != Role::Temp;
                let before = &mut program[j];
                if needed {
                    before.stages.push((Stage::Tee, Some(x)));
                }
                before.stages.extend(moved.stages);
                before.writes[0] = moved.writes[0];
            }
            None => i += 1,
        }
    }
}

/// The dispatch whose hole can take dispatch `i`: it writes `i`'s input first, is open, and everything `i`'s
/// stages read is ready before it.
fn producer(program: &[Dispatch], i: usize, values: &[ValueInfo]) -> Option<usize> {
    let d = &program[i];
    if d.call.name() != "copy" {
        return None;
    }
    let x = d.reads[0];
    let j = (0..i).rev().find(|j| program[*j].all_writes().any(|w| w == x))?;
    let before = &program[j];
    let first = before.writes.first() == Some(&x) && before.call.open();
    let ready = |v: Value| program[j..i].iter().all(|p| p.all_writes().all(|w| w != v));
    let aux_ready = d.stages.iter().filter_map(|(_, a)| *a).all(|a| ready(a) || a == x);
    // A stage that reads the number just computed (slope from its own input) cannot read it back from memory.
    let reads_own = d.stages.iter().any(|(s, a)| s.reads_aux() && *a == Some(x));
    // Variables share one arena: reading one while writing another through it is not possible.
    let same_arena = d.stages.iter().filter_map(|(_, a)| *a).any(|a| {
        before.all_writes().chain(d.writes.iter().copied()).any(|w| {
            let (a, w) = (values[a.0].role, values[w.0].role);
            a == w && matches!(a, Role::Param | Role::Grad)
        })
    });
    let room = before.reads.len() + before.writes.len() + before.stages.len() + 3 <= crate::kernel::MAX_OPERANDS;
    // Nobody between may overwrite or have read the output this dispatch writes.
    let y = d.writes[0];
    let untouched = program[j..i].iter().all(|p| p.all_reads().chain(p.all_writes()).all(|v| v != y));
    let together = before.when == d.when;
    (first && together && aux_ready && !reads_own && !same_arena && room && untouched).then_some(j)
}
