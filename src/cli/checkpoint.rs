//! `--checkpoint`: a training of the program that is saved, that signals end in order, and that goes on.

use super::whole;
use crate::formats::Checkpoints;
use crate::train::callback::LambdaCallback;
use crate::train::{Fit, History, Interruption, StopHandle};
use clap::Args;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Options of saving.
#[derive(Args)]
pub struct CheckpointOptions {
    /// Folder the whole training is saved in, for --resume; SIGINT and SIGTERM then finish the step and save
    #[arg(long, value_name = "FOLDER")]
    checkpoint: Option<PathBuf>,
    /// Steps between two checkpoints [default: an epoch]
    #[arg(long, value_name = "STEPS", requires = "checkpoint", value_parser = whole::<usize>, allow_negative_numbers = true)]
    checkpoint_every: Option<usize>,
    /// Checkpoints kept, the newest
    #[arg(long, value_name = "NUMBER", requires = "checkpoint", default_value_t = 3, value_parser = whole::<usize>, allow_negative_numbers = true)]
    checkpoint_keep: usize,
    /// Goes on from the newest checkpoint in the folder that is whole, to the same bits; begins anew if there is none
    #[arg(long, requires = "checkpoint")]
    resume: bool,
}

/// A training that a signal has ended after it was saved.
#[derive(Debug, thiserror::Error)]
#[error("{told}")]
pub struct Signalled {
    told: Interruption,
    /// What shells call a program ended by the signal: 128 and its number.
    pub code: u8,
}

/// What a signal sets.
#[derive(Default)]
pub struct Signals {
    asked: Arc<AtomicBool>,
    number: Arc<AtomicUsize>,
}

/// What shells add to the number of a signal.
const SHELL: i32 = 128;

impl Signals {
    /// Lets SIGINT and SIGTERM ask the training to stop; a second one ends the program at once.
    fn listen(&self) -> std::io::Result<()> {
        for signal in [SIGINT, SIGTERM] {
            flag::register_conditional_shutdown(signal, SHELL + signal, self.asked.clone())?;
            flag::register_usize(signal, self.number.clone(), signal as usize)?;
            flag::register(signal, self.asked.clone())?;
        }
        Ok(())
    }

    /// Fails with the code of the signal that has interrupted a training.
    pub fn told(&self, history: &History) -> Result<(), Signalled> {
        let Some(told) = history.interrupted else { return Ok(()) };
        let signal = self.number.load(Ordering::Relaxed) as i32;
        Err(Signalled { told, code: u8::try_from(SHELL + signal).unwrap_or(1) })
    }
}

impl CheckpointOptions {
    /// Whether a training goes on that may have left files.
    pub fn resumes(&self) -> bool {
        self.resume
    }

    /// Adds to `fit` what saves, and says what it goes on from.
    pub fn add<'a>(&self, fit: Fit<'a>, signals: &Signals) -> anyhow::Result<Fit<'a>> {
        let Some(folder) = self.checkpoint.clone() else { return Ok(fit) };
        signals.listen()?;
        let mut saved = Checkpoints::new(&folder).keep(self.checkpoint_keep).resume(self.resume);
        if let Some(steps) = self.checkpoint_every {
            saved = saved.save_freq(steps);
        }
        let resume = self.resume;
        let tell = LambdaCallback::new().on_train_begin(move |run| {
            let folder = folder.display();
            if run.resumed() {
                let (trained, epoch, step) = (run.model.steps_done(), run.epoch + 1, run.step);
                eprintln!("Going on from {folder}: {trained} steps trained, epoch {epoch}, {step}/{}", run.steps);
            } else if resume {
                eprintln!("No checkpoint in {folder}: training begins anew");
            }
            Ok(())
        });
        let handle = StopHandle::from(signals.asked.clone());
        Ok(fit.callback(tell).callback(saved).stop_handle(&handle))
    }
}
