//! Norms of gradients: of each variable and of all together, with how many numbers are not finite. A two-stage reduction.
//!
//! Not clipping's sums: those leave frozen variables out and overflow where a norm passes 10¹⁹, and gradients are looked
//! at most where they explode. Each block is scaled by its largest number instead, and each norm by its largest block.

use crate::base::{Real, Result};
use crate::dims;
use crate::kernel::{AnyKernel, Domain, Kernel, Schedule, Shader, Step, Tolerance, arg, arg_in};
use crate::nn::optim::RANGE;
use crate::plan::memory::{self, ALIGN};
use crate::plan::{Arena, Tape, Value};
use crate::twin;

/// Numbers of a block: the largest, the sum of the squares of all over it, and how many are not finite.
const BLOCK: usize = 3;

/// Numbers told of a gradient: its norm, the largest of its numbers, and how many are not finite.
pub const NORM: usize = 3;

/// The smallest normal f32: devices may take what is below for 0.
const NORMAL: f64 = f32::MIN_POSITIVE as f64;

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

dims! {
    /// Ranges of blocks.
    pub struct Ranges {
        /// Ranges.
        ranges: u32,
        /// Blocks of all chunks.
        blocks: u32,
    }
}

fn largest<T: Real>(numbers: impl Iterator<Item = T>) -> T {
    numbers.fold(T::ZERO, |a, b| if b > a { b } else { a })
}

fn gradient_blocks<T: Real>(_: &Step, d: &Blocks, [g]: [&[T]; 1], [b]: [&mut [T]; 1]) {
    let mine = b[d.first as usize * BLOCK..].chunks_mut(BLOCK);
    for (b, g) in mine.zip(g.chunks(ALIGN)) {
        let finite = || g.iter().copied().filter(|v| v.is_finite());
        let most = largest(finite().map(T::abs));
        let squares = || finite().map(|v| v / most).map(|v| v * v).sum();
        b[0] = most;
        b[1] = if most >= T::of(NORMAL) { squares() } else { T::ZERO };
        b[2] = T::of((g.len() - finite().count()) as f64);
    }
}

fn gradient_norms<T: Real>(_: &Step, _: &Ranges, [b, v]: [&[T]; 2], [s]: [&mut [T]; 1]) {
    let at = |v: T| v.to_f64() as usize * BLOCK;
    for (s, v) in s.chunks_mut(NORM).zip(v.chunks(RANGE)) {
        let blocks = || b[at(v[0])..at(v[1])].chunks(BLOCK);
        let most = largest(blocks().map(|b| b[0]));
        let squares = || blocks().map(|b| b[1] * (b[0] / most) * (b[0] / most)).sum::<T>();
        s[0] = if most >= T::of(NORMAL) { most * squares().sqrt() } else { T::ZERO };
        s[1] = most;
        s[2] = blocks().map(|b| b[2]).sum();
    }
}

/// Scale, squares and spoilt numbers of each block of 64.
pub static GRADIENT_BLOCKS: Kernel<Blocks, 1, 1> = Kernel {
    name: "gradient_blocks",
    shader: |d, schedule| {
        let (columns, slices) = match schedule {
            Schedule::Lanes => (8_usize, 1),
            Schedule::Tiles => (16, 4),
        };
        let head = format!("const columns: u32 = {columns}u;\nconst slices: u32 = {slices}u;\n");
        let sum = include_str!("../../../shaders/util/column_sum.wgsl");
        let least = include_str!("../../../shaders/insight/column_least.wgsl");
        let body = include_str!("../../../shaders/insight/gradient_blocks.wgsl");
        Shader::flat(&[head.as_str(), sum, least, body].concat(), d.n as usize / ALIGN, columns)
    },
    reads: [arg_in("g", |d| d.n as usize, Domain::Spoiled)],
    writes: [arg("b", |d| d.blocks as usize * BLOCK)],
    open: false,
    flops: |d| 4 * u64::from(d.n),
    twin: twin!(gradient_blocks),
    cases: &[Blocks { n: 192, first: 0, blocks: 3 }, Blocks { n: 1088, first: 2, blocks: 20 }],
    tolerance: Tolerance::REDUCTION,
};

