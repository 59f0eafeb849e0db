//! SGD: θ ← θ − ηg; with momentum m ← βm − ηg, θ ← θ + m; Nesterov θ ← θ + βm − ηg.
//!
//! Polyak 1964; Nesterov 1983 in the form of Sutskever et al. 2013.

use super::{Arenas, Optimizer, check, flat};
use crate::base::vectorize::vectorize;
use crate::base::{Real, Result};
use crate::dims;
use crate::kernel::{AnyKernel, Kernel, Step, Tolerance, arg};
use crate::plan::Tape;
use crate::twin;

dims! {
    /// Flat arenas.
    pub struct Flat {
        /// Numbers in the arenas, a multiple of 64.
        n: u32,
        /// β; 0 where there is no momentum.
        momentum: f64,
        /// 1 for Nesterov's form.
        nesterov: u32,
    }
}

const CASES: &[Flat] = &[
    Flat { n: 64, momentum: 0.0, nesterov: 0 },
    Flat { n: 1088, momentum: 0.9, nesterov: 0 },
    Flat { n: 1088, momentum: 0.9, nesterov: 1 },
];

fn plain<T: Real>(step: &Step, _: &Flat, [g]: [&[T]; 1], [p]: [&mut [T]; 1]) {
    let rate = T::of(step.learning_rate);
    vectorize(
        #[inline(always)]
        || {
            for (p, g) in p.iter_mut().zip(g) {
                *p -= rate * *g;
            }
        },
    );
}

fn with_momentum<T: Real>(step: &Step, d: &Flat, [g]: [&[T]; 1], [p, m]: [&mut [T]; 2]) {
    let (rate, beta) = (T::of(step.learning_rate), T::of(d.momentum));
    let nesterov = d.nesterov == 1;
    vectorize(
        #[inline(always)]
        || {
            for ((p, m), g) in p.iter_mut().zip(m).zip(g) {
                let move_by = rate * *g;
                *m = beta * *m - move_by;
                *p += if nesterov { beta * *m - move_by } else { *m };
            }
        },
    );
}

/// θ ← θ − ηg.
pub static PLAIN: Kernel<Flat, 1, 1> = Kernel {
    name: "sgd",
    shader: |d, _| flat(include_str!("../../../shaders/optim/sgd.wgsl"), d.n),
    reads: [arg("g", |d| d.n as usize)],
    writes: [arg("p", |d| d.n as usize)],
    open: false,
    flops: |d| 2 * u64::from(d.n),
    twin: twin!(plain),
    cases: CASES,
    tolerance: Tolerance::POINTWISE,
};

/// The same with momentum, plain or Nesterov's.
pub static MOMENTUM: Kernel<Flat, 1, 2> = Kernel {
    name: "sgd_momentum",
    shader: |d, _| flat(include_str!("../../../shaders/optim/sgd_momentum.wgsl"), d.n),
    reads: [arg("g", |d| d.n as usize)],
    writes: [arg("p", |d| d.n as usize), arg("m", |d| d.n as usize)],
    open: false,
    flops: |d| 6 * u64::from(d.n),
    twin: twin!(with_momentum),
    cases: CASES,
    tolerance: Tolerance::POINTWISE,
};

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&PLAIN, &MOMENTUM];

/// Keras's `SGD`.
#[derive(Clone, Copy, Debug)]
pub struct Sgd {
    learning_rate: f64,
    momentum: f64,
    nesterov: bool,
}

impl Sgd {
    /// No momentum. Keras's default rate is 0.01.
    pub fn new(learning_rate: f64) -> Self {
        Self { learning_rate, momentum: 0.0, nesterov: false }
    }

    /// β, 0 ≤ β < 1. Default: 0.
    pub fn momentum(mut self, momentum: f64) -> Self {
        self.momentum = momentum;
        self
    }

    /// Nesterov's form of momentum. Default: false.
    pub fn nesterov(mut self, nesterov: bool) -> Self {
        self.nesterov = nesterov;
        self
    }
}

impl Optimizer for Sgd {
    fn name(&self) -> &'static str {
        "sgd"
    }

    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn record(&self, tape: &mut Tape, arenas: Arenas) -> Result<()> {
        check("sgd", "learning_rate", self.learning_rate, 0.0..f64::INFINITY)?;
        check("sgd", "momentum", self.momentum, 0.0..1.0)?;
        let d = Flat { n: arenas.len as u32, momentum: self.momentum, nesterov: u32::from(self.nesterov) };
        if self.momentum == 0.0 {
            return tape.run(&PLAIN, d, [arenas.grads], [arenas.params]);
        }
        let m = arenas.slot(tape, 0, "momentum");
        tape.run(&MOMENTUM, d, [arenas.grads], [arenas.params, m])
    }
}
