//! Flatten: [batch, …] becomes [batch, features]. Nothing is computed.

use super::{Layer, one};
use crate::base::Result;
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
}
