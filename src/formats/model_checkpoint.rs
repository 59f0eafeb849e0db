//! Variables saved after epochs, the best or all.

use crate::base::Result;
use crate::nn::schedule::Mode;
use crate::train::Logs;
use crate::train::callback::{Callback, Run, check_monitor};
use std::path::PathBuf;

/// Keras's `ModelCheckpoint` with `save_weights_only`: the variables of every epoch, or of the best.
///
/// The path may hold `{epoch}` (counted from 1) and names of what is told, such as `{val_loss}`; without, a later file takes
/// the place of an earlier one. A file is written whole or not at all.
#[derive(Clone, Debug)]
pub struct ModelCheckpoint {
    path: String,
    monitor: String,
    mode: Mode,
    save_best_only: bool,
    initial_value_threshold: Option<f64>,
    best: Option<f64>,
    last: Option<PathBuf>,
}

impl ModelCheckpoint {
    /// Into files of this path.
    pub fn new(path: &str) -> Self {
        Self {
            path: path.to_owned(),
            monitor: "val_loss".to_owned(),
            mode: Mode::Auto,
            save_best_only: false,
            initial_value_threshold: None,
            best: None,
            last: None,
        }
    }

    /// The number by which epochs are compared. Default: `val_loss`.
    pub fn monitor(mut self, monitor: &str) -> Self {
        monitor.clone_into(&mut self.monitor);
        self
    }

    /// Which way it improves. Default: as its name says.
    pub fn mode(mut self, mode: Mode) -> Self {
        self.mode = mode;
        self
    }

    /// Whether only an epoch better than all before is saved. Default: false.
    pub fn save_best_only(mut self, best: bool) -> Self {
        self.save_best_only = best;
        self
    }

    /// What the first epoch saved must be better than. Default: none.
    pub fn initial_value_threshold(mut self, value: f64) -> Self {
        self.initial_value_threshold = Some(value);
        self
    }

    /// The file written last.
    pub fn last(&self) -> Option<&std::path::Path> {
        self.last.as_deref()
    }

    fn path_of(&self, epoch: usize, logs: &Logs) -> PathBuf {
        let path = self.path.replace("{epoch}", &(epoch + 1).to_string());
        logs.iter().fold(path, |p, (name, v)| p.replace(&format!("{{{name}}}"), &format!("{v:.4}"))).into()
    }
}

impl Callback for ModelCheckpoint {
    fn check(&mut self, names: &[String]) -> Result<()> {
        if self.save_best_only { check_monitor("model_checkpoint", &self.monitor, self.mode, names) } else { Ok(()) }
    }

    fn train_begin(&mut self, _: &mut Run<'_>) -> Result<()> {
        self.best = self.initial_value_threshold;
        Ok(())
    }

    fn epoch_end(&mut self, logs: &mut Logs, run: &mut Run<'_>) -> Result<()> {
        if self.save_best_only {
            let current = logs.get(&self.monitor).unwrap_or(f64::NAN);
            let upwards = self.mode.upwards(&self.monitor).unwrap_or(false);
            let better = |best: f64| if upwards { current > best } else { current < best };
            if !self.best.is_none_or(better) {
                return Ok(());
            }
            self.best = Some(current);
        }
        let path = self.path_of(run.epoch, logs);
        run.model.save_weights(&path)?;
        self.last = Some(path);
        Ok(())
    }
}
