//! The report as lines.

use super::report::{Input, Numbers, Output, Report};
use crate::data::{ColumnReport, Kind, Task};

/// Width of the longest bar.
const BAR: usize = 30;
/// Classes, and columns of arrays, that are told one by one; of more the first.
const MOST: usize = 30;

/// The report.
pub fn lines(report: &Report) -> String {
    let mut text = format!("{}: {}\n\n", report.name, kind(report));
    for input in &report.inputs {
        let form = if input.bytes { "bytes" } else { "float32" };
        // Columns are told one by one.
        let numbers = if report.columns.is_empty() { format!(", {}", told(&input.all)) } else { String::new() };
        text += &format!("input {}: {} {form}{numbers}\n", input.name, shape(&input.shape));
        if input.constant > 0 && report.columns.is_empty() {
            let all: usize = input.shape.iter().product();
            text += &format!("  {} of its {all} numbers are the same in every training sample\n", input.constant);
        }
    }
    for output in &report.outputs {
        text += &match output {
            Output::Classes(classes) => format!("labels: one of {} classes\n", classes.len()),
            Output::Numbers { name, shape: of, all } => {
                format!("labels {name}: {} float32, {}\n", shape(of), told(all))
            }
        };
    }
    if report.weighted {
        text += "weights: one a sample\n";
    }
    text += "\n";
    let parts = report.parts.iter().map(|(name, count)| vec![(*name).to_owned(), grouped(*count)]);
    text += &table(&["part", "samples"], &parts.collect::<Vec<_>>());
    if !report.columns.is_empty() {
        text += "\n";
        text += &columns(&report.columns);
    } else {
        report.inputs.iter().for_each(|input| text += &each(input));
    }
    for output in &report.outputs {
        if let Output::Classes(classes) = output {
            text += "\n";
            text += &balance(classes, report);
        }
    }
    if !report.notes.is_empty() {
        text += "\n";
        report.notes.iter().for_each(|note| text += &format!("note: {note}\n"));
    }
    text
}

/// What the data is for, and what a model for it ends in.
fn kind(report: &Report) -> String {
    let last = |output: &Output| match output {
        Output::Classes(classes) if classes.len() == 2 => {
            "classification; a model ends in 1 unit with sigmoid and binary_crossentropy".to_owned()
        }
        Output::Classes(classes) => {
            let units = classes.len();
            format!("classification; a model ends in {units} units with softmax and sparse_categorical_crossentropy")
        }
        Output::Numbers { shape, .. } => {
            let units: usize = shape.iter().product();
            let plural = if units == 1 { "" } else { "s" };
            format!("regression; a model ends in {units} unit{plural} without activation and mse")
        }
    };
    match (report.task, report.outputs.as_slice()) {
        (Task::Reconstruction, _) => "reconstruction; a model ends in the shape of its input".to_owned(),
        (_, []) => "no labels".to_owned(),
        (_, [one]) => last(one),
        (_, many) => format!("{} outputs", many.len()),
    }
}

fn shape(axes: &[usize]) -> String {
    axes.iter().map(usize::to_string).collect::<Vec<_>>().join(" × ")
}

fn told(numbers: &Numbers) -> String {
    let Numbers { mean, deviation, least, most } = numbers;
    format!("mean {}, std {}, min {}, max {}", short(*mean), short(*deviation), short(*least), short(*most))
}

/// A number of four places.
fn short(x: f64) -> String {
    match x.abs() {
        size if !x.is_finite() || size == 0.0 => format!("{x}"),
        size if !(1e-3..1e6).contains(&size) => format!("{x:.3e}"),
        _ if x.fract() == 0.0 => format!("{x}"),
        size if size >= 100.0 => format!("{x:.1}"),
        _ => format!("{x:.4}"),
    }
}

/// A count with its thousands apart.
fn grouped(count: usize) -> String {
    let digits = count.to_string();
    let places = digits.len();
    digits
        .chars()
        .enumerate()
        .map(|(at, c)| if at > 0 && (places - at).is_multiple_of(3) { format!(",{c}") } else { c.to_string() })
        .collect()
}

