//! Elementwise merging: y = a + b, a − b, a · b, the mean, the larger or the smaller, of inputs of one shape, or brought to one.
//!
//! Backward: each input gets dy times its factor; of two equal largest (or smallest) numbers each gets half.

use super::broadcast::aligned;
use super::{Layer, rescaling};
use crate::base::{Error, Real, Result};
use crate::dims;
use crate::kernel::{AnyKernel, Kernel, Shader, Stage, Step, Tolerance, arg};
use crate::nn::config::{Config, config};
use crate::plan::{Tape, Value};
use crate::twin;

dims! {
    /// Two flat arrays and what becomes of them.
    pub struct Pair {
        /// Numbers.
        n: u32,
        /// 0: a − b, 1: a · b, 2: the larger, 3: the smaller.
        how: u32,
    }
}

impl Pair {
    fn len(&self) -> usize {
        self.n as usize
    }
}

const MINUS: u32 = 0;
const TIMES: u32 = 1;
const LARGER: u32 = 2;
const SMALLER: u32 = 3;
const CASES: &[Pair] = &[
    Pair { n: 1, how: MINUS },
    Pair { n: 70, how: MINUS },
    Pair { n: 70, how: TIMES },
    Pair { n: 70, how: LARGER },
    Pair { n: 70, how: SMALLER },
];

fn merge<T: Real>(_: &Step, d: &Pair, [a, b]: [&[T]; 2], [y]: [&mut [T]; 1]) {
    for ((y, a), b) in y.iter_mut().zip(a).zip(b) {
        let (p, q) = (*a, *b);
        // A comparison with NaN is false: the sum then carries it.
        *y = match d.how {
            MINUS => p - q,
            TIMES => p * q,
            LARGER if p > q => p,
            SMALLER if p < q => p,
            LARGER if q >= p => q,
            SMALLER if q <= p => q,
            _ => p + q,
        };
    }
}

fn gradient<T: Real>(_: &Step, d: &Pair, [a, b, dy]: [&[T]; 3], [da]: [&mut [T]; 1]) {
    for i in 0..d.len() {
        let loses = if d.how == LARGER { a[i] < b[i] } else { a[i] > b[i] };
        da[i] = if loses {
            T::ZERO
        } else if a[i] == b[i] {
            T::of(0.5) * dy[i]
        } else {
            dy[i]
        };
    }
}

/// y = a − b, a · b, the larger or the smaller.
pub static MERGE: Kernel<Pair, 2, 1> = Kernel {
    name: "merge",
    shader: |d, _| Shader::flat(include_str!("../../../shaders/layer/merge.wgsl"), d.len(), 64),
    reads: [arg("a", Pair::len), arg("b", Pair::len)],
    writes: [arg("y", Pair::len)],
    open: true,
    flops: |d| u64::from(d.n),
    twin: twin!(merge),
    cases: CASES,
    tolerance: Tolerance::POINTWISE,
};

/// da of the larger or the smaller; db with a and b exchanged.
pub static GRAD_LARGEST: Kernel<Pair, 3, 1> = Kernel {
    name: "merge_grad_largest",
    shader: |d, _| Shader::flat(include_str!("../../../shaders/layer/merge_grad_largest.wgsl"), d.len(), 64),
    reads: [arg("a", Pair::len), arg("b", Pair::len), arg("dy", Pair::len)],
    writes: [arg("da", Pair::len)],
    open: true,
    flops: |d| u64::from(d.n),
    twin: twin!(gradient),
    cases: &[CASES[3], CASES[4]],
    tolerance: Tolerance::POINTWISE,
};

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&MERGE, &GRAD_LARGEST];

/// y = a + b as a stage, which fuses into whatever makes a.
fn plus(tape: &mut Tape, a: Value, b: Value) -> Result<Value> {
    let shape = tape.shape(a).to_vec();
    let y = tape.temp("sum", &shape);
    let width = tape.len(a) as u32;
    tape.stage(a, Stage::Bias { width }, Some(b), y)?;
    tape.backward(move |t| {
        let Some(dy) = t.gradient(y) else { return Ok(()) };
        t.contribute(a, |t, da| t.copy(dy, da))?;
        t.contribute(b, |t, db| t.copy(dy, db))
    });
    Ok(y)
}

