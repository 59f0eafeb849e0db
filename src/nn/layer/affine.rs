//! γ and β of the normalising layers, and the recording they share.

use super::normalize::{Cells, FORWARD, GRAD, GRAD_SCALE};
use super::weight::Weight;
use crate::base::{Allowed, Result};
use crate::nn::config::Fields;
use crate::nn::init::{Ones, Zeros};
use crate::plan::{Tape, Value};

/// γ and β of a normalising layer, and whether there are any.
#[derive(Clone)]
pub(super) struct Affine {
    pub scale: bool,
    pub center: bool,
    pub gamma: Weight,
    pub beta: Weight,
}

impl Affine {
    /// Both, γ from ones and β from zeros.
    pub(super) fn new() -> Self {
        Self { scale: true, center: true, gamma: Weight::new(Ones), beta: Weight::new(Zeros) }
    }

    /// The fields of a layer that holds it.
    pub(super) fn fields(&mut self, fields: &mut Fields<'_>) -> Result<()> {
        fields.takes("scale", &mut self.scale)?;
        fields.takes("center", &mut self.center)?;
        self.gamma.fields(["gamma_initializer", "gamma_regularizer", "gamma_constraint"], fields)?;
        self.beta.fields(["beta_initializer", "beta_regularizer", "beta_constraint"], fields)
    }

    /// The variables of `shape` that there are.
    pub(super) fn variables(&self, tape: &mut Tape, shape: &[usize], trained: bool) -> Result<[Option<Value>; 2]> {
        let mut made =
            |used: bool, name, weight: &Weight| used.then(|| weight.record(tape, name, shape, trained)).transpose();
        Ok([made(self.scale, "gamma", &self.gamma)?, made(self.center, "beta", &self.beta)?])
    }
}

/// The options of a layer that holds an [`Affine`].
macro_rules! affine_options {
    () => {
        /// Whether the result is multiplied by a learned γ. Default: true.
        pub fn scale(mut self, scale: bool) -> Self {
            self.affine.scale = scale;
            self
        }

        /// Whether a learned β is added. Default: true.
        pub fn center(mut self, center: bool) -> Self {
            self.affine.center = center;
            self
        }

        weight_options!(affine.gamma, "γ": gamma_initializer("ones"), gamma_regularizer, gamma_constraint);
        weight_options!(affine.beta, "β": beta_initializer("zeros"), beta_regularizer, beta_constraint);
    };
}
pub(super) use affine_options;

/// Refuses an ε that is not a number above 0.
pub(super) fn check_epsilon(layer: &str, epsilon: f64) -> Result<()> {
    Allowed::Positive.check(format!("layer `{layer}`"), "epsilon", epsilon)
}

/// Records y = γ normal(x) + β over the cells of `d`, with its backward; a γ or β there is not is left out.
pub(super) fn record(tape: &mut Tape, x: Value, d: Cells, [gamma, beta]: [Option<Value>; 2]) -> Result<Value> {
    let d = Cells { scale: gamma.is_some().into(), center: beta.is_some().into(), ..d };
    let shape = tape.shape(x).to_vec();
    let y = tape.temp("y", &shape);
    let saved = tape.temp("saved", &[2 * d.cells()]);
    // Where there is no γ or β the kernel reads none, but a binding it needs: x has as many numbers at least.
    tape.run(&FORWARD, d, [x, gamma.unwrap_or(x), beta.unwrap_or(x)], [y, saved])?;
    tape.backward(move |t| {
        let Some(dy) = t.gradient(y) else { return Ok(()) };
        gradient_of_scale(t, d, [x, saved, dy], [gamma, beta])?;
        t.contribute(x, |t, dx| t.run(&GRAD, d, [x, gamma.unwrap_or(x), saved, dy], [dx]))
    });
    Ok(y)
}

/// Where the gradient of a γ or β goes: its place, or a temporary nobody reads where there is none or none is wanted.
pub(super) fn place_of(tape: &mut Tape, v: Option<Value>, width: usize) -> Value {
    match v {
        Some(v) if tape.wants_gradient(v) => tape.gradient_place(v),
        _ => tape.temp("unused", &[width]),
    }
}

/// Counts what was written to the places of [`place_of`].
pub(super) fn settle(tape: &mut Tape, v: Option<Value>, place: Value) -> Result<()> {
    match v {
        Some(v) if tape.wants_gradient(v) => tape.settle(v, place),
        _ => Ok(()),
    }
}

/// Records dγ and dβ from `[x, saved, dy]`, if either is wanted.
pub(super) fn gradient_of_scale(
    tape: &mut Tape,
    d: Cells,
    reads: [Value; 3],
    [gamma, beta]: [Option<Value>; 2],
) -> Result<()> {
    if ![gamma, beta].iter().flatten().any(|v| tape.wants_gradient(*v)) {
        return Ok(());
    }
    let dgamma = place_of(tape, gamma, d.width());
    let dbeta = place_of(tape, beta, d.width());
    tape.run(&GRAD_SCALE, d, reads, [dgamma, dbeta])?;
    settle(tape, gamma, dgamma)?;
    settle(tape, beta, dbeta)
}
