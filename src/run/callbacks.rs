//! `[train] callbacks`: what is asked and told while the model trains, by Keras's names.

use super::words::object;
use crate::base::{Error, Result};
use crate::formats::{ModelCheckpoint, SaveFreq};
use crate::nn::config::{self, Config, Field, Json, Node, classes, config, word, words};
use crate::nn::schedule::{Mode, ReduceLrOnPlateau};
use crate::report::{CsvLogger, TensorBoard};
use crate::train::callback::{Callback, EarlyStopping, SwapEmaWeights, TerminateOnNan};
use std::path::Path;
use std::sync::Arc;

/// What a run file says of a callback.
pub(super) trait Spec {
    /// Makes it; its files lie in `folder`.
    fn make(&self, folder: &Path) -> Result<Box<dyn Callback>>;

    /// Class and fields.
    fn config(&self) -> Result<Config>;
}

words! { Mode: "auto" = Auto, "min" = Min, "max" = Max }

classes! { Spec, "callback", "keras.callbacks":
    Stopping, Checkpoint, Plateau, Csv, Events, Terminate, Swap,
}

/// The callbacks of a list.
///
/// # Errors
/// An unknown one, fields that do not fit.
pub(super) fn read(json: &Json, folder: &Path) -> Result<Vec<Box<dyn Callback>>> {
    let place = "train.callbacks";
    let all = match json {
        Json::Null => &[][..],
        Json::Array(all) => all.as_slice(),
        one => std::slice::from_ref(one),
    };
    let one = |(i, json): (usize, &Json)| {
        let place = format!("{place}[{i}]");
        let (class, fields) = object(&place, json)?;
        let known = <dyn Spec as config::Family>::classes();
        if !known.iter().any(|c| config::alike(c.name, &class)) {
            let words: Vec<String> = known.iter().map(|c| word(c.name)).collect();
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            return Err(Error::unknown(format!("{place}: callback"), &class, &words));
        }
        let spec: Arc<dyn Spec> = config::named(&place, &class, &fields)?;
        spec.make(folder).map_err(|error| super::under(&place, error))
    };
    all.iter().enumerate().map(one).collect()
}

#[derive(Clone)]
struct Stopping {
    monitor: String,
    min_delta: f64,
    patience: usize,
    mode: Mode,
    baseline: Option<f64>,
    restore_best_weights: bool,
    start_from_epoch: usize,
}

config! { Stopping = "EarlyStopping", Stopping {
        monitor: "val_loss".to_owned(), min_delta: 0.0, patience: 0, mode: Mode::Auto, baseline: None,
        restore_best_weights: false, start_from_epoch: 0,
    };
    takes monitor, min_delta, patience, mode, baseline, restore_best_weights, start_from_epoch;
}

impl Spec for Stopping {
    fn make(&self, _: &Path) -> Result<Box<dyn Callback>> {
        let mut made = EarlyStopping::on(&self.monitor)
            .min_delta(self.min_delta)
            .patience(self.patience)
            .mode(self.mode)
            .restore_best_weights(self.restore_best_weights)
            .start_from_epoch(self.start_from_epoch);
        if let Some(baseline) = self.baseline {
            made = made.baseline(baseline);
        }
        Ok(Box::new(made))
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

#[derive(Clone)]
struct Checkpoint {
    filepath: String,
    monitor: String,
    mode: Mode,
    save_best_only: bool,
    save_weights_only: bool,
    save_freq: Frequency,
}

/// `"epoch"`, or steps.
#[derive(Clone, Copy)]
struct Frequency(Option<usize>);

impl Field for Frequency {
    fn read(node: &Node<'_>) -> Result<Self> {
        match node.value.as_str() {
            Some("epoch") => Ok(Self(None)),
            Some(_) => Err(node.wrong("\"epoch\", or a number of steps")),
            None => usize::read(node).map(|steps| Self(Some(steps))),
        }
    }
    fn write(&self) -> Result<Json> {
        Ok(self.0.map_or_else(|| "epoch".into(), Json::from))
    }
    fn schema() -> Json {
        serde_json::json!({ "anyOf": [{ "const": "epoch" }, { "type": "integer", "minimum": 1 }] })
    }
}

config! { Checkpoint = "ModelCheckpoint", Checkpoint {
        filepath: "epoch-{epoch}.keras".to_owned(), monitor: "val_loss".to_owned(), mode: Mode::Auto,
        save_best_only: false, save_weights_only: false, save_freq: Frequency(None),
    };
    takes filepath, monitor, mode, save_best_only, save_weights_only, save_freq;
}

impl Spec for Checkpoint {
    fn make(&self, folder: &Path) -> Result<Box<dyn Callback>> {
        let path = folder.join(&self.filepath);
        let freq = self.save_freq.0.map_or(SaveFreq::Epoch, SaveFreq::from);
        let made = ModelCheckpoint::new(&path.to_string_lossy())
            .monitor(&self.monitor)
            .mode(self.mode)
            .save_best_only(self.save_best_only)
            .save_weights_only(self.save_weights_only)
            .save_freq(freq);
        Ok(Box::new(made))
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

#[derive(Clone)]
struct Plateau(ReduceLrOnPlateau);

config! { Plateau = "ReduceLROnPlateau", Plateau(ReduceLrOnPlateau::default());
    takes monitor at 0.monitor, mode at 0.mode, factor at 0.factor, patience at 0.patience, min_delta at 0.min_delta,
        cooldown at 0.cooldown, min_lr at 0.min_lr;
}

impl Spec for Plateau {
    fn make(&self, _: &Path) -> Result<Box<dyn Callback>> {
        self.0.check()?;
        Ok(Box::new(self.0.clone()))
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

#[derive(Clone)]
struct Csv {
    filename: String,
    separator: String,
    append: bool,
}

config! { Csv = "CSVLogger", Csv { filename: "log.csv".to_owned(), separator: ",".to_owned(), append: false };
    takes filename, separator, append;
}

impl Spec for Csv {
    fn make(&self, folder: &Path) -> Result<Box<dyn Callback>> {
        let mut letters = self.separator.chars();
        let (Some(separator), None) = (letters.next(), letters.next()) else {
            let got = format!("`{}`", self.separator);
            return Err(Error::request("train.callbacks csv_logger: separator", "one character", got, "such as \";\""));
        };
        Ok(Box::new(CsvLogger::new(folder.join(&self.filename)).separator(separator).append(self.append)))
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

#[derive(Clone)]
struct Events {
    log_dir: String,
}

config! { Events = "TensorBoard", Events { log_dir: "logs".to_owned() };
    takes log_dir;
}

impl Spec for Events {
    fn make(&self, folder: &Path) -> Result<Box<dyn Callback>> {
        Ok(Box::new(TensorBoard::new(folder.join(&self.log_dir))))
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

#[derive(Clone)]
struct Terminate;

config! { Terminate = "TerminateOnNaN", Terminate; }

impl Spec for Terminate {
    fn make(&self, _: &Path) -> Result<Box<dyn Callback>> {
        Ok(Box::new(TerminateOnNan))
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

#[derive(Clone)]
struct Swap {
    swap_on_epoch: bool,
}

config! { Swap = "SwapEMAWeights", Swap { swap_on_epoch: false };
    takes swap_on_epoch;
}

impl Spec for Swap {
    fn make(&self, _: &Path) -> Result<Box<dyn Callback>> {
        Ok(Box::new(SwapEmaWeights::new().swap_on_epoch(self.swap_on_epoch)))
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}
