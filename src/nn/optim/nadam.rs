//! Nadam: m and s as Adam's; m̂ = μₜ₊₁m/(1−Πₜ₊₁) + (1−μₜ)g/(1−Πₜ); ŝ = s/(1−β₂ᵗ); θ ← θ − ηm̂/(√ŝ + ε).
//!
//! Dozat 2016, with Keras's schedule μₜ = β₁(1 − ½·0.96ᵗ) and Πₜ = μ₁ ⋯ μₜ.

use super::{Arenas, MOMENT_CASES, Moments, Optimizer, check, moments, update};
use crate::base::{Real, Result};
use crate::kernel::{AnyKernel, Domain, Kernel, Step, Tolerance, arg, arg_in};
use crate::plan::Tape;
use crate::twin;

/// coef = \[μₜ₊₁/(1−Πₜ₊₁), (1−μₜ)/(1−Πₜ), 1/(1−β₂ᵗ)\].
fn nadam<T: Real>(step: &Step, d: &Moments, [g]: [&[T]; 1], [p, m, s]: [&mut [T]; 3]) {
    let rate = T::of(step.learning_rate);
    let [ahead, now, widen] = [0, 1, 2].map(|i| T::of(step.coef[i]));
    let (enter_1, enter_2, epsilon) = (T::of(1.0 - d.beta_1), T::of(1.0 - d.beta_2), T::of(d.epsilon));
    update(
        [p, m, s],
        g,
        #[inline(always)]
        |p, m, s, g| {
            *m += (g - *m) * enter_1;
            *s += (g * g - *s) * enter_2;
            *p -= rate * (ahead * *m + now * g) / ((*s * widen).sqrt() + epsilon);
        },
    );
}

/// One Nadam step.
pub static NADAM: Kernel<Moments, 1, 3> = Kernel {
    name: "nadam",
    shader: |d, _| moments(include_str!("../../../shaders/optim/nadam.wgsl"), d),
    reads: [arg("g", |d| d.n as usize)],
    writes: [
        arg("p", |d| d.n as usize),
        arg("m", |d| d.n as usize),
        arg_in("s", |d| d.n as usize, Domain::Positive),
    ],
    open: false,
    flops: |d| 15 * u64::from(d.n),
    twin: twin!(nadam),
    cases: MOMENT_CASES,
    tolerance: Tolerance { bound: 3e-6, reason: "a root and a division a number" },
};

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&NADAM];

/// Keras's `Nadam`.
#[derive(Clone, Copy, Debug)]
pub struct Nadam {
    learning_rate: f64,
    beta_1: f64,
    beta_2: f64,
    epsilon: f64,
}

impl Nadam {
    /// β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁷. Keras's default rate is 0.001.
    pub fn new(learning_rate: f64) -> Self {
        Self { learning_rate, beta_1: 0.9, beta_2: 0.999, epsilon: 1e-7 }
    }

    /// Decay of the first moment, 0 ≤ β₁ < 1.
    pub fn beta_1(mut self, beta_1: f64) -> Self {
        self.beta_1 = beta_1;
        self
    }

    /// Decay of the second moment, 0 ≤ β₂ < 1.
    pub fn beta_2(mut self, beta_2: f64) -> Self {
        self.beta_2 = beta_2;
        self
    }

    /// ε beside the root, ≥ 0.
    pub fn epsilon(mut self, epsilon: f64) -> Self {
        self.epsilon = epsilon;
        self
    }
}

impl Optimizer for Nadam {
    fn name(&self) -> &'static str {
        "nadam"
    }

    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn record(&self, tape: &mut Tape, arenas: Arenas) -> Result<()> {
        let Self { learning_rate, beta_1, beta_2, epsilon } = *self;
        check("nadam", "learning_rate", learning_rate, 0.0..f64::INFINITY)?;
        check("nadam", "beta_1", beta_1, 0.0..1.0)?;
        check("nadam", "beta_2", beta_2, 0.0..1.0)?;
        check("nadam", "epsilon", epsilon, 0.0..f64::INFINITY)?;
        let (m, s) = (arenas.slot(tape, 0, "momentum"), arenas.slot(tape, 1, "velocity"));
        let d = Moments { n: arenas.len as u32, beta_1, beta_2, epsilon };
        tape.run(&NADAM, d, [arenas.grads], [arenas.params, m, s])
    }

    fn coefficients(&self, t: u64, carry: &mut f64) -> [f64; 8] {
        let t = t as f64;
        let mu = |t: f64| self.beta_1 * (1.0 - 0.5 * 0.96_f64.powf(t));
        let product = *carry * mu(t);
        let next = product * mu(t + 1.0);
        *carry = product;
        let mut coef = [0.0; 8];
        coef[0] = mu(t + 1.0) / (1.0 - next);
        coef[1] = (1.0 - mu(t)) / (1.0 - product);
        coef[2] = 1.0 / (1.0 - self.beta_2.powf(t));
        coef
    }
}
