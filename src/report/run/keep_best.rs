//! The model after the best epoch.

use super::RunFolder;
use super::best::{monitor_among, upwards};
use crate::base::Result;
use crate::nn::schedule::Mode;
use crate::train::Logs;
use crate::train::callback::{Callback, Run, State, check_monitor};

/// Keeps the model of the best epoch in one file, by the number [`Best`](super::Best) judges a run by. For files of several
/// epochs there is [`ModelCheckpoint`](crate::formats::ModelCheckpoint).
#[derive(Clone, Debug)]
pub struct KeepBest {
    folder: RunFolder,
    monitor: Option<String>,
    best: Option<f64>,
}

impl KeepBest {
    /// Into this folder, as [`RunFolder::BEST`]; by this number, or by the one of [`Best::monitor_of`](super::Best::monitor_of).
    pub fn new(folder: &RunFolder, monitor: Option<&str>) -> Self {
        Self { folder: folder.clone(), monitor: monitor.map(str::to_owned), best: None }
    }

    /// What it compares; where nobody has said it, none before training.
    pub fn monitor(&self) -> Option<&str> {
        self.monitor.as_deref()
    }
}

impl Callback for KeepBest {
    fn check(&mut self, names: &[String]) -> Result<()> {
        match &self.monitor {
            // A name that does not say which way it improves improves downwards, as `Best::of` has it.
            Some(monitor) => check_monitor("keep_best", monitor, Mode::Min, names),
            None => {
                self.monitor = monitor_among(names.iter().map(String::as_str));
                Ok(())
            }
        }
    }

    fn state(&self) -> Option<State> {
        Some(State::new("keep_best").maybe("best", self.best))
    }

    fn restore(&mut self, state: &State, _: &mut Run<'_>) -> Result<()> {
        self.best = state.get("best");
        Ok(())
    }

    fn train_begin(&mut self, _: &mut Run<'_>) -> Result<()> {
        self.best = None;
        Ok(())
    }

    fn epoch_end(&mut self, logs: &mut Logs, run: &mut Run<'_>) -> Result<()> {
        let Some(monitor) = &self.monitor else { return Ok(()) };
        let Some(now) = logs.get(monitor).filter(|v| v.is_finite()) else { return Ok(()) };
        let better = |best: f64| if upwards(monitor) { now > best } else { now < best };
        if self.best.is_none_or(better) {
            self.best = Some(now);
            self.folder.save_model(RunFolder::BEST, run.model)?;
        }
        Ok(())
    }
}
