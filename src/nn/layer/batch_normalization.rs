//! Batch normalisation: y = γ (x − μ) / √(σ² + ε) + β for each column of x\[m×n\], or of another axis (Ioffe & Szegedy 2015,
//! arXiv:1502.03167).
//!
//! Training takes μ and the biased σ² of the batch and moves the moving statistics as Keras does,
//! moving ← moving · momentum + batch · (1 − momentum); inference takes the moving statistics.

use super::affine::{self, Affine, affine_options, check_epsilon};
use super::axes::{axis_of, view};
use super::normalize::Cells;
use super::weight::{initializer_option, weight_options};
use super::{Layer, one, variable};
use crate::base::{Allowed, Real, Result};
use crate::dims;
use crate::kernel::{AnyKernel, Domain, Kernel, Schedule, Shader, Step, Tolerance, arg, arg_in};
use crate::nn::config::{Config, config};
use crate::nn::init::{Initializer, Ones, Zeros};
use crate::plan::{Tape, Value};
use crate::twin;
use std::sync::Arc;

dims! {
    /// x is outer×n×inner; statistics are over outer and inner (of as many samples as there are).
    pub struct Columns {
        /// Samples: the batch.
        m: u32,
        /// Numbers a sample has of each column.
        positions: u32,
        /// Columns: features.
        n: u32,
        /// How far apart two columns are; 1 where the features are the last axis.
        inner: u32,
        /// ε under the root.
        epsilon: f64,
        /// How much of the moving statistics stays.
        momentum: f64,
        /// 1 where γ is used.
        scale: u32,
        /// 1 where β is used.
        center: u32,
        /// 1 where the mean is taken off; 0 for the gradient of inference, which is linear.
        shift: u32,
    }
}

impl Columns {
    pub(super) const fn new(m: u32, [outer, n, inner]: [u32; 3]) -> Self {
        let positions = outer / m * inner;
        Self { m, positions, n, inner, epsilon: 1e-3, momentum: 0.99, scale: 1, center: 1, shift: 1 }
    }
    fn len(&self) -> usize {
        self.m as usize * self.positions as usize * self.n as usize
    }
    pub(super) fn columns(&self) -> usize {
        self.n as usize
    }
    /// Numbers of each column that are samples' in this step.
    fn rows(&self, step: &Step) -> usize {
        self.m.min(step.rows) as usize * self.positions as usize
    }
    fn gamma<T: Real>(&self, gamma: &[T], j: usize) -> T {
        if self.scale == 1 { gamma[j] } else { T::ONE }
    }
    fn beta<T: Real>(&self, beta: &[T], j: usize) -> T {
        if self.center == 1 { beta[j] } else { T::ZERO }
    }
}

const CASES: &[Columns] = &[
    Columns::new(1, [1, 1, 1]),
    Columns { momentum: 0.9, ..Columns::new(7, [7, 5, 1]) },
    Columns { epsilon: 1e-5, ..Columns::new(33, [33, 70, 1]) },
    Columns { scale: 0, ..Columns::new(5, [10, 3, 4]) },
    Columns { center: 0, shift: 0, ..Columns::new(6, [18, 10, 1]) },
];

/// One text for both kinds of device: `columns` lanes side by side, `slices` rows of lanes that share a column.
fn text(body: &str, d: &Columns, schedule: Schedule) -> Shader {
    let (columns, slices) = match schedule {
        Schedule::Lanes => (8_u32, 1_u32),
        Schedule::Tiles => (16, 16),
    };
    let head = format!("const columns: u32 = {columns}u;\nconst slices: u32 = {slices}u;\n");
    let reduce = include_str!("../../../shaders/util/column_sum.wgsl");
    let place = include_str!("../../../shaders/layer/column_place.wgsl");
    Shader::flat(&[&head, reduce, place, body].concat(), d.columns(), columns as usize)
}

/// out\[j\] = Σ term(place, j) over the first `rows` numbers of each column.
fn column_sums<T: Real>(d: &Columns, rows: usize, out: &mut [T], mut term: impl FnMut(usize, usize) -> T) {
    out.fill(T::ZERO);
    let (n, inner) = (d.columns(), d.inner as usize);
    if inner == 1 {
        for i in 0..rows {
            for (j, s) in out.iter_mut().enumerate() {
                *s += term(i * n + j, j);
            }
        }
    } else {
        for at in 0..rows * n {
            let j = at / inner % n;
            out[j] += term(at, j);
        }
    }
}

