//! RMS normalisation: y = γ x / √(mean x² + ε) over one or more axes of each sample (Zhang & Sennrich 2019,
//! arXiv:1910.07467).

use super::affine::check_epsilon;
use super::layer_normalization::over_axes;
use super::normalize::Cells;
use super::{Layer, one, variable};
use crate::base::Result;
use crate::nn::config::{Config, config};
use crate::nn::init::Ones;
use crate::plan::{Tape, Value};

/// Keras's `RMSNormalization`: variable `scale`, of the shape of the axes normalised over.
#[derive(Clone, Debug)]
pub struct RmsNormalization {
    axis: Vec<isize>,
    epsilon: f64,
}

super::default_is_new! { RmsNormalization }

impl RmsNormalization {
    /// The last axis, ε = 10⁻⁶, as Keras.
    pub fn new() -> Self {
        Self { axis: vec![-1], epsilon: 1e-6 }
    }

    /// The axes normalised over, the batch being 0. Default: −1, the last.
    pub fn axis(mut self, axes: &[isize]) -> Self {
        self.axis = axes.to_vec();
        self
    }

    /// What is added to the mean square, ε > 0. Default: 10⁻⁶.
    pub fn epsilon(mut self, epsilon: f64) -> Self {
        self.epsilon = epsilon;
        self
    }
}

impl Layer for RmsNormalization {
    fn kind(&self) -> &'static str {
        "rms_normalization"
    }

    fn call(&self, tape: &mut Tape, inputs: &[Value]) -> Result<Value> {
        let x = one(tape, inputs)?;
        check_epsilon(tape.scope(), self.epsilon)?;
        over_axes(
            tape,
            x,
            &self.axis,
            |d| Cells { epsilon: self.epsilon, centred: 0, ..d },
            |t, shape| Ok([Some(variable(t, "scale", &Ones, shape, true)?), None]),
        )
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

config! {
    RmsNormalization = "RMSNormalization", Self::new();
    takes epsilon;
    lists axis;
}
