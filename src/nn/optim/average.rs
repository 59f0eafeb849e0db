//! Averaged variables: e\[n\] = e + average · (p − e) after each step (Polyak & Juditsky 1992).

use super::Arenas;
use super::frame::flat;
use crate::base::{Real, Result};
use crate::dims;
use crate::kernel::{AnyKernel, Kernel, Step, Tolerance, arg};
use crate::plan::kernels::{COPY, Elements};
use crate::plan::{Tape, When};
use crate::twin;

dims! {
    /// Variables of a chunk.
    pub struct Averaged {
        /// Numbers, a multiple of 64.
        n: u32,
    }
}

fn average<T: Real>(step: &Step, _: &Averaged, [p]: [&[T]; 1], [e]: [&mut [T]; 1]) {
    let enter = T::of(step.average);
    for (e, p) in e.iter_mut().zip(p) {
        // At 1 the average is the variable itself, to the bit.
        *e = *e * (T::ONE - enter) + *p * enter;
    }
}

/// Moves the average.
pub static AVERAGE: Kernel<Averaged, 1, 1> = Kernel {
    name: "variable_average",
    shader: |d, _| flat(include_str!("../../../shaders/optim/average.wgsl"), d.n as usize),
    reads: [arg("p", |d| d.n as usize)],
    writes: [arg("e", |d| d.n as usize)],
    open: false,
    flops: |d| 3 * u64::from(d.n),
    twin: twin!(average),
    cases: &[Averaged { n: 64 }, Averaged { n: 1088 }],
    tolerance: Tolerance::POINTWISE,
};

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&AVERAGE];

/// The slot of the averages: the last but one, beyond those of any rule.
pub const SLOT: u8 = u8::MAX - 1;
/// Keras's name of it.
pub(super) const NAME: &str = "average";

pub(super) fn record(tape: &mut Tape, arenas: &Arenas, overwrites: bool) -> Result<()> {
    arenas.each(tape, |t, c| {
        let e = c.slot(t, SLOT, NAME);
        t.run(&AVERAGE, Averaged { n: c.len as u32 }, [c.params], [e])?;
        if !overwrites {
            return Ok(());
        }
        t.during(When::Overwrite, |t| t.run(&COPY, Elements { n: c.len as u32 }, [e], [c.params]))
    })
}
