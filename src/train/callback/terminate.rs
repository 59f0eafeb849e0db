//! Training ends where the loss is no longer finite, without an error.

use super::{Callback, Every, Run};
use crate::base::Result;
use crate::train::Logs;

/// Keras's `TerminateOnNaN`: a loss that is NaN or infinite ends training, a few times a second looked at.
#[derive(Clone, Copy, Debug, Default)]
pub struct TerminateOnNan;

impl Callback for TerminateOnNan {
    fn every(&self) -> Every {
        Every::Moment
    }
    fn minds_divergence(&self) -> bool {
        true
    }
    fn step_end(&mut self, run: &mut Run<'_>) -> Result<()> {
        if !run.logs()?.loss().is_finite() {
            run.stop_training();
        }
        Ok(())
    }
    fn epoch_end(&mut self, logs: &mut Logs, run: &mut Run<'_>) -> Result<()> {
        if !logs.loss().is_finite() {
            run.stop_training();
        }
        Ok(())
    }
}
