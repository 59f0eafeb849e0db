//! RReLU: y = x where x ≥ 0, else a x, a drawn from lower to upper for each number in training and their mean in inference
//! (Xu et al. 2015, arXiv:1505.00853).
//!
//! Backward: dx = dy where x ≥ 0, else a dy with the same a: the same kernel with v = dy instead of v = x.

use super::{Layer, one};
use crate::base::rng::Stream;
use crate::base::{Error, Real, Result};
use crate::dims;
use crate::kernel::{AnyKernel, Kernel, Shader, Step, Tolerance, arg};
use crate::nn::config::{Config, config};
use crate::plan::{Tape, Value};
use crate::twin;

dims! {
    /// n numbers and the range of their slopes.
    pub struct Slopes {
        /// Numbers.
        n: u32,
        /// Random stream.
        stream: u32,
        /// Least slope.
        lower: f64,
        /// Largest slope.
        upper: f64,
    }
}

impl Slopes {
    fn len(&self) -> usize {
        self.n as usize
    }
}

fn rrelu<T: Real>(step: &Step, d: &Slopes, [x, v]: [&[T]; 2], [y]: [&mut [T]; 1]) {
    let random = Stream { seed: step.seed, stream: d.stream };
    let (lower, range) = (T::of(d.lower), T::of(d.upper) - T::of(d.lower));
    for at in 0..d.len() {
        let a = lower + range * T::of(random.uniform(step.index, at as u32));
        y[at] = if x[at] < T::ZERO { a * v[at] } else { v[at] };
    }
}

/// y = v where x ≥ 0, else a v.
pub static RRELU: Kernel<Slopes, 2, 1> = Kernel {
    name: "rrelu",
    shader: |d, _| Shader::flat(include_str!("../../../shaders/layer/rrelu.wgsl"), d.len(), 64),
    reads: [arg("x", Slopes::len), arg("v", Slopes::len)],
    writes: [arg("y", Slopes::len)],
    open: true,
    flops: |d| 3 * u64::from(d.n),
    twin: twin!(rrelu),
    cases: &[
        Slopes { n: 1, stream: 1, lower: 0.25, upper: 0.25 },
        Slopes { n: 130, stream: 2, lower: 0.125, upper: 1.0 / 3.0 },
    ],
    tolerance: Tolerance::POINTWISE,
};

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&RRELU];

/// Randomised leaky ReLU.
#[derive(Clone, Copy, Debug)]
pub struct Rrelu {
    lower: f64,
    upper: f64,
}

super::default_is_new! { Rrelu }

impl Rrelu {
    /// Slopes from 1/8 to 1/3, as in the paper.
    pub fn new() -> Self {
        Self { lower: 0.125, upper: 1.0 / 3.0 }
    }

    /// The range of slopes below 0, 0 ≤ lower ≤ upper. Default: 1/8 to 1/3.
    pub fn slopes(mut self, lower: f64, upper: f64) -> Self {
        (self.lower, self.upper) = (lower, upper);
        self
    }
}

impl Layer for Rrelu {
    fn kind(&self) -> &'static str {
        "rrelu"
    }

    fn call(&self, tape: &mut Tape, inputs: &[Value]) -> Result<Value> {
        let x = one(tape, inputs)?;
        if !(0.0 <= self.lower && self.lower <= self.upper && (self.upper as f32).is_finite()) {
            return Err(Error::request(
                format!("layer `{}`: slopes", tape.scope()),
                "0 ≤ lower ≤ upper",
                format!("{} to {}", self.lower, self.upper),
                "the paper takes 1/8 to 1/3",
            ));
        }
        let stream = tape.stream();
        let shape = tape.shape(x).to_vec();
        let mean = f64::midpoint(self.lower, self.upper);
        let (lower, upper) = if tape.stochastic() { (self.lower, self.upper) } else { (mean, mean) };
        let d = Slopes { n: tape.len(x) as u32, stream, lower, upper };
        let y = tape.temp("y", &shape);
        tape.run(&RRELU, d, [x, x], [y])?;
        tape.backward(move |t| {
            let Some(dy) = t.gradient(y) else { return Ok(()) };
            t.contribute(x, |t, dx| t.run(&RRELU, d, [x, dy], [dx]))
        });
        Ok(y)
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

config! {
    Rrelu = "RReLU" (OWN), Self::default();
    takes lower, upper;
}
