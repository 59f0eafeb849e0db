//! Concatenate: y\[o, to_first + k\] = x\[o, from_first + k\] for each input x, side by side along one axis.
//!
//! Backward: the same copies the other way.

use super::axes::{axis_of, view};
use super::{Layer, check_output, one};
use crate::base::{Error, Real, Result};
use crate::dims;
use crate::kernel::{AnyKernel, Kernel, Shader, Step, Tolerance, arg};
use crate::nn::config::{Config, config};
use crate::plan::{Tape, Value};
use crate::twin;

dims! {
    /// A part of each row of one matrix becomes a part of each row of another.
    pub struct Part {
        /// Rows.
        outer: u32,
        /// Numbers of a row that are copied.
        run: u32,
        /// Numbers of a row of x.
        from_width: u32,
        /// The first of them that is read.
        from_first: u32,
        /// Numbers of a row of y.
        to_width: u32,
        /// The first of them that is written.
        to_first: u32,
    }
}

impl Part {
    fn turned(self) -> Self {
        Self {
            from_width: self.to_width,
            from_first: self.to_first,
            to_width: self.from_width,
            to_first: self.from_first,
            ..self
        }
    }
}

const CASES: &[Part] = &[
    Part { outer: 5, run: 3, from_width: 3, from_first: 0, to_width: 8, to_first: 4 },
    Part { outer: 9, run: 10, from_width: 33, from_first: 20, to_width: 10, to_first: 0 },
];

fn copy<T: Real>(_: &Step, d: &Part, [x]: [&[T]; 1], [y]: [&mut [T]; 1]) {
    let rows = y.chunks_mut(d.to_width as usize).zip(x.chunks(d.from_width as usize));
    for (y, x) in rows {
        let from = &x[d.from_first as usize..][..d.run as usize];
        y[d.to_first as usize..][..d.run as usize].copy_from_slice(from);
    }
}

/// A part of x becomes a part of y; the rest of y stays.
pub static PART: Kernel<Part, 1, 1> = Kernel {
    name: "concatenate",
    shader: |d, _| {
        let numbers = d.outer as usize * d.run as usize;
        Shader::flat(include_str!("../../../shaders/layer/concatenate.wgsl"), numbers, 64)
    },
    reads: [arg("x", |d| d.outer as usize * d.from_width as usize)],
    writes: [arg("y", |d| d.outer as usize * d.to_width as usize)],
    open: false,
    flops: |_| 0,
    twin: twin!(copy),
    cases: CASES,
    tolerance: Tolerance::POINTWISE,
};

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&PART];

/// Keras's `Concatenate(axis = −1)`: inputs side by side along one axis; their other axes are alike.
#[derive(Clone, Copy, Debug)]
pub struct Concatenate {
    axis: isize,
}

super::default_is_new! { Concatenate }

impl Concatenate {
    /// Along the last axis.
    pub fn new() -> Self {
        Self { axis: -1 }
    }

    /// The axis along which, the batch being 0. Default: −1, the last.
    pub fn axis(mut self, axis: isize) -> Self {
        self.axis = axis;
        self
    }
}

impl Layer for Concatenate {
    fn kind(&self) -> &'static str {
        "concatenate"
    }

    fn call(&self, tape: &mut Tape, inputs: &[Value]) -> Result<Value> {
        let Some(first) = inputs.first() else { return one(tape, inputs) };
        let axis = axis_of(tape, *first, self.axis)?;
        let mut shape = tape.shape(*first).to_vec();
        let sizes = inputs.iter().map(|x| tape.shape(*x).get(axis).copied().unwrap_or(0));
        let all = sizes.fold(0_usize, usize::saturating_add);
        check_output(tape, &[&shape[..axis], &[all], &shape[axis + 1..]].concat())?;
        let mut width = 0;
        let mut parts = Vec::new();
        for x in inputs {
            let other = tape.shape(*x);
            let fits = other.len() == shape.len()
                && other.iter().zip(&shape).enumerate().all(|(i, (a, b))| i == axis || a == b);
            if !fits {
                return Err(Error::request(
                    format!("layer `{}`: inputs", tape.scope()),
                    format!("inputs like the first, of shape {:?}, but for axis {axis}", tape.shape(*first)),
                    format!("{other:?}"),
                    "bring the other axes to one size",
                ));
            }
            let [outer, n, inner] = view(tape, *x, axis, axis + 1)?;
            let run = n * inner;
            parts.push(Part { outer, run, from_width: run, from_first: 0, to_width: 0, to_first: width });
            width += run;
        }
        shape[axis] = all;
        let y = tape.temp("y", &shape);
        parts.iter_mut().for_each(|p| p.to_width = width);
        for (x, part) in inputs.iter().zip(&parts) {
            tape.run(&PART, *part, [*x], [y])?;
        }
        let inputs = inputs.to_vec();
        tape.backward(move |t| {
            let Some(dy) = t.gradient(y) else { return Ok(()) };
            inputs
                .iter()
                .zip(parts)
                .try_for_each(|(x, part)| t.contribute(*x, |t, dx| t.run(&PART, part.turned(), [dy], [dx])))
        });
        Ok(y)
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

config! {
    Concatenate = "Concatenate", Self::new();
    takes axis;
}
