//! Nadam: m and s as Adam's; m̂ = μₜ₊₁m/(1−Πₜ₊₁) + (1−μₜ)g/(1−Πₜ); ŝ = s/(1−β₂ᵗ); θ ← θ − ηm̂/(√ŝ + ε).
//!
//! Dozat 2016, with Keras's schedule μₜ = β₁(1 − ½·0.96ᵗ) and Πₜ = μ₁ ⋯ μₜ.

use super::frame::{self, CASES, G, P, T as TABLE, TOLERANCE, Update, signed, squares, update};
use super::rule::optimizer;
use super::{Arenas, Hyper, Hypers, Rule, Slots};
use crate::base::{Allowed, Real, Result};
use crate::kernel::{AnyKernel, Kernel, Step};
use crate::plan::Tape;
use crate::twin;

/// coef = \[μₜ₊₁/(1−Πₜ₊₁), (1−μₜ)/(1−Πₜ), 1/(1−β₂ᵗ), 1 − β₁, 1 − β₂, ε\].
fn nadam<T: Real>(step: &Step, d: &Update, reads: [&[T]; 2], [p, m, s]: [&mut [T]; 3]) {
    let [ahead, now, widen, enter_1, enter_2, epsilon] = [0, 1, 2, 3, 4, 5].map(|i| T::of(step.coef[i]));
    update(
        step,
        d,
        reads,
        p,
        [m, s],
        #[inline(always)]
        |g, p, lost, rate, [m, s]| {
            let (m, s) = (m + (g - m) * enter_1, s + (g * g - s) * enter_2);
            (p - (lost + rate * (ahead * m + now * g) / ((s * widen).sqrt() + epsilon)), [m, s])
        },
    );
}

/// One Nadam step.
pub static NADAM: Kernel<Update, 2, 3> = Kernel {
    name: "nadam",
    shader: |d, _| frame::shader(include_str!("../../../shaders/optim/nadam.wgsl"), d),
    reads: [G, TABLE],
    writes: [P, signed("m"), squares("s")],
    open: false,
    flops: |d| 15 * u64::from(d.n),
    twin: twin!(nadam),
    cases: CASES,
    tolerance: TOLERANCE,
};

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&NADAM];

optimizer! {
    /// Keras's `Nadam`: Adam with Nesterov's look ahead. Keras's default rate is 0.001.
    Nadam, NadamRule, HYPERS;
    /// β₁, decay of the first moment: 0 ≤ β₁ < 1. Default: 0.9.
    beta_1: f64 = 0.9, Allowed::Fraction;
    /// β₂, decay of the second moment: 0 ≤ β₂ < 1. Default: 0.999.
    beta_2: f64 = 0.999, Allowed::Fraction;
    /// ε beside the root: ≥ 0. Default: 10⁻⁷.
    epsilon: f64 = 1e-7, Allowed::NotNegative;
}

impl Rule for NadamRule {
    const NAME: &'static str = "nadam";
    const CLASS: &'static str = "Nadam";
    const HYPERS: &'static [Hyper] = HYPERS;

    fn record(tape: &mut Tape, _: &Hypers, _: bool, arenas: &Arenas) -> Result<()> {
        arenas.each(tape, |t, c| {
            let (m, s) = (c.slot(t, 0, "momentum"), c.slot(t, 1, "velocity"));
            t.run(&NADAM, c.update(0), [c.grads, c.table], [c.params, m, s])
        })
    }

    /// `carry` is Π.
    fn slots(_: &Hypers) -> Slots {
        &[&["momentum", "velocity"]]
    }

    fn coefficients(h: &Hypers, _: f64, t: u64, carry: &mut f64) -> [f64; 8] {
        let ([beta_1, beta_2, epsilon, ..], t) = (*h, t as f64);
        let mu = |t: f64| beta_1 * (1.0 - 0.5 * 0.96_f64.powf(t));
        let product = *carry * mu(t);
        let next = product * mu(t + 1.0);
        *carry = product;
        let (ahead, now) = (mu(t + 1.0) / (1.0 - next), (1.0 - mu(t)) / (1.0 - product));
        [ahead, now, 1.0 / (1.0 - beta_2.powf(t)), 1.0 - beta_1, 1.0 - beta_2, epsilon, 0.0, 0.0]
    }
}
