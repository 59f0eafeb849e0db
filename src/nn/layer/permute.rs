//! Permute: y\[at\] = x\[strided(at)\], the axes of each sample in another order.
//!
//! Backward: the same with the inverse order.

use super::{Layer, one};
use crate::base::{Error, Real, Result};
use crate::dims;
use crate::kernel::{AnyKernel, Kernel, Shader, Step, Tolerance, arg};
use crate::nn::config::{Config, config};
use crate::plan::{Tape, Value};
use crate::twin;

dims! {
    /// An array of sizes e0 … e5 read from another, an index along axis k being worth s_k numbers there.
    pub struct Strided {
        /// Size of axis 0.
        e0: u32,
        /// Size of axis 1.
        e1: u32,
        /// Size of axis 2.
        e2: u32,
        /// Size of axis 3.
        e3: u32,
        /// Size of axis 4.
        e4: u32,
        /// Size of axis 5.
        e5: u32,
        /// Stride of axis 0.
        s0: u32,
        /// Stride of axis 1.
        s1: u32,
        /// Stride of axis 2.
        s2: u32,
        /// Stride of axis 3.
        s3: u32,
        /// Stride of axis 4.
        s4: u32,
        /// Stride of axis 5.
        s5: u32,
    }
}

/// Most axes that may move apart.
const MOST: usize = 6;

impl Strided {
    pub(super) const fn new(e: [u32; MOST], s: [u32; MOST]) -> Self {
        let ([e0, e1, e2, e3, e4, e5], [s0, s1, s2, s3, s4, s5]) = (e, s);
        Self { e0, e1, e2, e3, e4, e5, s0, s1, s2, s3, s4, s5 }
    }

    /// From (size, stride) of each axis: axes of size 1 are left out and neighbours that stay together become one.
    /// Nothing where more than six remain.
    pub(super) fn of(axes: &[(usize, usize)]) -> Option<Self> {
        let mut kept: Vec<(usize, usize)> = Vec::new();
        for (size, stride) in axes.iter().copied().filter(|(size, _)| *size != 1) {
            match kept.last_mut() {
                Some((outer, step)) if *step == size * stride => (*outer, *step) = (*outer * size, stride),
                _ => kept.push((size, stride)),
            }
        }
        let first = MOST.checked_sub(kept.len())?;
        let (mut e, mut s) = ([1; MOST], [0; MOST]);
        for (i, (size, stride)) in kept.into_iter().enumerate() {
            (e[first + i], s[first + i]) = (size as u32, stride as u32);
        }
        Some(Self::new(e, s))
    }

    fn sizes(&self) -> [u32; MOST] {
        [self.e0, self.e1, self.e2, self.e3, self.e4, self.e5]
    }

    fn strides(&self) -> [u32; MOST] {
        [self.s0, self.s1, self.s2, self.s3, self.s4, self.s5]
    }

    /// Numbers of the array that is made.
    pub(super) fn len(&self) -> usize {
        self.sizes().iter().map(|e| *e as usize).product()
    }

    /// Numbers of the array that is read: up to the last one touched.
    pub(super) fn source(&self) -> usize {
        1 + self.sizes().iter().zip(self.strides()).map(|(e, s)| (*e as usize - 1) * s as usize).sum::<usize>()
    }

    /// The place in the array read of each number made, in order.
    pub(super) fn places(&self) -> impl Iterator<Item = usize> + use<> {
        let (sizes, strides) = (self.sizes(), self.strides());
        let mut index = [0; MOST];
        let mut from = 0;
        (0..self.len()).map(move |_| {
            let now = from;
            for k in (0..MOST).rev() {
                index[k] += 1;
                from += strides[k] as usize;
                if index[k] < sizes[k] {
                    break;
                }
                from -= (strides[k] * sizes[k]) as usize;
                index[k] = 0;
            }
            now
        })
    }
}

const CASES: &[Strided] = &[
    Strided::new([1, 1, 1, 1, 1, 1], [0, 0, 0, 0, 0, 0]),
    Strided::new([1, 1, 1, 5, 4, 33], [0, 0, 0, 132, 1, 4]),
    Strided::new([3, 2, 5, 2, 2, 3], [1, 3, 24, 6, 12, 120]),
];

