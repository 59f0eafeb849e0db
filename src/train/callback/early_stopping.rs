//! Early stopping: training ends once a number has not improved for some epochs.

use super::{Callback, Run, State};
use crate::base::{Error, Result, nearest};
use crate::nn::schedule::Mode;
use crate::train::Logs;

/// Keras's `EarlyStopping`.
///
/// As in Keras, numbers are compared in f32, so that an improvement of exactly `min_delta` is none; a NaN is no
/// improvement, and nothing improves on a NaN of the first epoch.
#[derive(Clone, Debug)]
pub struct EarlyStopping {
    monitor: String,
    min_delta: f64,
    patience: usize,
    mode: Mode,
    baseline: Option<f64>,
    restore_best_weights: bool,
    start_from_epoch: usize,
    wait: usize,
    best: Option<f64>,
    best_epoch: usize,
    stopped_epoch: Option<usize>,
    weights: Option<Vec<Vec<f64>>>,
}

impl EarlyStopping {
    /// Watches the number of this name, such as `val_loss`.
    pub fn on(monitor: &str) -> Self {
        Self {
            monitor: monitor.to_owned(),
            min_delta: 0.0,
            patience: 0,
            mode: Mode::Auto,
            baseline: None,
            restore_best_weights: false,
            start_from_epoch: 0,
            wait: 0,
            best: None,
            best_epoch: 0,
            stopped_epoch: None,
            weights: None,
        }
    }

    /// An improvement is more than this, whatever its sign. Default: 0.
    pub fn min_delta(mut self, min_delta: f64) -> Self {
        self.min_delta = min_delta.abs();
        self
    }

    /// Epochs without improvement after which training ends. Default: 0, which is as 1.
    pub fn patience(mut self, patience: usize) -> Self {
        self.patience = patience;
        self
    }

    /// Which way the number improves. Default: as its name says.
    pub fn mode(mut self, mode: Mode) -> Self {
        self.mode = mode;
        self
    }

    /// What the number must be better than for an epoch to count as an improvement. Default: none.
    pub fn baseline(mut self, baseline: f64) -> Self {
        self.baseline = Some(baseline);
        self
    }

    /// Whether the variables of the best epoch come back in the end, also where training was not stopped. Default: false.
    pub fn restore_best_weights(mut self, restore: bool) -> Self {
        self.restore_best_weights = restore;
        self
    }

    /// Epochs that are not looked at. Default: 0.
    pub fn start_from_epoch(mut self, epoch: usize) -> Self {
        self.start_from_epoch = epoch;
        self
    }

    /// The epoch after which training was stopped, counted from 0; none if it was not.
    pub fn stopped_epoch(&self) -> Option<usize> {
        self.stopped_epoch
    }

    /// The best epoch, counted from 0.
    pub fn best_epoch(&self) -> usize {
        self.best_epoch
    }

    /// The best number.
    pub fn best(&self) -> Option<f64> {
        self.best
    }

    /// Epochs since the last improvement.
    pub fn wait(&self) -> usize {
        self.wait
    }

    fn improves(&self, current: f64, reference: Option<f64>) -> bool {
        let Some(best) = reference else { return true };
        if self.mode.upwards(&self.monitor).unwrap_or(false) {
            (current - self.min_delta) as f32 > best as f32
        } else {
            ((current + self.min_delta) as f32) < best as f32
        }
    }

    /// Takes the number of an epoch; `keep` is called where it is the best so far. Whether training is to end.
    pub fn observe(
        &mut self,
        epoch: usize,
        current: f64,
        mut keep: impl FnMut() -> Result<Vec<Vec<f64>>>,
    ) -> Result<bool> {
        if epoch < self.start_from_epoch {
            return Ok(false);
        }
        if self.restore_best_weights && self.weights.is_none() {
            // Should nothing ever improve, the first epoch looked at is the best.
            self.weights = Some(keep()?);
            self.best_epoch = epoch;
        }
        self.wait += 1;
        if self.improves(current, self.best) {
            self.best = Some(current);
            self.best_epoch = epoch;
            if self.restore_best_weights {
                self.weights = Some(keep()?);
            }
            if self.baseline.is_none() || self.improves(current, self.baseline) {
                self.wait = 0;
            }
            return Ok(false);
        }
        let over = self.wait >= self.patience && epoch > 0;
        if over {
            self.stopped_epoch = Some(epoch);
        }
        Ok(over)
    }
}

/// Fails unless `monitor` is among `names`, and the way it improves is known: for callbacks that watch a number.
///
/// # Errors
/// A number nobody tells, with the nearest one that is; a name that does not say which way is better.
pub fn check_monitor(callback: &str, monitor: &str, mode: Mode, names: &[String]) -> Result<()> {
    if !names.iter().any(|n| n == monitor) {
        let known: Vec<&str> = names.iter().map(String::as_str).collect();
        if monitor.starts_with("val_") && !known.iter().any(|n| n.starts_with("val_")) {
            let help = "give fit validation samples";
            return Err(Error::request(format!("callback {callback}: monitor"), known.join(", "), monitor, help));
        }
        return Err(Error::unknown(format!("callback {callback}: monitor"), monitor, &known));
    }
    if mode.upwards(monitor).is_none() {
        let near = nearest(monitor, ["loss", "accuracy"]).unwrap_or("loss");
        let help = format!("set mode to Mode::Min or Mode::Max, or watch {near}");
        return Err(Error::request(format!("callback {callback}: mode"), "a direction its name tells", monitor, help));
    }
    Ok(())
}

impl Callback for EarlyStopping {
    fn check(&mut self, names: &[String]) -> Result<()> {
        check_monitor("early_stopping", &self.monitor, self.mode, names)
    }

    fn train_begin(&mut self, _: &mut Run<'_>) -> Result<()> {
        (self.wait, self.best, self.best_epoch, self.stopped_epoch, self.weights) = (0, None, 0, None, None);
        Ok(())
    }

    fn state(&self) -> Option<State> {
        let state = State::new("early_stopping")
            .number("wait", self.wait as f64)
            .number("best_epoch", self.best_epoch as f64)
            .maybe("best", self.best)
            .maybe("stopped_epoch", self.stopped_epoch.map(|epoch| epoch as f64));
        let Some(weights) = &self.weights else { return Some(state) };
        let state = state.number("weights", weights.len() as f64);
        Some(weights.iter().enumerate().fold(state, |state, (i, w)| state.array(&format!("weights/{i}"), w.clone())))
    }

    fn restore(&mut self, state: &State, _: &mut Run<'_>) -> Result<()> {
        self.wait = state.count("wait");
        self.best_epoch = state.count("best_epoch");
        self.best = state.get("best");
        self.stopped_epoch = state.get("stopped_epoch").map(|epoch| epoch as usize);
        let weights = |i: usize| state.numbers(&format!("weights/{i}")).map(<[f64]>::to_vec);
        self.weights = state.get("weights").map(|_| (0..).map_while(weights).collect());
        Ok(())
    }

    fn epoch_end(&mut self, logs: &mut Logs, run: &mut Run<'_>) -> Result<()> {
        let Some(current) = logs.get(&self.monitor) else { return Ok(()) };
        if self.observe(run.epoch, current, || run.model.get_weights())? {
            run.stop_training();
        }
        Ok(())
    }

    fn train_end(&mut self, run: &mut Run<'_>) -> Result<()> {
        match self.weights.take() {
            Some(weights) => run.model.set_weights(&weights),
            None => Ok(()),
        }
    }
}
