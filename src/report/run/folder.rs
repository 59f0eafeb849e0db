//! The folder of a run: the names of its files, in one place.

use super::tell_rate::TellRate;
use super::{KeepBest, RunResult};
use crate::base::{Error, Result};
use crate::data::Samples;
use crate::report::html::Report;
use crate::report::plot::Picture;
use crate::report::{CsvLogger, Curves, TensorBoard};
use crate::train::save::save;
use crate::train::{Fit, Model};
use std::path::{Path, PathBuf};

/// The folder a run leaves. Its methods say where each file is; the files are written by what they are of.
///
/// ```
/// use wgrad::report::run::RunFolder;
/// let path = std::env::temp_dir().join(format!("wgrad-doc-run-{}", std::process::id()));
/// let folder = RunFolder::create(&path)?;
/// assert!(folder.at(RunFolder::HISTORY).ends_with("history.csv"));
/// std::fs::write(folder.at(RunFolder::HISTORY), "epoch,loss\n").unwrap();
/// assert!(RunFolder::create(&path).is_err(), "another run's files are not overwritten");
/// # std::fs::remove_dir_all(path).unwrap();
/// # Ok::<(), wgrad::base::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunFolder {
    path: PathBuf,
}

impl RunFolder {
    /// The run file as it was carried out: every value, wherever it came from.
    pub const RUN_FILE: &'static str = "run.toml";
    /// The numbers of every epoch, as [`CsvLogger`](crate::report::CsvLogger) writes them.
    pub const HISTORY: &'static str = "history.csv";
    /// The model after the last epoch.
    pub const MODEL: &'static str = "model.keras";
    /// The model after the best epoch.
    pub const BEST: &'static str = "best.keras";
    /// The folder of checkpoints a run goes on from.
    pub const CHECKPOINT: &'static str = "checkpoint";
    /// The folder of TensorBoard's event files.
    pub const EVENTS: &'static str = "events";
    /// The curves of the epochs.
    pub const CURVES: &'static str = "curves.svg";
    /// The report, one page that needs nothing else.
    pub const REPORT: &'static str = "report.html";
    /// What came of the run: [`RunResult`].
    pub const RESULT: &'static str = "result.json";
    /// What the model answered to test samples, in short.
    pub const EVALUATED: &'static str = "evaluated.json";
    /// The table of layers and what was found in them while training.
    pub const LAYERS: &'static str = "layers.json";
    /// What the training data decided: columns, categories, classes, scaling.
    pub const DATA: &'static str = "data.json";
    /// All of them.
    pub const ALL: [&'static str; 12] = [
        Self::DATA,
        Self::RUN_FILE,
        Self::HISTORY,
        Self::MODEL,
        Self::BEST,
        Self::CHECKPOINT,
        Self::EVENTS,
        Self::CURVES,
        Self::REPORT,
        Self::RESULT,
        Self::EVALUATED,
        Self::LAYERS,
    ];

    /// A folder for a new run, made if it is not there.
    ///
    /// # Errors
    /// There is a file of another run in it, or it cannot be made.
    pub fn create(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let help = if path.is_file() { "there is a file of this name; give another" } else { "check the permissions" };
        std::fs::create_dir_all(path).map_err(|source| Error::Write { path: path.to_owned(), source, help })?;
        let folder = Self { path: path.to_owned() };
        match Self::ALL.iter().find(|name| folder.at(name).exists()) {
            None => Ok(folder),
            Some(taken) => Err(Error::request(
                "run folder",
                "a folder without the files of another run",
                format!("{}, which has {taken}", path.display()),
                "choose another folder, or go on with that run by --resume",
            )),
        }
    }

    /// A folder that is there, of a run that goes on.
    ///
    /// # Errors
    /// There is no such folder.
    pub fn resume(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        if !path.is_dir() {
            let help = "give the folder of the run that is to go on, or leave --resume out";
            return Err(Error::request("run folder", "a folder that is there", path.display(), help));
        }
        Ok(Self { path: path.to_owned() })
    }

    /// Writes a model under one of the names; with a layer Keras has no word for as `.safetensors`, which keeps all.
    ///
    /// # Errors
    /// A layer of one's own making; it cannot be written; the device was lost.
    pub fn save_model(&self, name: &str, model: &Model) -> Result<()> {
        let path = self.at(name);
        match model.save(&path) {
            Err(Error::Request { .. }) => model.save(path.with_extension("safetensors")),
            done => done,
        }
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The path of a file in it.
    pub fn at(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Adds what writes into the folder while a model is trained: `history.csv`, with the learning rate of each epoch, the
    /// best model by `monitor` (default: the validation's first metric, else its loss, else those of the training), and the
    /// events, with histograms of variables, gradients and the activations of the samples `look`. Checkpoints, which options go with, are the caller's.
    pub fn callbacks<'a>(&self, fit: Fit<'a>, monitor: Option<&str>, look: Samples) -> Fit<'a> {
        fit.callback(TellRate)
            .callback(KeepBest::new(self, monitor))
            .callback(TensorBoard::new(self.at(Self::EVENTS)).histogram_freq(1).activations_of(look))
            .callback(CsvLogger::new(self.at(Self::HISTORY)))
    }

    /// Writes what is made of a run once it has ended: `result.json`, `evaluated.json`, `layers.json`, `curves.svg` and
    /// `report.html`; what `report` has nothing of is left out.
    ///
    /// # Errors
    /// One of them cannot be written.
    pub fn finish(&self, report: &Report) -> Result<()> {
        self.save_result(&report.result)?;
        for (name, text) in [(Self::EVALUATED, report.evaluated_json()), (Self::LAYERS, report.layers_json())] {
            if let Some(text) = text {
                save(self.at(name), text.as_bytes())?;
            }
        }
        if !report.history.epochs.is_empty() {
            Curves::new(&report.title).run(&report.title, &report.history).panels()?.save(self.at(Self::CURVES))?;
        }
        report.save(self.at(Self::REPORT))
    }

    /// Writes `result.json`, whole or not at all.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn save_result(&self, result: &RunResult) -> Result<()> {
        save(self.at(Self::RESULT), result.to_json().as_bytes())
    }
}
