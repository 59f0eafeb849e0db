//! The cells of a table, as text.

use crate::base::{Error, Result};
use crate::data::source::options::SourceOptions;
use crate::data::source::raw::{bytes, wrong};
use csv::{ReaderBuilder, StringRecord, Trim};
use flate2::read::MultiGzDecoder;
use std::io::Read;
use std::path::Path;

/// Bytes of a table at most, 4 GiB: its numbers would take as much again.
const MOST: u64 = 1 << 32;
/// Columns at most.
const MOST_COLUMNS: usize = 100_000;
/// Lines that tell what stands between cells.
const LOOKED_AT: usize = 20;
/// What may stand between cells, by itself.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// Cells without a value, besides the empty one; as pandas has them, and `?` of the UCI tables.
const MISSING: [&str; 12] = ["na", "n/a", "nan", "-nan", "null", "none", "<na>", "#n/a", "?", "-", "nil", "missing"];

/// A table of text.
#[derive(Debug)]
pub struct Cells {
    /// The file.
    pub place: String,
    /// The columns; numbers from 0 where the file names none.
    pub names: Vec<String>,
    /// Rows, all of as many cells as there are names.
    pub rows: Vec<StringRecord>,
    /// What was decided.
    pub notes: Vec<String>,
}

impl Cells {
    /// Reads a file, gzipped or not.
    ///
    /// # Errors
    /// A file that cannot be read, is damaged, not text, or has rows of different lengths.
    pub fn read(path: &Path, options: &SourceOptions) -> Result<Self> {
        let place = path.display().to_string();
        let text = text(&place, bytes(path)?)?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let mut notes = Vec::new();
        let delimiter = match &options.delimiter {
            Some(given) => delimiter(given)?,
            None => found(text),
        };
        // The reader counts a line that ends in two characters with the next.
        let mut rows = records(&place, &text.replace("\r\n", "\n"), delimiter)?;
        let Some(first) = rows.first() else {
            return Err(wrong(&place, "no rows", "give a table with a line of names and a line for each sample"));
        };
        let width = first.len();
        if width > MOST_COLUMNS {
            let help = "check `delimiter`, or save the numbers as .npy";
            return Err(wrong(&place, format!("{width} columns, at most {MOST_COLUMNS} are read"), help));
        }
        if let Some(bad) = rows.iter().find(|row| row.len() != width) {
            let what = format!("line {}: expected {width} cells as in the first line, got {}", line(bad), bad.len());
            return Err(wrong(&place, what, "check this line and `delimiter`; put text with one in quotes"));
        }
        // pandas leaves the name of the index empty.
        let named = |(at, cell): (usize, &str)| number(cell).is_none() && (at == 0 || !is_missing(cell));
        let header = options.header.unwrap_or_else(|| first.iter().enumerate().all(named));
        let name =
            |(at, cell): (usize, &str)| if header && !cell.is_empty() { cell.to_owned() } else { at.to_string() };
        let names: Vec<String> = first.iter().enumerate().map(name).collect();
        if header {
            rows.remove(0);
        } else if options.header.is_none() {
            notes.push("the first line holds numbers: columns are named 0, 1, … (`header` says otherwise)".to_owned());
        }
        if rows.is_empty() {
            return Err(wrong(&place, "a line of names and no rows", "give a line for each sample"));
        }
        let twice = names.iter().enumerate().find(|(at, name)| names.get(..*at).unwrap_or_default().contains(name));
        if let Some((_, name)) = twice {
            return Err(wrong(&place, format!("two columns are called `{name}`"), "give each a name of its own"));
        }
        Ok(Self { place, names, rows, notes })
    }

    /// The name of a column.
    pub fn name(&self, at: usize) -> String {
        self.names.get(at).cloned().unwrap_or_default()
    }

    /// The column of a name, or of a number from 0; below 0, from the last one.
    ///
    /// # Errors
    /// No such column; it suggests the nearest.
    pub fn column(&self, option: &str, name: &str) -> Result<usize> {
        if let Some(at) = self.names.iter().position(|known| known == name) {
            return Ok(at);
        }
        let count = self.names.len() as i64;
        let number = name.parse::<i64>().ok().map(|at| if at < 0 { at + count } else { at });
        if let Some(at) = number.filter(|at| (0..count).contains(at)) {
            return Ok(at as usize);
        }
        let known: Vec<&str> = self.names.iter().map(String::as_str).collect();
        Err(Error::unknown(format!("{option}: column of {}", self.place), name, &known))
    }

    /// The columns of these names.
    ///
    /// # Errors
    /// As [`Self::column`].
    pub fn columns(&self, option: &str, names: &[String]) -> Result<Vec<usize>> {
        names.iter().map(|name| self.column(option, name)).collect()
    }

