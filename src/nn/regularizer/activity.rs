//! Activity regularisation: penalty = (λ₁ Σ|y| + λ₂ Σy²) / rows, d\[i,j\] = (λ₁ sign y + 2 λ₂ y) / rows over outputs y\[m×n\].
//!
//! Keras divides it by the batch, whatever the other axes.

use super::penalty::{self, sign};
use super::{L1L2, Regularizer};
use crate::base::{Error, Real, Result};
use crate::dims;
use crate::kernel::{AnyKernel, Kernel, Shader, Step, Tolerance, arg};
use crate::nn::config::{Config, config};
use crate::nn::layer::{Layer, one};
use crate::plan::{Moment, Tape, Value};
use crate::twin;

dims! {
    /// Outputs are m×n.
    pub struct Activity {
        /// Samples a batch.
        m: u32,
        /// Numbers a sample.
        n: u32,
        /// λ₁.
        l1: f64,
        /// λ₂.
        l2: f64,
    }
}

impl Activity {
    fn len(&self) -> usize {
        self.m as usize * self.n as usize
    }
    fn rows(&self, step: &Step) -> usize {
        self.m.min(step.rows) as usize
    }
}

fn sums<T: Real>(step: &Step, d: &Activity, [y]: [&[T]; 1], [s]: [&mut [T]; 1]) {
    let (rows, [l1, l2]) = (d.rows(step), [d.l1, d.l2].map(T::of));
    for (i, (s, y)) in s.iter_mut().zip(y.chunks(d.n as usize)).enumerate() {
        let sum: T = y.iter().map(|y| l1 * y.abs() + l2 * *y * *y).sum();
        *s = if i < rows { sum / T::of(rows as f64) } else { T::ZERO };
    }
}

fn gradient<T: Real>(step: &Step, d: &Activity, [y]: [&[T]; 1], [dy]: [&mut [T]; 1]) {
    let (rows, [l1, l2]) = (d.rows(step), [d.l1, 2.0 * d.l2].map(T::of));
    let share = T::ONE / T::of(rows.max(1) as f64);
    let live = rows * d.n as usize;
    for (i, (dy, y)) in dy.iter_mut().zip(y).enumerate() {
        *dy = if i < live { (l1 * sign(*y) + l2 * *y) * share } else { T::ZERO };
    }
}

const CASES: &[Activity] = &[Activity { m: 5, n: 3, l1: 0.1, l2: 0.0 }, Activity { m: 33, n: 70, l1: 0.1, l2: 0.2 }];

/// The penalty of each sample.
pub static SUMS: Kernel<Activity, 1, 1> = Kernel {
    name: "activity_sums",
    shader: |d, _| Shader::flat(include_str!("../../../shaders/regularizer/activity_sums.wgsl"), d.m as usize, 32),
    reads: [arg("y", Activity::len)],
    writes: [arg("s", |d| d.m as usize)],
    open: false,
    flops: |d| 5 * d.len() as u64,
    twin: twin!(sums),
    cases: CASES,
    tolerance: Tolerance::REDUCTION,
};

/// The gradient of all of it.
pub static GRAD: Kernel<Activity, 1, 1> = Kernel {
    name: "activity_grad",
    shader: |d, _| Shader::flat(include_str!("../../../shaders/regularizer/activity_grad.wgsl"), d.len(), 64),
    reads: [arg("y", Activity::len)],
    writes: [arg("dy", Activity::len)],
    open: true,
    flops: |d| 4 * d.len() as u64,
    twin: twin!(gradient),
    cases: CASES,
    tolerance: Tolerance::POINTWISE,
};

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&SUMS, &GRAD];

/// Penalises the output `y` of the layer being recorded.
///
/// # Errors
/// A number outside its range; a regularizer of another form than λ₁ Σ|y| + λ₂ Σy².
pub(in crate::nn) fn record(tape: &mut Tape, what: &str, y: Value, regularizer: &dyn Regularizer) -> Result<()> {
    regularizer.check(what)?;
    let Some([l1, l2]) = regularizer.factors() else {
        return Err(Error::request(what, "l1, l2 or l1_l2", regularizer.name(), "outputs take one of these"));
    };
    let batch = tape.shape(y).first().copied().unwrap_or(1).max(1);
    let d = Activity { m: batch as u32, n: (tape.len(y) / batch) as u32, l1, l2 };
    tape.put_off(Moment::Loss, y, move |t| {
        let s = t.temp("activity", &[batch]);
        t.run(&SUMS, d, [y], [s])?;
        penalty::add(t, s)
    });
    tape.backward(move |t| t.contribute(y, |t, dy| t.run(&GRAD, d, [y], [dy])));
    Ok(())
}

/// Keras's `ActivityRegularization(l1, l2)`: y = x, and a penalty on it.
#[derive(Clone, Copy, Debug, Default)]
pub struct ActivityRegularization(L1L2);

impl ActivityRegularization {
    /// λ₁ Σ|x| + λ₂ Σx² over the batch, divided by its size; both ≥ 0.
    pub fn new(l1: f64, l2: f64) -> Self {
        Self(L1L2 { l1, l2 })
    }
}

impl Layer for ActivityRegularization {
    fn kind(&self) -> &'static str {
        "activity_regularization"
    }
    fn call(&self, tape: &mut Tape, inputs: &[Value]) -> Result<Value> {
        let x = one(tape, inputs)?;
        let what = format!("layer `{}`:", tape.scope());
        record(tape, &what, x, &self.0)?;
        Ok(x)
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

config! {
    ActivityRegularization = "ActivityRegularization", Self::new(0.0, 0.0);
    takes l1 at 0.l1, l2 at 0.l2;
}