/// Norms over ranges of blocks.
pub static GRADIENT_NORMS: Kernel<Ranges, 2, 1> = Kernel {
    name: "gradient_norms",
    shader: |d, _| {
        let sum = include_str!("../../../shaders/optim/range_sum.wgsl");
        let body = include_str!("../../../shaders/insight/gradient_norms.wgsl");
        Shader::flat(&[sum, body].concat(), d.ranges as usize, 1)
    },
    reads: [
        arg_in("b", |d| d.blocks as usize * BLOCK, Domain::Positive),
        arg_in("v", |d| d.ranges as usize * RANGE, Domain::Range(17)),
    ],
    writes: [arg("s", |d| d.ranges as usize * NORM)],
    open: false,
    flops: |d| 4 * u64::from(d.blocks),
    twin: twin!(gradient_norms),
    cases: &[Ranges { ranges: 1, blocks: 17 }, Ranges { ranges: 3, blocks: 200 }],
    tolerance: Tolerance::REDUCTION,
};

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&GRADIENT_BLOCKS, &GRADIENT_NORMS];

/// What norms are told of, and where: all variables together first, then each.
#[derive(Clone, Debug)]
pub(super) struct Norms {
    /// The norms.
    pub s: Value,
    /// Names, and numbers of each.
    pub of: Vec<(String, usize)>,
}

/// Records the norms of every variable's gradient; nothing where there is no variable.
pub(super) fn record(tape: &mut Tape) -> Result<Option<Norms>> {
    let segments: Vec<_> = tape.segments().into_iter().map(|(s, _)| s).collect();
    let lens = memory::chunks(&segments);
    let blocks = lens.iter().sum::<usize>() / ALIGN;
    if blocks == 0 {
        return Ok(None);
    }
    let starts: Vec<usize> = (0..lens.len()).map(|c| lens[..c].iter().sum::<usize>() / ALIGN).collect();
    let total = segments.iter().map(|s| tape.len(s.value)).sum();
    let mut of = vec![("all variables".to_owned(), total)];
    let mut rows = vec![[0, blocks, 0, 0, total]];
    for s in &segments {
        let first = starts[s.chunk as usize] + s.offset / ALIGN;
        rows.push([first, first + s.len / ALIGN, 0, 0, tape.len(s.value)]);
        of.push((tape.name(s.value).to_owned(), tape.len(s.value)));
    }
    let v = tape.table("blocks of variables", rows.iter().flatten().map(|n| *n as f64).collect());
    let b = tape.temp("blocks", &[blocks * BLOCK]);
    let s = tape.output("gradient norms", &[rows.len() * NORM]);
    for (number, len) in lens.iter().enumerate() {
        let g = tape.whole("all gradients", Arena::Grad, number as u16, *len);
        let d = Blocks { n: *len as u32, first: starts[number] as u32, blocks: blocks as u32 };
        tape.run(&GRADIENT_BLOCKS, d, [g], [b])?;
    }
    let d = Ranges { ranges: rows.len() as u32, blocks: blocks as u32 };
    tape.run(&GRADIENT_NORMS, d, [b, v], [s])?;
    Ok(Some(Norms { s, of }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{Bound, Call};

    /// Norm, largest and spoilt numbers of 128 numbers, in f32.
    fn norm(g: &[f32]) -> Vec<f32> {
        let blocks = Bound::new(&GRADIENT_BLOCKS, Blocks { n: 128, first: 0, blocks: 2 });
        let norms = Bound::new(&GRADIENT_NORMS, Ranges { ranges: 1, blocks: 2 });
        let (mut b, mut s) = (vec![0.0; 2 * BLOCK], vec![0.0; NORM]);
        blocks.run_f32(&Step::default(), &[g], &mut [&mut b]);
        norms.run_f32(&Step::default(), &[&b, &[0.0, 2.0, 0.0, 0.0, 128.0]], &mut [&mut s]);
        s
    }

    #[test]
    fn norms_neither_overflow_nor_vanish() {
        for scale in [1e-30_f32, 1.0, 1e30] {
            let mut g = vec![0.0; 128];
            (g[3], g[70]) = (3.0 * scale, -4.0 * scale);
            let s = norm(&g);
            assert!((s[0] / (5.0 * scale) - 1.0).abs() < 1e-6 && s[1] == 4.0 * scale && s[2] == 0.0, "{s:?}");
        }
        assert_eq!(norm(&[0.0; 128]), [0.0; 3]);
    }

    #[test]
    fn spoilt_numbers_are_counted_and_left_out() {
        let mut g = vec![0.0; 128];
        (g[0], g[1], g[2], g[127]) = (f32::NAN, f32::INFINITY, 2.0, f32::NEG_INFINITY);
        assert_eq!(norm(&g), [2.0, 2.0, 3.0]);
    }
}
