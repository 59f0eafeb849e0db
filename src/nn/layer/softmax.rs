//! Softmax: y\[i,j\] = exp(x\[i,j\] − maxⱼ x) / Σⱼ exp(x\[i,j\] − maxⱼ x), rows i < m, columns j < n.
//!
//! Backward: dx = y · (dy − Σⱼ dy · y).

use super::matrix;
use crate::base::{Real, Result};
use crate::dims;
use crate::kernel::{AnyKernel, Kernel, Shader, Step, Tolerance, arg};
use crate::plan::{Tape, Value};
use crate::twin;

dims! {
    /// x is m×n.
    pub struct Matrix {
        /// Rows.
        m: u32,
        /// Columns.
        n: u32,
    }
}

impl Matrix {
    /// Numbers.
    pub fn len(&self) -> usize {
        self.m as usize * self.n as usize
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

const CASES: &[Matrix] = &[Matrix { m: 1, n: 1 }, Matrix { m: 5, n: 3 }, Matrix { m: 67, n: 10 }];

/// y ← softmax of one row; returns (max, log of the sum of exp(x − max)).
pub(crate) fn softmax_row<T: Real>(x: &[T], y: &mut [T]) -> (T, T) {
    let mut max = x[0];
    for v in x {
        // Written so that a NaN row stays NaN: the sum below carries it.
        if *v > max {
            max = *v;
        }
    }
    let mut sum = T::ZERO;
    for (y, x) in y.iter_mut().zip(x) {
        *y = (*x - max).exp();
        sum += *y;
    }
    y.iter_mut().for_each(|y| *y /= sum);
    (max, sum.ln())
}

fn forward<T: Real>(_: &Step, d: &Matrix, [x]: [&[T]; 1], [y]: [&mut [T]; 1]) {
    let n = d.n as usize;
    for (x, y) in x.chunks(n).zip(y.chunks_mut(n)) {
        softmax_row(x, y);
    }
}

fn gradient<T: Real>(_: &Step, d: &Matrix, [y, dy]: [&[T]; 2], [dx]: [&mut [T]; 1]) {
    let n = d.n as usize;
    for ((y, dy), dx) in y.chunks(n).zip(dy.chunks(n)).zip(dx.chunks_mut(n)) {
        let dot: T = y.iter().zip(dy).map(|(y, dy)| *y * *dy).sum();
        for ((dx, y), dy) in dx.iter_mut().zip(y).zip(dy) {
            *dx = *y * (*dy - dot);
        }
    }
}

/// y = softmax of each row of x.
pub static FORWARD: Kernel<Matrix, 1, 1> = Kernel {
    name: "softmax_forward",
    shader: |d, _| Shader::flat(include_str!("../../../shaders/layer/softmax_forward.wgsl"), d.m as usize, 32),
    reads: [arg("x", Matrix::len)],
    writes: [arg("y", Matrix::len)],
    open: true,
    flops: |d| 8 * d.len() as u64,
    twin: twin!(forward),
    cases: CASES,
    tolerance: Tolerance::POINTWISE,
};

/// dx = y · (dy − Σ dy · y) for each row.
pub static GRAD: Kernel<Matrix, 2, 1> = Kernel {
    name: "softmax_grad",
    shader: |d, _| Shader::flat(include_str!("../../../shaders/layer/softmax_grad.wgsl"), d.m as usize, 32),
    reads: [arg("y", Matrix::len), arg("dy", Matrix::len)],
    writes: [arg("dx", Matrix::len)],
    open: true,
    flops: |d| 4 * d.len() as u64,
    twin: twin!(gradient),
    cases: CASES,
    tolerance: Tolerance::REDUCTION,
};

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&FORWARD, &GRAD];

/// Records y = softmax(x) over the last axis.
pub(crate) fn record(tape: &mut Tape, x: Value) -> Result<Value> {
    let (m, n) = matrix(tape, x)?;
    let shape = tape.shape(x).to_vec();
    let y = tape.temp("softmax", &shape);
    tape.run(&FORWARD, Matrix { m, n }, [x], [y])?;
    tape.backward(move |t| {
        let Some(dy) = t.gradient(y) else { return Ok(()) };
        t.contribute(x, |t, dx| t.run(&GRAD, Matrix { m, n }, [y, dy], [dx]))
    });
    Ok(y)
}
