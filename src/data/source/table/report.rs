//! What the columns of a table hold, whether they can be trained on or not.

use super::cells::{Cells, is_missing, number};
use crate::base::Result;
use crate::data::source::options::SourceOptions;
use crate::data::source::scaling::Moment;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::Path;

/// Most frequent values that are told.
const TOLD: usize = 5;

/// One column of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct ColumnReport {
    /// Its name; its number from 0 where the file has no names.
    pub name: String,
    /// What its cells hold.
    pub kind: Kind,
    /// Cells.
    pub count: usize,
    /// Cells without a value.
    pub missing: usize,
    /// Different values.
    pub distinct: usize,
    /// Of numbers: mean, standard deviation, least, most.
    pub numbers: Option<[f64; 4]>,
    /// Of text: the most frequent values and how often they come.
    pub frequent: Vec<(String, usize)>,
}

/// What the cells of a column hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Numbers.
    Number,
    /// Text.
    Text,
    /// Numbers in some cells, text in others: the line of the first that is of the rarer kind.
    Mixed {
        /// The line, from 1.
        line: u64,
    },
    /// Nothing.
    Empty,
}

/// The columns of a table.
///
/// # Errors
/// A file that is no table.
pub fn report(path: &Path, options: &SourceOptions) -> Result<Vec<ColumnReport>> {
    let cells = Cells::read(path, options)?;
    Ok((0..cells.names.len()).map(|at| column(&cells, at)).collect())
}

fn column(cells: &Cells, at: usize) -> ColumnReport {
    let mut moment = Moment::default();
    let mut values: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut missing, mut numeric) = (0, 0);
    for cell in cells.of(at) {
        if is_missing(cell) {
            missing += 1;
            continue;
        }
        *values.entry(cell).or_default() += 1;
        if let Some(x) = number(cell) {
            numeric += 1;
            moment.add(x);
        }
    }
    let count = cells.rows.len();
    let filled = count - missing;
    let kind = match numeric {
        _ if filled == 0 => Kind::Empty,
        0 => Kind::Text,
        all if all == filled => Kind::Number,
        some => {
            let rarer = |cell: &str| !is_missing(cell) && number(cell).is_some() == (some * 2 < filled);
            let row = cells.of(at).position(rarer).and_then(|row| cells.rows.get(row));
            Kind::Mixed { line: row.and_then(|row| row.position()).map_or(0, csv::Position::line) }
        }
    };
    let distinct = values.len();
    let mut frequent: Vec<(String, usize)> = match kind {
        Kind::Text | Kind::Mixed { .. } => values.into_iter().map(|(value, n)| (value.to_owned(), n)).collect(),
        Kind::Number | Kind::Empty => Vec::new(),
    };
    frequent.sort_by_key(|(_, count)| Reverse(*count));
    frequent.truncate(TOLD);
    let numbers = (numeric > 0).then(|| [moment.mean, moment.deviation(), moment.least, moment.most]);
    ColumnReport { name: cells.name(at), kind, count, missing, distinct, numbers, frequent }
}
