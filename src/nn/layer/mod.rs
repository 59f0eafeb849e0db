//! Layers: they record their kernels on a tape, forward, and leave a closure for backward.

super::pages! { batch_normalization, dense, softmax }

mod dropout;
mod reshape;

pub use batch_normalization::BatchNormalization;
pub use dense::Dense;
pub use dropout::Dropout;
pub use reshape::Flatten;
pub use softmax::{LogSoftmax, Softmax};

use super::act::Activation;
use crate::base::{Error, Result};
use crate::plan::{Tape, Value};

/// Something that turns a value into another by recording kernels.
pub trait Layer: Send + Sync {
    /// The Keras name of the kind, from which layers get their own: `dense`, `dense_1`, ….
    fn kind(&self) -> &'static str;

    /// Records the layer, named by the tape's scope, on `x` (batch first) and returns its output.
    ///
    /// # Errors
    /// An input shape or hyper-parameter the layer cannot work with, naming the layer.
    fn call(&self, tape: &mut Tape, x: Value) -> Result<Value>;

    /// The activation it ends in, so that a loss can fuse with it.
    fn activation(&self) -> Option<Activation> {
        None
    }

    /// As [`Layer::call`], leaving the final activation out.
    ///
    /// # Errors
    /// As [`Layer::call`].
    fn call_without_activation(&self, tape: &mut Tape, x: Value) -> Result<Value> {
        self.call(tape, x)
    }
}

impl Layer for Activation {
    fn kind(&self) -> &'static str {
        "activation"
    }
    fn call(&self, tape: &mut Tape, x: Value) -> Result<Value> {
        self.check(tape.scope())?;
        match self {
            Self::Linear => Ok(x),
            Self::Map(map, p) => tape.map(map, *p, x),
            Self::Softmax => Softmax::new().call(tape, x),
            Self::LogSoftmax => LogSoftmax::new().call(tape, x),
        }
    }
    fn activation(&self) -> Option<Activation> {
        Some(*self)
    }
    fn call_without_activation(&self, _: &mut Tape, x: Value) -> Result<Value> {
        Ok(x)
    }
}

/// (rows, columns) of a value whose first axis is the batch; every other axis must be one of columns.
fn matrix(tape: &Tape, x: Value) -> Result<(u32, u32)> {
    match tape.shape(x) {
        [rows, columns] if *columns > 0 => Ok((*rows as u32, *columns as u32)),
        other => Err(Error::request(
            format!("layer `{}`", tape.scope()),
            "an input of shape [batch, features] with at least one feature",
            format!("{other:?}"),
            "put a Flatten before it",
        )),
    }
}
