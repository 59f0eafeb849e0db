//! Sparse categorical cross-entropy from logits: loss = −log softmax(z)\[i, y\[i\]\], dz = (softmax(z) − onehot(y)) / rows.

use super::{Batch, CASES, add, argmax, whole_batch};
use crate::base::Real;
use crate::kernel::{AnyKernel, Domain, Kernel, Step, Tolerance, arg, arg_in};
use crate::nn::layer::softmax::softmax_row;
use crate::twin;

fn loss<T: Real>(step: &Step, d: &Batch, [z, y]: [&[T]; 2], [dz, totals]: [&mut [T]; 2]) {
    let (n, rows) = (d.n as usize, d.m.min(step.rows) as usize);
    let share = T::ONE / T::of(rows as f64);
    let (mut sum, mut right) = (T::ZERO, T::ZERO);
    for (i, (z, dz)) in z.chunks(n).zip(dz.chunks_mut(n)).enumerate() {
        if i >= rows {
            dz.fill(T::ZERO);
            continue;
        }
        let label = (y[i].to_f64() as usize).min(n - 1);
        let (max, log_sum) = softmax_row(z, dz);
        sum += log_sum - (z[label] - max);
        if argmax(z) == label {
            right += T::ONE;
        }
        dz[label] -= T::ONE;
        dz.iter_mut().for_each(|v| *v *= share);
    }
    add(totals, sum, right, T::of(rows as f64));
}

/// The loss and its gradient by the logits.
pub static LOSS: Kernel<Batch, 2, 2> = Kernel {
    name: "sparse_categorical_crossentropy",
    shader: |_, _| whole_batch(include_str!("../../../shaders/loss/sparse_categorical_crossentropy.wgsl")),
    reads: [arg("z", Batch::len), arg_in("y", |d| d.m as usize, Domain::Labels(2))],
    writes: [arg("dz", Batch::len), arg("totals", |_| super::TOTALS)],
    open: false,
    flops: |d| 10 * d.len() as u64,
    twin: twin!(loss),
    cases: CASES,
    tolerance: Tolerance::REDUCTION,
};

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&LOSS];
