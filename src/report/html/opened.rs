//! A report of a run's folder.

use super::evaluated_file;
use super::layers_file::Layers;
use super::page::Report;
use crate::base::{Error, Result};
use crate::report::run::{RunFolder, RunRecord};
use std::io::ErrorKind;
use std::path::Path;

impl Report {
    /// Of the folder of a run, finished or not, or of a history by itself.
    ///
    /// # Errors
    /// Neither is there; a file of it is damaged.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let record = RunRecord::open(path)?;
        let mut report = Self::new(&record.name).history(&record.history).result(&record.outcome());
        report.run_file = record.run_file.unwrap_or_default();
        if record.path.is_dir() {
            let at = |name: &str| record.path.join(name);
            report.evaluated = read(&at(RunFolder::EVALUATED), evaluated_file::from_json)?.unwrap_or_default();
            report.layers = read(&at(RunFolder::LAYERS), Layers::from_json)?.unwrap_or_default();
        }
        Ok(report)
    }
}

/// What a file tells, if there is one.
fn read<T>(path: &Path, from: impl FnOnce(&str) -> Result<T, String>) -> Result<Option<T>> {
    let wrong = |told: String| Error::Data(format!("{}: {told}; remove the file to go without it", path.display()));
    match std::fs::read_to_string(path) {
        Ok(text) => from(&text).map(Some).map_err(wrong),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(wrong(format!("reading failed: {error}"))),
    }
}