fn permute<T: Real>(_: &Step, d: &Strided, [x]: [&[T]; 1], [y]: [&mut [T]; 1]) {
    y.iter_mut().zip(d.places()).for_each(|(y, from)| *y = x[from]);
}

/// y\[at\] = x\[strided(at)\].
pub static PERMUTE: Kernel<Strided, 1, 1> = Kernel {
    name: "permute",
    shader: |d, _| {
        let strided = include_str!("../../../shaders/util/strided.wgsl");
        let body = include_str!("../../../shaders/layer/permute.wgsl");
        Shader::flat(&[strided, body].concat(), d.len(), 64)
    },
    reads: [arg("x", Strided::source)],
    writes: [arg("y", Strided::len)],
    open: true,
    flops: |_| 0,
    twin: twin!(permute),
    cases: CASES,
    tolerance: Tolerance::POINTWISE,
};

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&PERMUTE];

/// Keras's `Permute(dims)`.
#[derive(Clone, Debug)]
pub struct Permute {
    dims: Vec<usize>,
}

impl Permute {
    /// Axis `i` of each sample, counted from 1, becomes the input's axis `dims[i − 1]`.
    pub fn new(dims: &[usize]) -> Self {
        Self { dims: dims.to_vec() }
    }
}

impl Layer for Permute {
    fn kind(&self) -> &'static str {
        "permute"
    }

    fn call(&self, tape: &mut Tape, inputs: &[Value]) -> Result<Value> {
        let x = one(tape, inputs)?;
        let rank = tape.shape(x).len();
        let mut sorted = self.dims.clone();
        sorted.sort_unstable();
        if rank == 0 || !sorted.into_iter().eq(1..rank) {
            return Err(Error::request(
                format!("layer `{}`: dims", tape.scope()),
                format!("each axis of a sample of the input of shape {:?} once, counted from 1", tape.shape(x)),
                format!("{:?}", self.dims),
                "leave the batch, axis 0, out",
            ));
        }
        let order: Vec<usize> = std::iter::once(0).chain(self.dims.iter().copied()).collect();
        record(tape, x, &order)
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

/// The order that undoes `order`.
pub(super) fn inverse(order: &[usize]) -> Vec<usize> {
    let mut back = vec![0; order.len()];
    order.iter().enumerate().for_each(|(to, from)| back[*from] = to);
    back
}

/// Numbers one step along each axis of `shape` is worth.
pub(super) fn strides(shape: &[usize]) -> Vec<usize> {
    (1..=shape.len()).map(|after| shape[after..].iter().product()).collect()
}

/// Records x with its axes in another order, with its backward: axis `i` becomes `order[i]`.
pub(super) fn record(tape: &mut Tape, x: Value, order: &[usize]) -> Result<Value> {
    let y = turn(tape, x, order)?;
    if y == x {
        return Ok(x);
    }
    let back = inverse(order);
    tape.backward(move |t| {
        let Some(dy) = t.gradient(y) else { return Ok(()) };
        t.contribute(x, |t, dx| turn_into(t, dy, &back, dx))
    });
    Ok(y)
}

/// Records x with its axes in another order, without a backward.
pub(super) fn turn(tape: &mut Tape, x: Value, order: &[usize]) -> Result<Value> {
    if order.is_sorted() {
        return Ok(x);
    }
    let shape: Vec<usize> = order.iter().map(|a| tape.shape(x)[*a]).collect();
    let y = tape.temp("turned", &shape);
    turn_into(tape, x, order, y)?;
    Ok(y)
}

fn turn_into(tape: &mut Tape, x: Value, order: &[usize], y: Value) -> Result<()> {
    let shape = tape.shape(x);
    let strides = strides(shape);
    let axes: Vec<_> = order.iter().map(|a| (shape[*a], strides[*a])).collect();
    let Some(d) = Strided::of(&axes).filter(|_| !shape.contains(&0)) else {
        return Err(Error::request(
            format!("layer `{}`", tape.scope()),
            format!("at most {MOST} axes that move apart, none of them 0"),
            format!("order {order:?} of shape {shape:?}"),
            "reshape axes that stay together into one",
        ));
    };
    tape.run(&PERMUTE, d, [x], [y])
}

config! {
    Permute = "Permute", Self::new(&[]);
    needs dims;
}
