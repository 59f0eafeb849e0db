//! Mean squared error: loss = 1/n Σⱼ (z\[i,j\] − y\[i,j\])², dz = 2 (z − y) / (n · rows).

use super::{Batch, CASES, add, argmax, whole_batch};
use crate::base::Real;
use crate::kernel::{AnyKernel, Kernel, Step, Tolerance, arg};
use crate::twin;

fn loss<T: Real>(step: &Step, d: &Batch, [z, y]: [&[T]; 2], [dz, totals]: [&mut [T]; 2]) {
    let (n, rows) = (d.n as usize, d.m.min(step.rows) as usize);
    let share = T::of(2.0) / T::of((n * rows) as f64);
    let (mut sum, mut right) = (T::ZERO, T::ZERO);
    for (i, ((z, y), dz)) in z.chunks(n).zip(y.chunks(n)).zip(dz.chunks_mut(n)).enumerate() {
        if i >= rows {
            dz.fill(T::ZERO);
            continue;
        }
        let mut row = T::ZERO;
        for ((z, y), dz) in z.iter().zip(y).zip(dz.iter_mut()) {
            row += (*z - *y) * (*z - *y);
            *dz = (*z - *y) * share;
        }
        sum += row / T::of(n as f64);
        if argmax(z) == argmax(y) {
            right += T::ONE;
        }
    }
    add(totals, sum, right, T::of(rows as f64));
}

/// The loss and its gradient by the outputs.
pub static LOSS: Kernel<Batch, 2, 2> = Kernel {
    name: "mean_squared_error",
    shader: |_, _| whole_batch(include_str!("../../../shaders/loss/mean_squared_error.wgsl")),
    reads: [arg("z", Batch::len), arg("y", Batch::len)],
    writes: [arg("dz", Batch::len), arg("totals", |_| super::TOTALS)],
    open: false,
    flops: |d| 5 * d.len() as u64,
    twin: twin!(loss),
    cases: CASES,
    tolerance: Tolerance::REDUCTION,
};

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&LOSS];
