//! A training that goes on where it was interrupted.

use super::weights::{read_snapshot, write_snapshot};
use crate::base::{Error, Result};
use crate::train::Logs;
use crate::train::callback::{Callback, Run};
use std::path::{Path, PathBuf};

/// Keras's `BackupAndRestore`: after each epoch everything the model goes on from is written to a file; a training that
/// finds the file begins behind that epoch, with the same variables, memory of the optimizer and random numbers to the bit.
/// A training that ends removes the file. What other callbacks remember begins anew, as in Keras, and so does the pass
/// through the data where an epoch is only a part of one (`steps_per_epoch`). Give it as the last callback, so that what
/// others set at the end of an epoch is in the file.
#[derive(Clone, Debug)]
pub struct BackupAndRestore {
    path: PathBuf,
    keep: bool,
}

impl BackupAndRestore {
    /// With this file.
    pub fn new(path: impl AsRef<Path>) -> Self {
        Self { path: path.as_ref().to_owned(), keep: false }
    }

    /// Whether the file stays when training ends. Default: false.
    pub fn keep(mut self, keep: bool) -> Self {
        self.keep = keep;
        self
    }
}

impl Callback for BackupAndRestore {
    fn train_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        if self.path.exists() {
            let (snapshot, epoch) = read_snapshot(&self.path)?;
            let batch = run.model.batch();
            run.model.resume(&snapshot, batch)?;
            run.begin_at(epoch + 1);
        }
        Ok(())
    }

    fn epoch_end(&mut self, logs: &mut Logs, run: &mut Run<'_>) -> Result<()> {
        if !logs.loss().is_finite() {
            // The last epoch that was sound is what one wants back.
            return Ok(());
        }
        write_snapshot(&self.path, &run.model.snapshot()?, run.epoch)
    }

    fn train_end(&mut self, _: &mut Run<'_>) -> Result<()> {
        if self.keep || !self.path.exists() {
            return Ok(());
        }
        std::fs::remove_file(&self.path).map_err(|source| {
            let help = "remove it, or the next training begins behind this one";
            Error::Write { path: self.path.clone(), source, help }
        })
    }
}
