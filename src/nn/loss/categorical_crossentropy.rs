//! Categorical cross-entropy from logits: loss = −Σⱼ y\[i,j\] log softmax(z)\[i,j\], dz = (softmax(z) Σⱼ y − y) / rows.

use super::{Batch, CASES, add, argmax, whole_batch};
use crate::base::Real;
use crate::kernel::{AnyKernel, Domain, Kernel, Step, Tolerance, arg, arg_in};
use crate::nn::layer::softmax::softmax_row;
use crate::twin;

fn loss<T: Real>(step: &Step, d: &Batch, [z, y]: [&[T]; 2], [dz, totals]: [&mut [T]; 2]) {
    let (n, rows) = (d.n as usize, d.m.min(step.rows) as usize);
    let share = T::ONE / T::of(rows as f64);
    let (mut sum, mut right) = (T::ZERO, T::ZERO);
    for (i, ((z, y), dz)) in z.chunks(n).zip(y.chunks(n)).zip(dz.chunks_mut(n)).enumerate() {
        if i >= rows {
            dz.fill(T::ZERO);
            continue;
        }
        let (max, log_sum) = softmax_row(z, dz);
        let mass: T = y.iter().copied().sum();
        for ((z, y), dz) in z.iter().zip(y).zip(dz.iter_mut()) {
            sum += *y * (log_sum - (*z - max));
            *dz = (*dz * mass - *y) * share;
        }
        if argmax(z) == argmax(y) {
            right += T::ONE;
        }
    }
    add(totals, sum, right, T::of(rows as f64));
}

/// The loss and its gradient by the logits.
pub static LOSS: Kernel<Batch, 2, 2> = Kernel {
    name: "categorical_crossentropy",
    shader: |_, _| whole_batch(include_str!("../../../shaders/loss/categorical_crossentropy.wgsl")),
    reads: [arg("z", Batch::len), arg_in("y", Batch::len, Domain::Positive)],
    writes: [arg("dz", Batch::len), arg("totals", |_| super::TOTALS)],
    open: false,
    flops: |d| 12 * d.len() as u64,
    twin: twin!(loss),
    cases: CASES,
    tolerance: Tolerance::REDUCTION,
};

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&LOSS];
