//! Several runs in one table.

use super::html::named_number;
use super::run::json::number;
use super::run::{Ended, RunResult, upwards};
use crate::base::{Error, Result};
use serde_json::{Map, Value, json};
use std::cmp::Ordering;

/// Runs side by side: name, epochs, the best and the last of what they are judged by, time, samples a second, parameters, and
/// what differs in how they were set up.
///
/// ```
/// use wgrad::report::{Comparison, run::RunResult};
/// let run = |name: &str, epochs| RunResult { name: name.into(), epochs: Some(epochs), ..RunResult::default() };
/// let set = |optimizer: &str| vec![("optimizer".to_owned(), optimizer.to_owned()), ("seed".to_owned(), "42".to_owned())];
/// let table = Comparison::of(&[run("a", 3), run("b", 4)]).settings(vec![set("sgd"), set("nadam")]);
/// assert!(table.to_string().contains("optimizer=nadam") && !table.to_string().contains("seed"));
/// ```
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The number runs are judged by; none where no run has a best epoch.
    monitor: Option<String>,
    runs: Vec<Compared>,
}

/// One run, and its settings by name.
#[derive(Clone, Debug)]
struct Compared {
    result: RunResult,
    settings: Vec<(String, String)>,
}

/// What a column tells of a run.
type Cell = fn(&Compared, Option<&str>) -> Option<f64>;

/// Columns of numbers: their names in files, their heads in tables, and how they are told.
const COLUMNS: [(&str, &str, Cell); 8] = [
    ("epochs", "epochs", |run, _| run.result.epochs.map(|n| n as f64)),
    ("best", "best", |run, monitor| Some(run.best(monitor)?.1)),
    ("best_epoch", "at epoch", |run, monitor| Some(run.best(monitor)?.0 as f64 + 1.0)),
    ("last", "last", |run, monitor| run.last(monitor)),
    ("test", "test", |run, monitor| run.test(monitor)),
    ("seconds", "seconds", |run, _| run.result.seconds),
    ("samples_per_second", "samples/s", |run, _| run.result.samples_per_second),
    ("parameters", "parameters", |run, _| run.result.parameters.map(|n| n as f64)),
];

fn find(all: &[(String, f64)], name: &str) -> Option<f64> {
    all.iter().find(|(n, _)| n == name).map(|(_, v)| *v)
}

impl Compared {
    /// Epoch and number of the best, where the run was judged by this number.
    fn best(&self, monitor: Option<&str>) -> Option<(usize, f64)> {
        let best = self.result.best.as_ref().filter(|best| Some(best.monitor.as_str()) == monitor)?;
        Some((best.epoch, best.value()))
    }

    fn last(&self, monitor: Option<&str>) -> Option<f64> {
        find(&self.result.last, monitor?)
    }

    fn test(&self, monitor: Option<&str>) -> Option<f64> {
        let monitor = monitor?;
        find(&self.result.test, monitor.strip_prefix("val_").unwrap_or(monitor))
    }

    fn setting(&self, name: &str) -> Option<&str> {
        self.settings.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
}

impl Comparison {
    /// Of these runs, judged by the number most of them were judged by.
    pub fn of(results: &[RunResult]) -> Self {
        let monitors = || results.iter().filter_map(|run| Some(run.best.as_ref()?.monitor.as_str()));
        let votes = |name: &str| monitors().filter(|other| *other == name).count();
        // The last of the largest is taken; from behind it is the first.
        let monitor = monitors().rev().max_by_key(|name| votes(name)).map(str::to_owned);
        let run = |result: &RunResult| Compared { result: result.clone(), settings: Vec::new() };
        Self { monitor, runs: results.iter().map(run).collect() }
    }

    /// How each run was set up, in the order of the runs: names and values. What is the same in all of them is not told.
    pub fn settings(mut self, all: Vec<Vec<(String, String)>>) -> Self {
        self.runs.iter_mut().zip(all).for_each(|(run, settings)| run.settings = settings);
        self
    }