/// A table: the first column to the left, the others to the right; the last stays as it is.
fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let head: Vec<String> = head.iter().map(|cell| (*cell).to_owned()).collect();
    let all = || std::iter::once(&head).chain(rows);
    let width =
        |at: usize| all().filter_map(|row| row.get(at)).map(|cell| cell.chars().count()).max().unwrap_or_default();
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let mut text = String::new();
    for row in all() {
        let cells = row.iter().zip(&widths).enumerate().map(|(at, (cell, width))| match at {
            0 => format!("{cell:<width$}"),
            _ if cell.starts_with('█') || cell.starts_with('·') => cell.clone(),
            _ => format!("{cell:>width$}"),
        });
        text += cells.collect::<Vec<_>>().join("  ").trim_end();
        text += "\n";
    }
    text
}

/// The columns of a table, as they are in the file.
pub fn columns(columns: &[ColumnReport]) -> String {
    let row = |column: &ColumnReport| {
        let kind = match column.kind {
            Kind::Number => "number".to_owned(),
            Kind::Text => "text".to_owned(),
            Kind::Mixed { line } => format!("mixed, line {line}"),
            Kind::Empty => "empty".to_owned(),
        };
        let constant = column.distinct == 1 && column.missing == 0;
        let numbers = column.numbers.map(|numbers| numbers.map(short)).unwrap_or_default();
        let [mean, deviation, least, most] = numbers;
        let frequent = column.frequent.iter().map(|(value, count)| format!("{value} {count}")).collect::<Vec<_>>();
        let more = column.distinct > frequent.len() && !frequent.is_empty();
        let mut last = frequent.join(", ") + if more { ", …" } else { "" };
        if constant {
            last = "the same in every row".to_owned();
        }
        let last = if last.is_empty() { last } else { format!("· {last}") };
        let missing = if column.missing == 0 { "-".to_owned() } else { grouped(column.missing) };
        vec![column.name.clone(), kind, missing, grouped(column.distinct), mean, deviation, least, most, last]
    };
    let rows: Vec<Vec<String>> = columns.iter().map(row).collect();
    table(&["column", "kind", "missing", "values", "mean", "std", "min", "max", ""], &rows)
}

/// The numbers of a row, of arrays that are tables.
fn each(input: &Input) -> String {
    if input.each.is_empty() {
        return String::new();
    }
    let row = |(name, numbers): &(String, Numbers)| {
        let constant = if numbers.least == numbers.most { "· the same in every sample" } else { "" };
        let Numbers { mean, deviation, least, most } = *numbers;
        vec![name.clone(), short(mean), short(deviation), short(least), short(most), constant.to_owned()]
    };
    let rows: Vec<Vec<String>> = input.each.iter().take(MOST).map(row).collect();
    let mut text = format!("\n{}", table(&["number", "mean", "std", "min", "max", ""], &rows));
    if input.each.len() > MOST {
        text += &format!("… and {} more; --json has all\n", input.each.len() - MOST);
    }
    text
}

/// How many samples each class has.
fn balance(classes: &[(String, Vec<usize>)], report: &Report) -> String {
    let count = |counts: &[usize]| counts.first().copied().unwrap_or_default();
    let most = classes.iter().map(|(_, counts)| count(counts)).max().unwrap_or_default().max(1);
    let all: usize = classes.iter().map(|(_, counts)| count(counts)).sum::<usize>().max(1);
    let row = |(name, counts): &(String, Vec<usize>)| {
        let share = format!("{:.1} %", 100.0 * count(counts) as f64 / all as f64);
        let length = (count(counts) * BAR).div_ceil(most);
        let mut row = vec![name.clone()];
        row.extend(counts.iter().map(|count| grouped(*count)));
        row.extend([share, "█".repeat(length)]);
        row
    };
    let head: Vec<&str> =
        std::iter::once("class").chain(report.parts.iter().map(|(name, _)| *name)).chain(["share", ""]).collect();
    let rows: Vec<Vec<String>> = classes.iter().take(MOST).map(row).collect();
    let mut text = table(&head, &rows);
    if classes.len() > MOST {
        let least = classes.iter().map(|(_, counts)| count(counts)).min().unwrap_or_default();
        text += &format!(
            "… and {} more; {least} to {most} training samples a class; --json has all\n",
            classes.len() - MOST
        );
    }
    text
}
