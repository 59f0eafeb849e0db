//! Learning rates set before each epoch by a function of the epoch and the rate before.

use super::rate;
use crate::base::Result;

/// Keras's callback `LearningRateScheduler`: η ← f(epoch, η) before each epoch.
pub struct LearningRateScheduler {
    f: Box<dyn FnMut(u32, f64) -> f64 + Send>,
}

impl LearningRateScheduler {
    /// `f` is given the number of the epoch, from 0, and η of the epoch before.
    pub fn new(f: impl FnMut(u32, f64) -> f64 + Send + 'static) -> Self {
        Self { f: Box::new(f) }
    }

    /// η for `epoch`.
    ///
    /// # Errors
    /// The function gave something that is no rate: below 0, infinite or NaN.
    pub fn epoch_begin(&mut self, epoch: u32, learning_rate: f64) -> Result<f64> {
        let next = (self.f)(epoch, learning_rate);
        rate("learning_rate_scheduler", "result", next)?;
        Ok(next)
    }
}
