//! Batch normalisation: y = γ (x − μ) / √(σ² + ε) + β for each column of x\[m×n\] (Ioffe & Szegedy 2015,
//! arXiv:1502.03167).
//!
//! Training takes μ and the biased σ² of the batch and moves the moving statistics as Keras does,
//! moving ← moving · momentum + batch · (1 − momentum); inference takes the moving statistics.

use super::{Layer, matrix, one};
use crate::base::{Error, Real, Result};
use crate::dims;
use crate::kernel::{AnyKernel, Domain, Kernel, Schedule, Shader, Step, Tolerance, arg, arg_in};
use crate::plan::{Tape, Value};
use crate::twin;

dims! {
    /// x is m×n; statistics are over the m rows (or as many as are samples).
    pub struct Columns {
        /// Rows: the batch.
        m: u32,
        /// Columns: features.
        n: u32,
        /// ε under the root.
        epsilon: f64,
        /// How much of the moving statistics stays.
        momentum: f64,
    }
}

impl Columns {
    fn len(&self) -> usize {
        self.m as usize * self.n as usize
    }
    fn columns(&self) -> usize {
        self.n as usize
    }
    /// Rows that are samples in this step.
    fn rows(&self, step: &Step) -> usize {
        self.m.min(step.rows) as usize
    }
}

const CASES: &[Columns] = &[
    Columns { m: 1, n: 1, epsilon: 1e-3, momentum: 0.99 },
    Columns { m: 7, n: 5, epsilon: 1e-3, momentum: 0.9 },
    Columns { m: 33, n: 70, epsilon: 1e-5, momentum: 0.99 },
];

/// One text for both kinds of device: `columns` lanes side by side, `slices` rows of lanes that share a column.
fn text(body: &str, d: &Columns, schedule: Schedule) -> Shader {
    let (columns, slices) = match schedule {
        Schedule::Lanes => (8_u32, 1_u32),
        Schedule::Tiles => (16, 16),
    };
    let head = format!("const columns: u32 = {columns}u;\nconst slices: u32 = {slices}u;\n");
    let reduce = include_str!("../../../shaders/util/column_sum.wgsl");
    Shader::flat(&format!("{head}{reduce}{body}"), d.columns(), columns as usize)
}

fn column_sums<T: Real>(n: usize, rows: usize, out: &mut [T], mut term: impl FnMut(usize, usize) -> T) {
    out.fill(T::ZERO);
    for i in 0..rows {
        for (j, s) in out.iter_mut().enumerate() {
            *s += term(i * n + j, j);
        }
    }
}

/// Writes mean into `saved[..n]` and 1/√(σ² + ε) into `saved[n..]`; the variance into `variance`.
fn forward<T: Real>(
    step: &Step,
    d: &Columns,
    [x, gamma, beta]: [&[T]; 3],
    [y, saved, moving_mean, moving_variance]: [&mut [T]; 4],
) {
    let (n, rows) = (d.columns(), d.rows(step));
    let count = T::of(rows.max(1) as f64);
    let (mean, inverse) = saved.split_at_mut(n);
    column_sums(n, rows, mean, |at, _| x[at]);
    mean.iter_mut().for_each(|v| *v /= count);
    column_sums(n, rows, inverse, |at, j| (x[at] - mean[j]) * (x[at] - mean[j]));
    let (stay, enter, epsilon) = (T::of(d.momentum), T::of(1.0 - d.momentum), T::of(d.epsilon));
    for j in 0..n {
        let variance = inverse[j] / count;
        moving_mean[j] = moving_mean[j] * stay + mean[j] * enter;
        moving_variance[j] = moving_variance[j] * stay + variance * enter;
        inverse[j] = T::ONE / (variance + epsilon).sqrt();
    }
    let rows_of = y.chunks_mut(n).zip(x.chunks(n)).enumerate();
    for (i, (y, x)) in rows_of {
        if i < rows {
            for j in 0..n {
                y[j] = gamma[j] * ((x[j] - mean[j]) * inverse[j]) + beta[j];
            }
        } else {
            y.fill(T::ZERO);
        }
    }
}

fn inference<T: Real>(
    _: &Step,
    d: &Columns,
    [x, gamma, beta, moving_mean, moving_variance]: [&[T]; 5],
    [y]: [&mut [T]; 1],
) {
    let (n, epsilon) = (d.columns(), T::of(d.epsilon));
    for (y, x) in y.chunks_mut(n).zip(x.chunks(n)) {
        for j in 0..n {
            let inverse = T::ONE / (moving_variance[j] + epsilon).sqrt();
            y[j] = gamma[j] * ((x[j] - moving_mean[j]) * inverse) + beta[j];
        }
    }
}

fn gradient<T: Real>(step: &Step, d: &Columns, [x, gamma, saved, dy]: [&[T]; 4], [dx, dgamma, dbeta]: [&mut [T]; 3]) {
    let (n, rows) = (d.columns(), d.rows(step));
    let (mean, inverse) = saved.split_at(n);
    column_sums(n, rows, dbeta, |at, _| dy[at]);
    column_sums(n, rows, dgamma, |at, j| dy[at] * ((x[at] - mean[j]) * inverse[j]));
    let share = T::ONE / T::of(rows.max(1) as f64);
    let rows_of = dx.chunks_mut(n).zip(x.chunks(n)).zip(dy.chunks(n)).enumerate();
    for (i, ((dx, x), dy)) in rows_of {
        if i < rows {
            for j in 0..n {
                let normal = (x[j] - mean[j]) * inverse[j];
                dx[j] = gamma[j] * inverse[j] * (dy[j] - share * (dbeta[j] + normal * dgamma[j]));
            }
        } else {
            dx.fill(T::ZERO);
        }
    }
}

