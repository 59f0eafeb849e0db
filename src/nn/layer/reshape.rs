//! Flatten and Reshape: the same numbers under another shape. Nothing is computed.

use super::{Layer, one};
use crate::base::{Error, Result};
use crate::nn::config::{Config, config};
use crate::plan::{Tape, Value};

/// Keras's `Flatten`: every axis but the first becomes one.
#[derive(Clone, Copy, Debug, Default)]
pub struct Flatten;

impl Layer for Flatten {
    fn kind(&self) -> &'static str {
        "flatten"
    }
    fn call(&self, tape: &mut Tape, inputs: &[Value]) -> Result<Value> {
        let x = one(tape, inputs)?;
        let [batch, rest @ ..] = tape.shape(x) else { return Ok(x) };
        let shape = [*batch, rest.iter().product()];
        tape.reshape(x, &shape)
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

/// Keras's `Reshape(target_shape)`: another shape for each sample.
#[derive(Clone, Debug)]
pub struct Reshape {
    target: Vec<i64>,
}

impl Reshape {
    /// The shape of a sample, without the batch; one size may be −1 and is then worked out.
    pub fn new(target_shape: &[i64]) -> Self {
        Self { target: target_shape.to_vec() }
    }
}

impl Layer for Reshape {
    fn kind(&self) -> &'static str {
        "reshape"
    }
    fn call(&self, tape: &mut Tape, inputs: &[Value]) -> Result<Value> {
        let x = one(tape, inputs)?;
        let [batch, rest @ ..] = tape.shape(x) else { return Ok(x) };
        let numbers: usize = rest.iter().product();
        let known = self
            .target
            .iter()
            .filter(|n| **n != -1)
            .try_fold(1_usize, |all, n| usize::try_from(*n).ok().and_then(|n| all.checked_mul(n)));
        let open = self.target.iter().filter(|n| **n == -1).count();
        let left = known.and_then(|known| match open {
            0 => (known == numbers).then_some(1),
            1 if known > 0 && numbers.is_multiple_of(known) => Some(numbers / known),
            _ => None,
        });
        let Some(left) = left else {
            return Err(Error::request(
                format!("layer `{}`: target_shape", tape.scope()),
                format!("a shape of the {numbers} numbers of a sample, with at most one −1"),
                format!("{:?}", self.target),
                "keep the number of elements when reshaping",
            ));
        };
        let size = |n: &i64| usize::try_from(*n).unwrap_or(left);
        let shape: Vec<usize> = std::iter::once(*batch).chain(self.target.iter().map(size)).collect();
        tape.reshape(x, &shape)
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

config! {
    Flatten = "Flatten", Self;
    only "data_format" = "channels_last";
}

config! {
    Reshape = "Reshape", Self::new(&[]);
    needs target_shape at target;
}
