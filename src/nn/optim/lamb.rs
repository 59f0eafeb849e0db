//! LAMB: u = m̂ / (√ŝ + ε) with m and s as Adam's; θ ← θ − η · ‖θ‖/‖u‖ · u for each variable.
//!
//! You et al. 2020 (arXiv:1904.00962).

use super::frame::{self, CASES, G, P, T as TABLE, TOLERANCE, Update, signed, squares, update};
use super::rule::optimizer;
use super::{Arenas, Hyper, Hypers, Rule, Slots};
use crate::base::{Allowed, Real, Result};
use crate::kernel::{AnyKernel, Kernel, Step};
use crate::plan::Tape;
use crate::twin;

/// coef = \[1/(1−β₁ᵗ), 1/(1−β₂ᵗ), 1 − β₁, 1 − β₂, ε\].
fn direction<T: Real>(step: &Step, d: &Update, reads: [&[T]; 2], [p, m, s, u]: [&mut [T]; 4]) {
    let [correct, widen, enter_1, enter_2, epsilon] = [0, 1, 2, 3, 4].map(|i| T::of(step.coef[i]));
    update(
        step,
        d,
        reads,
        p,
        [m, s, u],
        #[inline(always)]
        |g, p, lost, _, [m, s, _]| {
            let (m, s) = (m + (g - m) * enter_1, s + (g * g - s) * enter_2);
            (p - lost, [m, s, m * correct / ((s * widen).sqrt() + epsilon)])
        },
    );
}

/// Where to go; how far depends on the whole variable.
pub static DIRECTION: Kernel<Update, 2, 4> = Kernel {
    name: "lamb",
    shader: |d, _| frame::shader(include_str!("../../../shaders/optim/lamb.wgsl"), d),
    reads: [G, TABLE],
    writes: [P, signed("m"), squares("s"), signed("u")],
    open: false,
    flops: |d| 11 * u64::from(d.n),
    twin: twin!(direction),
    cases: CASES,
    tolerance: TOLERANCE,
};

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&DIRECTION];

optimizer! {
    /// Keras's `Lamb`: Adam whose moves are as long as η times the variable. Keras's default rate is 0.001.
    Lamb, LambRule, HYPERS;
    /// β₁, decay of the first moment: 0 ≤ β₁ < 1. Default: 0.9.
    beta_1: f64 = 0.9, Allowed::Fraction;
    /// β₂, decay of the second moment: 0 ≤ β₂ < 1. Default: 0.999.
    beta_2: f64 = 0.999, Allowed::Fraction;
    /// ε beside the root: > 0. Default: 10⁻⁷.
    epsilon: f64 = 1e-7, Allowed::Positive;
}

impl Rule for LambRule {
    const NAME: &'static str = "lamb";
    const CLASS: &'static str = "Lamb";
    const HYPERS: &'static [Hyper] = HYPERS;

    fn record(tape: &mut Tape, _: &Hypers, _: bool, arenas: &Arenas) -> Result<()> {
        let direction = |t: &mut Tape, c: &super::Chunk| c.slot(t, 2, "direction");
        arenas.each(tape, |t, c| {
            let (m, s, u) = (c.slot(t, 0, "momentum"), c.slot(t, 1, "velocity"), direction(t, c));
            t.run(&DIRECTION, c.update(0), [c.grads, c.table], [c.params, m, s, u])
        })?;
        super::trust::record(tape, arenas, super::trust::LAMB, direction)
    }

    fn slots(_: &Hypers) -> Slots {
        &[&["momentum", "velocity"]]
    }

    fn coefficients(h: &Hypers, _: f64, t: u64, _: &mut f64) -> [f64; 8] {
        let ([beta_1, beta_2, epsilon, ..], t) = (*h, t as f64);
        let (correct, widen) = (1.0 / (1.0 - beta_1.powf(t)), 1.0 / (1.0 - beta_2.powf(t)));
        [correct, widen, 1.0 - beta_1, 1.0 - beta_2, epsilon, 0.0, 0.0, 0.0]
    }
}