    /// Sorts by a column (`name`, `epochs`, `best`, `last`, `test`, `seconds`, `samples_per_second`, `parameters`) or by a
    /// number the runs are told by; numbers that improve upwards, and the pace, from the largest. Runs without it are last.
    ///
    /// # Errors
    /// A name that is none of these.
    pub fn sort(mut self, by: &str) -> Result<Self> {
        if by == "name" {
            self.runs.sort_by(|a, b| a.result.name.cmp(&b.result.name));
            return Ok(self);
        }
        let monitor = self.monitor.clone();
        let judged = matches!(by, "best" | "last" | "test");
        let up =
            if judged { monitor.as_deref().is_some_and(upwards) } else { by == "samples_per_second" || upwards(by) };
        let column = COLUMNS.iter().find(|(name, ..)| *name == by).map(|(.., cell)| *cell);
        if column.is_none() {
            self.check_number(by)?;
        }
        let key = |run: &Compared| match column {
            Some(cell) => cell(run, monitor.as_deref()),
            None => find(&run.result.best.as_ref()?.numbers, by).or_else(|| find(&run.result.last, by)),
        };
        self.runs.sort_by(|a, b| {
            let order = |v: Option<f64>| v.filter(|v| !v.is_nan());
            match (order(key(a)), order(key(b))) {
                (Some(a), Some(b)) if up => b.total_cmp(&a),
                (Some(a), Some(b)) => a.total_cmp(&b),
                (a, b) => b.is_some().cmp(&a.is_some()).then(Ordering::Equal),
            }
        });
        Ok(self)
    }

    fn check_number(&self, name: &str) -> Result<()> {
        let mut known = vec!["name"];
        known.extend(COLUMNS.iter().map(|(name, ..)| *name));
        for (told, _) in self.runs.iter().flat_map(|run| &run.result.last) {
            if !known.contains(&told.as_str()) {
                known.push(told);
            }
        }
        if known.contains(&name) { Ok(()) } else { Err(Error::unknown("--sort", name, &known)) }
    }

    /// Names of the settings that are not the same in all runs, in the order they come in.
    fn differing(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for (name, _) in self.runs.iter().flat_map(|run| &run.settings) {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
        // A run whose settings are not known does not make all of them differ.
        let known = || self.runs.iter().filter(|run| !run.settings.is_empty());
        names.retain(|name| known().any(|run| run.setting(name) != known().next().and_then(|run| run.setting(name))));
        names
    }

    /// The columns that have a number in some run.
    fn columns(&self) -> Vec<&'static (&'static str, &'static str, Cell)> {
        let told = |cell: &Cell| self.runs.iter().any(|run| cell(run, self.monitor.as_deref()).is_some());
        COLUMNS.iter().filter(|(.., cell)| told(cell)).collect()
    }

    /// The table as JSON: a list with an object a run.
    pub fn to_json(&self) -> String {
        let differing = self.differing();
        let run = |run: &Compared| {
            let mut row = Map::new();
            row.insert("name".to_owned(), json!(run.result.name));
            row.insert("monitor".to_owned(), json!(self.monitor));
            for (name, _, cell) in &COLUMNS {
                let value = cell(run, self.monitor.as_deref());
                // Counts are whole numbers there too.
                let whole = matches!(*name, "epochs" | "best_epoch" | "parameters");
                let value = value.map(|v| if whole { json!(v as u64) } else { number(v) });
                row.insert((*name).to_owned(), value.unwrap_or_default());
            }
            row.insert("ended".to_owned(), json!(run.result.ended.map(Ended::words)));
            let differs = differing.iter().map(|name| ((*name).to_owned(), json!(run.setting(name)))).collect();
            row.insert("differs".to_owned(), Value::Object(differs));
            Value::Object(row)
        };
        format!("{:#}", Value::Array(self.runs.iter().map(run).collect()))
    }

    /// The table as lines of comma-separated values, the names of the columns first; a column for each setting that differs.
    pub fn to_csv(&self) -> String {
        let (columns, differing) = (self.columns(), self.differing());
        let quoted = |text: &str| match text.contains([',', '"', '\n', '\r']) {
            true => format!("\"{}\"", text.replace('"', "\"\"")),
            false => text.to_owned(),
        };
        let mut head = vec!["name".to_owned()];
        head.extend(columns.iter().map(|(name, ..)| (*name).to_owned()));
        head.extend(["monitor", "ended"].map(str::to_owned));
        head.extend(differing.iter().map(|name| quoted(name)));
        let mut lines = vec![head.join(",")];
        for run in &self.runs {
            let mut cells = vec![quoted(&run.result.name)];
            let cell = |cell: &Cell| cell(run, self.monitor.as_deref()).map_or(String::new(), |v| v.to_string());
            cells.extend(columns.iter().map(|(.., of)| cell(of)));
            cells.push(quoted(self.monitor.as_deref().unwrap_or_default()));
            cells.push(run.result.ended.map_or("", Ended::words).to_owned());
            cells.extend(differing.iter().map(|name| quoted(run.setting(name).unwrap_or_default())));
            lines.push(cells.join(","));
        }
        lines.join("\n")
    }

