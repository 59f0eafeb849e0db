//! Adam: m ← β₁m + (1−β₁)g; s ← β₂s + (1−β₂)g²; θ ← θ − η·√(1−β₂ᵗ)/(1−β₁ᵗ)·m/(√s + ε).
//!
//! Kingma & Ba 2014 (arXiv:1412.6980), with ε where Keras has it.

use super::{Arenas, MOMENT_CASES, Moments, Optimizer, check, moments, update};
use crate::base::{Real, Result};
use crate::kernel::{AnyKernel, Domain, Kernel, Step, Tolerance, arg, arg_in};
use crate::plan::Tape;
use crate::twin;

/// coef\[0\] = √(1−β₂ᵗ)/(1−β₁ᵗ).
fn adam<T: Real>(step: &Step, d: &Moments, [g]: [&[T]; 1], [p, m, s]: [&mut [T]; 3]) {
    let rate = T::of(step.learning_rate * step.coef[0]);
    let (enter_1, enter_2, epsilon) = (T::of(1.0 - d.beta_1), T::of(1.0 - d.beta_2), T::of(d.epsilon));
    update(
        [p, m, s],
        g,
        #[inline(always)]
        |p, m, s, g| {
            *m += (g - *m) * enter_1;
            *s += (g * g - *s) * enter_2;
            *p -= rate * *m / (s.sqrt() + epsilon);
        },
    );
}

/// One Adam step.
pub static ADAM: Kernel<Moments, 1, 3> = Kernel {
    name: "adam",
    shader: |d, _| moments(include_str!("../../../shaders/optim/adam.wgsl"), d),
    reads: [arg("g", |d| d.n as usize)],
    writes: [
        arg("p", |d| d.n as usize),
        arg("m", |d| d.n as usize),
        arg_in("s", |d| d.n as usize, Domain::Positive),
    ],
    open: false,
    flops: |d| 12 * u64::from(d.n),
    twin: twin!(adam),
    cases: MOMENT_CASES,
    tolerance: Tolerance { bound: 3e-6, reason: "a root and a division a number" },
};

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&ADAM];

/// Keras's `Adam`.
#[derive(Clone, Copy, Debug)]
pub struct Adam {
    learning_rate: f64,
    beta_1: f64,
    beta_2: f64,
    epsilon: f64,
}

impl Adam {
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

impl Optimizer for Adam {
    fn name(&self) -> &'static str {
        "adam"
    }

    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn record(&self, tape: &mut Tape, arenas: Arenas) -> Result<()> {
        let Self { learning_rate, beta_1, beta_2, epsilon } = *self;
        check("adam", "learning_rate", learning_rate, 0.0..f64::INFINITY)?;
        check("adam", "beta_1", beta_1, 0.0..1.0)?;
        check("adam", "beta_2", beta_2, 0.0..1.0)?;
        check("adam", "epsilon", epsilon, 0.0..f64::INFINITY)?;
        let (m, s) = (arenas.slot(tape, 0, "momentum"), arenas.slot(tape, 1, "velocity"));
        let d = Moments { n: arenas.len as u32, beta_1, beta_2, epsilon };
        tape.run(&ADAM, d, [arenas.grads], [arenas.params, m, s])
    }

    fn coefficients(&self, t: u64, _: &mut f64) -> [f64; 8] {
        let t = t as f64;
        let mut coef = [0.0; 8];
        coef[0] = (1.0 - self.beta_2.powf(t)).sqrt() / (1.0 - self.beta_1.powf(t));
        coef
    }
}
