//! Epochs as TensorBoard events: scalars and histograms.

mod events;
mod histogram;

use crate::base::{Error, Result};
use crate::data::Samples;
use crate::train::Logs;
use crate::train::callback::{Callback, Run};
use events::{bytes, float, now, number, record, text};
use histogram::histogram;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Keras's `TensorBoard` callback: what every epoch is told as, as scalars of the runs `train` and `validation`
/// (`epoch_loss`, `epoch_accuracy`, …, `epoch_learning_rate`), and histograms where they are asked for.
#[derive(Debug)]
pub struct TensorBoard {
    folder: PathBuf,
    histogram_freq: usize,
    samples: Option<Samples>,
    runs: Vec<(&'static str, File)>,
}

/// The runs, folders of their own: TensorBoard overlays curves of one name.
const TRAIN: &str = "train";
const VALIDATION: &str = "validation";

impl TensorBoard {
    /// Into the folders `train` and `validation` of this one.
    pub fn new(folder: impl AsRef<Path>) -> Self {
        Self { folder: folder.as_ref().to_owned(), histogram_freq: 0, samples: None, runs: Vec::new() }
    }

    /// After every so many epochs, histograms of all variables (`dense/kernel/histogram`) and of their gradients in the last
    /// step (`dense/kernel/gradient/histogram`). It reads all of them from the device. Default: 0, never.
    ///
    /// ```
    /// use wgrad::prelude::*;
    ///
    /// let (train, test) = datasets::digits()?;
    /// let board = TensorBoard::new("runs/digits").histogram_freq(1).activations_of(&test);
    /// let how = Fit::epochs(20).validation(&test).callback(board);
    /// # Ok::<(), wgrad::Error>(())
    /// ```
    pub fn histogram_freq(mut self, epochs: usize) -> Self {
        self.histogram_freq = epochs;
        self
    }

    /// With the histograms, those of what each layer gives for these samples in inference mode
    /// (`dense/activation/histogram`); a few dozen samples are enough. Default: none.
    pub fn activations_of(mut self, samples: impl Into<Samples>) -> Self {
        self.samples = Some(samples.into());
        self
    }

    fn failed(&self, source: std::io::Error) -> Error {
        Error::Write { path: self.folder.clone(), source, help: "check the permissions and the room on the disk" }
    }

    /// Adds values, as they stand in a file, to a run.
    fn write(&mut self, run: &'static str, step: usize, values: &[u8]) -> Result<()> {
        if values.is_empty() {
            return Ok(());
        }
        self.add(run, step, values).map_err(|source| self.failed(source))
    }

    fn add(&mut self, run: &'static str, step: usize, values: &[u8]) -> std::io::Result<()> {
        let known = self.runs.iter().position(|(name, _)| *name == run);
        let at = match known {
            Some(at) => at,
            None => {
                let folder = self.folder.join(run);
                std::fs::create_dir_all(&folder)?;
                static COUNT: AtomicU64 = AtomicU64::new(0);
                let count = COUNT.fetch_add(1, Ordering::Relaxed);
                let name = format!("events.out.tfevents.{:.0}.{}.{count}.wgrad", now(), std::process::id());
                let mut file = File::create_new(folder.join(name))?;
                file.write_all(&record(&text(3, "brain.Event:2")))?;
                self.runs.push((run, file));
                self.runs.len() - 1
            }
        };
        let event = [number(2, step as u64), bytes(5, values)].concat();
        let file = &mut self.runs[at].1;
        file.write_all(&record(&event))?;
        file.flush()
    }

    /// Everything there are histograms of.
    fn histograms(&self, run: &mut Run<'_>) -> Result<Vec<u8>> {
        let mut values = Vec::new();
        let mut add = |tag: String, numbers: &[f64]| values.extend(histogram(&format!("{tag}/histogram"), numbers));
        for (name, variable) in run.model.named_variables() {
            add(name, &variable.values()?);
        }
        for (variable, numbers) in run.model.gradients()? {
            add(format!("{variable}/gradient"), &numbers);
        }
        if let Some(samples) = &self.samples {
            let mut every = run.model.of_every_layer()?;
            let names = every.graph().ends().outputs;
            for (layer, given) in names.iter().zip(every.predict_all(samples.clone())?) {
                add(format!("{layer}/activation"), &given.data);
            }
        }
        Ok(values)
    }
}

/// A number under a name.
fn scalar(tag: &str, value: f64) -> Vec<u8> {
    bytes(1, &[text(1, tag), float(2, value as f32)].concat())
}

impl Callback for TensorBoard {
    fn train_begin(&mut self, _: &mut Run<'_>) -> Result<()> {
        self.runs.clear();
        Ok(())
    }

    fn epoch_end(&mut self, logs: &mut Logs, run: &mut Run<'_>) -> Result<()> {
        let (mut train, mut validation) = (scalar("epoch_learning_rate", run.model.learning_rate()?), Vec::new());
        for (name, value) in logs.iter() {
            match name.strip_prefix("val_") {
                Some(bare) => validation.extend(scalar(&format!("epoch_{bare}"), value)),
                None if name == "learning_rate" => {}
                None => train.extend(scalar(&format!("epoch_{name}"), value)),
            }
        }
        if self.histogram_freq > 0 && run.epoch.is_multiple_of(self.histogram_freq) {
            train.extend(self.histograms(run)?);
        }
        self.write(TRAIN, run.epoch, &train)?;
        self.write(VALIDATION, run.epoch, &validation)
    }

    fn train_end(&mut self, _: &mut Run<'_>) -> Result<()> {
        self.runs.clear();
        Ok(())
    }
}
