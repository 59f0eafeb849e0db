//! Group normalisation: y = γ (x − μ) / √(σ² + ε) + β over each sample's groups of channels (Wu & He 2018,
//! arXiv:1803.08494).

use super::affine::{self, Affine, affine_options, check_epsilon};
use super::axes::{axis_of, view};
use super::normalize::Cells;
use super::weight::weight_options;
use super::{Layer, one};
use crate::base::{Error, Result};
use crate::nn::config::{Config, config};
use crate::plan::{Tape, Value};

/// Keras's `GroupNormalization`: the channels in groups of neighbours, each with one mean and variance a sample, over all
/// other axes too.
#[derive(Clone)]
pub struct GroupNormalization {
    groups: isize,
    axis: isize,
    epsilon: f64,
    affine: Affine,
}

impl Default for GroupNormalization {
    fn default() -> Self {
        Self::new(32)
    }
}

impl GroupNormalization {
    /// `groups` groups, a divisor of the channels (Keras's default is 32), or −1 for one a channel: instance
    /// normalisation. The channels are the last axis, ε = 10⁻³, γ and β, as Keras.
    pub fn new(groups: isize) -> Self {
        Self { groups, axis: -1, epsilon: 1e-3, affine: Affine::new() }
    }

    /// The axis of channels, the batch being 0. Default: −1, the last.
    pub fn axis(mut self, axis: isize) -> Self {
        self.axis = axis;
        self
    }

    /// What is added to the variance, ε > 0. Default: 10⁻³.
    pub fn epsilon(mut self, epsilon: f64) -> Self {
        self.epsilon = epsilon;
        self
    }

    affine_options! {}
}

impl Layer for GroupNormalization {
    fn kind(&self) -> &'static str {
        "group_normalization"
    }

    fn call(&self, tape: &mut Tape, inputs: &[Value]) -> Result<Value> {
        let x = one(tape, inputs)?;
        check_epsilon(tape.scope(), self.epsilon)?;
        let axis = axis_of(tape, x, self.axis)?;
        let view = view(tape, x, axis, axis + 1)?;
        let channels = view[1];
        let groups = match self.groups {
            -1 => channels,
            g if g > 0 && (channels as usize).is_multiple_of(g.unsigned_abs()) => g as u32,
            _ => {
                return Err(Error::request(
                    format!("layer `{}`: groups", tape.scope()),
                    format!("a divisor of the {channels} channels, or −1 for one group a channel"),
                    self.groups,
                    "choose a number of groups that divides the channels",
                ));
            }
        };
        let d = Cells { epsilon: self.epsilon, ..Cells::groups(tape.shape(x)[0] as u32, view, groups) };
        let variables = self.affine.variables(tape, &[channels as usize], true)?;
        affine::record(tape, x, d, variables)
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

config! {
    GroupNormalization = "GroupNormalization", Self::new(32);
    takes groups, axis, epsilon;
    within affine;
}
