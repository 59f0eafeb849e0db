//! Identity: y = x. Nothing is computed.

use super::{Layer, one};
use crate::base::Result;
use crate::nn::config::{Config, config};
use crate::plan::{Tape, Value};

/// Keras's `Identity`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Identity;

impl Layer for Identity {
    fn kind(&self) -> &'static str {
        "identity"
    }
    fn call(&self, tape: &mut Tape, inputs: &[Value]) -> Result<Value> {
        one(tape, inputs)
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

config! {
    Identity = "Identity", Self;
}
