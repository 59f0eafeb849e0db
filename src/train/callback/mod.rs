//! Callbacks: what is asked and told while a model trains. One page each, and closures.
//!
//! A new one is an `impl Callback`; every method has a default that does nothing. Numbers of a running epoch are read from
//! the device only when a callback asks for them, so one that looks at the end of an epoch costs nothing per step.

mod early_stopping;
mod lambda;
mod learning_rate;
mod progress;
mod swap_ema_weights;
mod terminate;

pub use early_stopping::{EarlyStopping, check_monitor};
pub use lambda::LambdaCallback;
pub use progress::ProgressBar;
pub use swap_ema_weights::SwapEmaWeights;
pub use terminate::TerminateOnNan;

use super::logs::Logs;
use super::model::Model;
use crate::base::Result;

/// How often [`Callback::step_end`] is called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Every {
    /// Never within an epoch.
    #[default]
    Epoch,
    /// A few times a second, and after the last step: for people who watch.
    Moment,
    /// After every so many steps of an epoch: handing over steps in groups ends there, so few is slow.
    Steps(usize),
}

/// Something asked and told while a model trains: Keras's `Callback`.
pub trait Callback {
    /// Checks options before anything is trained; `names` are those an epoch is told by.
    ///
    /// # Errors
    /// An option that cannot be met, such as a number nobody tells.
    fn check(&mut self, names: &[String]) -> Result<()> {
        let _ = names;
        Ok(())
    }

    /// Names it sets in the logs of an epoch, so that callbacks behind it may watch them. Default: none.
    fn tells(&self) -> Vec<String> {
        Vec::new()
    }

    /// How often [`Callback::step_end`] is called. Default: never within an epoch.
    fn every(&self) -> Every {
        Every::Epoch
    }

    /// Whether it takes care of a loss that is no longer finite; else that ends training with an error.
    fn minds_divergence(&self) -> bool {
        false
    }

    /// Before the first epoch.
    ///
    /// # Errors
    /// What the callback cannot do; training ends with it. The same holds for the methods below.
    fn train_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        let _ = run;
        Ok(())
    }

    /// Before an epoch.
    ///
    /// # Errors
    /// As [`Callback::train_begin`].
    fn epoch_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        let _ = run;
        Ok(())
    }

    /// Within an epoch, as often as [`Callback::every`] says.
    ///
    /// # Errors
    /// As [`Callback::train_begin`].
    fn step_end(&mut self, run: &mut Run<'_>) -> Result<()> {
        let _ = run;
        Ok(())
    }

    /// Before the validation of an epoch.
    ///
    /// # Errors
    /// As [`Callback::train_begin`].
    fn test_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        let _ = run;
        Ok(())
    }

    /// After the validation of an epoch.
    ///
    /// # Errors
    /// As [`Callback::train_begin`].
    fn test_end(&mut self, run: &mut Run<'_>) -> Result<()> {
        let _ = run;
        Ok(())
    }

    /// After an epoch and its validation; what is set in `logs` is seen by later callbacks and the history.
    ///
    /// # Errors
    /// As [`Callback::train_begin`].
    fn epoch_end(&mut self, logs: &mut Logs, run: &mut Run<'_>) -> Result<()> {
        let _ = (logs, run);
        Ok(())
    }

    /// After the last epoch.
    ///
    /// # Errors
    /// As [`Callback::train_begin`].
    fn train_end(&mut self, run: &mut Run<'_>) -> Result<()> {
        let _ = run;
        Ok(())
    }
}

/// The training a callback is in.
pub struct Run<'a> {
    /// The model: its weights, learning rate, predictions.
    pub model: &'a mut Model,
    /// The epoch, counted from 0.
    pub epoch: usize,
    /// Where epochs end.
    pub epochs: usize,
    /// Steps an epoch has.
    pub steps: usize,
    /// Steps of this epoch that are done.
    pub step: usize,
    pub(super) stop: &'a mut bool,
    pub(super) first: &'a mut usize,
    pub(super) logs: Option<Logs>,
}

impl Run<'_> {
    /// Ends training after this epoch; within one, after this step.
    pub fn stop_training(&mut self) {
        *self.stop = true;
    }

    /// The epoch training began at.
    pub fn first_epoch(&self) -> usize {
        *self.first
    }

    /// Lets training begin at this epoch, counted from 0: for a callback that restores one. Means nothing once the first
    /// epoch has begun.
    pub fn begin_at(&mut self, epoch: usize) {
        *self.first = epoch;
    }

    /// What the epoch has come to so far; waits for the device the first time it is asked.
    ///
    /// # Errors
    /// The device was lost.
    pub fn logs(&mut self) -> Result<&Logs> {
        if self.logs.is_none() {
            self.logs = Some(self.model.running_logs()?);
        }
        Ok(self.logs.get_or_insert_default())
    }
}

impl<C: Callback + ?Sized> Callback for &mut C {
    fn check(&mut self, names: &[String]) -> Result<()> {
        (**self).check(names)
    }
    fn tells(&self) -> Vec<String> {
        (**self).tells()
    }
    fn every(&self) -> Every {
        (**self).every()
    }
    fn minds_divergence(&self) -> bool {
        (**self).minds_divergence()
    }
    fn train_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        (**self).train_begin(run)
    }
    fn epoch_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        (**self).epoch_begin(run)
    }
    fn step_end(&mut self, run: &mut Run<'_>) -> Result<()> {
        (**self).step_end(run)
    }
    fn test_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        (**self).test_begin(run)
    }
    fn test_end(&mut self, run: &mut Run<'_>) -> Result<()> {
        (**self).test_end(run)
    }
    fn epoch_end(&mut self, logs: &mut Logs, run: &mut Run<'_>) -> Result<()> {
        (**self).epoch_end(logs, run)
    }
    fn train_end(&mut self, run: &mut Run<'_>) -> Result<()> {
        (**self).train_end(run)
    }
}
