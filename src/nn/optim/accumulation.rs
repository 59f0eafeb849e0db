//! Gradient accumulation: a\[n\] = a + g; in a step that updates g\[n\] = (a + g) / steps and a = 0.

use super::Arenas;
use super::frame::flat;
use crate::base::{Real, Result};
use crate::dims;
use crate::kernel::{AnyKernel, Kernel, Step, Tolerance, arg};
use crate::plan::Tape;
use crate::twin;

dims! {
    /// Gradients of a chunk.
    pub struct Accumulation {
        /// Numbers, a multiple of 64.
        n: u32,
        /// Steps that make an update.
        steps: u32,
    }
}

fn accumulate<T: Real>(step: &Step, d: &Accumulation, []: [&[T]; 0], [g, a]: [&mut [T]; 2]) {
    let share = T::ONE / T::of(f64::from(d.steps));
    for (g, a) in g.iter_mut().zip(a) {
        let sum = *a + *g;
        if step.update {
            *g = sum * share;
            *a = T::ZERO;
        } else {
            *a = sum;
        }
    }
}

/// Adds up gradients, and gives their mean in a step that updates.
pub static ACCUMULATE: Kernel<Accumulation, 0, 2> = Kernel {
    name: "gradient_accumulation",
    shader: |d, _| flat(include_str!("../../../shaders/optim/accumulation.wgsl"), d.n as usize),
    reads: [],
    writes: [arg("g", |d| d.n as usize), arg("a", |d| d.n as usize)],
    open: false,
    flops: |d| 2 * u64::from(d.n),
    twin: twin!(accumulate),
    cases: &[Accumulation { n: 64, steps: 2 }, Accumulation { n: 1088, steps: 3 }],
    tolerance: Tolerance::POINTWISE,
};

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&ACCUMULATE];

/// The slot of the sums: the last, beyond those of any rule.
const SLOT: u8 = u8::MAX;
/// Keras's name of it.
pub(super) const NAME: &str = "gradient_accumulator";

pub(super) fn record(tape: &mut Tape, arenas: &Arenas, steps: u32) -> Result<()> {
    arenas.each(tape, |t, c| {
        let a = c.slot(t, SLOT, NAME);
        t.run(&ACCUMULATE, Accumulation { n: c.len as u32, steps }, [], [c.grads, a])
    })
}
