//! A run read back from its folder.

use super::{Best, RunFolder, RunResult, read_history};
use crate::base::{Error, Result};
use crate::train::History;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// What a run's folder tells of it.
#[derive(Clone, Debug)]
pub struct RunRecord {
    /// The folder's name, or that of the file without its ending.
    pub name: String,
    /// The folder, or the file.
    pub path: PathBuf,
    /// The numbers of every epoch; none where nothing was written.
    pub history: History,
    /// What came of it, if it says so.
    pub result: Option<RunResult>,
    /// Its run file.
    pub run_file: Option<String>,
}

/// The text of a file, if there is one.
fn text(path: &Path) -> Result<Option<String>> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::Data(format!("{}: reading failed: {error}; check the file", path.display()))),
    }
}

impl RunRecord {
    /// Reads the folder of a run, finished or not, or a history by itself: a path to a CSV file.
    ///
    /// # Errors
    /// Neither is there; a file of it is damaged.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        // `..` and `.` have a name too, once they are followed.
        let whole = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        if path.is_file() {
            let name = whole.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let history = read_history(path)?;
            return Ok(Self { name, path: path.to_owned(), history, result: None, run_file: None });
        }
        let at = |name: &str| path.join(name);
        if !path.is_dir() || !RunFolder::ALL.iter().any(|name| at(name).exists()) {
            let got = if path.is_dir() { "a folder without any of a run's files" } else { "nothing of this name" };
            let expected = "the folder of a run, or the history.csv of one";
            let help = "give the folder that training wrote to";
            return Err(Error::request(format!("run {}", path.display()), expected, got, help));
        }
        let history = at(RunFolder::HISTORY);
        let history = if history.exists() { read_history(history)? } else { History::default() };
        let result = match text(&at(RunFolder::RESULT))? {
            None => None,
            Some(text) => Some(RunResult::from_json(&text).map_err(|told| {
                Error::Data(format!("{}: {told}; remove the file to go without it", at(RunFolder::RESULT).display()))
            })?),
        };
        let name = whole.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Self { name, path: path.to_owned(), history, result, run_file: text(&at(RunFolder::RUN_FILE))? })
    }

    /// The best epoch: by the number the run itself was judged by, else by [`Best::monitor_of`].
    pub fn best(&self) -> Option<Best> {
        let told = self.result.as_ref().and_then(|result| result.best.clone());
        told.or_else(|| Best::of(&self.history, &Best::monitor_of(&self.history)?))
    }

    /// What came of it, completed from the history where the run itself did not say: a run that is not finished, or a history
    /// by itself.
    pub fn outcome(&self) -> RunResult {
        let mut result = self.result.clone().unwrap_or_default();
        // Folders are renamed.
        result.name.clone_from(&self.name);
        if result.best.is_none() {
            result.best = self.best();
        }
        if result.last.is_empty() {
            let last = self.history.iter().filter_map(|(name, all)| Some((name.to_owned(), *all.last()?)));
            result.last = last.collect();
        }
        result.epochs = result.epochs.or(Some(self.history.epochs.len() as u64)).filter(|n| *n > 0);
        result
    }
}
