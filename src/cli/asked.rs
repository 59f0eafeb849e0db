//! What is to be trained: a run file, or data for a net that options describe; what most commands begin with.

use super::device::{DeviceOptions, Precision};
use super::net::{ModelOptions, class};
use super::talk::Talk;
use super::whole;
use crate::base::{Error, Result};
use crate::data::Loaded;
use crate::nn::config::Json;
use crate::run::RunFile;
use crate::train::Device;
use clap::Args;
use serde_json::json;
use std::path::{Path, PathBuf};

/// Options that say what is trained, and on what.
#[derive(Args)]
pub struct Asked {
    /// A run file (RUN.toml), or data for a net of dense layers: digits, which are inside the program, fashion-mnist or
    /// another known name, or a path (`wgrad data` tells what it makes of it)
    #[arg(value_name = "RUN.toml or DATA", default_value = "digits")]
    pub run: String,
    /// Puts a value over the run file's: `--set train.epochs=5`, `--set model.layers[1].dense.units=64` (may be repeated)
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    #[command(flatten)]
    pub device: DeviceOptions,
    /// Everything random is repeated by this number [default: 42]
    #[arg(long, value_parser = whole::<u64>, allow_negative_numbers = true)]
    pub seed: Option<u64>,
    /// Samples a step [default: 32]
    #[arg(long, value_parser = whole::<usize>, allow_negative_numbers = true)]
    pub batch_size: Option<usize>,
    /// Optimizer: nadam, sgd:momentum=0.9,nesterov=true, adamw:weight_decay=0.01, rmsprop:clipnorm=1, … [default: nadam]
    #[arg(long, value_name = "WORDS")]
    pub optimizer: Option<String>,
    /// Columns of a CSV that are the target, with commas [default: the last]
    #[arg(long, value_name = "COLUMN", value_delimiter = ',')]
    pub target: Vec<String>,
    /// Columns of a CSV whose values are categories, with commas
    #[arg(long, value_name = "COLUMN", value_delimiter = ',')]
    pub categorical: Vec<String>,
    /// Folder with the data files; else $WGRAD_DATA, the XDG data folder and Debian's are searched
    #[arg(long)]
    pub data_dir: Option<PathBuf>,
    #[command(flatten)]
    pub model: ModelOptions,
    #[command(flatten)]
    pub talk: Talk,
}

/// Samples from which on some of them validate, and their share.
const FEW: usize = 20;
const VALIDATES: f64 = 0.2;

/// Steps that a net is trained for, in epochs of at least and at most these.
const STEPS: usize = 2_000;
const FEWEST_EPOCHS: usize = 10;
const MOST_EPOCHS: usize = 200;

/// What is done with data where nothing says how.
pub struct Defaults {
    hidden: &'static [usize],
    /// As many as [`STEPS`] take, where there is no number.
    epochs: Option<usize>,
    /// What the learning rate is multiplied by over each epoch.
    pub decay_rate: f64,
}

impl Asked {
    /// Whether a run file is asked for.
    pub fn is_file(&self) -> bool {
        Path::new(&self.run).extension().is_some_and(|e| e.eq_ignore_ascii_case("toml"))
    }

    /// What is done with the data asked for.
    pub fn defaults(&self) -> Defaults {
        match self.run.as_str() {
            "digits" => Defaults { hidden: &[64, 32], epochs: Some(20), decay_rate: 1.0 },
            "fashion-mnist" => Defaults { hidden: &[300, 100], epochs: Some(3), decay_rate: 0.3 },
            _ => Defaults { hidden: &[300, 100], epochs: None, decay_rate: 1.0 },
        }
    }

    /// Refuses an option beside a run file, where it would mean nothing.
    ///
    /// # Errors
    /// `others`, or one of these options, was given beside a run file.
    pub fn check(&self, others: &[(&str, bool)]) -> Result<()> {
        let own = [
            ("--target", !self.target.is_empty()),
            ("--categorical", !self.categorical.is_empty()),
            ("--data-dir", self.data_dir.is_some()),
        ];
        let given = others.iter().chain(&own).find(|(_, given)| *given).map(|(option, _)| *option);
        if let (true, Some(option)) = (self.is_file(), self.model.given().or(given)) {
            let help = "say it in the file, or with --set";
            return Err(Error::request(option, "no run file beside it", &self.run, help));
        }
        if let ("digits", Some(folder)) = (self.run.as_str(), &self.data_dir) {
            let got = format!("digits, which are inside the program, and {}", folder.display());
            let help = "leave it out, or train on fashion-mnist";
            return Err(Error::request("--data-dir", "a data set read from files", got, help));
        }
        Ok(())
    }

