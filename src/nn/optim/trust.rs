//! Layer-wise steps: θ ← θ − η · ratio · u, with a ratio for each variable made of the norms of θ and u.

use super::frame::{ROW, T as TABLE, Update, flat};
use super::ranges::{RANGE, Ranges, range, range_sum, ranges};
use super::{Arenas, Chunk, clip};
use crate::base::{Real, Result};
use crate::dims;
use crate::kernel::{AnyKernel, Domain, Kernel, Step, Tolerance, arg, arg_in};
use crate::plan::memory::ALIGN;
use crate::plan::{Tape, Value};
use crate::twin;

dims! {
    /// Variables of a chunk.
    pub struct Trust {
        /// Variables.
        variables: u32,
        /// Blocks of all chunks.
        blocks: u32,
        /// Rows of the chunk's table.
        rows: u32,
        /// 0: LAMB's ratio, 1: Adafactor's.
        form: u32,
    }
}

/// LAMB: ‖θ‖ / ‖u‖, 1 where one of them is 0.
pub(super) const LAMB: u32 = 0;
/// Adafactor: max(coef\[2\], RMS θ) · coef\[4\] / max(1, RMS u / coef\[3\]).
pub(super) const ADAFACTOR: u32 = 1;

fn ratio<T: Real>(step: &Step, d: &Trust, [a, b, v]: [&[T]; 3], [t]: [&mut [T]; 1]) {
    let larger = |a: T, b: T| if a < b { b } else { a };
    for v in v.chunks(RANGE) {
        let ((theta, rows), (u, _)) = (range_sum(a, v), range_sum(b, v));
        let ratio = if d.form == ADAFACTOR {
            let [least, most, rate] = [2, 3, 4].map(|i| T::of(step.coef[i]));
            let rms = |sum: T| (sum / v[4]).sqrt();
            larger(rms(theta), least) * rate / larger(rms(u) / most, T::ONE)
        } else if theta > T::ZERO && u > T::ZERO {
            theta.sqrt() / u.sqrt()
        } else {
            T::ONE
        };
        rows.for_each(|r| t[r * ROW + 3] = ratio);
    }
}

/// t\[r, 3\] = ratio of Σ a and Σ b for the rows r of each variable.
pub static RATIO: Kernel<Trust, 3, 1> = Kernel {
    name: "trust_ratio",
    shader: |d, _| ranges(include_str!("../../../shaders/optim/trust_ratio.wgsl"), d.variables),
    reads: [
        arg_in("a", |d| d.blocks as usize, Domain::Positive),
        arg_in("b", |d| d.blocks as usize, Domain::Positive),
        arg_in("v", |d| d.variables as usize * RANGE, Domain::Range(17)),
    ],
    writes: [arg("t", |d| d.rows as usize * ROW)],
    open: false,
    flops: |d| 2 * u64::from(d.blocks),
    twin: twin!(ratio),
    cases: &[
        Trust { variables: 1, blocks: 17, rows: 17, form: LAMB },
        Trust { variables: 1, blocks: 70, rows: 20, form: ADAFACTOR },
    ],
    tolerance: Tolerance::REDUCTION,
};

fn follow<T: Real>(step: &Step, d: &Update, [u, t]: [&[T]; 2], [p]: [&mut [T]; 1]) {
    let rate = if d.variant == ADAFACTOR { T::ONE } else { T::of(step.learning_rate) };
    for ((p, u), row) in p.chunks_mut(ALIGN).zip(u.chunks(ALIGN)).zip(t.chunks(ROW)) {
        if row[0] != T::ZERO {
            let rate = rate * row[0] * row[3];
            p.iter_mut().zip(u).for_each(|(p, u)| *p -= rate * *u);
        }
    }
}

/// p = p − η · ratio · u; Adafactor's ratio has η in it.
pub static FOLLOW: Kernel<Update, 2, 1> = Kernel {
    name: "trust_follow",
    shader: |d, _| flat(include_str!("../../../shaders/optim/trust_follow.wgsl"), d.len()),
    reads: [arg("u", Update::len), TABLE],
    writes: [super::frame::P],
    open: false,
    flops: |d| 2 * u64::from(d.n),
    twin: twin!(follow),
    cases: &[super::frame::case(192, LAMB, 0.0, 0.0), super::frame::case(1088, ADAFACTOR, 0.0, 0.0)],
    tolerance: Tolerance::POINTWISE,
};

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&RATIO, &FOLLOW];

/// Records the norms, the ratios and the step along the directions `u` gives.
pub(super) fn record(
    tape: &mut Tape,
    arenas: &Arenas,
    form: u32,
    u: impl Fn(&mut Tape, &Chunk) -> Value,
) -> Result<()> {
    let blocks = arenas.len() / ALIGN;
    let (a, b) = (tape.temp("squares of variables", &[blocks]), tape.temp("squares of directions", &[blocks]));
    clip::sums(tape, arenas, a, |_, c| c.params)?;
    clip::sums(tape, arenas, b, &u)?;
    arenas.each(tape, |t, c| {
        let v = range(t, arenas, c, Ranges::Variables);
        let variables = (t.len(v) / RANGE) as u32;
        t.run(&RATIO, Trust { variables, blocks: blocks as u32, rows: c.rows() as u32, form }, [a, b, v], [c.table])?;
        let u = u(t, c);
        t.run(&FOLLOW, Update { variant: form, ..c.update(0) }, [u, c.table], [c.params])
    })
}
