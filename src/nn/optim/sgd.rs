//! SGD: θ ← θ − ηg; with momentum m ← βm − ηg, θ ← θ + m; Nesterov θ ← θ + βm − ηg.
//!
//! Polyak 1964; Nesterov 1983 in the form of Sutskever et al. 2013.

use super::frame::{self, CASES, G, P, T as TABLE, Update, case, signed, update};
use super::rule::optimizer;
use super::{Arenas, Hypers, Rule, Slots};
use crate::base::{Allowed, Real, Result};
use crate::kernel::{AnyKernel, Kernel, Step, Tolerance};
use crate::plan::Tape;
use crate::twin;

fn plain<T: Real>(step: &Step, d: &Update, reads: [&[T]; 2], [p]: [&mut [T]; 1]) {
    update(
        step,
        d,
        reads,
        p,
        [],
        #[inline(always)]
        |g, p, lost, rate, []| (p - (lost + rate * g), []),
    );
}

/// coef = \[β\].
fn with_momentum<T: Real>(step: &Step, d: &Update, reads: [&[T]; 2], [p, m]: [&mut [T]; 2]) {
    let (beta, nesterov) = (T::of(step.coef[0]), d.variant == 1);
    update(
        step,
        d,
        reads,
        p,
        [m],
        #[inline(always)]
        |g, p, lost, rate, [m]| {
            let move_by = rate * g;
            let m = beta * m - move_by;
            (p + (if nesterov { beta * m - move_by } else { m } - lost), [m])
        },
    );
}

/// θ ← θ − ηg.
pub static PLAIN: Kernel<Update, 2, 1> = Kernel {
    name: "sgd",
    shader: |d, _| frame::shader(include_str!("../../../shaders/optim/sgd.wgsl"), d),
    reads: [G, TABLE],
    writes: [P],
    open: false,
    flops: |d| 2 * u64::from(d.n),
    twin: twin!(plain),
    cases: CASES,
    tolerance: Tolerance::POINTWISE,
};

/// The same with momentum, plain or Nesterov's.
pub static MOMENTUM: Kernel<Update, 2, 2> = Kernel {
    name: "sgd_momentum",
    shader: |d, _| frame::shader(include_str!("../../../shaders/optim/sgd_momentum.wgsl"), d),
    reads: [G, TABLE],
    writes: [P, signed("m")],
    open: false,
    flops: |d| 6 * u64::from(d.n),
    twin: twin!(with_momentum),
    cases: &[case(192, 0, 0.0, 0.0), case(192, 1, 0.0, 0.0), case(1088, 1, 0.5, 0.1)],
    tolerance: Tolerance::POINTWISE,
};

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&PLAIN, &MOMENTUM];

optimizer! {
    /// Keras's `SGD`: without momentum unless asked for. Keras's default rate is 0.01.
    Sgd, SgdRule, HYPERS;
    /// β, how much of the last move is kept: 0 ≤ β < 1. Default: 0. Polyak 1964.
    momentum: f64 = 0.0, Allowed::Fraction;
    /// Looks ahead: Nesterov's form of momentum. Default: false.
    nesterov: bool = 0.0, Allowed::Flag;
}

impl Rule for SgdRule {
    const NAME: &'static str = "sgd";
    const CLASS: &'static str = "SGD";
    const LEARNING_RATE: f64 = 0.01;
    const HYPERS: &'static [super::Hyper] = HYPERS;

    fn record(tape: &mut Tape, h: &Hypers, keeps: bool, arenas: &Arenas) -> Result<()> {
        let [momentum, nesterov, ..] = *h;
        arenas.each(tape, |t, c| {
            if momentum == 0.0 && !keeps {
                return t.run(&PLAIN, c.update(0), [c.grads, c.table], [c.params]);
            }
            let m = c.slot(t, 0, "momentum");
            t.run(&MOMENTUM, c.update(nesterov as u32), [c.grads, c.table], [c.params, m])
        })
    }

    fn slots(h: &Hypers) -> Slots {
        if h[0] == 0.0 { &[] } else { &[&["momentum"]] }
    }

    fn coefficients(h: &Hypers, _: f64, _: u64, _: &mut f64) -> [f64; 8] {
        [h[0], 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    }
}
