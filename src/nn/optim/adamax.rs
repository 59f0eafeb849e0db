//! AdaMax: m ← β₁m + (1−β₁)g; u ← max(β₂u, |g|); θ ← θ − η/(1−β₁ᵗ)·m/(u + ε) (Kingma & Ba 2014, section 7).

use super::frame::{self, CASES, G, P, T as TABLE, TOLERANCE, Update, signed, squares, update};
use super::rule::optimizer;
use super::{Arenas, Hyper, Hypers, Rule, Slots};
use crate::base::{Allowed, Real, Result};
use crate::kernel::{AnyKernel, Kernel, Step};
use crate::plan::Tape;
use crate::twin;

/// coef = \[1/(1−β₁ᵗ), 1 − β₁, β₂, ε\].
fn adamax<T: Real>(step: &Step, d: &Update, reads: [&[T]; 2], [p, m, u]: [&mut [T]; 3]) {
    let [correct, enter, beta_2, epsilon] = [0, 1, 2, 3].map(|i| T::of(step.coef[i]));
    update(
        step,
        d,
        reads,
        p,
        [m, u],
        #[inline(always)]
        |g, p, lost, rate, [m, u]| {
            let (kept, size) = (beta_2 * u, g.abs());
            let (m, u) = (m + (g - m) * enter, if kept > size { kept } else { size });
            (p - (lost + rate * correct * m / (u + epsilon)), [m, u])
        },
    );
}

/// One AdaMax step.
pub static ADAMAX: Kernel<Update, 2, 3> = Kernel {
    name: "adamax",
    shader: |d, _| frame::shader(include_str!("../../../shaders/optim/adamax.wgsl"), d),
    reads: [G, TABLE],
    writes: [P, signed("m"), squares("u")],
    open: false,
    flops: |d| 9 * u64::from(d.n),
    twin: twin!(adamax),
    cases: CASES,
    tolerance: TOLERANCE,
};

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&ADAMAX];

optimizer! {
    /// Keras's `Adamax`. Keras's default rate is 0.001.
    Adamax, AdamaxRule, HYPERS;
    /// β₁, decay of the first moment: 0 ≤ β₁ < 1. Default: 0.9.
    beta_1: f64 = 0.9, Allowed::Fraction;
    /// β₂, decay of the largest gradient: 0 ≤ β₂ < 1. Default: 0.999.
    beta_2: f64 = 0.999, Allowed::Fraction;
    /// ε beside the largest gradient: > 0, for gradients that are 0 from the start. Default: 10⁻⁷.
    epsilon: f64 = 1e-7, Allowed::Positive;
}

impl Rule for AdamaxRule {
    const NAME: &'static str = "adamax";
    const CLASS: &'static str = "Adamax";
    const HYPERS: &'static [Hyper] = HYPERS;

    fn record(tape: &mut Tape, _: &Hypers, _: bool, arenas: &Arenas) -> Result<()> {
        arenas.each(tape, |t, c| {
            let (m, u) = (c.slot(t, 0, "momentum"), c.slot(t, 1, "norm"));
            t.run(&ADAMAX, c.update(0), [c.grads, c.table], [c.params, m, u])
        })
    }

    fn slots(_: &Hypers) -> Slots {
        &[&["momentum", "norm"]]
    }

    fn coefficients(h: &Hypers, _: f64, t: u64, _: &mut f64) -> [f64; 8] {
        let [beta_1, beta_2, epsilon, ..] = *h;
        [1.0 / (1.0 - beta_1.powf(t as f64)), 1.0 - beta_1, beta_2, epsilon, 0.0, 0.0, 0.0, 0.0]
    }
}
