//! Softmax along an axis: y\[i,j,k\] = exp(x\[i,j,k\] − maxⱼ x) / Σⱼ exp(x\[i,j,k\] − maxⱼ x), j < n along the axis, i < m
//! before it, k < inner behind it; and its logarithm x\[i,j,k\] − maxⱼ x − ln Σⱼ exp(x\[i,j,k\] − maxⱼ x).
//!
//! Backward: dx = y · (dy − Σⱼ dy · y), of the logarithm dx = dy − exp(y) · Σⱼ dy.

use super::Layer;
use super::axes::{axis_of, view};
use crate::base::{Real, Result};
use crate::dims;
use crate::kernel::{AnyKernel, Kernel, Schedule, Shader, Step, Tolerance, Twin, arg};
use crate::nn::config::{Config, config};
use crate::plan::{Tape, Value};
use crate::twin;

dims! {
    /// x is m×n×inner; the softmax runs along n.
    pub struct Along {
        /// Numbers before the axis, the batch among them.
        m: u32,
        /// Numbers along the axis.
        n: u32,
        /// Numbers behind the axis: 1 for the last, where each row lies in one piece.
        inner: u32,
    }
}

impl Along {
    /// Softmaxes.
    pub fn rows(&self) -> usize {
        self.m as usize * self.inner as usize
    }

    /// Numbers.
    pub fn len(&self) -> usize {
        self.rows() * self.n as usize
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// First number and stride of each softmax.
    fn starts(&self) -> impl Iterator<Item = usize> {
        let (n, inner) = (self.n as usize, self.inner as usize);
        (0..self.m as usize).flat_map(move |i| (0..inner).map(move |k| i * n * inner + k))
    }
}

const CASES: &[Along] = &[
    Along { m: 1, n: 1, inner: 1 },
    Along { m: 5, n: 3, inner: 1 },
    Along { m: 67, n: 10, inner: 1 },
    Along { m: 9, n: 5, inner: 7 },
];

/// (max, Σ exp(x − max)) of the `n` numbers of `x` that lie `stride` apart; exp(x − max) goes into `y`.
#[inline(always)]
fn exponentials<T: Real>(x: &[T], y: &mut [T], n: usize, stride: usize) -> (T, T) {
    let mut max = x[0];
    for j in 0..n {
        // Written so that a NaN row stays NaN: the sum below carries it.
        if x[j * stride] > max {
            max = x[j * stride];
        }
    }
    let mut sum = T::ZERO;
    for j in 0..n {
        let e = (x[j * stride] - max).exp();
        y[j * stride] = e;
        sum += e;
    }
    (max, sum)
}

/// y ← softmax of one row; returns (max, log of the sum of exp(x − max)).
pub(crate) fn softmax_row<T: Real>(x: &[T], y: &mut [T]) -> (T, T) {
    let (max, sum) = exponentials(x, y, x.len(), 1);
    y.iter_mut().for_each(|y| *y /= sum);
    (max, sum.ln())
}

fn forward<T: Real>(_: &Step, d: &Along, [x]: [&[T]; 1], [y]: [&mut [T]; 1]) {
    let (n, stride) = (d.n as usize, d.inner as usize);
    if stride == 1 {
        for (x, y) in x.chunks(n).zip(y.chunks_mut(n)) {
            softmax_row(x, y);
        }
        return;
    }
    for at in d.starts() {
        let (_, sum) = exponentials(&x[at..], &mut y[at..], n, stride);
        (0..n).for_each(|j| y[at + j * stride] /= sum);
    }
}

fn gradient<T: Real>(_: &Step, d: &Along, [y, dy]: [&[T]; 2], [dx]: [&mut [T]; 1]) {
    let stride = d.inner as usize;
    for at in d.starts() {
        let row = || (0..d.n as usize).map(|j| at + j * stride);
        let dot: T = row().map(|j| y[j] * dy[j]).sum();
        row().for_each(|j| dx[j] = y[j] * (dy[j] - dot));
    }
}

fn log_forward<T: Real>(_: &Step, d: &Along, [x]: [&[T]; 1], [y]: [&mut [T]; 1]) {
    let (n, stride) = (d.n as usize, d.inner as usize);
    for at in d.starts() {
        let (max, sum) = exponentials(&x[at..], &mut y[at..], n, stride);
        let log = sum.ln();
        (0..n).map(|j| at + j * stride).for_each(|j| y[j] = (x[j] - max) - log);
    }
}

fn log_gradient<T: Real>(_: &Step, d: &Along, [y, dy]: [&[T]; 2], [dx]: [&mut [T]; 1]) {
    let stride = d.inner as usize;
    for at in d.starts() {
        let row = || (0..d.n as usize).map(|j| at + j * stride);
        let sum: T = row().map(|j| dy[j]).sum();
        row().for_each(|j| dx[j] = dy[j] - y[j].exp() * sum);
    }
}

const EXPONENTIALS: &str = include_str!("../../../shaders/layer/softmax_exponentials.wgsl");
const GRADIENT: &str = include_str!("../../../shaders/layer/softmax_gradient.wgsl");

/// One softmax a lane: `body` completed by what its text leaves open.
fn text(d: &Along, body: &str, rest: &str) -> Shader {
    Shader::flat(&[body, rest].concat(), d.rows(), 32)
}

type ShaderOf = fn(&Along, Schedule) -> Shader;

const fn forward_kernel(name: &'static str, shader: ShaderOf, twin: Twin<Along, 1, 1>) -> Kernel<Along, 1, 1> {
    let (reads, writes) = ([arg("x", Along::len)], [arg("y", Along::len)]);
    let flops: fn(&Along) -> u64 = |d| 8 * d.len() as u64;
    Kernel { name, shader, reads, writes, open: true, flops, twin, cases: CASES, tolerance: Tolerance::POINTWISE }
}

const fn grad_kernel(name: &'static str, shader: ShaderOf, twin: Twin<Along, 2, 1>) -> Kernel<Along, 2, 1> {
    let (reads, writes) = ([arg("y", Along::len), arg("dy", Along::len)], [arg("dx", Along::len)]);
    let flops: fn(&Along) -> u64 = |d| 4 * d.len() as u64;
    Kernel { name, shader, reads, writes, open: true, flops, twin, cases: CASES, tolerance: Tolerance::REDUCTION }
}

/// y = softmax of x.
pub static FORWARD: Kernel<Along, 1, 1> = forward_kernel(
    "softmax_forward",
    |d, _| text(d, EXPONENTIALS, include_str!("../../../shaders/layer/softmax_forward.wgsl")),
    twin!(forward),
);
/// dx = y · (dy − Σ dy · y).
pub static GRAD: Kernel<Along, 2, 1> = grad_kernel(
    "softmax_grad",
    |d, _| text(d, GRADIENT, include_str!("../../../shaders/layer/softmax_grad.wgsl")),
    twin!(gradient),
);
/// y = logarithm of the softmax of x.
pub static LOG_FORWARD: Kernel<Along, 1, 1> = forward_kernel(
    "log_softmax_forward",
    |d, _| text(d, EXPONENTIALS, include_str!("../../../shaders/layer/log_softmax_forward.wgsl")),
    twin!(log_forward),
);
/// dx = dy − exp(y) · Σ dy.
pub static LOG_GRAD: Kernel<Along, 2, 1> = grad_kernel(
    "log_softmax_grad",
    |d, _| text(d, GRADIENT, include_str!("../../../shaders/layer/log_softmax_grad.wgsl")),
    twin!(log_gradient),
);

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&FORWARD, &GRAD, &LOG_FORWARD, &LOG_GRAD];

