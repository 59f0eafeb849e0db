//! PReLU: y = x where x > 0, else α x, the slopes α being learned (He et al. 2015, arXiv:1502.01852).
//!
//! Backward: dx = dy where x > 0, α dy where x < 0, 0 at 0; dα = Σ dy x over the negative x that share it.

use super::axes::axis_of;
use super::permute::{self, Strided};
use super::weight::{Weight, weight_options};
use super::{Layer, one, sum_rows};
use crate::base::{Error, Real, Result};
use crate::kernel::{AnyKernel, Kernel, Shader, Step, Tolerance, arg};
use crate::nn::config::{Config, config};
use crate::nn::init::Zeros;
use crate::plan::{Tape, Value};
use crate::twin;

const CASES: &[Strided] =
    &[Strided::new([1, 1, 1, 1, 7, 5], [0, 0, 0, 0, 0, 1]), Strided::new([1, 1, 5, 4, 3, 2], [0, 0, 0, 2, 0, 1])];

fn forward<T: Real>(_: &Step, d: &Strided, [x, alpha]: [&[T]; 2], [y]: [&mut [T]; 1]) {
    for ((y, x), j) in y.iter_mut().zip(x).zip(d.places()) {
        *y = if *x > T::ZERO { *x } else { alpha[j] * *x };
    }
}

fn gradient<T: Real>(_: &Step, d: &Strided, [x, alpha, dy]: [&[T]; 3], [dx, part]: [&mut [T]; 2]) {
    for (at, j) in d.places().enumerate() {
        let (v, d) = (x[at], dy[at]);
        part[at] = if v >= T::ZERO { T::ZERO } else { d * v };
        let slope = if v > T::ZERO { T::ONE } else { alpha[j] };
        dx[at] = if v == T::ZERO { T::ZERO } else { slope * d };
    }
}

fn shader(body: &str, d: &Strided) -> Shader {
    Shader::flat(&[include_str!("../../../shaders/util/strided.wgsl"), body].concat(), d.len(), 64)
}

/// y.
pub static FORWARD: Kernel<Strided, 2, 1> = Kernel {
    name: "prelu_forward",
    shader: |d, _| shader(include_str!("../../../shaders/layer/prelu_forward.wgsl"), d),
    reads: [arg("x", Strided::len), arg("alpha", Strided::source)],
    writes: [arg("y", Strided::len)],
    open: true,
    flops: |d| d.len() as u64,
    twin: twin!(forward),
    cases: CASES,
    tolerance: Tolerance::POINTWISE,
};

/// dx, and what each number adds to its dα.
pub static GRAD: Kernel<Strided, 3, 2> = Kernel {
    name: "prelu_grad",
    shader: |d, _| shader(include_str!("../../../shaders/layer/prelu_grad.wgsl"), d),
    reads: [arg("x", Strided::len), arg("alpha", Strided::source), arg("dy", Strided::len)],
    writes: [arg("dx", Strided::len), arg("part", Strided::len)],
    open: true,
    flops: |d| 2 * d.len() as u64,
    twin: twin!(gradient),
    cases: CASES,
    tolerance: Tolerance::POINTWISE,
};

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&FORWARD, &GRAD];

/// Keras's `PReLU`: a slope for each number of a sample, or one along each of the axes shared.
#[derive(Clone)]
pub struct Prelu {
    shared_axes: Vec<isize>,
    alpha: Weight,
}

super::default_is_new! { Prelu }

impl Prelu {
    /// No axis shared, slopes from zeros.
    pub fn new() -> Self {
        Self { shared_axes: Vec::new(), alpha: Weight::new(Zeros) }
    }

    /// The axes along which there is one slope, the batch being 0: the pixels of an image are 1 and 2. Default: none.
    pub fn shared_axes(mut self, axes: &[isize]) -> Self {
        self.shared_axes = axes.to_vec();
        self
    }

    weight_options!(alpha, "slopes": alpha_initializer("zeros"), alpha_regularizer, alpha_constraint);
}

impl Layer for Prelu {
    fn kind(&self) -> &'static str {
        "prelu"
    }

    fn call(&self, tape: &mut Tape, inputs: &[Value]) -> Result<Value> {
        let x = one(tape, inputs)?;
        let shared = self.shared_axes.iter().map(|a| axis_of(tape, x, *a)).collect::<Result<Vec<usize>>>()?;
        let shape = tape.shape(x).to_vec();
        let is_shared = |axis: usize| axis == 0 || shared.contains(&axis);
        let slopes: Vec<usize> = (1..shape.len()).map(|a| if is_shared(a) { 1 } else { shape[a] }).collect();
        let strides = permute::strides(&slopes);
        let stride = |a: usize| if is_shared(a) { 0 } else { strides[a - 1] };
        let axes: Vec<_> = shape.iter().copied().enumerate().map(|(a, size)| (size, stride(a))).collect();
        let Some(d) = Strided::of(&axes).filter(|_| !shape.contains(&0)) else {
            return Err(Error::request(
                format!("layer `{}`: shared_axes", tape.scope()),
                "at most 6 changes between shared and other axes, and no axis of size 0",
                format!("{:?} of an input of shape {shape:?}", self.shared_axes),
                "reshape neighbouring axes into one",
            ));
        };
        let alpha = self.alpha.record(tape, "alpha", &slopes, true)?;
        let y = tape.temp("y", &shape);
        tape.run(&FORWARD, d, [x, alpha], [y])?;
        let summed: Vec<usize> = (0..shape.len()).filter(|a| is_shared(*a)).collect();
        tape.backward(move |t| {
            let Some(dy) = t.gradient(y).filter(|_| t.wants_gradient(y)) else { return Ok(()) };
            let part = t.temp("part", &shape);
            let wanted = t.wants_gradient(x);
            let dx = if wanted { t.gradient_place(x) } else { t.temp("unused", &shape) };
            t.run(&GRAD, d, [x, alpha, dy], [dx, part])?;
            if wanted {
                t.settle(x, dx)?;
            }
            t.contribute(alpha, |t, dalpha| sum_rows::over_axes(t, part, &summed, dalpha))
        });
        Ok(y)
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

config! {
    Prelu = "PReLU", Self::new();
    takes shared_axes;
    weights alpha = "alpha";
}
