//! A folder of checkpoints: the last few are kept, the newest that is whole is gone on from.

use super::checkpoint_file::{decode, encode};
use super::save_freq::{Pace, SaveFreq};
use crate::base::{Allowed, Error, Result};
use crate::train::Checkpoint;
use crate::train::callback::{Callback, Every, Moment};
use crate::train::save::{Disk, FileSystem, clean, save_on};
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Saves the whole training into a folder every so often, and goes on from what is there: a training that was killed at any
/// instant and is started again comes to the same bits as one that was not.
///
/// Files are named by the steps trained, `step-000000001200.safetensors`, written whole or not at all, and hold a checksum:
/// a damaged one is told, and the one before is taken. Also saves where training is asked to stop
/// ([`Fit::stop_handle`](crate::train::Fit::stop_handle)). Its place among the callbacks means nothing: a checkpoint is
/// taken after all of them were told of the step or epoch.
///
/// ```
/// use wgrad::prelude::*;
///
/// let saved = Checkpoints::new("run-7").save_freq(1000).keep(5);
/// let how = Fit::epochs(100).callback(saved);
/// ```
#[derive(Clone)]
pub struct Checkpoints {
    folder: PathBuf,
    pace: Pace,
    keep: usize,
    resume: bool,
    resumed: Option<u64>,
    disk: Arc<dyn FileSystem>,
}

const START: &str = "step-";
const END: &str = ".safetensors";

impl Checkpoints {
    /// In this folder, which is made if it is not there.
    pub fn new(folder: impl AsRef<Path>) -> Self {
        Self {
            folder: folder.as_ref().to_owned(),
            pace: Pace::new(SaveFreq::Epoch),
            keep: 3,
            resume: true,
            resumed: None,
            disk: Arc::new(Disk),
        }
    }

    /// How often: after so many steps, or once so much time has passed. Default: after every epoch.
    pub fn save_freq(mut self, freq: impl Into<SaveFreq>) -> Self {
        self.pace = Pace::new(freq.into());
        self
    }

    /// How many are kept, at least 1. Default: 3.
    pub fn keep(mut self, checkpoints: usize) -> Self {
        self.keep = checkpoints;
        self
    }

    /// Whether training goes on from what is in the folder; else a folder with checkpoints is refused. Default: true.
    pub fn resume(mut self, resume: bool) -> Self {
        self.resume = resume;
        self
    }

    /// Saves by way of another file system.
    pub fn disk(mut self, disk: Arc<dyn FileSystem>) -> Self {
        self.disk = disk;
        self
    }

    /// The steps that had been trained where the last training went on; none if it began anew.
    pub fn resumed(&self) -> Option<u64> {
        self.resumed
    }

    /// The newest checkpoint of the folder that is whole; damaged ones are named on standard error and passed over.
    ///
    /// # Errors
    /// A folder that cannot be read, or one with nothing but damaged checkpoints.
    pub fn newest(&self) -> Result<Option<Checkpoint>> {
        let mut damaged = None;
        for (_, path) in self.list()?.into_iter().rev() {
            match read(&path) {
                Ok(checkpoint) => return Ok(Some(checkpoint)),
                Err(error) => {
                    eprintln!("warning: {error}; an older one is looked for");
                    damaged = Some(error);
                }
            }
        }
        damaged.map_or(Ok(None), Err)
    }

    /// The checkpoints of the folder by their steps, oldest first; none if there is no folder.
    ///
    /// # Errors
    /// A folder that cannot be read.
    pub fn list(&self) -> Result<Vec<(u64, PathBuf)>> {
        let failed = |error: io::Error| {
            Error::Data(format!("{}: cannot be read: {error}; give the folder of checkpoints", self.folder.display()))
        };
        let entries = match std::fs::read_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(failed)?,
        };
        let mut all = Vec::new();
        for entry in entries {
            let entry = entry.map_err(failed)?;
            all.extend(entry.file_name().to_str().and_then(steps_of).map(|steps| (steps, entry.path())));
        }
        all.sort();
        Ok(all)
    }

    /// Saves `checkpoint`, and removes those that are too old to be kept.
    ///
    /// # Errors
    /// The system would not write; what was there before still is.
    pub fn save(&self, checkpoint: &Checkpoint) -> Result<()> {
        let steps = checkpoint.steps();
        save_on(&*self.disk, &self.folder.join(format!("{START}{steps:012}{END}")), &encode(checkpoint))?;
        let older: Vec<_> = self.list()?.into_iter().filter(|(n, _)| *n < steps).collect();
        for (_, path) in older.iter().rev().skip(self.keep.saturating_sub(1)) {
            // One too many does no harm: the next one saved tries again.
            let _ = self.disk.remove(path);
        }
        Ok(())
    }
}

impl fmt::Debug for Checkpoints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checkpoints").field("folder", &self.folder).field("keep", &self.keep).finish_non_exhaustive()
    }
}

/// The steps a file is named by.
fn steps_of(name: &str) -> Option<u64> {
    let digits = name.strip_prefix(START)?.strip_suffix(END)?;
    digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok())?
}

/// The checkpoint in a file.
pub(super) fn read(path: &Path) -> Result<Checkpoint> {
    let source = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|error| Error::Data(format!("{source}: cannot be read: {error}")))?;
    decode(&bytes, &source)
}

impl Callback for Checkpoints {
    fn check(&mut self, _: &[String]) -> Result<()> {
        self.pace.check("checkpoints")?;
        Allowed::Positive.check("callback checkpoints", "keep", self.keep as f64)
    }

    fn resume_from(&mut self) -> Result<Option<Checkpoint>> {
        std::fs::create_dir_all(&self.folder).map_err(|source| {
            let help = "give the name of a folder that is there or can be made";
            Error::Write { path: self.folder.clone(), source, help }
        })?;
        clean(&*self.disk, &self.folder, |name| steps_of(name).is_some());
        let found = if self.resume { self.newest()? } else { None };
        if !self.resume && !self.list()?.is_empty() {
            let help = "go on from them with resume, or give another folder";
            let what = format!("checkpoints: folder {}", self.folder.display());
            return Err(Error::request(what, "no checkpoints of another training", "some", help));
        }
        self.resumed = found.as_ref().map(Checkpoint::steps);
        self.pace.met();
        Ok(found)
    }

    fn every(&self) -> Every {
        self.pace.every()
    }

    fn wants_checkpoint(&self, moment: Moment) -> bool {
        self.pace.is_due(moment)
    }

    fn take_checkpoint(&mut self, checkpoint: &Checkpoint) -> Result<()> {
        self.save(checkpoint)?;
        self.pace.met();
        Ok(())
    }
}
