//! Where values live: arenas for variables, gradients and slots; whole recycled buffers for temporaries.
//!
//! wgpu tracks hazards per buffer, so no dispatch may read and write one buffer through two bindings:
//! temporaries share whole buffers by lifetime, never ranges of one.

use super::{Arena, Dispatch, Role, Value, ValueInfo};

/// Values in an arena start at multiples of this many numbers: 256 bytes of f32, WebGPU's strictest offset.
pub const ALIGN: usize = 64;

/// Numbers in a chunk of an arena, unless a single variable is longer: 128 MiB of f32, what WebGPU lets every device
/// bind at least.
pub const CHUNK: usize = 1 << 25;

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
pub fn layout(values: &[ValueInfo], programs: &[Vec<Dispatch>; 2], chunk: usize) -> (Vec<Place>, Vec<Buffer>) {
    let mut places = vec![Place::default(); values.len()];
    let mut buffers: Vec<Buffer> = Vec::new();
    let segments = segments(values, chunk);
    let arenas = arenas(values, &segments, &mut buffers);
    let at = |arena: Arena, chunk: u16| arenas.iter().find(|(a, _)| *a == (arena, chunk)).map_or(0, |(_, b)| *b);
    let (mut params, mut grads) = (segments.iter(), segments.iter());
    for (i, v) in values.iter().enumerate() {
        let len = v.len();
        let within = |arena: Arena, next: Option<&Segment>| {
            let (chunk, offset) = next.map_or((0, 0), |s| (s.chunk, s.offset));
            Place { buffer: at(arena, chunk), offset, len }
        };
        places[i] = match v.role {
            Role::Temp | Role::View => continue,
            Role::Param => within(Arena::Param, params.next()),
            Role::Grad => within(Arena::Grad, grads.next()),
            Role::Whole(arena, chunk) => Place { buffer: at(arena, chunk), offset: 0, len },
            Role::Input | Role::Output | Role::State | Role::Auxiliary => {
                buffers.push(Buffer { label: v.name.clone(), len, per_step: v.role == Role::Input });
                Place { buffer: buffers.len() - 1, offset: 0, len }
            }
        };
    }
    recycle(values, programs, &mut places, &mut buffers);
    (places, buffers)
}

/// Where a variable is in the arenas: the same place in each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// The variable.
    pub value: Value,
    /// The chunk.
    pub chunk: u16,
    /// First number within the chunk, a multiple of [`ALIGN`].
    pub offset: usize,
    /// Numbers, padding included.
    pub len: usize,
}

/// The variables one after the other, each padded; a chunk ends where the next variable would pass `most`
/// numbers.
pub fn segments(values: &[ValueInfo], most: usize) -> Vec<Segment> {
    let mut all: Vec<Segment> = Vec::new();
    for (i, v) in values.iter().enumerate().filter(|(_, v)| v.role == Role::Param) {
        let len = v.len().next_multiple_of(ALIGN);
        let (chunk, end) = all.last().map_or((0, 0), |s| (s.chunk, s.offset + s.len));
        let (chunk, offset) = if end > 0 && end + len > most { (chunk + 1, 0) } else { (chunk, end) };
        all.push(Segment { value: Value(i), chunk, offset, len });
    }
    all
}

/// Numbers in each chunk.
pub fn chunks(segments: &[Segment]) -> Vec<usize> {
    let mut lens = Vec::new();
    for s in segments {
        lens.resize(s.chunk as usize + 1, 0);
        lens[s.chunk as usize] = s.offset + s.len;
    }
    lens
}

/// One buffer for each chunk of each arena in use, all arenas of one layout.
fn arenas(values: &[ValueInfo], segments: &[Segment], buffers: &mut Vec<Buffer>) -> Vec<((Arena, u16), usize)> {
    let lens = chunks(segments);
    let mut arenas: Vec<Arena> = Vec::new();
    for v in values {
        let arena = match v.role {
            Role::Param => Arena::Param,
            Role::Grad => Arena::Grad,
            Role::Whole(arena, _) => arena,
            _ => continue,
        };
        if !arenas.contains(&arena) {
            arenas.push(arena);
        }
    }
    let mut used = Vec::new();
    for arena in arenas {
        for (chunk, len) in lens.iter().enumerate() {
            let part = if lens.len() > 1 { format!(", chunk {chunk}") } else { String::new() };
            let label = format!("{arena:?} arena{part}").to_lowercase();
            buffers.push(Buffer { label, len: *len, per_step: false });
            used.push(((arena, chunk as u16), buffers.len() - 1));
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