    /// Heads and cells of the table for people.
    fn rows(&self) -> Vec<Vec<String>> {
        let (columns, differing) = (self.columns(), self.differing());
        let monitor = self.monitor.as_deref();
        let judged = |name: &str| matches!(name, "best" | "last" | "test");
        let head = |(name, head, _): &&(&str, &str, Cell)| match (judged(name), monitor) {
            (true, Some(monitor)) if *name == "test" => {
                format!("test {}", monitor.strip_prefix("val_").unwrap_or(monitor))
            }
            (true, Some(monitor)) => format!("{head} {monitor}"),
            _ => (*head).to_owned(),
        };
        let mut rows = vec![[vec!["run".to_owned()], columns.iter().map(head).collect()].concat()];
        if !differing.is_empty() {
            rows[0].push("differs".to_owned());
        }
        for run in &self.runs {
            let mut row = vec![told(&run.result.name)];
            for (name, _, cell) in &columns {
                row.push(match cell(run, monitor) {
                    None => "–".to_owned(),
                    Some(v) if judged(name) => named_number(monitor.unwrap_or_default(), v),
                    Some(v) if *name == "seconds" => format!("{v:.1}"),
                    Some(v) => format!("{v:.0}"),
                });
            }
            let set = |name: &&str| Some(format!("{name}={}", told(run.setting(name)?)));
            let mut differs: Vec<String> = differing.iter().filter_map(set).collect();
            // Only what is not as it should be is worth a word.
            let ended = run.result.ended.filter(|ended| *ended != super::run::Ended::Done);
            differs.extend(ended.map(|ended| format!("({})", ended.words())));
            row.push(differs.join(", "));
            rows.push(row);
        }
        rows
    }
}

/// A text of a file as a terminal may show it: control characters would be commands there.
fn told(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// As a table with columns of one width each, numbers to the right.
impl std::fmt::Display for Comparison {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let rows = self.rows();
        let numbers = self.columns().len();
        let width = |at: usize| rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count()).max();
        let widths: Vec<usize> = (0..numbers + 1).map(|at| width(at).unwrap_or(0)).collect();
        for (nth, row) in rows.iter().enumerate() {
            let mut line = String::new();
            for (at, cell) in row.iter().enumerate() {
                match (at, widths.get(at)) {
                    (0, Some(width)) => line += &format!("{cell:<width$}"),
                    (_, Some(width)) => line += &format!("  {cell:>width$}"),
                    (_, None) => line += &format!("  {cell}"),
                }
            }
            let line = line.trim_end();
            if nth > 0 { write!(f, "\n{line}")? } else { write!(f, "{line}")? }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::run::Best;

    fn run(name: &str, monitor: &str, value: f64) -> RunResult {
        let numbers = vec![(monitor.to_owned(), value)];
        let best = Best { monitor: monitor.to_owned(), epoch: 0, numbers: numbers.clone() };
        RunResult { name: name.to_owned(), best: Some(best), last: numbers, ..RunResult::default() }
    }

    fn names(table: &Comparison) -> Vec<&str> {
        table.runs.iter().map(|run| run.result.name.as_str()).collect()
    }

    #[test]
    fn runs_are_sorted_the_way_their_number_improves() {
        let up = [run("a", "val_accuracy", 0.5), run("b", "val_accuracy", f64::NAN), run("c", "val_accuracy", 0.9)];
        let sorted = |runs: &[RunResult], by| Comparison::of(runs).sort(by);
        assert_eq!(names(&sorted(&up, "best").expect("a column")), ["c", "a", "b"]);
        assert_eq!(names(&sorted(&up, "val_accuracy").expect("a number")), ["c", "a", "b"]);
        let down = [run("a", "val_loss", 0.5), run("b", "val_loss", 0.1), run("other", "mae", 7.0)];
        assert_eq!(names(&sorted(&down, "best").expect("a column")), ["b", "a", "other"]);
        assert_eq!(names(&sorted(&down, "mae").expect("a number")), ["other", "a", "b"]);
        assert!(sorted(&down, "val_los").is_err_and(|error| error.to_string().contains("did you mean `val_loss`?")));
        assert!(sorted(&[], "best").is_ok());
    }

    #[test]
    fn names_do_not_break_a_table() {
        let strange = run("a,\"b\"\n\u{1b}[2J", "loss", 1.0);
        let table = Comparison::of(&[strange]).settings(vec![vec![("x".to_owned(), "1".to_owned())]]);
        assert!(!table.to_string().contains('\u{1b}') && table.to_string().lines().count() == 2);
        assert!(table.to_csv().contains("\"a,\"\"b\"\""));
    }
}
