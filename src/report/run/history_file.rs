//! The numbers of every epoch, read back from the file that `CSVLogger` writes, ours or Keras's.

use crate::base::{Error, Result};
use crate::train::History;
use std::path::Path;

/// More than this is no history: a million epochs of ten numbers.
const BYTES: u64 = 256 << 20;

/// The history in a CSV file with a column `epoch`, such as [`CsvLogger`](crate::report::CsvLogger) or Keras's `CSVLogger`
/// writes, whatever stands between its numbers: comma, semicolon or tab. An empty cell and `NA` are NaN. Where the epochs
/// of a later training, which begin at 0 again, were appended, they are counted on. A last line that was cut short is left
/// out.
///
/// # Errors
/// The file cannot be read, has no column `epoch`, a line of another length, or text in place of a number.
pub fn read_history(path: impl AsRef<Path>) -> Result<History> {
    let path = path.as_ref();
    let failed =
        |error: std::io::Error| Error::Data(format!("{}: reading failed: {error}; check the path", path.display()));
    let size = std::fs::metadata(path).map_err(failed)?.len();
    if size > BYTES {
        let told = format!("{}: expected a history of at most {BYTES} bytes, got {size}", path.display());
        return Err(Error::Data(format!("{told}; give the file that CSVLogger wrote")));
    }
    let bytes = std::fs::read(path).map_err(failed)?;
    parse(&bytes).map_err(|told| Error::Data(format!("{}: {told}", path.display())))
}

/// What separates the cells of a line of names: the one of the three that is there.
fn separator(head: &str) -> u8 {
    *[b';', b'\t'].iter().find(|mark| head.contains(char::from(**mark))).unwrap_or(&b',')
}

/// A cell's number. What Keras tells of arrays (`"[0.1 0.2]"`) is no number of an epoch, and is told as NaN.
fn number(cell: &str) -> Option<f64> {
    match cell.trim() {
        "" | "NA" | "None" => Some(f64::NAN),
        list if list.starts_with('[') || list.starts_with("\"[") => Some(f64::NAN),
        text => text.parse().ok(),
    }
}

fn parse(bytes: &[u8]) -> Result<History, String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes)
        .map_err(|error| format!("byte {}: expected text in UTF-8; save it so", error.valid_up_to()))?;
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator(text.lines().next().unwrap_or_default()))
        .from_reader(text.as_bytes());
    let mut lines = reader.records().peekable();
    let Some(head) = lines.next() else { return Ok(History::default()) };
    let head = head.map_err(|error| error.to_string())?;
    let names: Vec<&str> = head.iter().map(str::trim).collect();
    let Some(of_epoch) = names.iter().position(|name| *name == "epoch") else {
        let got = names.join(", ");
        return Err(format!("line 1: expected a column `epoch`, got {got}; give the file that CSVLogger wrote"));
    };
    if let Some(twice) = (1..names.len()).find(|at| names[..*at].contains(&names[*at])) {
        return Err(format!("line 1: expected each name once, got `{}` twice; rename one", names[twice]));
    }
    let mut epochs: Vec<usize> = Vec::new();
    let mut columns: Vec<Vec<f64>> = vec![Vec::new(); names.len()];
    // What the epochs of a later training are counted on from.
    let mut before = 0;
    while let Some(line) = lines.next() {
        let line = line.map_err(|error| error.to_string())?;
        let at = line.position().map_or(0, csv::Position::line);
        if line.len() != names.len() {
            if lines.peek().is_none() && !text.ends_with('\n') {
                break;
            }
            return Err(format!("line {at}: expected {} cells, got {}; mend the line", names.len(), line.len()));
        }
        for ((cell, name), column) in line.iter().zip(&names).zip(&mut columns) {
            let wrong = || format!("line {at}: column `{name}`: expected a number, got `{cell}`; mend the line");
            column.push(number(cell).ok_or_else(wrong)?);
        }
        let told = columns[of_epoch].last().copied().unwrap_or(f64::NAN);
        if !(0.0..1e15).contains(&told) || told.fract() != 0.0 {
            return Err(format!("line {at}: expected an epoch counted from 0, got {told}; mend the line"));
        }
        let next = epochs.last().map_or(0, |last| last + 1);
        if told as usize + before < next {
            before = next - (told as usize).min(next);
        }
        epochs.push(told as usize + before);
    }
    let named = names.iter().map(|name| (*name).to_owned()).zip(columns);
    let series = named.enumerate().filter(|(at, _)| *at != of_epoch).map(|(_, series)| series).collect();
    History::of(epochs, series).ok_or_else(|| "expected a number of each name an epoch".to_owned())
}
