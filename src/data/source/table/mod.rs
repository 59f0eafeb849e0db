//! Tables of text: CSV and its kin.

mod cells;
mod columns;
mod report;
mod target;
#[cfg(test)]
mod tests;

pub use report::{ColumnReport, Kind, report};

use super::options::SourceOptions;
use super::prepared::{Column, ColumnKind, Prepared};
use super::raw::{Input, Raw, wrong};
use super::words::{MissingValues, Task};
use crate::base::{Error, Result, Rows};
use crate::data::Samples;
use cells::Cells;
use std::path::Path;

/// Reads a table: a row a sample, columns the inputs, others the target.
///
/// # Errors
/// A file that is no table; columns that are not there; text where a number belongs; missing cells, where they are refused.
pub fn read(path: &Path, options: &SourceOptions, like: Option<&Prepared>) -> Result<Raw> {
    let mut cells = Cells::read(path, options)?;
    let mut notes = std::mem::take(&mut cells.notes);
    let target = target::columns(&cells, options, like, &mut notes)?;
    let weights = options.weights.as_ref().map(|name| cells.column("weights", name)).transpose()?;
    let dropped = cells.columns("drop", &options.drop)?;
    let categorical = cells.columns("categorical", &options.categorical)?;
    let taken: Vec<usize> = target.iter().chain(&weights).chain(&dropped).copied().collect();
    if let Some(both) = categorical.iter().find(|at| taken.contains(at)) {
        let name = cells.name(*both);
        let help = "targets that are text are classes by themselves: name each column for one thing";
        return Err(Error::request("categorical", "columns that are inputs", name, help));
    }
    let inputs: Vec<usize> = match like {
        Some(like) => inputs_like(&cells, like, &taken, &mut notes)?,
        None => (0..cells.names.len()).filter(|at| !taken.contains(at)).collect(),
    };
    if inputs.is_empty() {
        let help = "a table needs at least one column besides the target: check `delimiter`, `target` and `drop`";
        return Err(wrong(&cells.place, "no column is left as input", help));
    }
    if options.missing == MissingValues::Drop {
        let used: Vec<usize> = inputs.iter().chain(&target).chain(&weights).copied().collect();
        notes.extend(cells.drop_missing(&used)?);
    }
    let keep = options.missing == MissingValues::Fill;
    let columns = match like {
        Some(like) => like.columns.clone(),
        None => {
            inputs.iter().map(|at| columns::measured(&cells, *at, categorical.contains(at))).collect::<Result<_>>()?
        }
    };
    let pairs = inputs.iter().copied().zip(&columns);
    let tables = pairs.map(|(at, column)| columns::numbers(&cells, at, column, keep)).collect::<Result<Vec<_>>>()?;
    if like.is_none() {
        notes.extend(columns::oddities(&cells, &inputs, &columns, &tables));
    }
    let rows = columns::joined(&tables, cells.rows.len());
    let width = rows.width;
    let mut train = Samples::new([&rows]).named(&cells.place);
    let mut targets = Vec::new();
    if !target.is_empty() && options.task != Task::Reconstruction {
        let (labels, described) = target::labels(&cells, &target, options, like)?;
        train.labels.push(labels);
        targets.push(described);
    }
    if let Some(at) = weights {
        let column = Column { name: cells.name(at), kind: ColumnKind::Number { fill: None } };
        let numbers = columns::numbers(&cells, at, &column, false)?;
        train.weights = Some(Rows::floats(1, numbers.data));
    }
    Ok(Raw {
        name: cells.place,
        train,
        validation: None,
        test: None,
        inputs: vec![Input { name: "x".to_owned(), shape: vec![width] }],
        targets,
        columns,
        notes,
    })
}

/// The columns that training had, in its order.
fn inputs_like(cells: &Cells, like: &Prepared, taken: &[usize], notes: &mut Vec<String>) -> Result<Vec<usize>> {
    let find = |column: &Column| {
        let at = cells.names.iter().position(|name| *name == column.name);
        let known: Vec<&str> = cells.names.iter().map(String::as_str).collect();
        at.ok_or_else(|| {
            let what = format!("no column `{}`, which training had, among {}", column.name, known.join(", "));
            wrong(&cells.place, what, "give a table with the columns of the training data")
        })
    };
    let inputs: Vec<usize> = like.columns.iter().map(find).collect::<Result<_>>()?;
    let more = (0..cells.names.len()).filter(|at| !inputs.contains(at) && !taken.contains(at));
    let more: Vec<String> = more.map(|at| cells.name(at)).collect();
    if !more.is_empty() {
        notes.push(format!("{}: columns training did not have are left out: {}", cells.place, more.join(", ")));
    }
    Ok(inputs)
}