/// out = f(a, b, column) for each number of the first `rows` of each column, 0 for the others.
fn each<T: Real>(d: &Columns, rows: usize, a: &[T], b: &[T], out: &mut [T], f: impl Fn(T, T, usize) -> T) {
    let (n, inner) = (d.columns(), d.inner as usize);
    let (live, padding) = out.split_at_mut(rows * n);
    padding.fill(T::ZERO);
    if inner == 1 {
        for ((out, a), b) in live.chunks_mut(n).zip(a.chunks(n)).zip(b.chunks(n)) {
            for j in 0..n {
                out[j] = f(a[j], b[j], j);
            }
        }
    } else {
        let runs = live.chunks_mut(inner).zip(a.chunks(inner)).zip(b.chunks(inner));
        for (i, ((out, a), b)) in runs.enumerate() {
            for ((out, a), b) in out.iter_mut().zip(a).zip(b) {
                *out = f(*a, *b, i % n);
            }
        }
    }
}

/// Writes mean into `saved[..n]` and 1/√(σ² + ε) into `saved[n..]`.
fn forward<T: Real>(
    step: &Step,
    d: &Columns,
    [x, gamma, beta]: [&[T]; 3],
    [y, saved, moving_mean, moving_variance]: [&mut [T]; 4],
) {
    let (n, rows) = (d.columns(), d.rows(step));
    let count = T::of(rows.max(1) as f64);
    let (mean, inverse) = saved.split_at_mut(n);
    column_sums(d, rows, mean, |at, _| x[at]);
    mean.iter_mut().for_each(|v| *v /= count);
    column_sums(d, rows, inverse, |at, j| (x[at] - mean[j]) * (x[at] - mean[j]));
    let (stay, enter, epsilon) = (T::of(d.momentum), T::of(1.0 - d.momentum), T::of(d.epsilon));
    for j in 0..n {
        let variance = inverse[j] / count;
        moving_mean[j] = moving_mean[j] * stay + mean[j] * enter;
        moving_variance[j] = moving_variance[j] * stay + variance * enter;
        inverse[j] = T::ONE / (variance + epsilon).sqrt();
    }
    if (d.scale, d.center) == (1, 1) {
        // Without a question in it the loop becomes vector instructions.
        each(d, rows, x, x, y, |x, _, j| gamma[j] * ((x - mean[j]) * inverse[j]) + beta[j]);
    } else {
        each(d, rows, x, x, y, |x, _, j| d.gamma(gamma, j) * ((x - mean[j]) * inverse[j]) + d.beta(beta, j));
    }
}

fn inference<T: Real>(
    _: &Step,
    d: &Columns,
    [x, gamma, beta, moving_mean, moving_variance]: [&[T]; 5],
    [y]: [&mut [T]; 1],
) {
    let (all, epsilon) = (d.m as usize * d.positions as usize, T::of(d.epsilon));
    each(d, all, x, x, y, |x, _, j| {
        let inverse = T::ONE / (moving_variance[j] + epsilon).sqrt();
        let mean = if d.shift == 1 { moving_mean[j] } else { T::ZERO };
        d.gamma(gamma, j) * ((x - mean) * inverse) + d.beta(beta, j)
    });
}

