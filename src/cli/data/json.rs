//! The report as one object.

use super::report::{Input, Numbers, Output, Report};
use crate::data::{ColumnReport, Kind};
use serde_json::{Map, Value, json};

/// The object: `name`, `task`, `parts`, `inputs`, `outputs`, `columns` of a table, `notes`.
pub fn object(report: &Report) -> Value {
    let parts: Map<String, Value> =
        report.parts.iter().map(|(name, count)| ((*name).to_owned(), (*count).into())).collect();
    json!({
        "name": report.name,
        "task": report.task.word(),
        "parts": parts,
        "inputs": report.inputs.iter().map(input).collect::<Vec<_>>(),
        "outputs": report.outputs.iter().map(|output| self::output(output, report)).collect::<Vec<_>>(),
        "weighted": report.weighted,
        "columns": report.columns.iter().map(column).collect::<Vec<_>>(),
        "notes": report.notes,
    })
}

fn numbers(numbers: &Numbers) -> Value {
    json!({ "mean": numbers.mean, "std": numbers.deviation, "min": numbers.least, "max": numbers.most })
}

fn input(input: &Input) -> Value {
    let each = input.each.iter().map(|(name, of)| json!({ "name": name, "numbers": numbers(of) }));
    json!({
        "name": input.name,
        "shape": input.shape,
        "bytes": input.bytes,
        "numbers": numbers(&input.all),
        "constant": input.constant,
        "each": each.collect::<Vec<_>>(),
    })
}

fn output(output: &Output, report: &Report) -> Value {
    match output {
        Output::Classes(classes) => {
            let class = |(name, counts): &(String, Vec<usize>)| {
                let of = report.parts.iter().zip(counts);
                let counts: Map<String, Value> = of.map(|((part, _), n)| ((*part).to_owned(), (*n).into())).collect();
                json!({ "name": name, "samples": counts })
            };
            json!({ "classes": classes.iter().map(class).collect::<Vec<_>>() })
        }
        Output::Numbers { name, shape, all } => json!({ "name": name, "shape": shape, "numbers": numbers(all) }),
    }
}

fn column(column: &ColumnReport) -> Value {
    let kind = match column.kind {
        Kind::Number => "number",
        Kind::Text => "text",
        Kind::Mixed { .. } => "mixed",
        Kind::Empty => "empty",
    };
    let numbers = column
        .numbers
        .map(|[mean, deviation, least, most]| json!({ "mean": mean, "std": deviation, "min": least, "max": most }));
    json!({
        "name": column.name,
        "kind": kind,
        "count": column.count,
        "missing": column.missing,
        "distinct": column.distinct,
        "constant": column.distinct == 1 && column.missing == 0,
        "numbers": numbers,
        "frequent": column.frequent.iter().map(|(value, n)| json!({ "value": value, "count": n })).collect::<Vec<_>>(),
    })
}
