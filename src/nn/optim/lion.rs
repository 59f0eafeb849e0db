//! Lion: θ ← θ − η · sign(β₁m + (1−β₁)g); m ← β₂m + (1−β₂)g (Chen et al. 2023, arXiv:2302.06675).

use super::frame::{self, CASES, G, P, T as TABLE, TOLERANCE, Update, signed, update};
use super::rule::optimizer;
use super::{Arenas, Hyper, Hypers, Rule, Slots};
use crate::base::{Allowed, Real, Result};
use crate::kernel::{AnyKernel, Kernel, Step};
use crate::plan::Tape;
use crate::twin;

/// coef = \[β₁, 1 − β₁, β₂, 1 − β₂\].
fn lion<T: Real>(step: &Step, d: &Update, reads: [&[T]; 2], [p, m]: [&mut [T]; 2]) {
    let [beta_1, enter_1, beta_2, enter_2] = [0, 1, 2, 3].map(|i| T::of(step.coef[i]));
    update(
        step,
        d,
        reads,
        p,
        [m],
        #[inline(always)]
        |g, p, lost, rate, [m]| {
            let toward = beta_1 * m + enter_1 * g;
            // 0 and NaN are their own signs.
            let sign = if toward > T::ZERO { T::ONE } else { toward };
            let sign = if toward < T::ZERO { -T::ONE } else { sign };
            (p - (lost + rate * sign), [beta_2 * m + enter_2 * g])
        },
    );
}

/// One Lion step.
pub static LION: Kernel<Update, 2, 2> = Kernel {
    name: "lion",
    shader: |d, _| frame::shader(include_str!("../../../shaders/optim/lion.wgsl"), d),
    reads: [G, TABLE],
    writes: [P, signed("m")],
    open: false,
    flops: |d| 8 * u64::from(d.n),
    twin: twin!(lion),
    cases: CASES,
    tolerance: TOLERANCE,
};

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&LION];

optimizer! {
    /// Keras's `Lion`: every number moves by ±η. Keras's default rate is 0.001; a tenth of Adam's is usual.
    Lion, LionRule, HYPERS;
    /// β₁, weight of the memory in a move: 0 ≤ β₁ < 1. Default: 0.9.
    beta_1: f64 = 0.9, Allowed::Fraction;
    /// β₂, decay of the memory: 0 ≤ β₂ < 1. Default: 0.99.
    beta_2: f64 = 0.99, Allowed::Fraction;
}

impl Rule for LionRule {
    const NAME: &'static str = "lion";
    const CLASS: &'static str = "Lion";
    const HYPERS: &'static [Hyper] = HYPERS;

    fn record(tape: &mut Tape, _: &Hypers, _: bool, arenas: &Arenas) -> Result<()> {
        arenas.each(tape, |t, c| {
            let m = c.slot(t, 0, "momentum");
            t.run(&LION, c.update(0), [c.grads, c.table], [c.params, m])
        })
    }

    fn slots(_: &Hypers) -> Slots {
        &[&["momentum"]]
    }

    fn coefficients(h: &Hypers, _: f64, _: u64, _: &mut f64) -> [f64; 8] {
        let [beta_1, beta_2, ..] = *h;
        [beta_1, 1.0 - beta_1, beta_2, 1.0 - beta_2, 0.0, 0.0, 0.0, 0.0]
    }
}
