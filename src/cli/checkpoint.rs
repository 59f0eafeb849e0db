//! `--checkpoint`: a training of the program that is saved, that signals end in order, and that goes on.

use super::signals::Signals;
use super::whole;
use crate::base::{Error, Result};
use crate::formats::Checkpoints;
use crate::train::StopHandle;
use crate::train::callback::{Callback, LambdaCallback};
use clap::Args;
use std::path::{Path, PathBuf};

/// Options of saving.
#[derive(Args)]
#[command(next_help_heading = "Saving, and going on")]
pub struct CheckpointOptions {
    /// Folder the whole training is saved in, for --resume; SIGINT and SIGTERM then finish the step and save
    /// [default: `checkpoint` in the run's folder, if it has one]
    #[arg(long, value_name = "FOLDER")]
    checkpoint: Option<PathBuf>,
    /// Steps between two checkpoints [default: an epoch]
    #[arg(long, value_name = "STEPS", value_parser = whole::<usize>, allow_negative_numbers = true)]
    checkpoint_every: Option<usize>,
    /// Checkpoints kept, the newest [default: 3]
    #[arg(long, value_name = "NUMBER", value_parser = whole::<usize>, allow_negative_numbers = true)]
    checkpoint_keep: Option<usize>,
    /// Goes on from the newest checkpoint in the folder that is whole, to the same bits; begins anew if there is none
    #[arg(long)]
    resume: bool,
}

/// What saves a training, what says so, and what asks it to stop.
pub struct Saving {
    pub checkpoints: Checkpoints,
    pub tell: Box<dyn Callback>,
    pub stop: StopHandle,
}

impl CheckpointOptions {
    /// Whether a training goes on that may have left files.
    pub fn resumes(&self) -> bool {
        self.resume
    }

    /// The folder asked for.
    pub fn folder(&self) -> Option<&Path> {
        self.checkpoint.as_deref()
    }

    /// Steps between two checkpoints, if that was said.
    pub fn every(&self) -> Option<usize> {
        self.checkpoint_every
    }

    /// Checkpoints kept, if that was said.
    pub fn keep(&self) -> Option<usize> {
        self.checkpoint_keep
    }

    /// Refuses what would have no place; `has_folder` says whether the run leaves one.
    ///
    /// # Errors
    /// An option of saving, and nothing to save in.
    pub fn check(&self, has_folder: bool) -> Result<()> {
        let given = [
            ("--resume", self.resume),
            ("--checkpoint-every", self.checkpoint_every.is_some()),
            ("--checkpoint-keep", self.checkpoint_keep.is_some()),
        ];
        match given.iter().find(|(_, given)| *given) {
            Some((option, _)) if !has_folder && self.checkpoint.is_none() => {
                let help = "add --checkpoint FOLDER, or --out FOLDER";
                Err(Error::request(*option, "a folder for checkpoints", "none", help))
            }
            _ => Ok(()),
        }
    }

    /// Lets signals end a training in order, with checkpoints in `folder`.
    pub fn saving(&self, checkpoints: Checkpoints, folder: &Path, signals: &Signals) -> std::io::Result<Saving> {
        signals.listen()?;
        let (resume, folder) = (self.resume, folder.to_owned());
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
        Ok(Saving { checkpoints: checkpoints.resume(resume), tell: Box::new(tell), stop: signals.handle() })
    }
}
