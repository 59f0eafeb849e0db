//! `--checkpoint`: a training of the program that is saved, that signals end in order, and that goes on.

use super::signals::Signals;
use super::whole;
use crate::formats::Checkpoints;
use crate::train::Fit;
use crate::train::callback::LambdaCallback;
use clap::Args;
use std::path::PathBuf;

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
        Ok(fit.callback(tell).callback(saved).stop_handle(&signals.handle()))
    }
}
