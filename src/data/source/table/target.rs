//! The target of a table.

use super::cells::{Cells, is_missing, number};
use super::columns::{joined, missing, numbers, text};
use crate::base::{Error, Result, Rows};
use crate::data::source::loaded::Labels;
use crate::data::source::options::SourceOptions;
use crate::data::source::prepared::{Column, ColumnKind, Prepared};
use crate::data::source::raw::{Target, TargetKind, wrong};
use crate::data::source::words::Task;
use std::collections::BTreeSet;

/// Classes that nobody named: at most so many, unless samples are twice as many.
const FEW: usize = 20;

/// The columns that are the target; none of an autoencoder's, and of data for predictions that has none.
///
/// # Errors
/// A column that is not there.
pub fn columns(
    cells: &Cells,
    options: &SourceOptions,
    like: Option<&Prepared>,
    notes: &mut Vec<String>,
) -> Result<Vec<usize>> {
    if let Some(like) = like {
        let here: Vec<usize> =
            like.target.iter().filter_map(|name| cells.names.iter().position(|known| known == name)).collect();
        return Ok(if here.len() == like.target.len() { here } else { Vec::new() });
    }
    if !options.target.is_empty() {
        return cells.columns("target", &options.target);
    }
    if options.task == Task::Reconstruction {
        return Ok(Vec::new());
    }
    let taken: Vec<usize> =
        options.drop.iter().chain(&options.weights).filter_map(|name| cells.column("drop", name).ok()).collect();
    let last = (0..cells.names.len()).rev().find(|at| !taken.contains(at)).unwrap_or_default();
    notes.push(format!("the target is the last column, `{}` (`target` says otherwise)", cells.name(last)));
    Ok(vec![last])
}

/// The labels of these columns.
///
/// # Errors
/// Missing cells; text where numbers are wanted; a class that is not one of those named.
pub fn labels(
    cells: &Cells,
    columns: &[usize],
    options: &SourceOptions,
    like: Option<&Prepared>,
) -> Result<(Rows, Target)> {
    let names: Vec<String> = columns.iter().map(|at| cells.name(*at)).collect();
    let known = match like.and_then(|like| like.labels.first()) {
        Some(Labels::Classes { names }) => Some(names.clone()),
        _ => (!options.classes.is_empty()).then(|| options.classes.clone()),
    };
    let numeric = matches!(like.and_then(|like| like.labels.first()), Some(Labels::Numbers { .. }));
    if let ([at], false, false) = (columns, numeric, options.task == Task::Regression) {
        let all_numbers = cells.of(*at).all(|cell| number(cell).is_some());
        if let Some(known) = known.filter(|known| !all_numbers || known.iter().any(|name| number(name).is_none())) {
            return classes(cells, *at, &names, known);
        }
        if !all_numbers {
            return found(cells, *at, &names, options.task);
        }
    }
    let column = |at: &usize| Column { name: cells.name(*at), kind: ColumnKind::Number { fill: None } };
    let tables = columns.iter().map(|at| numbers(cells, *at, &column(at), false)).collect::<Result<Vec<_>>>()?;
    let rows = joined(&tables, cells.rows.len());
    let target = Target { names, shape: vec![columns.len()], kind: TargetKind::Column };
    Ok((rows, target))
}

/// Classes of a column of text, in the order of the alphabet.
fn found(cells: &Cells, at: usize, names: &[String], task: Task) -> Result<(Rows, Target)> {
    let count = cells.rows.len();
    let numeric = cells.of(at).filter(|cell| number(cell).is_some()).count();
    let first_text = cells.of(at).enumerate().find(|(_, cell)| number(cell).is_none());
    if let (Some((row, cell)), Task::Auto) = (first_text, task) {
        if is_missing(cell) {
            return Err(missing(cells, row, at, cell));
        }
        if numeric * 2 > count {
            let what = format!("expected a number, as in {numeric} of {count} rows, got `{cell}`");
            return Err(wrong(cells.at(row, at), what, "correct the cell, or say task = \"classification\""));
        }
    }
    let found: BTreeSet<&str> = cells.of(at).filter(|cell| !is_missing(cell)).collect();
    if found.len() > FEW && found.len() * 2 > count && task == Task::Auto {
        let got = format!("{} different texts in {count} rows", found.len());
        let help = "name another column with `target`, or say task = \"classification\"";
        return Err(Error::request(format!("target `{}`", names.join(", ")), "numbers, or few classes", got, help));
    }
    classes(cells, at, names, found.into_iter().map(str::to_owned).collect())
}

/// Numbers of these classes.
fn classes(cells: &Cells, at: usize, names: &[String], known: Vec<String>) -> Result<(Rows, Target)> {
    let mut labels = Vec::with_capacity(cells.rows.len());
    for (row, cell) in cells.of(at).enumerate() {
        let class = known.iter().position(|name| name == cell);
        labels.push(match class {
            Some(class) => class as f32,
            None if is_missing(cell) => return Err(missing(cells, row, at, cell)),
            None if known.is_empty() => return Err(text(cells, row, at, cell)),
            None => {
                let shown: Vec<&str> = known.iter().map(String::as_str).take(20).collect();
                let what = format!("class `{cell}`, expected one of {}", shown.join(", "));
                return Err(wrong(cells.at(row, at), what, "correct the cell, or name all classes with `classes`"));
            }
        });
    }
    let target = Target { names: names.to_vec(), shape: vec![1], kind: TargetKind::Classes(known) };
    Ok((Rows::floats(1, labels), target))
}
