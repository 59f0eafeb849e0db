//! γ and β of the normalising layers, and the recording they share.

use super::normalize::{Cells, FORWARD, GRAD, GRAD_SCALE};
use super::variable;
use crate::base::{Allowed, Result};
use crate::nn::init::{Initializer, Ones, Zeros};
use crate::plan::{Tape, Value};
use std::sync::Arc;

/// γ and β of a normalising layer: whether there are any, and how they start.
#[derive(Clone)]
pub(super) struct Affine {
    pub scale: bool,
    pub center: bool,
    pub gamma_initializer: Arc<dyn Initializer>,
    pub beta_initializer: Arc<dyn Initializer>,
}

impl Affine {
    /// Both, γ from ones and β from zeros.
    pub(super) fn new() -> Self {
        Self { scale: true, center: true, gamma_initializer: Arc::new(Ones), beta_initializer: Arc::new(Zeros) }
    }

    /// The variables of `shape` that there are.
    pub(super) fn variables(&self, tape: &mut Tape, shape: &[usize], trained: bool) -> Result<[Option<Value>; 2]> {
        let mut made = |used: bool, name, how: &Arc<dyn Initializer>| {
            used.then(|| variable(tape, name, how, shape, trained)).transpose()
        };
        Ok([made(self.scale, "gamma", &self.gamma_initializer)?, made(self.center, "beta", &self.beta_initializer)?])
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

        /// How γ starts. Default: ones.
        pub fn gamma_initializer(mut self, initializer: impl Initializer + 'static) -> Self {
            self.affine.gamma_initializer = std::sync::Arc::new(initializer);
            self
        }

        /// How β starts. Default: zeros.
        pub fn beta_initializer(mut self, initializer: impl Initializer + 'static) -> Self {
            self.affine.beta_initializer = std::sync::Arc::new(initializer);
            self
        }
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