/// Records y along `axis` of x, with its backward.
fn record(
    tape: &mut Tape,
    axis: isize,
    x: Value,
    forward: &Kernel<Along, 1, 1>,
    grad: &'static Kernel<Along, 2, 1>,
) -> Result<Value> {
    let at = axis_of(tape, x, axis)?;
    let [m, n, inner] = view(tape, x, at, at + 1)?;
    let d = Along { m, n, inner };
    let shape = tape.shape(x).to_vec();
    let y = tape.temp("softmax", &shape);
    tape.run(forward, d, [x], [y])?;
    tape.backward(move |t| {
        let Some(dy) = t.gradient(y) else { return Ok(()) };
        t.contribute(x, |t, dx| t.run(grad, d, [y, dy], [dx]))
    });
    Ok(y)
}

/// Keras's `Softmax(axis)`: the numbers along an axis become probabilities. Any shape, kept.
#[derive(Clone, Copy, Debug)]
pub struct Softmax {
    axis: isize,
}

/// Keras's `log_softmax(axis)` as a layer: logarithms of the probabilities along an axis. Any shape, kept.
#[derive(Clone, Copy, Debug)]
pub struct LogSoftmax {
    axis: isize,
}

impl Softmax {
    /// Along the last axis.
    #[allow(clippy::new_without_default, reason = "layers are made by `new`")]
    pub fn new() -> Self {
        Self { axis: -1 }
    }

    /// Which axis of the input, counted with the batch as axis 0, which it may not be; −1 is the last. Default: −1.
    pub fn axis(mut self, axis: isize) -> Self {
        self.axis = axis;
        self
    }
}

impl LogSoftmax {
    /// Along the last axis.
    #[allow(clippy::new_without_default, reason = "layers are made by `new`")]
    pub fn new() -> Self {
        Self { axis: -1 }
    }

    /// As [`Softmax::axis`].
    pub fn axis(mut self, axis: isize) -> Self {
        self.axis = axis;
        self
    }
}

impl Layer for Softmax {
    fn kind(&self) -> &'static str {
        "softmax"
    }
    fn call(&self, tape: &mut Tape, inputs: &[Value]) -> Result<Value> {
        let x = super::one(tape, inputs)?;
        record(tape, self.axis, x, &FORWARD, &GRAD)
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

impl Layer for LogSoftmax {
    fn kind(&self) -> &'static str {
        "log_softmax"
    }
    fn call(&self, tape: &mut Tape, inputs: &[Value]) -> Result<Value> {
        let x = super::one(tape, inputs)?;
        record(tape, self.axis, x, &LOG_FORWARD, &LOG_GRAD)
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

config! {
    Softmax = "Softmax", Self::new();
    takes axis;
}

config! {
    LogSoftmax = "LogSoftmax" (OWN), Self::new();
    takes axis;
}