fn pair(tape: &mut Tape, a: Value, b: Value, how: u32) -> Result<Value> {
    let shape = tape.shape(a).to_vec();
    let d = Pair { n: tape.len(a) as u32, how };
    let y = tape.temp("y", &shape);
    tape.run(&MERGE, d, [a, b], [y])?;
    tape.backward(move |t| {
        let Some(dy) = t.gradient(y) else { return Ok(()) };
        match how {
            MINUS => {
                t.contribute(a, |t, da| t.copy(dy, da))?;
                let minus = Stage::Map(&rescaling::MAP, [-1.0, 0.0, 0.0, 0.0]);
                t.contribute(b, |t, db| t.stage(dy, minus, None, db))
            }
            TIMES => {
                t.contribute(a, |t, da| t.run(&MERGE, d, [dy, b], [da]))?;
                t.contribute(b, |t, db| t.run(&MERGE, d, [dy, a], [db]))
            }
            _ => {
                t.contribute(a, |t, da| t.run(&GRAD_LARGEST, d, [a, b, dy], [da]))?;
                t.contribute(b, |t, db| t.run(&GRAD_LARGEST, d, [b, a, dy], [db]))
            }
        }
    });
    Ok(y)
}

/// Merges inputs two by two, from the left.
fn fold(
    tape: &mut Tape,
    inputs: &[Value],
    mut two: impl FnMut(&mut Tape, Value, Value) -> Result<Value>,
) -> Result<Value> {
    let inputs = aligned(tape, inputs)?;
    inputs[1..].iter().try_fold(inputs[0], |all, next| two(tape, all, *next))
}

/// A merging layer without options.
macro_rules! merging {
    ($(#[$doc:meta])* $name:ident, $class:literal, $kind:literal, |$tape:ident, $inputs:ident| $body:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default)]
        pub struct $name;

        impl Layer for $name {
            fn kind(&self) -> &'static str {
                $kind
            }
            fn call(&self, $tape: &mut Tape, $inputs: &[Value]) -> Result<Value> {
                $body
            }
            fn config(&self) -> Result<Config> {
                Config::of(self)
            }
        }

        config! { $name = $class, Self; }
    };
}

merging! {
    /// Keras's `Add`: the sum of any number of inputs of one shape.
    Add, "Add", "add", |tape, inputs| fold(tape, inputs, plus)
}

merging! {
    /// Keras's `Subtract`: the first of two inputs of one shape less the second.
    Subtract, "Subtract", "subtract", |tape, inputs| match inputs {
        [_, _] => fold(tape, inputs, |t, a, b| pair(t, a, b, MINUS)),
        _ => Err(Error::request(
            format!("layer `{}`: inputs", tape.scope()),
            "2 inputs",
            inputs.len(),
            "give what is subtracted from, and what is subtracted",
        )),
    }
}

merging! {
    /// Keras's `Multiply`: the product of any number of inputs of one shape, number by number.
    Multiply, "Multiply", "multiply", |tape, inputs| fold(tape, inputs, |t, a, b| pair(t, a, b, TIMES))
}

merging! {
    /// Keras's `Average`: the mean of any number of inputs of one shape.
    Average, "Average", "average", |tape, inputs| {
        let sum = fold(tape, inputs, plus)?;
        rescaling::record(tape, sum, 1.0 / inputs.len() as f64, 0.0)
    }
}

merging! {
    /// Keras's `Maximum`: the largest of any number of inputs of one shape, number by number.
    Maximum, "Maximum", "maximum", |tape, inputs| fold(tape, inputs, |t, a, b| pair(t, a, b, LARGER))
}

merging! {
    /// Keras's `Minimum`: the smallest of any number of inputs of one shape, number by number.
    Minimum, "Minimum", "minimum", |tape, inputs| fold(tape, inputs, |t, a, b| pair(t, a, b, SMALLER))
}
