//! Columns as numbers.

use super::cells::{Cells, is_missing, number};
use crate::base::{Error, Result, Rows};
use crate::data::source::prepared::{Column, ColumnKind};
use crate::data::source::raw::wrong;
use std::collections::BTreeSet;

/// Categories of a column at most: each is a number of every row.
const MOST_CATEGORIES: usize = 10_000;
/// More categories than this are told of.
const MANY_CATEGORIES: usize = 100;

/// Rows from which on a column of 1, 2, 3, … is told of.
const COUNTING: usize = 10;

/// The numbers of one column: `width` a row.
pub struct Numbers {
    /// Numbers a row.
    pub width: usize,
    /// Row after row.
    pub data: Vec<f32>,
}

/// What a column's cells become.
///
/// # Errors
/// More categories than can be numbers of a row.
pub fn measured(cells: &Cells, at: usize, categorical: bool) -> Result<Column> {
    let name = cells.name(at);
    if !categorical {
        return Ok(Column { name, kind: ColumnKind::Number { fill: None } });
    }
    let found: BTreeSet<&str> = cells.of(at).filter(|cell| !is_missing(cell)).collect();
    if found.len() > MOST_CATEGORIES {
        let expected = format!("at most {MOST_CATEGORIES} categories in column `{name}`");
        let help = "leave it out with `drop`, or put values into groups";
        return Err(Error::request("categorical", expected, found.len(), help));
    }
    let mut names: Vec<String> = found.into_iter().map(str::to_owned).collect();
    if names.iter().all(|name| number(name).is_some()) {
        names.sort_by(|a, b| number(a).unwrap_or_default().total_cmp(&number(b).unwrap_or_default()));
    }
    Ok(Column { name, kind: ColumnKind::Categories(names) })
}

/// The numbers of a column; a missing one, where it may be, is NaN, a missing category none of them.
///
/// # Errors
/// Text where a number belongs, a category that is not known, a missing cell.
pub fn numbers(cells: &Cells, at: usize, column: &Column, may_miss: bool) -> Result<Numbers> {
    let count = cells.rows.len();
    match &column.kind {
        ColumnKind::Number { .. } => {
            let mut data = Vec::with_capacity(count);
            for (row, cell) in cells.of(at).enumerate() {
                data.push(match number(cell) {
                    Some(x) if x.is_finite() && (x as f32).is_finite() => x as f32,
                    Some(_) => {
                        let what = format!("expected a number that fits float32, got `{cell}`");
                        return Err(wrong(
                            cells.at(row, at),
                            what,
                            "correct the cell, or change the unit of the column",
                        ));
                    }
                    None if !is_missing(cell) => return Err(text(cells, row, at, cell)),
                    None if may_miss => f32::NAN,
                    None => return Err(missing(cells, row, at, cell)),
                });
            }
            Ok(Numbers { width: 1, data })
        }
        ColumnKind::Categories(names) => {
            let width = names.len();
            let mut data = vec![0.0; count * width];
            for ((row, cell), out) in cells.of(at).enumerate().zip(data.chunks_mut(width.max(1))) {
                let place = names.iter().position(|name| name == cell);
                match place.and_then(|place| out.get_mut(place)) {
                    Some(one) => *one = 1.0,
                    None if may_miss => {}
                    None if is_missing(cell) => return Err(missing(cells, row, at, cell)),
                    None => {
                        let known: Vec<&str> = names.iter().map(String::as_str).take(20).collect();
                        let what =
                            format!("category `{cell}`, expected one of the training data's: {}", known.join(", "));
                        let help = "correct the cell, or say missing = \"fill\" to take it for none of them";
                        return Err(wrong(cells.at(row, at), what, help));
                    }
                }
            }
            Ok(Numbers { width, data })
        }
    }
}

/// The refusal of text where a number belongs.
pub fn text(cells: &Cells, row: usize, at: usize, cell: &str) -> Error {
    let name = cells.name(at);
    let what = format!("expected a number, got `{cell}`");
    let comma = cell.replace(',', ".").parse::<f64>().is_ok();
    let help = match comma {
        true => "write decimals with a point".to_owned(),
        false => format!(
            "correct the cell, name the column in categorical = [\"{name}\"], or leave it out with drop = [\"{name}\"]"
        ),
    };
    wrong(cells.at(row, at), what, help)
}

/// The refusal of a cell without a value.
pub fn missing(cells: &Cells, row: usize, at: usize, cell: &str) -> Error {
    let got = if cell.is_empty() { "an empty cell".to_owned() } else { format!("`{cell}`") };
    let all = cells.of(at).filter(|cell| is_missing(cell)).count();
    let more = match all {
        0 | 1 => String::new(),
        many => format!(" (and {} more in this column)", many - 1),
    };
    let help = "fill it, or say missing = \"drop\" (leaves the rows out) or \"fill\" (takes the mean)";
    wrong(cells.at(row, at), format!("expected a value, got {got}{more}"), help)
}

/// The columns side by side.
pub fn joined(columns: &[Numbers], rows: usize) -> Rows {
    let width = columns.iter().map(|column| column.width).sum();
    let mut data = Vec::with_capacity(rows * width);
    for row in 0..rows {
        for column in columns {
            data.extend(column.data.get(row * column.width..(row + 1) * column.width).unwrap_or_default());
        }
    }
    Rows::floats(width, data)
}

/// What looks odd about the inputs, and what became of categories.
pub fn oddities(cells: &Cells, inputs: &[usize], columns: &[Column], numbers: &[Numbers]) -> Vec<String> {
    let mut notes = Vec::new();
    for ((at, column), numbers) in inputs.iter().zip(columns).zip(numbers) {
        let name = &column.name;
        match &column.kind {
            ColumnKind::Categories(found) => {
                notes.push(format!("column `{name}`: one-hot of {} categories", found.len()));
                let twice = found.len() * 2 > cells.rows.len();
                if found.len() > MANY_CATEGORIES || (twice && found.len() > 2) {
                    notes.push(format!(
                        "column `{name}`: that is many for {} rows; drop it, or put values into groups",
                        cells.rows.len()
                    ));
                }
            }
            ColumnKind::Number { .. } => {
                let values = &numbers.data;
                let constant = values.windows(2).all(|pair| pair.first() == pair.last());
                let counts = values.windows(2).all(|pair| matches!(pair, [a, b] if b - a == 1.0));
                if constant {
                    notes.push(format!("column `{name}` (number {at}) is the same in every row: it tells nothing"));
                } else if counts && values.len() >= COUNTING {
                    notes.push(format!("column `{name}` counts the rows: leave it out with drop = [\"{name}\"]"));
                }
            }
        }
    }
    notes
}
