//! Dropout: y = x · mask / (1 − rate) in training, y = x in inference (Srivastava et al. 2014).
//!
//! The mask comes from the counter RNG and is computed again in backward; it is never stored.

use super::{Layer, one};
use crate::base::{Error, Result};
use crate::kernel::Stage;
use crate::plan::{Tape, Value};

/// Keras's `Dropout(rate)`: inverted dropout.
#[derive(Clone, Copy, Debug)]
pub struct Dropout {
    rate: f64,
}

impl Dropout {
    /// Drops each number with probability `rate`, 0 ≤ rate < 1.
    pub fn new(rate: f64) -> Self {
        Self { rate }
    }
}

impl Layer for Dropout {
    fn kind(&self) -> &'static str {
        "dropout"
    }
    fn call(&self, tape: &mut Tape, inputs: &[Value]) -> Result<Value> {
        let x = one(tape, inputs)?;
        if !(0.0..1.0).contains(&self.rate) {
            return Err(Error::request(
                format!("layer `{}`: rate", tape.scope()),
                "a share in 0 ≤ rate < 1",
                self.rate,
                "give the share of numbers to drop",
            ));
        }
        let stream = tape.stream();
        if !tape.training() || self.rate == 0.0 {
            return Ok(x);
        }
        let shape = tape.shape(x).to_vec();
        let y = tape.temp("y", &shape);
        let mask = Stage::Mask { stream, rate: self.rate };
        tape.stage(x, mask, None, y)?;
        tape.backward(move |t| t.chain(x, y, mask, None));
        Ok(y)
    }
}
