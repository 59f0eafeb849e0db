//! RMSProp: s ← ρs + (1−ρ)g²; θ ← θ − ηg / √(s + ε) (Tieleman & Hinton 2012), with momentum and centred as in Keras.

use super::frame::{self, CASES, G, P, T as TABLE, TOLERANCE, Update, large, signed, small, squares, update};
use super::rule::optimizer;
use super::{Arenas, Hyper, Hypers, Rule, Slots};
use crate::base::{Allowed, Real, Result};
use crate::kernel::{AnyKernel, Kernel, Step};
use crate::plan::Tape;
use crate::twin;

/// coef = \[ρ, 1 − ρ, ε\].
fn plain<T: Real>(step: &Step, d: &Update, reads: [&[T]; 2], [p, s]: [&mut [T]; 2]) {
    let [rho, enter, epsilon] = [0, 1, 2].map(|i| T::of(step.coef[i]));
    update(
        step,
        d,
        reads,
        p,
        [s],
        #[inline(always)]
        |g, p, lost, rate, [s]| {
            let s = rho * s + enter * (g * g);
            (p - (lost + rate * g / (s + epsilon).sqrt()), [s])
        },
    );
}

/// coef = \[ρ, 1 − ρ, ε, β\].
fn with_momentum<T: Real>(step: &Step, d: &Update, reads: [&[T]; 2], [p, s, m]: [&mut [T]; 3]) {
    let [rho, enter, epsilon, beta] = [0, 1, 2, 3].map(|i| T::of(step.coef[i]));
    update(
        step,
        d,
        reads,
        p,
        [s, m],
        #[inline(always)]
        |g, p, lost, rate, [s, m]| {
            let s = rho * s + enter * (g * g);
            let m = beta * m + rate * g / (s + epsilon).sqrt();
            (p - (lost + m), [s, m])
        },
    );
}

/// coef = \[ρ, 1 − ρ, ε, β\].
fn centered<T: Real>(step: &Step, d: &Update, reads: [&[T]; 2], [p, s, a, m]: [&mut [T]; 4]) {
    let [rho, enter, epsilon, beta] = [0, 1, 2, 3].map(|i| T::of(step.coef[i]));
    update(
        step,
        d,
        reads,
        p,
        [s, a, m],
        #[inline(always)]
        |g, p, lost, rate, [s, a, m]| {
            let s = rho * s + enter * (g * g);
            let a = rho * a + enter * g;
            let m = beta * m + rate * g / (s - a * a + epsilon).sqrt();
            (p - (lost + m), [s, a, m])
        },
    );
}

/// θ ← θ − ηg / √(s + ε).
pub static PLAIN: Kernel<Update, 2, 2> = Kernel {
    name: "rmsprop",
    shader: |d, _| frame::shader(include_str!("../../../shaders/optim/rmsprop.wgsl"), d),
    reads: [G, TABLE],
    writes: [P, squares("s")],
    open: false,
    flops: |d| 7 * u64::from(d.n),
    twin: twin!(plain),
    cases: CASES,
    tolerance: TOLERANCE,
};

/// The same, its moves added up in m.
pub static MOMENTUM: Kernel<Update, 2, 3> = Kernel {
    name: "rmsprop_momentum",
    shader: |d, _| frame::shader(include_str!("../../../shaders/optim/rmsprop_momentum.wgsl"), d),
    reads: [G, TABLE],
    writes: [P, squares("s"), signed("m")],
    open: false,
    flops: |d| 9 * u64::from(d.n),
    twin: twin!(with_momentum),
    cases: CASES,
    tolerance: TOLERANCE,
};

/// With the variance of the gradient in the place of its square.
pub static CENTERED: Kernel<Update, 2, 4> = Kernel {
    name: "rmsprop_centered",
    shader: |d, _| frame::shader(include_str!("../../../shaders/optim/rmsprop_centered.wgsl"), d),
    reads: [G, TABLE],
    writes: [P, large("s"), small("a"), signed("m")],
    open: false,
    flops: |d| 13 * u64::from(d.n),
    twin: twin!(centered),
    cases: CASES,
    tolerance: TOLERANCE,
};

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&PLAIN, &MOMENTUM, &CENTERED];

optimizer! {
    /// Keras's `RMSprop`. Keras's default rate is 0.001.
    RmsProp, RmsPropRule, HYPERS;
    /// ρ, how much of the averages is kept: 0 ≤ ρ < 1. Default: 0.9.
    rho: f64 = 0.9, Allowed::Fraction;
    /// β, how much of the last move is kept: 0 ≤ β < 1. Default: 0.
    momentum: f64 = 0.0, Allowed::Fraction;
    /// ε under the root: > 0. Default: 10⁻⁷.
    epsilon: f64 = 1e-7, Allowed::Positive;
    /// Divides by the deviation of the gradient instead of its size. Default: false.
    centered: bool = 0.0, Allowed::Flag;
}

impl Rule for RmsPropRule {
    const NAME: &'static str = "rmsprop";
    const CLASS: &'static str = "RMSprop";
    const HYPERS: &'static [Hyper] = HYPERS;

    fn record(tape: &mut Tape, h: &Hypers, keeps: bool, arenas: &Arenas) -> Result<()> {
        let [_, momentum, _, is_centered, ..] = *h;
        arenas.each(tape, |t, c| {
            let s = c.slot(t, 0, "velocity");
            if is_centered == 1.0 {
                let (a, m) = (c.slot(t, 1, "average_gradient"), c.slot(t, 2, "momentum"));
                return t.run(&CENTERED, c.update(0), [c.grads, c.table], [c.params, s, a, m]);
            }
            if momentum == 0.0 && !keeps {
                return t.run(&PLAIN, c.update(0), [c.grads, c.table], [c.params, s]);
            }
            let m = c.slot(t, 1, "momentum");
            t.run(&MOMENTUM, c.update(0), [c.grads, c.table], [c.params, s, m])
        })
    }

    fn slots(h: &Hypers) -> Slots {
        match (h[1] > 0.0, h[3] == 1.0) {
            (false, false) => &[&["velocity"]],
            (true, false) => &[&["velocity"], &["momentum"]],
            (false, true) => &[&["velocity"], &["average_gradient"]],
            (true, true) => &[&["velocity"], &["momentum"], &["average_gradient"]],
        }
    }

    fn coefficients(h: &Hypers, _: f64, _: u64, _: &mut f64) -> [f64; 8] {
        [h[0], 1.0 - h[0], h[2], h[1], 0.0, 0.0, 0.0, 0.0]
    }
}
