//! Non-negative: w\[n\] = max(w, 0); NaN stays NaN.

use super::Constraint;
use crate::base::{Real, Result};
use crate::kernel::{AnyKernel, Kernel, Shader, Step, Tolerance, arg};
use crate::nn::config::{Config, config};
use crate::plan::kernels::Elements;
use crate::plan::{Tape, Value};
use crate::twin;

fn clamp<T: Real>(_: &Step, _: &Elements, []: [&[T]; 0], [w]: [&mut [T]; 1]) {
    w.iter_mut().filter(|w| **w < T::ZERO).for_each(|w| *w = T::ZERO);
}

/// Raises what is below 0 to it.
pub static CLAMP: Kernel<Elements, 0, 1> = Kernel {
    name: "non_neg",
    shader: |d, _| Shader::flat(include_str!("../../../shaders/constraint/non_neg.wgsl"), d.n as usize, 64),
    reads: [],
    writes: [arg("w", |d| d.n as usize)],
    open: false,
    flops: |d| u64::from(d.n),
    twin: twin!(clamp),
    cases: &[Elements { n: 1 }, Elements { n: 257 }],
    tolerance: Tolerance::POINTWISE,
};

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&CLAMP];

/// Keras's `NonNeg`.
#[derive(Clone, Copy, Debug, Default)]
pub struct NonNeg;

impl Constraint for NonNeg {
    fn name(&self) -> &'static str {
        "non_neg"
    }
    fn record(&self, tape: &mut Tape, w: Value) -> Result<()> {
        tape.run(&CLAMP, Elements { n: tape.len(w) as u32 }, [], [w])
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

config! {
    NonNeg = "NonNeg", Self;
}