    /// The cells of a column.
    pub fn of(&self, at: usize) -> impl Iterator<Item = &str> {
        self.rows.iter().map(move |row| row.get(at).unwrap_or_default())
    }

    /// Where a cell is, for messages.
    pub fn at(&self, row: usize, column: usize) -> String {
        let line = self.rows.get(row).map_or(0, line);
        format!("{}: line {line}, column `{}`", self.place, self.name(column))
    }

    /// Takes out the rows that miss a value in one of these columns; tells of it.
    ///
    /// # Errors
    /// All rows miss one.
    pub fn drop_missing(&mut self, columns: &[usize]) -> Result<Option<String>> {
        let all = self.rows.len();
        self.rows.retain(|row| columns.iter().all(|at| !is_missing(row.get(*at).unwrap_or_default())));
        match all - self.rows.len() {
            0 => Ok(None),
            lost if lost == all => {
                let help = "say missing = \"fill\", or leave the column that is empty out with `drop`";
                Err(wrong(&self.place, "every row misses a value", help))
            }
            lost => Ok(Some(format!("{}: {lost} of {all} rows left out for missing values", self.place))),
        }
    }
}

/// The line a row begins in, from 1.
fn line(row: &StringRecord) -> u64 {
    row.position().map_or(0, csv::Position::line)
}

/// Whether a cell holds no value.
pub fn is_missing(cell: &str) -> bool {
    cell.is_empty() || MISSING.iter().any(|word| cell.eq_ignore_ascii_case(word))
}

/// The number in a cell; of words none.
pub fn number(cell: &str) -> Option<f64> {
    cell.parse().ok().filter(|x: &f64| !x.is_nan())
}

/// The text of a file, unpacked if it is gzipped.
fn text(place: &str, stored: Vec<u8>) -> Result<String> {
    let plain = if stored.starts_with(&[0x1f, 0x8b]) {
        let mut plain = Vec::new();
        let read = MultiGzDecoder::new(stored.as_slice()).take(MOST + 1).read_to_end(&mut plain);
        let damaged = |e: std::io::Error| {
            let what = format!("byte {}: expected a whole gzip stream, got {e}", plain.len());
            wrong(place, what, "the file is damaged or was cut off; fetch it again")
        };
        match read {
            Ok(_) => plain,
            Err(e) => return Err(damaged(e)),
        }
    } else {
        stored
    };
    if plain.len() as u64 > MOST {
        return Err(wrong(place, format!("more than {MOST} bytes of text"), "save the numbers as .npy"));
    }
    String::from_utf8(plain).map_err(|e| {
        let before = e.as_bytes().get(..e.utf8_error().valid_up_to()).unwrap_or_default();
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        wrong(place, format!("line {line}: expected text in UTF-8, got other bytes"), "save the table as UTF-8")
    })
}

/// The delimiter that was given.
fn delimiter(given: &str) -> Result<u8> {
    match given.as_bytes() {
        [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\n' | b'\r') => Ok(*byte),
        _ if given == "tab" || given == "\\t" => Ok(b'\t'),
        _ => {
            let help = "say delimiter = \";\", or \"tab\"";
            Err(Error::request("delimiter", "one character such as , or ; or tab", format!("`{given}`"), help))
        }
    }
}

/// The delimiter that cuts the first lines into most cells, as many each.
fn found(text: &str) -> u8 {
    let start: Vec<&str> = text.lines().take(LOOKED_AT).collect();
    let start = start.join("\n");
    let cells = |delimiter: u8| {
        let mut reader = reader(delimiter).from_reader(start.as_bytes());
        let lengths: Vec<usize> = reader.records().filter_map(|row| row.ok().map(|row| row.len())).collect();
        let first = lengths.first().copied().unwrap_or_default();
        // A text in quotes over many lines is cut off at the end.
        let same = lengths.iter().filter(|length| **length == first).count();
        if same * 10 >= lengths.len() * 9 { first } else { 0 }
    };
    let counted = DELIMITERS.map(|delimiter| (cells(delimiter), delimiter));
    // Of equals the first.
    counted.into_iter().rev().max_by_key(|(count, _)| *count).filter(|(count, _)| *count > 1).map_or(b',', |(_, d)| d)
}

fn reader(delimiter: u8) -> ReaderBuilder {
    let mut builder = ReaderBuilder::new();
    builder.has_headers(false).flexible(true).delimiter(delimiter).trim(Trim::All);
    builder
}

fn records(place: &str, text: &str, delimiter: u8) -> Result<Vec<StringRecord>> {
    let mut reader = reader(delimiter).from_reader(text.as_bytes());
    let told = |e: csv::Error| wrong(place, format!("no table ({e})"), "give a CSV file");
    reader.records().map(|row| row.map_err(told)).collect()
}
