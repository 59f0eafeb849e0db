//! Regularizers: penalties on variables and outputs, lowered with the loss.
//!
//! Penalties of the form λ₁ Σ|θ| + λ₂ Σθ² take two dispatches for all variables of a model together: one adds to the
//! gradients and sums up, one adds the sum to the totals. They are part of the loss that is told, in training and in
//! evaluation, as in Keras.

super::pages! { activity, orthogonal_regularizer, penalty }

mod l1_l2;
mod words;

pub use activity::ActivityRegularization;
pub use l1_l2::{L1, L1L2, L2};
pub use orthogonal_regularizer::{OrthogonalMode, OrthogonalRegularizer};
pub use words::{named, names};

pub(in crate::nn) use activity::record as record_activity;

use crate::base::{Error, Result};
use crate::nn::config::{Config, classes};
use crate::plan::{Moment, Tape, Value};
use std::sync::Arc;

classes! { Regularizer, "regularizer", "keras.regularizers": L1, L1L2, L2, OrthogonalRegularizer }

/// A penalty on a variable.
pub trait Regularizer: Send + Sync {
    /// The Keras name.
    fn name(&self) -> &'static str;

    /// Checks its numbers; `what` names the option it was given to.
    ///
    /// # Errors
    /// A number outside its range, with the range.
    fn check(&self, what: &str) -> Result<()>;

    /// λ₁ and λ₂ of a penalty λ₁ Σ|x| + λ₂ Σx²; `None` of another form, which [`Regularizer::record`] records.
    fn factors(&self) -> Option<[f64; 2]> {
        None
    }

    /// Records a penalty of another form on variable `w`: in training what it adds to the gradient, always the penalty
    /// itself, handed to [`add_loss`].
    ///
    /// # Errors
    /// A variable of a shape it cannot penalise.
    fn record(&self, tape: &mut Tape, w: Value) -> Result<()> {
        let _ = (tape, w);
        Ok(())
    }

    /// Class and fields, for files.
    ///
    /// # Errors
    /// One of your own, which no file has a word for.
    fn config(&self) -> Result<Config> {
        Config::none("regularizer", self.name())
    }
}

impl<R: Regularizer + ?Sized> Regularizer for Arc<R> {
    fn name(&self) -> &'static str {
        (**self).name()
    }
    fn check(&self, what: &str) -> Result<()> {
        (**self).check(what)
    }
    fn factors(&self) -> Option<[f64; 2]> {
        (**self).factors()
    }
    fn record(&self, tape: &mut Tape, w: Value) -> Result<()> {
        (**self).record(tape, w)
    }
    fn config(&self) -> Result<Config> {
        (**self).config()
    }
}

/// Penalises variable `w`, if it is trained: at once by its tuning, or after the loss.
///
/// # Errors
/// A number outside its range.
pub fn penalize(tape: &mut Tape, what: &str, w: Value, regularizer: &Arc<dyn Regularizer>) -> Result<()> {
    regularizer.check(what)?;
    if tape.gradient(w).is_none() {
        return Ok(());
    }
    if let Some([l1, l2]) = regularizer.factors() {
        let tuning = tape.tune(w);
        (tuning.l1, tuning.l2) = (l1, l2);
        return Ok(());
    }
    let regularizer = regularizer.clone();
    tape.put_off(Moment::Loss, w, move |t| regularizer.record(t, w));
    Ok(())
}

/// Records all penalties, once the loss and, in training, the gradients are on the tape.
///
/// # Errors
/// Those of the regularizers.
pub fn record(tape: &mut Tape) -> Result<()> {
    penalty::record(tape)?;
    tape.catch_up(Moment::Loss)
}

/// Adds the sum of `parts` to the loss that is told; nothing where no loss is.
///
/// # Errors
/// Those of [`Tape::run`].
pub fn add_loss(tape: &mut Tape, parts: Value) -> Result<()> {
    penalty::add(tape, parts)
}

/// The refusal of a variable of the wrong shape.
fn wrong_shape(tape: &Tape, regularizer: &str, expected: &str, w: Value) -> Error {
    let what = format!("{regularizer} of `{}`", tape.name(w));
    Error::request(what, expected, format!("shape {:?}", tape.shape(w)), "choose another regularizer for it")
}
