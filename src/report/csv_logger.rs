//! Epochs as lines of a CSV file.

use crate::base::{Error, Result};
use crate::train::Logs;
use crate::train::callback::{Callback, Run, State};
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Keras's `CSVLogger`: a line an epoch, `epoch` (counted from 0) first, then what is told in alphabetical order. Each line
/// is on the disk before the next epoch begins.
#[derive(Debug)]
pub struct CsvLogger {
    path: PathBuf,
    separator: char,
    append: bool,
    file: Option<File>,
    names: Vec<String>,
    /// Whether the file has its line of names.
    headed: bool,
}

impl CsvLogger {
    /// Into this file, which is begun anew.
    pub fn new(path: impl AsRef<Path>) -> Self {
        Self {
            path: path.as_ref().to_owned(),
            separator: ',',
            append: false,
            file: None,
            names: Vec::new(),
            headed: false,
        }
    }

    /// What stands between numbers. Default: a comma.
    pub fn separator(mut self, separator: char) -> Self {
        self.separator = separator;
        self
    }

    /// Whether lines are added to a file that is there. Default: false.
    pub fn append(mut self, append: bool) -> Self {
        self.append = append;
        self
    }

    fn failed(&self, source: std::io::Error) -> Error {
        Error::Write {
            path: self.path.clone(),
            source,
            help: "check the folder, the permissions and the room on the disk",
        }
    }

    fn line(&mut self, cells: &[String]) -> Result<()> {
        let text = format!("{}\n", cells.join(&self.separator.to_string()));
        let Some(file) = &mut self.file else { return Ok(()) };
        let done = file.write_all(text.as_bytes()).and_then(|()| file.sync_data());
        done.map_err(|source| self.failed(source))
    }
}

impl CsvLogger {
    /// Opens the file with its first `keep` bytes, or all.
    fn open(&mut self, keep: Option<u64>) -> Result<()> {
        let open = || {
            let file = OpenOptions::new().create(true).append(true).open(&self.path)?;
            if keep.is_some_and(|bytes| file.metadata().is_ok_and(|m| m.len() > bytes)) {
                file.set_len(keep.unwrap_or_default())?;
            }
            let headed = file.metadata()?.len() > 0;
            Ok((file, headed))
        };
        let (file, headed) = open().map_err(|source| self.failed(source))?;
        (self.file, self.names, self.headed) = (Some(file), Vec::new(), headed);
        Ok(())
    }
}

impl Callback for CsvLogger {
    fn train_begin(&mut self, _: &mut Run<'_>) -> Result<()> {
        self.open(if self.append { None } else { Some(0) })
    }

    fn state(&self) -> Option<State> {
        let bytes = self.file.as_ref().and_then(|file| file.metadata().ok()).map(|m| m.len() as f64);
        Some(State::new("csv_logger").maybe("bytes", bytes).text("names", &self.names.join("\n")))
    }

    fn restore(&mut self, state: &State, _: &mut Run<'_>) -> Result<()> {
        // Lines of epochs that are trained again are written again.
        self.open(state.get("bytes").map(|bytes| bytes as u64))?;
        self.names = state.told("names").unwrap_or_default().lines().map(str::to_owned).collect();
        Ok(())
    }

    fn epoch_end(&mut self, logs: &mut Logs, run: &mut Run<'_>) -> Result<()> {
        if self.names.is_empty() {
            self.names = logs.iter().map(|(name, _)| name.to_owned()).collect();
            self.names.sort();
        }
        if !self.headed {
            let names: Vec<String> = [&["epoch".to_owned()], &self.names[..]].concat();
            self.line(&names)?;
            self.headed = true;
        }
        let numbers = self.names.iter().map(|n| logs.get(n).map_or("NA".to_owned(), |v| v.to_string()));
        let cells: Vec<String> = std::iter::once(run.epoch.to_string()).chain(numbers).collect();
        self.line(&cells)
    }

    fn train_end(&mut self, _: &mut Run<'_>) -> Result<()> {
        self.file = None;
        Ok(())
    }
}
