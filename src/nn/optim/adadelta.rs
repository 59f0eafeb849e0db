//! AdaDelta: s ← ρs + (1−ρ)g²; u = √(m + ε) g / √(s + ε); m ← ρm + (1−ρ)u²; θ ← θ − ηu.
//!
//! Zeiler 2012 (arXiv:1212.5701), whose η is 1.

use super::frame::{self, CASES, G, P, T as TABLE, TOLERANCE, Update, squares, update};
use super::rule::optimizer;
use super::{Arenas, Hyper, Hypers, Rule, Slots};
use crate::base::{Allowed, Real, Result};
use crate::kernel::{AnyKernel, Kernel, Step};
use crate::plan::Tape;
use crate::twin;

/// coef = \[ρ, 1 − ρ, ε\].
fn adadelta<T: Real>(step: &Step, d: &Update, reads: [&[T]; 2], [p, s, m]: [&mut [T]; 3]) {
    let [rho, enter, epsilon] = [0, 1, 2].map(|i| T::of(step.coef[i]));
    update(
        step,
        d,
        reads,
        p,
        [s, m],
        #[inline(always)]
        |g, p, lost, rate, [s, m]| {
            let s = rho * s + enter * (g * g);
            let u = (m + epsilon).sqrt() * g / (s + epsilon).sqrt();
            (p - (lost + rate * u), [s, rho * m + enter * (u * u)])
        },
    );
}

/// One AdaDelta step.
pub static ADADELTA: Kernel<Update, 2, 3> = Kernel {
    name: "adadelta",
    shader: |d, _| frame::shader(include_str!("../../../shaders/optim/adadelta.wgsl"), d),
    reads: [G, TABLE],
    writes: [P, squares("s"), squares("m")],
    open: false,
    flops: |d| 13 * u64::from(d.n),
    twin: twin!(adadelta),
    cases: CASES,
    tolerance: TOLERANCE,
};

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&ADADELTA];

optimizer! {
    /// Keras's `Adadelta`. Keras's default rate is 0.001, the paper's 1.
    Adadelta, AdadeltaRule, HYPERS;
    /// ρ, how much of the averages is kept: 0 ≤ ρ < 1. Default: 0.95.
    rho: f64 = 0.95, Allowed::Fraction;
    /// ε under both roots: > 0, or nothing would ever move. Default: 10⁻⁷.
    epsilon: f64 = 1e-7, Allowed::Positive;
}

impl Rule for AdadeltaRule {
    const NAME: &'static str = "adadelta";
    const CLASS: &'static str = "Adadelta";
    const HYPERS: &'static [Hyper] = HYPERS;

    fn record(tape: &mut Tape, _: &Hypers, _: bool, arenas: &Arenas) -> Result<()> {
        arenas.each(tape, |t, c| {
            let (s, m) = (c.slot(t, 0, "accumulated_grad"), c.slot(t, 1, "accumulated_delta_var"));
            t.run(&ADADELTA, c.update(0), [c.grads, c.table], [c.params, s, m])
        })
    }

    fn slots(_: &Hypers) -> Slots {
        &[&["accumulated_grad", "accumulated_delta_var"]]
    }

    fn coefficients(h: &Hypers, _: f64, _: u64, _: &mut f64) -> [f64; 8] {
        [h[0], 1.0 - h[0], h[1], 0.0, 0.0, 0.0, 0.0, 0.0]
    }
}
