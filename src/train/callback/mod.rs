//! Callbacks: what is asked and told while a model trains. One page each, and closures.
//!
//! A new one is an `impl Callback`; every method has a default that does nothing. Numbers of a running epoch are read from
//! the device only when a callback asks for them, so one that looks at the end of an epoch costs nothing per step.

mod early_stopping;
mod lambda;
mod learning_rate;
mod progress;
mod state;
mod swap_ema_weights;
mod terminate;

pub use early_stopping::{EarlyStopping, check_monitor};
pub use lambda::LambdaCallback;
pub use progress::ProgressBar;
pub use state::State;
pub use swap_ema_weights::SwapEmaWeights;
pub use terminate::TerminateOnNan;

use super::checkpoint::Checkpoint;
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
    /// After every so many steps since the model was compiled, whatever epoch they are in; as slow as
    /// [`Every::Steps`].
    StepsOfTraining(usize),
}

/// When a checkpoint can be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// After a step, as often as [`Callback::every`] says.
    Step,
    /// After an epoch, its validation and what callbacks made of it.
    Epoch,
    /// Training was asked to stop where it is.
    Interruption,
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

    /// A checkpoint to go on from instead of training from the start; asked before anything is trained. The first callback
    /// that has one decides. Default: none.
    ///
    /// # Errors
    /// A checkpoint that cannot be read.
    fn resume_from(&mut self) -> Result<Option<Checkpoint>> {
        Ok(None)
    }

    /// What it remembers, for checkpoints; always something, or never. Default: nothing.
    fn state(&self) -> Option<State> {
        None
    }

    /// Brings back what it remembered, where training goes on from a checkpoint that has its state: instead of
    /// [`Callback::train_begin`].
    ///
    /// # Errors
    /// As [`Callback::train_begin`].
    fn restore(&mut self, state: &State, run: &mut Run<'_>) -> Result<()> {
        let _ = (state, run);
        Ok(())
    }

    /// Whether it wants a checkpoint now. Taking one reads everything from the device.
    fn wants_checkpoint(&self, moment: Moment) -> bool {
        let _ = moment;
        false
    }

    /// Takes the checkpoint it wanted. None is taken of a training whose loss is not finite: the last one that was sound is
    /// what one wants back.
    ///
    /// # Errors
    /// As [`Callback::train_begin`].
    fn take_checkpoint(&mut self, checkpoint: &Checkpoint) -> Result<()> {
        let _ = checkpoint;
        Ok(())
    }

    /// Before the first epoch; where training goes on from a checkpoint, before its next step (see [`Run::step`]).
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
    pub(super) first: usize,
    pub(super) resumed: bool,
    pub(super) logs: Option<Logs>,
}

impl Run<'_> {
    /// Ends training after this epoch; within one, after this step.
    pub fn stop_training(&mut self) {
        *self.stop = true;
    }

    /// Whether this call of `fit` went on from a checkpoint.
    pub fn resumed(&self) -> bool {
        self.resumed
    }

    /// The epoch this call of `fit` began in.
    pub fn first_epoch(&self) -> usize {
        self.first
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

/// Callbacks behind pointers are callbacks.
macro_rules! forwarded {
    ($($of:ty),*) => {$(
        impl<C: Callback + ?Sized> Callback for $of {
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
            fn resume_from(&mut self) -> Result<Option<Checkpoint>> {
                (**self).resume_from()
            }
            fn state(&self) -> Option<State> {
                (**self).state()
            }
            fn restore(&mut self, state: &State, run: &mut Run<'_>) -> Result<()> {
                (**self).restore(state, run)
            }
            fn wants_checkpoint(&self, moment: Moment) -> bool {
                (**self).wants_checkpoint(moment)
            }
            fn take_checkpoint(&mut self, checkpoint: &Checkpoint) -> Result<()> {
                (**self).take_checkpoint(checkpoint)
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
    )*};
}

forwarded! { &mut C, Box<C> }