/// Training: y, the batch statistics backward needs, and the moving statistics.
pub static FORWARD: Kernel<Columns, 3, 4> = Kernel {
    name: "batch_normalization_forward",
    shader: |d, s| text(include_str!("../../../shaders/layer/batch_normalization_forward.wgsl"), d, s),
    reads: [arg("x", Columns::len), arg("gamma", Columns::columns), arg("beta", Columns::columns)],
    writes: [
        arg("y", Columns::len),
        arg("saved", |d| 2 * d.columns()),
        arg("moving_mean", Columns::columns),
        arg_in("moving_variance", Columns::columns, Domain::Positive),
    ],
    open: true,
    flops: |d| 8 * d.len() as u64,
    twin: twin!(forward),
    cases: CASES,
    tolerance: Tolerance::REDUCTION,
};

/// Inference: y from the moving statistics.
pub static INFERENCE: Kernel<Columns, 5, 1> = Kernel {
    name: "batch_normalization_inference",
    shader: |d, _| {
        let body = include_str!("../../../shaders/layer/batch_normalization_inference.wgsl");
        Shader::flat(body, d.len(), 64)
    },
    reads: [
        arg("x", Columns::len),
        arg("gamma", Columns::columns),
        arg("beta", Columns::columns),
        arg("moving_mean", Columns::columns),
        arg_in("moving_variance", Columns::columns, Domain::Positive),
    ],
    writes: [arg("y", Columns::len)],
    open: true,
    flops: |d| 5 * d.len() as u64,
    twin: twin!(inference),
    cases: CASES,
    tolerance: Tolerance { bound: 1e-5, reason: "division by a root of a small variance" },
};

/// dx, dγ and dβ.
pub static GRAD: Kernel<Columns, 4, 3> = Kernel {
    name: "batch_normalization_grad",
    shader: |d, s| text(include_str!("../../../shaders/layer/batch_normalization_grad.wgsl"), d, s),
    reads: [
        arg("x", Columns::len),
        arg("gamma", Columns::columns),
        arg_in("saved", |d| 2 * d.columns(), Domain::Positive),
        arg("dy", Columns::len),
    ],
    writes: [arg("dx", Columns::len), arg("dgamma", Columns::columns), arg("dbeta", Columns::columns)],
    open: true,
    flops: |d| 12 * d.len() as u64,
    twin: twin!(gradient),
    cases: CASES,
    tolerance: Tolerance::REDUCTION,
};

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&FORWARD, &INFERENCE, &GRAD];

/// Keras's `BatchNormalization` over the last axis.
#[derive(Clone, Copy, Debug)]
pub struct BatchNormalization {
    momentum: f64,
    epsilon: f64,
}

impl Default for BatchNormalization {
    fn default() -> Self {
        Self::new()
    }
}

impl BatchNormalization {
    /// Momentum 0.99, ε = 10⁻³, as Keras.
    pub fn new() -> Self {
        Self { momentum: 0.99, epsilon: 1e-3 }
    }

    /// How much of the moving statistics stays at each step, 0 ≤ momentum < 1.
    pub fn momentum(mut self, momentum: f64) -> Self {
        self.momentum = momentum;
        self
    }

    /// What is added to the variance, ε > 0.
    pub fn epsilon(mut self, epsilon: f64) -> Self {
        self.epsilon = epsilon;
        self
    }

    fn check(&self, layer: &str) -> Result<()> {
        let wrong = |what: &str, want: &str, got: f64| {
            Err(Error::request(format!("layer `{layer}`: {what}"), want, got, "Keras's default is right for most nets"))
        };
        if !(0.0..1.0).contains(&self.momentum) {
            return wrong("momentum", "0 ≤ momentum < 1", self.momentum);
        }
        if !(self.epsilon > 0.0 && self.epsilon.is_finite()) {
            return wrong("epsilon", "a number above 0", self.epsilon);
        }
        Ok(())
    }
}

impl Layer for BatchNormalization {
    fn kind(&self) -> &'static str {
        "batch_normalization"
    }

    fn call(&self, tape: &mut Tape, inputs: &[Value]) -> Result<Value> {
        let x = one(tape, inputs)?;
        let (m, n) = matrix(tape, x)?;
        self.check(tape.scope())?;
        let d = Columns { m, n, epsilon: self.epsilon, momentum: self.momentum };
        let (columns, shape) = ([n as usize], [m as usize, n as usize]);
        let gamma = tape.param("gamma", &columns, |_| vec![1.0; n as usize]);
        let beta = tape.param("beta", &columns, |_| vec![0.0; n as usize]);
        let moving_mean = tape.state("moving_mean", &columns, 0.0);
        let moving_variance = tape.state("moving_variance", &columns, 1.0);
        let y = tape.temp("y", &shape);
        if !tape.training() {
            tape.run(&INFERENCE, d, [x, gamma, beta, moving_mean, moving_variance], [y])?;
            return Ok(y);
        }
        let saved = tape.temp("saved", &[2 * n as usize]);
        tape.run(&FORWARD, d, [x, gamma, beta], [y, saved, moving_mean, moving_variance])?;
        tape.backward(move |t| {
            let Some(dy) = t.gradient(y) else { return Ok(()) };
            let (dx, dgamma, dbeta) = (t.gradient_place(x), t.gradient_place(gamma), t.gradient_place(beta));
            t.run(&GRAD, d, [x, gamma, saved, dy], [dx, dgamma, dbeta])?;
            t.settle(gamma, dgamma)?;
            t.settle(beta, dbeta)?;
            t.settle(x, dx)
        });
        Ok(y)
    }
}
