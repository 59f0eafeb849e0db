//! Adam: m ← β₁m + (1−β₁)g; s ← β₂s + (1−β₂)g²; θ ← θ − η·√(1−β₂ᵗ)/(1−β₁ᵗ)·m/(√s + ε).
//!
//! Kingma & Ba 2014 (arXiv:1412.6980), with ε where Keras has it; AMSGrad: Reddi et al. 2018. AdamW is Adam whose
//! weight decay is not part of the gradient (Loshchilov & Hutter 2019, arXiv:1711.05101).

use super::frame::{self, CASES, G, P, T as TABLE, TOLERANCE, Update, signed, squares, update};
use super::rule::optimizer;
use super::{Arenas, Hyper, Hypers, Rule, Slots};
use crate::base::{Allowed, Real, Result};
use crate::kernel::{AnyKernel, Kernel, Step};
use crate::plan::Tape;
use crate::twin;

/// coef = \[√(1−β₂ᵗ)/(1−β₁ᵗ), 1 − β₁, 1 − β₂, ε\].
fn adam<T: Real>(step: &Step, d: &Update, reads: [&[T]; 2], [p, m, s]: [&mut [T]; 3]) {
    let [correct, enter_1, enter_2, epsilon] = [0, 1, 2, 3].map(|i| T::of(step.coef[i]));
    update(
        step,
        d,
        reads,
        p,
        [m, s],
        #[inline(always)]
        |g, p, lost, rate, [m, s]| {
            let (m, s) = (m + (g - m) * enter_1, s + (g * g - s) * enter_2);
            (p - (lost + rate * correct * m / (s.sqrt() + epsilon)), [m, s])
        },
    );
}

/// The same with the largest s so far in the place of s.
fn amsgrad<T: Real>(step: &Step, d: &Update, reads: [&[T]; 2], [p, m, s, h]: [&mut [T]; 4]) {
    let [correct, enter_1, enter_2, epsilon] = [0, 1, 2, 3].map(|i| T::of(step.coef[i]));
    update(
        step,
        d,
        reads,
        p,
        [m, s, h],
        #[inline(always)]
        |g, p, lost, rate, [m, s, h]| {
            let (m, s) = (m + (g - m) * enter_1, s + (g * g - s) * enter_2);
            let h = if h > s { h } else { s };
            (p - (lost + rate * correct * m / (h.sqrt() + epsilon)), [m, s, h])
        },
    );
}

/// One Adam step.
pub static ADAM: Kernel<Update, 2, 3> = Kernel {
    name: "adam",
    shader: |d, _| frame::shader(include_str!("../../../shaders/optim/adam.wgsl"), d),
    reads: [G, TABLE],
    writes: [P, signed("m"), squares("s")],
    open: false,
    flops: |d| 12 * u64::from(d.n),
    twin: twin!(adam),
    cases: CASES,
    tolerance: TOLERANCE,
};

/// One step of Adam that never forgets a large gradient.
pub static AMSGRAD: Kernel<Update, 2, 4> = Kernel {
    name: "adam_amsgrad",
    shader: |d, _| frame::shader(include_str!("../../../shaders/optim/adam_amsgrad.wgsl"), d),
    reads: [G, TABLE],
    writes: [P, signed("m"), squares("s"), squares("h")],
    open: false,
    flops: |d| 13 * u64::from(d.n),
    twin: twin!(amsgrad),
    cases: CASES,
    tolerance: TOLERANCE,
};

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&ADAM, &AMSGRAD];

optimizer! {
    /// Keras's `Adam`. Keras's default rate is 0.001.
    Adam, AdamRule, HYPERS;
    /// β₁, decay of the first moment: 0 ≤ β₁ < 1. Default: 0.9.
    beta_1: f64 = 0.9, Allowed::Fraction;
    /// β₂, decay of the second moment: 0 ≤ β₂ < 1. Default: 0.999.
    beta_2: f64 = 0.999, Allowed::Fraction;
    /// ε beside the root: ≥ 0. Default: 10⁻⁷.
    epsilon: f64 = 1e-7, Allowed::NotNegative;
    /// Divides by the largest second moment so far. Default: false.
    amsgrad: bool = 0.0, Allowed::Flag;
}

optimizer! {
    /// Keras's `AdamW`: Adam with a weight decay of 0.004. Keras's default rate is 0.001.
    AdamW, AdamWRule, HYPERS_W;
    /// β₁, decay of the first moment: 0 ≤ β₁ < 1. Default: 0.9.
    beta_1: f64 = 0.9, Allowed::Fraction;
    /// β₂, decay of the second moment: 0 ≤ β₂ < 1. Default: 0.999.
    beta_2: f64 = 0.999, Allowed::Fraction;
    /// ε beside the root: ≥ 0. Default: 10⁻⁷.
    epsilon: f64 = 1e-7, Allowed::NotNegative;
    /// Divides by the largest second moment so far. Default: false.
    amsgrad: bool = 0.0, Allowed::Flag;
}

impl Rule for AdamRule {
    const NAME: &'static str = "adam";
    const CLASS: &'static str = "Adam";
    const HYPERS: &'static [Hyper] = HYPERS;

    fn record(tape: &mut Tape, h: &Hypers, _: bool, arenas: &Arenas) -> Result<()> {
        arenas.each(tape, |t, c| {
            let (m, s) = (c.slot(t, 0, "momentum"), c.slot(t, 1, "velocity"));
            if h[3] == 0.0 {
                return t.run(&ADAM, c.update(0), [c.grads, c.table], [c.params, m, s]);
            }
            let largest = c.slot(t, 2, "velocity_hat");
            t.run(&AMSGRAD, c.update(0), [c.grads, c.table], [c.params, m, s, largest])
        })
    }

    fn slots(h: &Hypers) -> Slots {
        if h[3] == 0.0 { &[&["momentum", "velocity"]] } else { &[&["momentum", "velocity"], &["velocity_hat"]] }
    }

    fn coefficients(h: &Hypers, _: f64, t: u64, _: &mut f64) -> [f64; 8] {
        let ([beta_1, beta_2, epsilon, ..], t) = (*h, t as f64);
        let correct = (1.0 - beta_2.powf(t)).sqrt() / (1.0 - beta_1.powf(t));
        [correct, 1.0 - beta_1, 1.0 - beta_2, epsilon, 0.0, 0.0, 0.0, 0.0]
    }
}

impl Rule for AdamWRule {
    const NAME: &'static str = "adamw";
    const CLASS: &'static str = "AdamW";
    const WEIGHT_DECAY: f64 = 0.004;
    const HYPERS: &'static [Hyper] = HYPERS_W;

    fn record(tape: &mut Tape, h: &Hypers, keeps: bool, arenas: &Arenas) -> Result<()> {
        AdamRule::record(tape, h, keeps, arenas)
    }

    fn slots(h: &Hypers) -> Slots {
        AdamRule::slots(h)
    }

    fn coefficients(h: &Hypers, rate: f64, t: u64, carry: &mut f64) -> [f64; 8] {
        AdamRule::coefficients(h, rate, t, carry)
    }
}
