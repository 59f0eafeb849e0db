//! Clipping: what gradients are scaled by so that their norm stays within a limit. A norm is one two-stage reduction.
//!
//! Pascanu, Mikolov & Bengio 2013 (arXiv:1211.5063). A gradient that is not a number makes the scale none.

use super::Arenas;
use super::frame::ROW;
use super::ranges::{RANGE, Ranges, range, range_sum, ranges};
use crate::base::{Real, Result};
use crate::dims;
use crate::kernel::{AnyKernel, Domain, Kernel, Schedule, Shader, Step, Tolerance, arg, arg_in};
use crate::plan::memory::ALIGN;
use crate::plan::{Tape, Value};
use crate::twin;

/// How gradients are clipped.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Clip {
    /// Each number within ±value.
    Value(f64),
    /// Each variable's gradient by its norm.
    Norm(f64),
    /// All gradients by their common norm.
    GlobalNorm(f64),
}

impl Clip {
    pub fn name(self) -> &'static str {
        match self {
            Self::Value(_) => "clipvalue",
            Self::Norm(_) => "clipnorm",
            Self::GlobalNorm(_) => "global_clipnorm",
        }
    }

    pub fn limit(self) -> f64 {
        match self {
            Self::Value(v) | Self::Norm(v) | Self::GlobalNorm(v) => v,
        }
    }
}

dims! {
    /// Blocks of 64 numbers of a chunk.
    pub struct Blocks {
        /// Numbers in the chunk, a multiple of 64.
        n: u32,
        /// Number of its first block among all.
        first: u32,
        /// Blocks of all chunks.
        blocks: u32,
    }
}

fn square_sums<T: Real>(_: &Step, d: &Blocks, [x, t]: [&[T]; 2], [s]: [&mut [T]; 1]) {
    let mine = s[d.first as usize..].iter_mut();
    for ((s, x), row) in mine.zip(x.chunks(ALIGN)).zip(t.chunks(ROW)) {
        *s = if row[0] == T::ZERO { T::ZERO } else { x.iter().map(|x| *x * *x).sum() };
    }
}

/// s = Σ x² over each block of 64 numbers; 0 for a frozen one.
pub static SQUARE_SUMS: Kernel<Blocks, 2, 1> = Kernel {
    name: "square_sums",
    shader: |d, schedule| {
        let (columns, slices) = match schedule {
            Schedule::Lanes => (8_usize, 1),
            Schedule::Tiles => (16, 4),
        };
        let head = format!("const columns: u32 = {columns}u;\nconst slices: u32 = {slices}u;\n");
        let sum = include_str!("../../../shaders/util/column_sum.wgsl");
        let body = include_str!("../../../shaders/optim/square_sums.wgsl");
        Shader::flat(&[head.as_str(), sum, body].concat(), d.n as usize / ALIGN, columns)
    },
    reads: [arg("x", |d| d.n as usize), arg_in("t", |d| d.n as usize / ALIGN * ROW, Domain::Holes(3 * ROW))],
    writes: [arg("s", |d| d.blocks as usize)],
    open: false,
    flops: |d| 2 * u64::from(d.n),
    twin: twin!(square_sums),
    cases: &[Blocks { n: 192, first: 0, blocks: 3 }, Blocks { n: 1088, first: 2, blocks: 20 }],
    tolerance: Tolerance::REDUCTION,
};

dims! {
    /// Variables of a chunk, and the limit.
    pub struct Limit {
        /// Variables.
        variables: u32,
        /// Blocks of all chunks.
        blocks: u32,
        /// Rows of the chunk's table.
        rows: u32,
        /// The norm allowed.
        limit: f64,
        /// Whether an infinite norm spoils the gradient, as the common norm's does in Keras.
        global: u32,
    }
}

fn scale<T: Real>(_: &Step, d: &Limit, [s, v]: [&[T]; 2], [t]: [&mut [T]; 1]) {
    let limit = T::of(d.limit);
    for v in v.chunks(RANGE) {
        let (sum, rows) = range_sum(s, v);
        let norm = sum.sqrt();
        let scale = if norm <= limit { T::ONE } else { limit / norm };
        let scale = if d.global == 1 && !norm.is_finite() { T::of(f64::NAN) } else { scale };
        rows.for_each(|r| t[r * ROW + 2] = scale);
    }
}

const CASES: &[Limit] = &[
    Limit { variables: 1, blocks: 17, rows: 17, limit: 100.0, global: 0 },
    Limit { variables: 1, blocks: 200, rows: 17, limit: 0.5, global: 1 },
];

/// t\[r, 2\] = min(1, limit / √(Σ s)) for the rows r of each variable.
pub static CLIP_SCALE: Kernel<Limit, 2, 1> = Kernel {
    name: "clip_scale",
    shader: |d, _| ranges(include_str!("../../../shaders/optim/clip_scale.wgsl"), d.variables),
    reads: [
        arg_in("s", |d| d.blocks as usize, Domain::Positive),
        arg_in("v", |d| d.variables as usize * RANGE, Domain::Range(17)),
    ],
    writes: [arg("t", |d| d.rows as usize * ROW)],
    open: false,
    flops: |d| u64::from(d.blocks),
    twin: twin!(scale),
    cases: CASES,
    tolerance: Tolerance::REDUCTION,
};

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&SQUARE_SUMS, &CLIP_SCALE];

/// Σ x² of each block of an arena into `s`, one number for each 64 of all chunks.
pub(super) fn sums(
    tape: &mut Tape,
    arenas: &Arenas,
    s: Value,
    x: impl Fn(&mut Tape, &super::Chunk) -> Value,
) -> Result<()> {
    let blocks = (arenas.len() / ALIGN) as u32;
    arenas.each(tape, |t, c| {
        let x = x(t, c);
        let d = Blocks { n: c.len as u32, first: arenas.first_block(c.number) as u32, blocks };
        t.run(&SQUARE_SUMS, d, [x, c.table], [s])
    })
}

/// Writes the scales into the tables; clipping by value is the frame's.
pub(super) fn record(tape: &mut Tape, arenas: &Arenas, clip: Clip) -> Result<()> {
    let global = match clip {
        Clip::Value(_) => return Ok(()),
        Clip::Norm(_) => false,
        Clip::GlobalNorm(_) => true,
    };
    let s = tape.temp("squares", &[arenas.len() / ALIGN]);
    sums(tape, arenas, s, |_, c| c.grads)?;
    arenas.each(tape, |t, c| {
        let v = range(t, arenas, c, if global { Ranges::All } else { Ranges::Variables });
        let d = Limit {
            variables: (t.len(v) / RANGE) as u32,
            blocks: (arenas.len() / ALIGN) as u32,
            rows: c.rows() as u32,
            limit: clip.limit(),
            global: u32::from(global),
        };
        t.run(&CLIP_SCALE, d, [s, v], [c.table])
    })
}
