//! Models saved after epochs, the best or all.

use super::model_file::has_format;
use super::save_freq::{Pace, SaveFreq};
use crate::base::{Error, Result};
use crate::nn::schedule::Mode;
use crate::train::Logs;
use crate::train::callback::{Callback, Every, Moment, Run, State, check_monitor};
use std::path::PathBuf;

/// Keras's `ModelCheckpoint`: the model of every epoch or so many steps, or the best, in the format the path ends in, as
/// [`Model::save`](crate::train::Model::save) writes it; its variables alone where the path ends otherwise.
///
/// The path may hold `{epoch}` and `{batch}` (counted from 1) and names of what is told, such as `{val_loss}`; without, a
/// later file takes the place of an earlier one. A file is written whole or not at all. For a training to go on from, there
/// is [`Checkpoints`](super::Checkpoints).
#[derive(Clone, Debug)]
pub struct ModelCheckpoint {
    path: String,
    monitor: String,
    mode: Mode,
    save_best_only: bool,
    save_weights_only: bool,
    pace: Pace,
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
            save_weights_only: false,
            pace: Pace::new(SaveFreq::Epoch),
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

    /// Whether variables alone are saved, whatever the path ends in. Default: false.
    pub fn save_weights_only(mut self, weights: bool) -> Self {
        self.save_weights_only = weights;
        self
    }

    /// Whether only an epoch better than all before is saved. Default: false.
    pub fn save_best_only(mut self, best: bool) -> Self {
        self.save_best_only = best;
        self
    }

    /// How often: after so many steps, or once so much time has passed; then by what the epoch has come to so far. Default:
    /// after every epoch.
    pub fn save_freq(mut self, freq: impl Into<SaveFreq>) -> Self {
        self.pace = Pace::new(freq.into());
        self
    }

    /// What the first epoch saved must be better than. Default: none.
    pub fn initial_value_threshold(mut self, value: f64) -> Self {
        self.best = Some(value);
        self
    }

    /// The file written last.
    pub fn last(&self) -> Option<&std::path::Path> {
        self.last.as_deref()
    }

    /// The path of a step of an epoch; `{name}`, `{name:.2f}` and `{name:02d}` are what is told under the name.
    fn path_of(&self, [epoch, step]: [usize; 2], logs: &Logs) -> Result<PathBuf> {
        let (mut path, mut rest) = (String::new(), self.path.as_str());
        while let Some((before, (inside, after))) =
            rest.split_once('{').and_then(|(b, r)| Some((b, r.split_once('}')?)))
        {
            let (name, form) = inside.split_once(':').unwrap_or((inside, ""));
            let value = match name {
                "epoch" => Some((epoch + 1) as f64),
                "batch" => Some(step as f64),
                name => logs.get(name),
            };
            let Some(value) = value else {
                let known: Vec<&str> = ["epoch", "batch"].into_iter().chain(logs.iter().map(|(n, _)| n)).collect();
                return Err(Error::unknown("model_checkpoint: path", name, &known));
            };
            path.push_str(before);
            path.push_str(&formatted(value, form, matches!(name, "epoch" | "batch"))?);
            rest = after;
        }
        Ok((path + rest).into())
    }
}

/// A number in Python's form `.2f` or `02d`; without one, whole or with four digits.
fn formatted(value: f64, form: &str, whole: bool) -> Result<String> {
    let digits = |text: &str| text.parse::<usize>().ok().filter(|n| *n <= 20);
    let float = form.strip_prefix('.').and_then(|f| f.strip_suffix('f')).and_then(digits);
    let padded = form.strip_suffix('d').and_then(|f| digits(f.trim_start_matches('0')));
    match (form, float, padded) {
        ("", ..) if whole => Ok(format!("{value:.0}")),
        ("", ..) => Ok(format!("{value:.4}")),
        (_, Some(digits), _) => Ok(format!("{value:.digits$}")),
        (_, _, Some(width)) => Ok(format!("{value:0width$.0}")),
        _ => {
            let help = "write {epoch:02d}-{val_loss:.2f}, say";
            Err(Error::request("model_checkpoint: path", "a form such as .2f or 02d", form, help))
        }
    }
}

impl ModelCheckpoint {
    fn save(&mut self, logs: &Logs, run: &mut Run<'_>) -> Result<()> {
        if self.save_best_only {
            let current = logs.get(&self.monitor).unwrap_or(f64::NAN);
            let upwards = self.mode.upwards(&self.monitor).unwrap_or(false);
            let better = |best: f64| if upwards { current > best } else { current < best };
            if current.is_nan() || !self.best.is_none_or(better) {
                return Ok(());
            }
            self.best = Some(current);
        }
        let path = self.path_of([run.epoch, run.step], logs)?;
        match self.save_weights_only || !has_format(&path) {
            true => run.model.save_weights(&path)?,
            false => run.model.save(&path)?,
        }
        self.pace.met();
        self.last = Some(path);
        Ok(())
    }
}

impl Callback for ModelCheckpoint {
    fn check(&mut self, names: &[String]) -> Result<()> {
        self.pace.check("model_checkpoint")?;
        if self.save_best_only { check_monitor("model_checkpoint", &self.monitor, self.mode, names) } else { Ok(()) }
    }

    fn state(&self) -> Option<State> {
        let state = State::new("model_checkpoint").maybe("best", self.best);
        let last = self.last.as_ref().and_then(|path| path.to_str());
        Some(last.iter().fold(state, |state, path| state.text("last", path)))
    }

    fn restore(&mut self, state: &State, _: &mut Run<'_>) -> Result<()> {
        (self.best, self.last) = (state.get("best"), state.told("last").map(PathBuf::from));
        Ok(())
    }

    fn every(&self) -> Every {
        self.pace.every()
    }

    fn step_end(&mut self, run: &mut Run<'_>) -> Result<()> {
        if self.pace.is_due(Moment::Step) {
            let logs = run.logs()?.clone();
            self.save(&logs, run)?;
        }
        Ok(())
    }

    fn epoch_end(&mut self, logs: &mut Logs, run: &mut Run<'_>) -> Result<()> {
        if self.pace.is_due(Moment::Epoch) { self.save(logs, run) } else { Ok(()) }
    }
}
