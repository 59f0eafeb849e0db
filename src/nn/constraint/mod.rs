//! Constraints: what variables are held to after each update.

super::pages! { non_neg, norm }

mod words;

pub use non_neg::NonNeg;
pub use norm::{MaxNorm, MinMaxNorm, UnitNorm};
pub use words::{named, names};

use crate::base::Result;
use crate::nn::config::{Config, classes};
use crate::plan::{Moment, Tape, Value};
use std::sync::Arc;

classes! { Constraint, "constraint", "keras.constraints": MaxNorm, MinMaxNorm, NonNeg, UnitNorm }

/// What a variable is held to.
pub trait Constraint: Send + Sync {
    /// The Keras name.
    fn name(&self) -> &'static str;

    /// Checks its numbers; `what` names the option it was given to.
    ///
    /// # Errors
    /// A number outside its range, with the range.
    fn check(&self, what: &str) -> Result<()> {
        let _ = what;
        Ok(())
    }

    /// Records what is done to `w` after each update.
    ///
    /// # Errors
    /// A variable of a shape it cannot hold.
    fn record(&self, tape: &mut Tape, w: Value) -> Result<()>;

    /// Class and fields, for files.
    ///
    /// # Errors
    /// One of your own, which no file has a word for.
    fn config(&self) -> Result<Config> {
        Config::none("constraint", self.name())
    }
}

impl<C: Constraint + ?Sized> Constraint for Arc<C> {
    fn name(&self) -> &'static str {
        (**self).name()
    }
    fn check(&self, what: &str) -> Result<()> {
        (**self).check(what)
    }
    fn record(&self, tape: &mut Tape, w: Value) -> Result<()> {
        (**self).record(tape, w)
    }
    fn config(&self) -> Result<Config> {
        (**self).config()
    }
}

/// Holds variable `w` to `constraint`, if it is trained.
///
/// # Errors
/// A number outside its range.
pub fn hold(tape: &mut Tape, what: &str, w: Value, constraint: &Arc<dyn Constraint>) -> Result<()> {
    constraint.check(what)?;
    if tape.gradient(w).is_some() {
        let constraint = constraint.clone();
        tape.put_off(Moment::Updated, w, move |t| constraint.record(t, w));
    }
    Ok(())
}

/// Records all constraints, once the update is on the tape.
///
/// # Errors
/// Those of the constraints.
pub fn record(tape: &mut Tape) -> Result<()> {
    tape.catch_up(Moment::Updated)
}
