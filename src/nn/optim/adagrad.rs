//! AdaGrad: s ← s + g²; θ ← θ − ηg / √(s + ε) (Duchi, Hazan & Singer 2011).

use super::frame::{self, CASES, G, P, T as TABLE, TOLERANCE, Update, squares, update};
use super::rule::optimizer;
use super::{Arenas, Hyper, Hypers, Rule, Slots};
use crate::base::{Allowed, Real, Result};
use crate::kernel::{AnyKernel, Kernel, Step};
use crate::plan::Tape;
use crate::twin;

/// coef = \[ε\].
fn adagrad<T: Real>(step: &Step, d: &Update, reads: [&[T]; 2], [p, s]: [&mut [T]; 2]) {
    let epsilon = T::of(step.coef[0]);
    update(
        step,
        d,
        reads,
        p,
        [s],
        #[inline(always)]
        |g, p, lost, rate, [s]| {
            let s = s + g * g;
            (p - (lost + rate * g / (s + epsilon).sqrt()), [s])
        },
    );
}

/// One AdaGrad step.
pub static ADAGRAD: Kernel<Update, 2, 2> = Kernel {
    name: "adagrad",
    shader: |d, _| frame::shader(include_str!("../../../shaders/optim/adagrad.wgsl"), d),
    reads: [G, TABLE],
    writes: [P, squares("s")],
    open: false,
    flops: |d| 5 * u64::from(d.n),
    twin: twin!(adagrad),
    cases: CASES,
    tolerance: TOLERANCE,
};

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&ADAGRAD];

optimizer! {
    /// Keras's `Adagrad`. Keras's default rate is 0.001.
    Adagrad, AdagradRule, HYPERS;
    /// What the sum of squares starts from: ≥ 0. Default: 0.1.
    initial_accumulator_value: f64 = 0.1, Allowed::NotNegative;
    /// ε under the root: ≥ 0. Default: 10⁻⁷.
    epsilon: f64 = 1e-7, Allowed::NotNegative;
}

impl Rule for AdagradRule {
    const NAME: &'static str = "adagrad";
    const CLASS: &'static str = "Adagrad";
    const HYPERS: &'static [Hyper] = HYPERS;

    fn record(tape: &mut Tape, h: &Hypers, _: bool, arenas: &Arenas) -> Result<()> {
        arenas.each(tape, |t, c| {
            let s = c.slot_from(t, 0, "accumulator", h[0]);
            t.run(&ADAGRAD, c.update(0), [c.grads, c.table], [c.params, s])
        })
    }

    fn slots(_: &Hypers) -> Slots {
        &[&["accumulator"]]
    }

    fn coefficients(h: &Hypers, _: f64, _: u64, _: &mut f64) -> [f64; 8] {
        [h[1], 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    }
}
