//! Layers: they record their kernels on a tape, forward, and leave a closure for backward.

super::pages! {
    batch_normalization, concatenate, dense, dot, embedding, merge, normalization, normalize, permute, prelu, rrelu,
    softmax, sum_rows,
}

mod affine;
mod axes;
mod broadcast;
mod group_normalization;
mod identity;
mod layer_normalization;
mod leaky;
pub mod noise;
pub mod rescaling;
mod reshape;
mod rms_normalization;
mod weight;

pub use batch_normalization::BatchNormalization;
pub use concatenate::Concatenate;
pub use dense::Dense;
pub use dot::Dot;
pub use embedding::Embedding;
pub use group_normalization::GroupNormalization;
pub use identity::Identity;
pub use layer_normalization::LayerNormalization;
pub use leaky::{Elu, LeakyRelu, Relu};
pub use merge::{Add, Average, Maximum, Minimum, Multiply, Subtract};
pub use noise::{
    AlphaDropout, Dropout, GaussianDropout, GaussianNoise, McAlphaDropout, McDropout, SpatialDropout1D,
    SpatialDropout2D,
};
pub use normalization::Normalization;
pub use permute::Permute;
pub use prelu::Prelu;
pub use rescaling::Rescaling;
pub use reshape::{Flatten, Reshape};
pub use rms_normalization::RmsNormalization;
pub use rrelu::Rrelu;
pub use softmax::{LogSoftmax, Softmax};

/// Lets layers whose `new` takes nothing be their own default.
macro_rules! default_is_new {
    ($($layer:ident),+) => {
        $(impl Default for $layer {
            fn default() -> Self {
                Self::new()
            }
        })+
    };
}
use default_is_new;

use super::act::Activation;
use crate::base::{Error, Result};
use crate::nn::config::{Config, classes};
use crate::nn::init::{self, Initializer};
use crate::nn::regularizer::ActivityRegularization;
use crate::nn::room::room;
use crate::plan::{MOST_NUMBERS, Tape, Value};

classes! { Layer, "layer", "keras.layers":
    Activation, ActivityRegularization, Add, AlphaDropout, Average, BatchNormalization, Concatenate, Dense, Dot, Dropout, Elu,
    Embedding, Flatten, GaussianDropout, GaussianNoise, GroupNormalization, Identity, LayerNormalization, LeakyRelu,
    LogSoftmax, Maximum, McAlphaDropout, McDropout, Minimum, Multiply, Normalization, Permute, Prelu, Relu, Rescaling,
    Reshape, RmsNormalization, Rrelu, Softmax, SpatialDropout1D, SpatialDropout2D, Subtract,
}

/// Something that turns values into another by recording kernels.
pub trait Layer: Send + Sync {
    /// The Keras name of the kind, from which layers get their own: `dense`, `dense_1`, ….
    fn kind(&self) -> &'static str;

    /// Records the layer, named by the tape's scope, on its inputs (batch first) and returns its output. Merging
    /// layers take several inputs, every other layer [`one`].
    ///
    /// # Errors
    /// A number of inputs, an input shape or a hyper-parameter the layer cannot work with, naming the layer.
    fn call(&self, tape: &mut Tape, inputs: &[Value]) -> Result<Value>;

    /// The activation it ends in, so that a loss can fuse with it.
    fn activation(&self) -> Option<Activation> {
        None
    }

    /// As [`Layer::call`], leaving the final activation out.
    ///
    /// # Errors
    /// As [`Layer::call`].
    fn call_without_activation(&self, tape: &mut Tape, inputs: &[Value]) -> Result<Value> {
        self.call(tape, inputs)
    }

    /// Class and fields, for files.
    ///
    /// # Errors
    /// One of your own, which no file has a word for.
    fn config(&self) -> Result<Config> {
        Config::none("layer", self.kind())
    }
}

impl Layer for Activation {
    fn kind(&self) -> &'static str {
        "activation"
    }
    fn call(&self, tape: &mut Tape, inputs: &[Value]) -> Result<Value> {
        self.check(tape.scope())?;
        let x = one(tape, inputs)?;
        match self {
            Self::Linear => Ok(x),
            Self::Map(map, p) => tape.map(map, *p, x),
            Self::Softmax => Softmax::new().call(tape, inputs),
            Self::LogSoftmax => LogSoftmax::new().call(tape, inputs),
        }
    }
    fn activation(&self) -> Option<Activation> {
        Some(*self)
    }
    fn call_without_activation(&self, tape: &mut Tape, inputs: &[Value]) -> Result<Value> {
        one(tape, inputs)
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

/// The input of a layer that takes one.
///
/// # Errors
/// Another number of inputs, naming the layer.
pub fn one(tape: &Tape, inputs: &[Value]) -> Result<Value> {
    match inputs {
        [x] => Ok(*x),
        _ => Err(Error::request(
            format!("layer `{}`: inputs", tape.scope()),
            "1 input",
            inputs.len(),
            "join several inputs with a merging layer before it",
        )),
    }
}

/// The variable `name` of the layer being recorded, started by its option `name_initializer`.
fn variable(tape: &mut Tape, name: &str, how: &dyn Initializer, shape: &[usize], trained: bool) -> Result<Value> {
    let what = format!("layer `{}`: {name}_initializer", tape.scope());
    let start = init::start(&what, how, shape)?;
    let numbers = checked(&format!("layer `{}`: {name}", tape.scope()), shape)?;
    if tape.draws() {
        room(&format!("layer `{}`: {name}", tape.scope()), numbers, size_of::<f64>())?;
    }
    Ok(tape.variable(name, shape, trained, start))
}

/// The numbers of a value of this shape; fails where it may not have so many.
fn checked(what: &str, shape: &[usize]) -> Result<usize> {
    let numbers = shape.iter().try_fold(1_usize, |all, axis| all.checked_mul(*axis));
    numbers.filter(|n| *n <= MOST_NUMBERS).ok_or_else(|| {
        let expected = format!("at most {MOST_NUMBERS} numbers");
        Error::request(what, expected, format!("shape {shape:?}"), "choose a smaller batch, or smaller layers")
    })
}

/// Fails unless an output of the layer being recorded may have this shape.
fn check_output(tape: &Tape, shape: &[usize]) -> Result<()> {
    checked(&format!("layer `{}`: output", tape.scope()), shape).map(drop)
}

/// (rows, columns) of a value: the last axis is the columns, all axes before it, the batch first, are rows.
fn matrix(tape: &Tape, x: Value) -> Result<(u32, u32)> {
    match tape.shape(x) {
        [batch, middle @ .., columns] if tape.len(x) > 0 => {
            Ok(((batch * middle.iter().product::<usize>()) as u32, *columns as u32))
        }
        other => Err(Error::request(
            format!("layer `{}`", tape.scope()),
            "an input of shape [batch, …, features] with no axis of size 0",
            format!("{other:?}"),
            "give each sample at least one axis",
        )),
    }
}

/// The shape of `x` with another last axis.
fn with_last(tape: &Tape, x: Value, last: usize) -> Vec<usize> {
    let mut shape = tape.shape(x).to_vec();
    if let Some(axis) = shape.last_mut() {
        *axis = last;
    }
    shape
}
