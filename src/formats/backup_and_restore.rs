//! A training that goes on where it was interrupted.

use super::checkpoint_file::encode;
use super::checkpoints::read;
use super::save_freq::{Pace, SaveFreq};
use crate::base::{Error, Result};
use crate::train::Checkpoint;
use crate::train::callback::{Callback, Every, Moment, Run};
use crate::train::save::{Disk, FileSystem, clean, save};
use std::path::{Path, PathBuf};

/// Keras's `BackupAndRestore`: the whole training is written to one file every so often; a training that finds the file goes
/// on where it was written, to the same bits, with what the other callbacks remembered. A training that ends removes the
/// file. [`Checkpoints`](super::Checkpoints) keeps several.
#[derive(Clone, Debug)]
pub struct BackupAndRestore {
    path: PathBuf,
    pace: Pace,
    keep: bool,
}

impl BackupAndRestore {
    /// With this file; in a folder that is there, `backup.safetensors`.
    pub fn new(path: impl AsRef<Path>) -> Self {
        let path = path.as_ref();
        let path = if path.is_dir() { path.join("backup.safetensors") } else { path.to_owned() };
        Self { path, pace: Pace::new(SaveFreq::Epoch), keep: false }
    }

    /// How often: after so many steps, or once so much time has passed. Default: after every epoch.
    pub fn save_freq(mut self, freq: impl Into<SaveFreq>) -> Self {
        self.pace = Pace::new(freq.into());
        self
    }

    /// Whether the file stays when training ends. Default: false.
    pub fn keep(mut self, keep: bool) -> Self {
        self.keep = keep;
        self
    }
}

impl Callback for BackupAndRestore {
    fn check(&mut self, _: &[String]) -> Result<()> {
        self.pace.check("backup_and_restore")
    }

    fn resume_from(&mut self) -> Result<Option<Checkpoint>> {
        self.pace.met();
        let (folder, own) = (self.path.parent(), self.path.file_name().and_then(|name| name.to_str()));
        if let (Some(folder), Some(own)) = (folder, own) {
            clean(&Disk, folder, |name| name == own);
        }
        if self.path.exists() { read(&self.path).map(Some) } else { Ok(None) }
    }

    fn every(&self) -> Every {
        self.pace.every()
    }

    fn wants_checkpoint(&self, moment: Moment) -> bool {
        self.pace.is_due(moment)
    }

    fn take_checkpoint(&mut self, checkpoint: &Checkpoint) -> Result<()> {
        save(&self.path, &encode(checkpoint))?;
        self.pace.met();
        Ok(())
    }

    fn train_end(&mut self, _: &mut Run<'_>) -> Result<()> {
        if self.keep || !self.path.exists() {
            return Ok(());
        }
        Disk.remove(&self.path).map_err(|source| {
            let help = "remove it, or the next training goes on from the end of this one";
            Error::Write { path: self.path.clone(), source, help }
        })
    }
}
