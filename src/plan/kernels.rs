//! Kernels every layer may use: copy and accumulate.

use crate::base::Real;
use crate::dims;
use crate::kernel::{AnyKernel, Domain, Kernel, Shader, Step, Tolerance, arg, arg_in};
use crate::twin;

dims! {
    /// Flat arrays.
    pub struct Elements {
        /// Numbers.
        n: u32,
    }
}

const CASES: &[Elements] = &[Elements { n: 1 }, Elements { n: 257 }, Elements { n: 4096 }];

fn copy<T: Real>(_: &Step, _: &Elements, [x]: [&[T]; 1], [y]: [&mut [T]; 1]) {
    y.copy_from_slice(x);
}

/// y = x, then the stages: how an elementwise operation stands alone.
pub static COPY: Kernel<Elements, 1, 1> = Kernel {
    name: "copy",
    shader: |d, _| Shader::flat(include_str!("../../shaders/util/copy.wgsl"), d.n as usize, 64),
    reads: [arg_in("x", |d| d.n as usize, Domain::Wide)],
    writes: [arg("y", |d| d.n as usize)],
    open: true,
    flops: |_| 0,
    twin: twin!(copy),
    cases: CASES,
    tolerance: Tolerance::POINTWISE,
};

fn accumulate<T: Real>(_: &Step, _: &Elements, [x]: [&[T]; 1], [y]: [&mut [T]; 1]) {
    y.iter_mut().zip(x).for_each(|(y, x)| *y += *x);
}

/// y = y + x: a second reader's contribution to a gradient.
pub static ACCUMULATE: Kernel<Elements, 1, 1> = Kernel {
    name: "accumulate",
    shader: |d, _| Shader::flat(include_str!("../../shaders/util/accumulate.wgsl"), d.n as usize, 64),
    reads: [arg("x", |d| d.n as usize)],
    writes: [arg("y", |d| d.n as usize)],
    open: false,
    flops: |d| u64::from(d.n),
    twin: twin!(accumulate),
    cases: CASES,
    tolerance: Tolerance::POINTWISE,
};

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&COPY, &ACCUMULATE];