fn gradient<T: Real>(step: &Step, d: &Columns, [x, gamma, saved, dy]: [&[T]; 4], [dx, dgamma, dbeta]: [&mut [T]; 3]) {
    let (n, rows) = (d.columns(), d.rows(step));
    let (mean, inverse) = saved.split_at(n);
    column_sums(d, rows, dbeta, |at, _| dy[at]);
    column_sums(d, rows, dgamma, |at, j| dy[at] * ((x[at] - mean[j]) * inverse[j]));
    let share = T::ONE / T::of(rows.max(1) as f64);
    each(d, rows, x, dy, dx, |x, dy, j| {
        let normal = (x - mean[j]) * inverse[j];
        d.gamma(gamma, j) * inverse[j] * (dy - share * (dbeta[j] + normal * dgamma[j]))
    });
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

/// Keras's `BatchNormalization`: one mean and variance for each index of one axis.
#[derive(Clone)]
pub struct BatchNormalization {
    axis: isize,
    momentum: f64,
    epsilon: f64,
    trainable: bool,
    affine: Affine,
    moving_mean_initializer: Arc<dyn Initializer>,
    moving_variance_initializer: Arc<dyn Initializer>,
}

super::default_is_new! { BatchNormalization }

impl BatchNormalization {
    /// The last axis, momentum 0.99, ε = 10⁻³, γ and β, as Keras.
    pub fn new() -> Self {
        Self {
            axis: -1,
            momentum: 0.99,
            epsilon: 1e-3,
            trainable: true,
            affine: Affine::new(),
            moving_mean_initializer: Arc::new(Zeros),
            moving_variance_initializer: Arc::new(Ones),
        }
    }

    /// The axis of features, the batch being 0. Default: −1, the last.
    pub fn axis(mut self, axis: isize) -> Self {
        self.axis = axis;
        self
    }

    /// How much of the moving statistics stays at each step, 0 ≤ momentum < 1. Default: 0.99.
    pub fn momentum(mut self, momentum: f64) -> Self {
        self.momentum = momentum;
        self
    }

    /// What is added to the variance, ε > 0. Default: 10⁻³.
    pub fn epsilon(mut self, epsilon: f64) -> Self {
        self.epsilon = epsilon;
        self
    }

    /// Whether it learns. Default: true. Frozen, it is in inference mode in training too, as Keras has it: the moving
    /// statistics normalise, and nothing of it moves.
    pub fn trainable(mut self, trainable: bool) -> Self {
        self.trainable = trainable;
        self
    }

    initializer_option! { moving_mean_initializer, "moving mean", "zeros" }
    initializer_option! { moving_variance_initializer, "moving variance", "ones" }
    affine_options! {}
}

impl Layer for BatchNormalization {
    fn kind(&self) -> &'static str {
        "batch_normalization"
    }

    fn call(&self, tape: &mut Tape, inputs: &[Value]) -> Result<Value> {
        let x = one(tape, inputs)?;
        let axis = axis_of(tape, x, self.axis)?;
        let view = view(tape, x, axis, axis + 1)?;
        Allowed::Fraction.check(format!("layer `{}`", tape.scope()), "momentum", self.momentum)?;
        check_epsilon(tape.scope(), self.epsilon)?;
        let shape = [view[1] as usize];
        let variables = self.affine.variables(tape, &shape, self.trainable)?;
        let moving_mean = variable(tape, "moving_mean", &self.moving_mean_initializer, &shape, false)?;
        let moving_variance = variable(tape, "moving_variance", &self.moving_variance_initializer, &shape, false)?;
        let m = tape.shape(x)[0] as u32;
        let d = Columns {
            epsilon: self.epsilon,
            momentum: self.momentum,
            scale: self.affine.scale.into(),
            center: self.affine.center.into(),
            ..Columns::new(m, view)
        };
        if tape.training() && tape.trainable() && self.trainable {
            learning(tape, x, d, Cells::columns(m, view), variables, [moving_mean, moving_variance])
        } else {
            fixed(tape, x, d, variables, [moving_mean, moving_variance])
        }
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

/// Records the layer with the statistics of the batch.
fn learning(
    tape: &mut Tape,
    x: Value,
    d: Columns,
    cells: Cells,
    [gamma, beta]: [Option<Value>; 2],
    [moving_mean, moving_variance]: [Value; 2],
) -> Result<Value> {
    let shape = tape.shape(x).to_vec();
    let y = tape.temp("y", &shape);
    let saved = tape.temp("saved", &[2 * d.columns()]);
    // Where there is no γ or β the kernel reads none, but a binding it needs: x has as many numbers at least.
    let scale = gamma.unwrap_or(x);
    tape.run(&FORWARD, d, [x, scale, beta.unwrap_or(x)], [y, saved, moving_mean, moving_variance])?;
    tape.backward(move |t| {
        let Some(dy) = t.gradient(y) else { return Ok(()) };
        if !t.wants_gradient(x) {
            return affine::gradient_of_scale(t, cells, [x, saved, dy], [gamma, beta]);
        }
        let dgamma = affine::place_of(t, gamma, d.columns());
        let dbeta = affine::place_of(t, beta, d.columns());
        let dx = t.gradient_place(x);
        t.run(&GRAD, d, [x, scale, saved, dy], [dx, dgamma, dbeta])?;
        affine::settle(t, gamma, dgamma)?;
        affine::settle(t, beta, dbeta)?;
        t.settle(x, dx)
    });
    Ok(y)
}

/// Records y = γ (x − mean) / √(variance + ε) + β with the moving statistics: in inference, or frozen.
pub(super) fn fixed(
    tape: &mut Tape,
    x: Value,
    d: Columns,
    [gamma, beta]: [Option<Value>; 2],
    [moving_mean, moving_variance]: [Value; 2],
) -> Result<Value> {
    let shape = tape.shape(x).to_vec();
    let y = tape.temp("y", &shape);
    tape.run(&INFERENCE, d, [x, gamma.unwrap_or(x), beta.unwrap_or(x), moving_mean, moving_variance], [y])?;
    tape.backward(move |t| {
        let Some(dy) = t.gradient(y) else { return Ok(()) };
        let d = Columns { center: 0, shift: 0, ..d };
        t.contribute(x, |t, dx| t.run(&INFERENCE, d, [dy, gamma.unwrap_or(dy), dy, dy, moving_variance], [dx]))
    });
    Ok(y)
}

config! {
    BatchNormalization = "BatchNormalization", Self::new();
    takes axis, momentum, epsilon, moving_mean_initializer, moving_variance_initializer, trainable;
    within affine;
    only "synchronized" = false;
    refuses "renorm" but false, "virtual_batch_size" but null, "adjustment" but null;
    ignores "fused", "renorm_clipping", "renorm_momentum";
}
