//! FTRL: z ← z + g + 2λₛθ − (tᵏ − sᵏ)/η · θ with t = s + g²; θ ← (clip(z, ±λ₁) − z) / (tᵏ/η + 2λ₂); s ← t.
//!
//! McMahan et al. 2013, "Ad click prediction: a view from the trenches"; k is minus Keras's `learning_rate_power`.

use super::frame::{self, CASES, G, P, T as TABLE, TOLERANCE, Update, large, signed, update};
use super::rule::optimizer;
use super::{Arenas, Hyper, Hypers, Rule, Slots};
use crate::base::{Allowed, Real, Result};
use crate::kernel::{AnyKernel, Kernel, Step};
use crate::plan::Tape;
use crate::twin;

/// coef = \[k, λ₁, λ₂, λₛ, β\]; λ₂ grows by β / 2η.
fn ftrl<T: Real>(step: &Step, d: &Update, reads: [&[T]; 2], [p, s, z]: [&mut [T]; 3]) {
    let [k, l1, l2, shrink, beta] = [0, 1, 2, 3, 4].map(|i| T::of(step.coef[i]));
    let (two, root) = (T::of(2.0), step.coef[0] == 0.5);
    let power = |v: T| if root { v.sqrt() } else { (k * v.ln()).exp() };
    // (s + q)ᵏ − sᵏ without taking nearby numbers apart.
    let growth = |s: T, q: T| {
        if q == T::ZERO || s == T::ZERO {
            if q == T::ZERO { T::ZERO } else { power(q) }
        } else if root {
            q / ((s + q).sqrt() + s.sqrt())
        } else {
            power(s) * (k * (q / s).ln_1p()).exp_m1()
        }
    };
    update(
        step,
        d,
        reads,
        p,
        [s, z],
        #[inline(always)]
        |g, p, lost, rate, [s, z]| {
            let (p, sum) = (p - lost, s + g * g);
            let z_next = z + (g + two * shrink * p - growth(s, g * g) / rate * p);
            let held = if z_next > l1 {
                l1
            } else if z_next < -l1 {
                -l1
            } else {
                z_next
            };
            let l2 = l2 + beta / (two * rate);
            let p_next = (held - z_next) / (power(sum) / rate + two * l2);
            // Nothing is known of a step of no length.
            if rate == T::ZERO { (p, [s, z]) } else { (p_next, [sum, z_next]) }
        },
    );
}

/// One FTRL step.
pub static FTRL: Kernel<Update, 2, 3> = Kernel {
    name: "ftrl",
    shader: |d, _| frame::shader(include_str!("../../../shaders/optim/ftrl.wgsl"), d),
    reads: [G, TABLE],
    writes: [P, large("s"), signed("z")],
    open: false,
    flops: |d| 30 * u64::from(d.n),
    twin: twin!(ftrl),
    cases: CASES,
    tolerance: TOLERANCE,
};

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&FTRL];

optimizer! {
    /// Keras's `Ftrl`, for sparse linear models. Keras's default rate is 0.001.
    Ftrl, FtrlRule, HYPERS;
    /// −k, how the rate falls with the sum of squares: ≤ 0. Default: −0.5.
    learning_rate_power: f64 = -0.5, Allowed::NotPositive;
    /// What the sum of squares starts from: ≥ 0. Default: 0.1.
    initial_accumulator_value: f64 = 0.1, Allowed::NotNegative;
    /// λ₁, which makes weights exactly 0: ≥ 0. Default: 0.
    l1_regularization_strength: f64 = 0.0, Allowed::NotNegative;
    /// λ₂: ≥ 0. Default: 0.
    l2_regularization_strength: f64 = 0.0, Allowed::NotNegative;
    /// λₛ, a penalty on the size of weights that stays out of their memory: ≥ 0. Default: 0.
    l2_shrinkage_regularization_strength: f64 = 0.0, Allowed::NotNegative;
    /// β of the paper: ≥ 0. Default: 0.
    beta: f64 = 0.0, Allowed::NotNegative;
}

impl Rule for FtrlRule {
    const NAME: &'static str = "ftrl";
    const CLASS: &'static str = "Ftrl";
    const HYPERS: &'static [Hyper] = HYPERS;

    fn record(tape: &mut Tape, h: &Hypers, _: bool, arenas: &Arenas) -> Result<()> {
        arenas.each(tape, |t, c| {
            let (s, z) = (c.slot_from(t, 0, "accumulator", h[1]), c.slot(t, 1, "linear"));
            t.run(&FTRL, c.update(0), [c.grads, c.table], [c.params, s, z])
        })
    }

    fn slots(_: &Hypers) -> Slots {
        &[&["accumulator", "linear"]]
    }

    fn coefficients(h: &Hypers, _: f64, _: u64, _: &mut f64) -> [f64; 8] {
        let [power, _, l1, l2, shrink, beta, ..] = *h;
        [-power, l1, l2, shrink, beta, 0.0, 0.0, 0.0]
    }
}