    /// The run file, with the values of `over` put over it and `--set` over these; and the data, where the net depends on
    /// it.
    ///
    /// # Errors
    /// A file that cannot be read, or says what cannot be done.
    pub fn file(&self, over: &[(&str, Option<Json>)]) -> Result<(RunFile, Option<Loaded>)> {
        let words = |kind, words: &Option<String>| words.as_deref().map(|words| class(kind, words)).transpose();
        let own = [
            ("seed", self.seed.map(Json::from)),
            ("train.batch_size", self.batch_size.map(Json::from)),
            ("train.optimizer", words("optimizer", &self.optimizer)?),
            ("precision", (self.device.precision == Precision::Float64).then(|| "float64".into())),
            ("device", (self.device.device != "auto").then(|| self.device.device.as_str().into())),
        ];
        let put = |mut file: RunFile| {
            for (place, value) in own.iter().chain(over) {
                if let Some(value) = value {
                    file = file.with(place, value.clone())?;
                }
            }
            self.set.iter().try_fold(file, |file, pair| file.set(pair))
        };
        if self.is_file() {
            return Ok((put(RunFile::open(&self.run, &[] as &[&str])?)?, None));
        }
        let defaults = self.defaults();
        let mut file = RunFile::silent()?.with("data.source", self.run.as_str())?.with("train.optimizer", "nadam")?;
        if let Some(folder) = &self.data_dir {
            file = file.with("data.data_dir", folder.to_string_lossy().as_ref())?;
        }
        for (place, columns) in [("data.target", &self.target), ("data.categorical", &self.categorical)] {
            if !columns.is_empty() {
                file = file.with(place, columns.clone())?;
            }
        }
        let mut data = put(file.clone())?.open_data()?;
        if data.validation.is_none() && data.test.is_some() {
            // A net to look at: its epochs are told by what it is tested on.
            file = file.with("data.validation", "test")?;
            data.validation.clone_from(&data.test);
        } else if data.validation.is_none() && data.train.len() >= FEW {
            file = file.with("data.validation", VALIDATES)?;
            data = put(file.clone())?.open_data()?;
            data.notes.push(format!("{VALIDATES} of the samples validate (`--set data.validation=…` says otherwise)"));
        }
        let batches = data.train.len().div_ceil(put(file.clone())?.batch());
        let long_enough = (STEPS / batches.max(1)).clamp(FEWEST_EPOCHS, MOST_EPOCHS);
        file = file.with("train.epochs", defaults.epochs.unwrap_or(long_enough))?;
        file = file.with("model.layers", self.model.layers(&data, defaults.hidden)?)?;
        Ok((put(file)?, Some(data)))
    }

    /// The run file, its data and its device, for commands that train a little.
    ///
    /// # Errors
    /// As [`Asked::file`]; data that cannot be read, no such device.
    pub fn ready(&self) -> Result<(RunFile, Loaded, Device)> {
        self.check(&[])?;
        let (file, data) = self.file(&[])?;
        let data = data.map_or_else(|| file.open_data(), Ok)?;
        let device = file.open_device(None)?;
        Ok((file, data, device))
    }
}

/// The callback of `--reduce-lr-on-plateau`, and the decay of `--decay-rate`: what moves the learning rate, if anything.
///
/// # Errors
/// Words that are none.
pub fn rates(plateau: Option<&str>, schedule: Option<&str>, decay_rate: f64) -> Result<[Option<Json>; 2]> {
    let callback = plateau.map(|words| class("callback", &format!("reduce_lr_on_plateau:{words}"))).transpose()?;
    let schedule = match (schedule, &callback) {
        (Some(words), _) => Some(class("schedule", words)?),
        (None, None) if decay_rate != 1.0 => {
            Some(json!({ "exponential_decay": { "decay_steps": "1 epoch", "decay_rate": decay_rate } }))
        }
        (None, _) => None,
    };
    Ok([callback.map(|callback| json!([callback])), schedule])
}
