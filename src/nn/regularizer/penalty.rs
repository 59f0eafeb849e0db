//! Penalties on all variables at once: g\[n\] += λ₁ sign p + 2 λ₂ p, s\[b\] = Σ λ₁ |p| + λ₂ p² over each block b of 64.

use crate::base::{Real, Result};
use crate::dims;
use crate::kernel::{AnyKernel, Domain, Kernel, Schedule, Shader, Step, Tolerance, arg, arg_in};
use crate::nn::loss::frame::{PAIR, add_pair};
use crate::nn::loss::{BATCH_LOSS, TOTALS};
use crate::plan::memory::{self, ALIGN};
use crate::plan::{Arena, Tape, Value};
use crate::twin;

dims! {
    /// A chunk of the variables.
    pub struct Blocks {
        /// Numbers in the chunk, a multiple of 64.
        n: u32,
        /// Number of its first block among all.
        first: u32,
        /// Blocks of all chunks.
        blocks: u32,
    }
}

impl Blocks {
    fn len(&self) -> usize {
        self.n as usize
    }
}

/// The sign of x; 0 and NaN are their own.
pub(super) fn sign<T: Real>(x: T) -> T {
    if x > T::ZERO {
        T::ONE
    } else if x < T::ZERO {
        -T::ONE
    } else {
        x
    }
}

fn sums<T: Real>(_: &Step, d: &Blocks, [p, r]: [&[T]; 2], [s]: [&mut [T]; 1]) {
    for ((s, p), r) in s[d.first as usize..].iter_mut().zip(p.chunks(ALIGN)).zip(r.chunks(2)) {
        *s = p.iter().map(|p| r[0] * p.abs() + r[1] * *p * *p).sum();
    }
}

fn penalty<T: Real>(step: &Step, d: &Blocks, [p, r]: [&[T]; 2], [g, s]: [&mut [T]; 2]) {
    sums(step, d, [p, r], [s]);
    for ((g, p), r) in g.chunks_mut(ALIGN).zip(p.chunks(ALIGN)).zip(r.chunks(2)) {
        let two = T::of(2.0) * r[1];
        g.iter_mut().zip(p).for_each(|(g, p)| *g += r[0] * sign(*p) + two * *p);
    }
}

fn text(body: &str, d: &Blocks, schedule: Schedule) -> Shader {
    let (columns, slices) = match schedule {
        Schedule::Lanes => (8_usize, 1),
        Schedule::Tiles => (16, 4),
    };
    let head = format!("const columns: u32 = {columns}u;\nconst slices: u32 = {slices}u;\n");
    let sum = include_str!("../../../shaders/util/column_sum.wgsl");
    let frame = include_str!("../../../shaders/regularizer/penalty.wgsl");
    Shader::flat(&[head.as_str(), sum, frame, body].concat(), d.len() / ALIGN, columns)
}

const CASES: &[Blocks] = &[Blocks { n: 192, first: 0, blocks: 3 }, Blocks { n: 1088, first: 2, blocks: 20 }];

/// Gradients and sums, in training.
pub static PENALTY: Kernel<Blocks, 2, 2> = Kernel {
    name: "penalty",
    shader: |d, s| text(include_str!("../../../shaders/regularizer/penalty_grad.wgsl"), d, s),
    reads: [arg("p", Blocks::len), arg_in("r", |d| d.len() / ALIGN * 2, Domain::Positive)],
    writes: [arg("g", Blocks::len), arg("s", |d| d.blocks as usize)],
    open: false,
    flops: |d| 9 * u64::from(d.n),
    twin: twin!(penalty),
    cases: CASES,
    tolerance: Tolerance::REDUCTION,
};

/// Sums alone, in evaluation.
pub static SUMS: Kernel<Blocks, 2, 1> = Kernel {
    name: "penalty_sums",
    shader: |d, s| text(include_str!("../../../shaders/regularizer/penalty_sums.wgsl"), d, s),
    reads: [arg("p", Blocks::len), arg_in("r", |d| d.len() / ALIGN * 2, Domain::Positive)],
    writes: [arg("s", |d| d.blocks as usize)],
    open: false,
    flops: |d| 5 * u64::from(d.n),
    twin: twin!(sums),
    cases: CASES,
    tolerance: Tolerance::REDUCTION,
};

dims! {
    /// Parts of a penalty, and the batch whose loss it is added to.
    pub struct Parts {
        /// Parts.
        n: u32,
        /// Samples a batch.
        batch: u32,
    }
}

fn add_parts<T: Real>(step: &Step, d: &Parts, [s]: [&[T]; 1], [totals]: [&mut [T]; 1]) {
    let sum: T = s.iter().copied().sum();
    add_pair(totals, 0, sum * T::of(f64::from(d.batch.min(step.rows))));
    totals[BATCH_LOSS] += sum;
}

/// Adds Σ s to the loss of a batch and of all its samples.
pub static ADD: Kernel<Parts, 1, 1> = Kernel {
    name: "penalty_add",
    shader: |_, _| {
        let sum = include_str!("../../../shaders/optim/range_sum.wgsl");
        let body = include_str!("../../../shaders/regularizer/penalty_add.wgsl");
        Shader::new(&[sum, PAIR, body].join("\n"), [1, 1, 1])
    },
    reads: [arg("s", |d| d.n as usize)],
    writes: [arg("totals", |_| TOTALS)],
    open: false,
    flops: |d| u64::from(d.n),
    twin: twin!(add_parts),
    cases: &[Parts { n: 1, batch: 5 }, Parts { n: 200, batch: 32 }],
    tolerance: Tolerance::REDUCTION,
};

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&PENALTY, &SUMS, &ADD];

pub(super) fn add(tape: &mut Tape, parts: Value) -> Result<()> {
    let Some(totals) = tape.find("totals") else { return Ok(()) };
    let d = Parts { n: tape.len(parts) as u32, batch: tape.batch() as u32 };
    tape.run(&ADD, d, [parts], [totals])
}

/// Records the penalties of the form λ₁ Σ|θ| + λ₂ Σθ² that variables are tuned to.
pub(super) fn record(tape: &mut Tape) -> Result<()> {
    let variables = tape.segments();
    if variables.iter().all(|(_, t)| (t.l1, t.l2) == (0.0, 0.0)) {
        return Ok(());
    }
    let segments: Vec<_> = variables.iter().map(|(s, _)| *s).collect();
    let chunks = memory::chunks(&segments);
    let blocks = chunks.iter().sum::<usize>() / ALIGN;
    tape.enter("regularizer");
    let s = tape.temp("penalties", &[blocks]);
    let mut first = 0;
    for (number, len) in chunks.into_iter().enumerate() {
        let number = number as u16;
        let mine = variables.iter().filter(|(s, _)| s.chunk == number);
        let factors = mine.flat_map(|(s, t)| [t.l1, t.l2].repeat(s.len / ALIGN)).collect();
        let p = tape.whole("all variables", Arena::Param, number, len);
        let r = tape.table(&format!("factors {number}"), factors);
        let d = Blocks { n: len as u32, first, blocks: blocks as u32 };
        first += (len / ALIGN) as u32;
        if tape.training() {
            let g = tape.whole("all gradients", Arena::Grad, number, len);
            tape.run(&PENALTY, d, [p, r], [g, s])?;
        } else {
            tape.run(&SUMS, d, [p, r], [s])?;
        }
    }
    add(tape, s)
}
