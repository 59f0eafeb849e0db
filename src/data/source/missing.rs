//! Numbers that are not there: NaN in tables of samples.

use super::prepared::{Column, ColumnKind};
use super::raw::wrong;
use super::scaling::moments;
use super::words::MissingValues;
use crate::base::{Result, RowData, Rows};
use crate::data::Samples;

/// The first number of a table that `is` so: sample, place in it, number.
fn first(rows: &Rows, is: impl Fn(f32) -> bool) -> Option<(usize, usize, f32)> {
    let RowData::Floats(data) = &rows.data else { return None };
    let at = data.iter().position(|x| is(*x))?;
    Some((at / rows.width.max(1), at % rows.width.max(1), data.get(at).copied().unwrap_or_default()))
}

/// The samples of a part without those that miss a number, where that is asked for.
///
/// # Errors
/// Infinite numbers; NaN where it is refused, and in labels and weights wherever it is not dropped.
pub fn checked(part: &Samples, missing: MissingValues, notes: &mut Vec<String>) -> Result<Samples> {
    let tables = || {
        let inputs = part.inputs.iter().map(|rows| ("inputs", rows));
        let labels = part.labels.iter().map(|rows| ("labels", rows));
        inputs.chain(labels).chain(part.weights.iter().map(|rows| ("weights", rows)))
    };
    for (what, rows) in tables() {
        if let Some((sample, place, x)) = first(rows, f32::is_infinite) {
            let told = format!("{what}: number {place} of sample {sample} is {x}");
            return Err(wrong(&part.name, told, "numbers must be finite and fit float32: correct the data"));
        }
        let allowed = missing == MissingValues::Drop || (missing == MissingValues::Fill && what == "inputs");
        if let Some((sample, place, _)) = first(rows, f32::is_nan).filter(|_| !allowed) {
            let told = format!("{what}: number {place} of sample {sample} is NaN");
            let help = match what {
                "inputs" => "correct the data, or say missing = \"drop\" or missing = \"fill\"",
                _ => "correct the data, or say missing = \"drop\"",
            };
            return Err(wrong(&part.name, told, help));
        }
    }
    if let Some((_, rows)) = tables().find(|(what, rows)| *what == "weights" && first(rows, |x| x < 0.0).is_some()) {
        let (sample, _, x) = first(rows, |x| x < 0.0).unwrap_or_default();
        return Err(wrong(
            &part.name,
            format!("weight {x} of sample {sample}"),
            "weights are at least 0: correct the data",
        ));
    }
    if missing != MissingValues::Drop {
        return Ok(part.clone());
    }
    let whole = |sample: usize| tables().all(|(_, rows)| !has_nan(rows, sample));
    let kept: Vec<usize> = (0..part.len()).filter(|sample| whole(*sample)).collect();
    let lost = part.len() - kept.len();
    if lost == 0 {
        return Ok(part.clone());
    }
    if kept.is_empty() {
        return Err(wrong(
            &part.name,
            "a number is missing in every sample",
            "say missing = \"fill\", or drop the column",
        ));
    }
    notes.push(format!("{}: {lost} of {} samples left out for missing numbers", part.name, part.len()));
    part.select(&kept)
}

fn has_nan(rows: &Rows, sample: usize) -> bool {
    let RowData::Floats(data) = &rows.data else { return false };
    let row = data.get(sample * rows.width..(sample + 1) * rows.width);
    row.is_some_and(|row| row.iter().any(|x| x.is_nan()))
}

/// For each input, what a missing number of a row is taken for: the mean of that place in the training part.
pub fn means(train: &Samples) -> Vec<Vec<f64>> {
    let of = |rows: &Rows| match &rows.data {
        RowData::Floats(_) => moments(rows, rows.width).iter().map(|moment| moment.mean).collect(),
        RowData::Bytes { .. } => Vec::new(),
    };
    train.inputs.iter().map(of).collect()
}

/// What earlier training data took missing numbers of a table for.
pub fn known(columns: &[Column]) -> Vec<Vec<f64>> {
    let of = |column: &Column| match &column.kind {
        ColumnKind::Number { fill } => vec![fill.unwrap_or_default()],
        ColumnKind::Categories(names) => vec![0.0; names.len()],
    };
    vec![columns.iter().flat_map(of).collect()]
}

/// Puts numbers in the places of missing ones.
pub fn fill(part: &mut Samples, fills: &[Vec<f64>]) {
    for (rows, fills) in part.inputs.iter_mut().zip(fills) {
        if first(rows, f32::is_nan).is_none() || fills.is_empty() {
            continue;
        }
        let RowData::Floats(data) = &rows.data else { continue };
        let with = |(x, fill): (&f32, &f64)| if x.is_nan() { *fill as f32 } else { *x };
        rows.data = RowData::Floats(data.iter().zip(fills.iter().cycle()).map(with).collect());
    }
}

/// Fails where a number is missing still: arrays keep no means for other data.
///
/// # Errors
/// A number that is missing.
pub fn whole(part: &Samples) -> Result<()> {
    match part.inputs.iter().find_map(|rows| first(rows, f32::is_nan)) {
        None => Ok(()),
        Some((sample, place, _)) => {
            let told = format!("inputs: number {place} of sample {sample} is NaN");
            Err(wrong(&part.name, told, "only of tables the means of training are kept: fill it yourself"))
        }
    }
}

/// Keeps in the columns what missing numbers are taken for.
pub fn keep(columns: &mut [Column], fills: &[Vec<f64>]) {
    let mut fills = fills.iter().flatten();
    for column in columns {
        match &mut column.kind {
            ColumnKind::Number { fill } => *fill = fills.next().copied(),
            ColumnKind::Categories(names) => fills.by_ref().take(names.len()).for_each(drop),
        }
    }
}
