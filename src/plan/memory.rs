//! Where values live: arenas for variables, gradients and slots; whole recycled buffers for temporaries.
//!
//! wgpu tracks hazards per buffer, so no dispatch may read and write one buffer through two bindings:
//! temporaries share whole buffers by lifetime, never ranges of one.

use super::{Arena, Dispatch, Role, Value, ValueInfo};

/// Values in an arena start at multiples of this many numbers: 256 bytes of f32, WebGPU's strictest offset.
pub const ALIGN: usize = 64;

/// Where a value lives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Index into [`Plan::buffers`](super::Plan::buffers).
    pub buffer: usize,
    /// First number.
    pub offset: usize,
    /// Numbers.
    pub len: usize,
}

/// A buffer to allocate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Buffer {
    /// What it holds, for listings and GPU debuggers.
    pub label: String,
    /// Numbers.
    pub len: usize,
    /// Whether the executor keeps one copy for each step of a submit (samples and labels).
    pub per_step: bool,
}

/// Places for all values, and the buffers they need.
pub fn layout(values: &[ValueInfo], programs: &[Vec<Dispatch>; 2]) -> (Vec<Place>, Vec<Buffer>) {
    let mut places = vec![Place::default(); values.len()];
    let mut buffers: Vec<Buffer> = Vec::new();
    let arenas = arenas(values, &mut buffers);
    let at = |arena: Arena| arenas.iter().find(|(a, _)| *a == arena).map_or(0, |(_, b)| *b);
    let (mut param, mut grad) = (0, 0);
    for (i, v) in values.iter().enumerate() {
        let len = v.len();
        places[i] = match v.role {
            Role::Temp | Role::View => continue,
            Role::Param => Place { buffer: at(Arena::Param), offset: bump(&mut param, len), len },
            Role::Grad => Place { buffer: at(Arena::Grad), offset: bump(&mut grad, len), len },
            Role::Slot(n) => Place { buffer: at(Arena::Slot(n)), offset: 0, len },
            Role::Whole(arena) => Place { buffer: at(arena), offset: 0, len },
            Role::Input | Role::Output | Role::State => {
                buffers.push(Buffer { label: v.name.clone(), len, per_step: v.role == Role::Input });
                Place { buffer: buffers.len() - 1, offset: 0, len }
            }
        };
    }
    recycle(values, programs, &mut places, &mut buffers);
    (places, buffers)
}

fn bump(end: &mut usize, len: usize) -> usize {
    let start = *end;
    *end += len.next_multiple_of(ALIGN);
    start
}

/// One buffer for each arena in use, all of one layout: the padded variables one after the other.
fn arenas(values: &[ValueInfo], buffers: &mut Vec<Buffer>) -> Vec<(Arena, usize)> {
    let params = values.iter().filter(|v| v.role == Role::Param);
    let len: usize = params.map(|v| v.len().next_multiple_of(ALIGN)).sum();
    let mut used = Vec::new();
    for v in values {
        let arena = match v.role {
            Role::Param => Arena::Param,
            Role::Grad => Arena::Grad,
            Role::Slot(n) => Arena::Slot(n),
            Role::Whole(arena) => arena,
            _ => continue,
        };
        if !used.iter().any(|(a, _)| *a == arena) {
            buffers.push(Buffer { label: format!("{arena:?} arena").to_lowercase(), len, per_step: false });
            used.push((arena, buffers.len() - 1));
        }
    }
    used
}

/// (program, first use, last use) of a temporary.
type Life = (usize, usize, usize);

/// First fit of whole buffers by lifetime; the programs never run at once, so they share.
fn recycle(values: &[ValueInfo], programs: &[Vec<Dispatch>; 2], places: &mut [Place], buffers: &mut Vec<Buffer>) {
    let mut life: Vec<Vec<Life>> = vec![Vec::new(); values.len()];
    for (p, program) in programs.iter().enumerate() {
        for (i, d) in program.iter().enumerate() {
            for v in d.all_reads().chain(d.all_writes()) {
                match life[v.0].iter_mut().find(|l| l.0 == p) {
                    Some(l) => l.2 = i,
                    None => life[v.0].push((p, i, i)),
                }
            }
        }
    }
    let mut shared: Vec<(usize, Vec<Life>)> = Vec::new();
    let overlap = |a: &Life, b: &Life| a.0 == b.0 && a.1 <= b.2 && b.1 <= a.2;
    let mut temps: Vec<Value> = (0..values.len()).map(Value).collect();
    temps.retain(|v| values[v.0].role == Role::Temp && !life[v.0].is_empty());
    // Large ones first: small ones then fit into their gaps.
    temps.sort_by_key(|v| std::cmp::Reverse(values[v.0].len()));
    for v in temps {
        let mine = &life[v.0];
        let free = shared.iter().position(|(_, l)| mine.iter().all(|m| l.iter().all(|o| !overlap(m, o))));
        let slot = free.unwrap_or_else(|| {
            buffers.push(Buffer { label: format!("temporary {}", shared.len()), len: 0, per_step: false });
            shared.push((buffers.len() - 1, Vec::new()));
            shared.len() - 1
        });
        let (buffer, lives) = &mut shared[slot];
        lives.extend(mine);
        let len = values[v.0].len();
        buffers[*buffer].len = buffers[*buffer].len.max(len);
        places[v.0] = Place { buffer: *buffer, offset: 0, len };
    }
}
