//! Layer normalisation: y = γ (x − μ) / √(σ² + ε) + β over one or more axes of each sample (Ba et al. 2016,
//! arXiv:1607.06450).

use super::affine::{self, Affine, affine_options, check_epsilon};
use super::axes::{axes_of, view};
use super::normalize::Cells;
use super::weight::weight_options;
use super::{Layer, one, permute};
use crate::base::Result;
use crate::nn::config::{Config, config};
use crate::plan::{Tape, Value};

/// Keras's `LayerNormalization`: γ and β of the shape of the axes normalised over.
#[derive(Clone)]
pub struct LayerNormalization {
    axis: Vec<isize>,
    epsilon: f64,
    affine: Affine,
}

super::default_is_new! { LayerNormalization }

impl LayerNormalization {
    /// The last axis, ε = 10⁻³, γ and β, as Keras.
    pub fn new() -> Self {
        Self { axis: vec![-1], epsilon: 1e-3, affine: Affine::new() }
    }

    /// The axes normalised over, the batch being 0. Default: −1, the last.
    pub fn axis(mut self, axes: &[isize]) -> Self {
        self.axis = axes.to_vec();
        self
    }

    /// What is added to the variance, ε > 0. Default: 10⁻³.
    pub fn epsilon(mut self, epsilon: f64) -> Self {
        self.epsilon = epsilon;
        self
    }

    affine_options! {}
}

impl Layer for LayerNormalization {
    fn kind(&self) -> &'static str {
        "layer_normalization"
    }

    fn call(&self, tape: &mut Tape, inputs: &[Value]) -> Result<Value> {
        let x = one(tape, inputs)?;
        check_epsilon(tape.scope(), self.epsilon)?;
        over_axes(
            tape,
            x,
            &self.axis,
            |d| Cells { epsilon: self.epsilon, ..d },
            |t, shape| self.affine.variables(t, shape, true),
        )
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

/// Records a normalisation over `axes` of each sample, which are brought together first where they are not neighbours;
/// `variables` makes γ and β of the shape of the axes.
pub(super) fn over_axes(
    tape: &mut Tape,
    x: Value,
    axes: &[isize],
    options: impl FnOnce(Cells) -> Cells,
    variables: impl FnOnce(&mut Tape, &[usize]) -> Result<[Option<Value>; 2]>,
) -> Result<Value> {
    let axes = axes_of(tape, x, axes)?;
    let shape = tape.shape(x).to_vec();
    let sizes: Vec<usize> = axes.iter().map(|a| shape[*a]).collect();
    let (from, to) = (axes[0], axes[0] + axes.len());
    let neighbours = axes[axes.len() - 1] + 1 == to;
    if neighbours {
        let d = Cells::over_axis(shape[0] as u32, view(tape, x, from, to)?);
        let variables = variables(tape, &sizes)?;
        return affine::record(tape, x, options(d), variables);
    }
    let order: Vec<usize> = (0..shape.len()).filter(|a| !axes.contains(a)).chain(axes.iter().copied()).collect();
    let turned = permute::record(tape, x, &order)?;
    let d = Cells::over_axis(shape[0] as u32, view(tape, turned, shape.len() - axes.len(), shape.len())?);
    let variables = variables(tape, &sizes)?;
    let y = affine::record(tape, turned, options(d), variables)?;
    permute::record(tape, y, &permute::inverse(&order))
}

config! {
    LayerNormalization = "LayerNormalization", Self::new();
    takes epsilon;
    within affine;
    lists axis;
    refuses "rms_scaling" but false;
}
