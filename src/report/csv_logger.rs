//! Epochs as lines of a CSV file.

use crate::base::{Error, Result};
use crate::train::Logs;
use crate::train::callback::{Callback, Run};
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
}

impl CsvLogger {
    /// Into this file, which is begun anew.
    pub fn new(path: impl AsRef<Path>) -> Self {
        Self { path: path.as_ref().to_owned(), separator: ',', append: false, file: None, names: Vec::new() }
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

impl Callback for CsvLogger {
    fn train_begin(&mut self, _: &mut Run<'_>) -> Result<()> {
        let mut options = OpenOptions::new();
        options.create(true).write(true).append(self.append).truncate(!self.append);
        let file = options.open(&self.path).map_err(|source| self.failed(source))?;
        let begun = self.append && file.metadata().is_ok_and(|m| m.len() > 0);
        (self.file, self.names) = (Some(file), Vec::new());
        // A file that goes on has its line of names.
        if begun {
            self.names.push(String::new());
        }
        Ok(())
    }

    fn epoch_end(&mut self, logs: &mut Logs, run: &mut Run<'_>) -> Result<()> {
        let begun = self.names.first().is_some_and(String::is_empty);
        if self.names.is_empty() || begun {
            self.names = logs.iter().map(|(name, _)| name.to_owned()).collect();
            self.names.sort();
        }
        if !begun && run.epoch == run.first_epoch() {
            let names: Vec<String> = [&["epoch".to_owned()], &self.names[..]].concat();
            self.line(&names)?;
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
