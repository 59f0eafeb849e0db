//! What several passes of a model give, kept one after the other: s\[passes×n\].

use crate::base::Real;
use crate::dims;
use crate::kernel::{AnyKernel, Kernel, Shader, Step, Tolerance, arg};
use crate::twin;

dims! {
    /// Numbers kept of each of several passes.
    pub struct Passes {
        /// Numbers a pass.
        n: u32,
        /// Passes.
        passes: u32,
    }
}

fn collect<T: Real>(step: &Step, d: &Passes, [x]: [&[T]; 1], [s]: [&mut [T]; 1]) {
    let pass = (step.index & 0x7fff_ffff) % d.passes;
    s[(pass * d.n) as usize..][..d.n as usize].copy_from_slice(x);
}

/// s\[passes×n\]: row (step.index mod 2³¹) mod passes = x: keeps what every pass gives.
pub static COLLECT: Kernel<Passes, 1, 1> = Kernel {
    name: "collect",
    shader: |d, _| Shader::flat(include_str!("../../shaders/collect.wgsl"), d.n as usize, 64),
    reads: [arg("x", |d| d.n as usize)],
    writes: [arg("s", |d| d.n as usize * d.passes as usize)],
    open: false,
    flops: |_| 0,
    twin: twin!(collect),
    cases: &[Passes { n: 1, passes: 3 }, Passes { n: 70, passes: 4 }],
    tolerance: Tolerance::POINTWISE,
};

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&COLLECT];
