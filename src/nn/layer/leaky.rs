//! ReLU, leaky ReLU and ELU as layers with Keras's options; the formulas are the activations'.

use super::{Layer, one};
use crate::base::Result;
use crate::nn::act::Activation;
use crate::nn::config::{Config, Configured, Fields, config};
use crate::plan::{Tape, Value};

/// Keras's `ReLU(max_value = None, negative_slope = 0, threshold = 0)`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Relu {
    max_value: Option<f64>,
    negative_slope: f64,
    threshold: f64,
}

impl Relu {
    /// max(x, 0).
    pub fn new() -> Self {
        Self::default()
    }

    /// The largest output, ≥ 0. Default: none.
    pub fn max_value(mut self, max_value: f64) -> Self {
        self.max_value = Some(max_value);
        self
    }

    /// The slope below the threshold, ≥ 0. Default: 0.
    pub fn negative_slope(mut self, slope: f64) -> Self {
        self.negative_slope = slope;
        self
    }

    /// What x has to reach to go through, ≥ 0. Default: 0.
    pub fn threshold(mut self, threshold: f64) -> Self {
        self.threshold = threshold;
        self
    }
}

impl Layer for Relu {
    fn kind(&self) -> &'static str {
        "relu"
    }
    fn call(&self, tape: &mut Tape, inputs: &[Value]) -> Result<Value> {
        Activation::relu(self.max_value, self.negative_slope, self.threshold).call(tape, inputs)
    }
    fn activation(&self) -> Option<Activation> {
        Some(Activation::relu(self.max_value, self.negative_slope, self.threshold))
    }
    fn call_without_activation(&self, tape: &mut Tape, inputs: &[Value]) -> Result<Value> {
        one(tape, inputs)
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

/// Keras's `LeakyReLU(negative_slope = 0.3)`.
#[derive(Clone, Copy, Debug)]
pub struct LeakyRelu {
    negative_slope: f64,
}

impl Default for LeakyRelu {
    fn default() -> Self {
        Self::new(0.3)
    }
}

impl LeakyRelu {
    /// x where positive, else `negative_slope` x, ≥ 0.
    pub fn new(negative_slope: f64) -> Self {
        Self { negative_slope }
    }
}

impl Layer for LeakyRelu {
    fn kind(&self) -> &'static str {
        "leaky_relu"
    }
    fn call(&self, tape: &mut Tape, inputs: &[Value]) -> Result<Value> {
        Activation::leaky_relu(self.negative_slope).call(tape, inputs)
    }
    fn activation(&self) -> Option<Activation> {
        Some(Activation::leaky_relu(self.negative_slope))
    }
    fn call_without_activation(&self, tape: &mut Tape, inputs: &[Value]) -> Result<Value> {
        one(tape, inputs)
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

/// Keras's `ELU(alpha = 1)`.
#[derive(Clone, Copy, Debug)]
pub struct Elu {
    alpha: f64,
}

impl Default for Elu {
    fn default() -> Self {
        Self::new(1.0)
    }
}

impl Elu {
    /// x where positive, else `alpha` (eˣ − 1), `alpha` ≥ 0.
    pub fn new(alpha: f64) -> Self {
        Self { alpha }
    }
}

impl Layer for Elu {
    fn kind(&self) -> &'static str {
        "elu"
    }
    fn call(&self, tape: &mut Tape, inputs: &[Value]) -> Result<Value> {
        Activation::elu(self.alpha).call(tape, inputs)
    }
    fn activation(&self) -> Option<Activation> {
        Some(Activation::elu(self.alpha))
    }
    fn call_without_activation(&self, tape: &mut Tape, inputs: &[Value]) -> Result<Value> {
        one(tape, inputs)
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

impl Configured for LeakyRelu {
    const CLASS: &'static str = "LeakyReLU";
    fn plain() -> Self {
        Self::default()
    }
    fn fields(&mut self, fields: &mut Fields<'_>) -> Result<()> {
        // Keras 2 called it alpha.
        fields.either(&["negative_slope", "alpha"], &mut self.negative_slope).map(drop)
    }
}

config! {
    Relu = "ReLU", Self::new();
    takes max_value, negative_slope, threshold;
}

config! {
    Elu = "ELU", Self::default();
    takes alpha;
}
