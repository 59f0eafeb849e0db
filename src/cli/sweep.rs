//! `wgrad sweep`: a run with every combination of some values.

use super::asked::Asked;
use super::leave::{leave, name_of};
use super::runs;
use super::signals::Signals;
use super::talk::Talk;
use crate::base::{Error, Result};
use crate::data::Loaded;
use crate::report::run::{RunFolder, RunRecord, RunResult};
use crate::report::{Comparison, Curves};
use crate::run::RunFile;
use crate::train::save::save;
use clap::Args;
use std::path::PathBuf;

/// Options of `wgrad sweep`.
#[derive(Args)]
pub struct Options {
    #[command(flatten)]
    asked: Asked,
    /// Values of a key, with commas: `--grid train.optimizer=sgd,nadam --grid train.learning_rate=0.1,0.01`; every
    /// combination is trained
    #[arg(long, value_name = "KEY=A,B,C", required = true)]
    grid: Vec<String>,
    /// Folder for a run each, the table and the curves [default: runs/NAME-sweep, with a number if it is taken]
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Goes on with a sweep that was interrupted: runs that have ended are not trained again
    #[arg(long, requires = "out")]
    resume: bool,
    /// Sort the table by name, epochs, best, last, test, seconds, samples_per_second, parameters or a number such as val_loss
    #[arg(long, value_name = "COLUMN", default_value = "best")]
    sort: String,
    /// Comma-separated values instead of a table
    #[arg(long)]
    csv: bool,
}

/// A key and its values.
struct Axis {
    key: String,
    values: Vec<String>,
}

impl Axis {
    fn parse(text: &str) -> Result<Self> {
        let help = "write it like --grid train.learning_rate=0.1,0.01";
        let wrong = || Error::request("--grid", "KEY=A,B,C", format!("`{text}`"), help);
        let (key, values) = text.split_once('=').ok_or_else(wrong)?;
        let values: Vec<String> = parts(values).into_iter().map(|v| v.trim().to_owned()).collect();
        if key.trim().is_empty() || values.iter().any(String::is_empty) {
            return Err(wrong());
        }
        Ok(Self { key: key.trim().to_owned(), values })
    }
}

/// What stands between commas that are within no bracket and no quotes.
fn parts(text: &str) -> Vec<&str> {
    let (mut depth, mut quote, mut from, mut all) = (0_i32, None, 0, Vec::new());
    for (i, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '[' | '{') => depth += 1,
            (None, ']' | '}') => depth -= 1,
            (None, ',') if depth == 0 => {
                all.push(text.get(from..i).unwrap_or_default());
                from = i + 1;
            }
            _ => {}
        }
    }
    all.push(text.get(from..).unwrap_or_default());
    all
}

/// Most runs of a sweep.
const MOST: usize = 10_000;

/// Every combination, the last key's values changing fastest.
fn combinations(axes: &[Axis]) -> Result<Vec<Vec<(&str, &str)>>> {
    let count = axes.iter().try_fold(1_usize, |count, axis| count.checked_mul(axis.values.len()));
    if count.is_none_or(|count| count > MOST) {
        let got = count.map_or_else(|| "more than can be counted".to_owned(), |count| count.to_string());
        return Err(Error::request("--grid", format!("at most {MOST} combinations"), got, "give fewer values"));
    }
    let mut all = vec![Vec::new()];
    for axis in axes {
        let mut longer = Vec::new();
        for before in &all {
            for value in &axis.values {
                let mut pairs: Vec<(&str, &str)> = Vec::clone(before);
                pairs.push((&axis.key, value));
                longer.push(pairs);
            }
        }
        all = longer;
    }
    let names: Vec<String> = all.iter().map(|pairs| folder_name(pairs)).collect();
    let twice = names.iter().enumerate().find(|(i, name)| names.iter().take(*i).any(|other| other == *name));
    if let Some((_, name)) = twice {
        let help = "give each value once; values are told apart by their letters and digits";
        return Err(Error::request(
            "--grid",
            "combinations with folders of their own",
            format!("`{name}` twice"),
            help,
        ));
    }
    Ok(all)
}

/// The name of a combination's folder: `optimizer=sgd,learning_rate=0.1`.
fn folder_name(pairs: &[(&str, &str)]) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || c == '.' || c == '_';
    let plain = |text: &str| text.split(|c| !is_plain(c)).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-");
    let short = |key: &str| plain(key.rsplit('.').next().unwrap_or(key));
    let pair = |(key, value): &(&str, &str)| format!("{}={}", short(key), plain(value));
    let name = pairs.iter().map(pair).collect::<Vec<_>>().join(",");
    // File systems end at 255 bytes.
    name.chars().take(120).collect()
}

/// Trains one combination, unless it was trained before.
fn one(
    talk: &Talk,
    file: &RunFile,
    data: Option<&Loaded>,
    folder: &RunFolder,
    signals: &Signals,
) -> anyhow::Result<RunResult> {
    let data = data.cloned().map_or_else(|| file.open_data(), Ok)?;
    let device = file.open_device(None)?;
    let mut session = file.prepare_with(data, &device)?;
    let samples = session.data.train.len();
    let name = name_of(folder);
    let history = leave(&mut session, folder, &name, |fit| {
        let fit = fit.stop_handle(&signals.handle());
        Ok(if talk.verbosity() > 0 { fit.callback(talk.progress(samples)) } else { fit })
    })?;
    let mut result = session.result(&history)?;
    result.name = name;
    session.finish(folder, &history, &result)?;
    signals.told(&history)?;
    Ok(result)
}

/// Runs the command.
pub fn run(options: &Options) -> anyhow::Result<()> {
    let talk = &options.asked.talk;
    options.asked.check(&[])?;
    let axes = options.grid.iter().map(|text| Axis::parse(text)).collect::<Result<Vec<_>>>()?;
    let (file, data) = options.asked.file(&[])?;
    let all = combinations(&axes)?;
    // Everything that can be told to be wrong is, before the first of them is trained.
    let files = all
        .iter()
        .map(|pairs| pairs.iter().try_fold(file.clone(), |file, (key, value)| file.set(&format!("{key}={value}"))));
    let files = files.collect::<Result<Vec<_>>>()?;
    let same = files.iter().all(|other| other.same_data(&file));
    let data = if same { Some(data.map_or_else(|| file.open_data(), Ok)?) } else { None };
    let out = options.out.clone().unwrap_or_else(|| super::run_folder::free_for(&options.asked, "-sweep"));
    let signals = Signals::default();
    signals.listen()?;
    let (mut results, mut failed) = (Vec::new(), 0);
    for (i, (pairs, file)) in all.iter().zip(&files).enumerate() {
        let path = out.join(folder_name(pairs));
        let told = pairs.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(" ");
        if options.resume
            && let Some(result) = ended(&path, file)?
        {
            talk.note(format!("{}/{}: {told}: trained before", i + 1, all.len()));
            results.push(result);
            continue;
        }
        talk.note(format!("{}/{}: {told}", i + 1, all.len()));
        let folder =
            if options.resume && path.is_dir() { RunFolder::resume(&path)? } else { RunFolder::create(&path)? };
        match one(talk, file, data.as_ref(), &folder, &signals) {
            Ok(result) => results.push(result),
            Err(error) if error.is::<super::signals::Signalled>() => return Err(error),
            Err(error) => {
                talk.note(format!("{told}: {error:#}"));
                failed += 1;
                results.extend(RunRecord::open(&path).ok().and_then(|record| record.result));
            }
        }
    }
    tell(options, &out, &all, &results)?;
    if failed == all.len() {
        let help = "see the notes above; `-v` tells each epoch";
        return Err(Error::Data(format!("{}: none of {failed} runs trained to its end; {help}", out.display())).into());
    }
    Ok(())
}

/// The result of a run that has ended, if it has.
///
/// # Errors
/// It was a run of other settings.
fn ended(path: &std::path::Path, file: &RunFile) -> Result<Option<RunResult>> {
    use crate::report::run::Ended;
    let Ok(record) = RunRecord::open(path) else { return Ok(None) };
    let done = |result: &RunResult| !matches!(result.ended, Some(Ended::Interrupted | Ended::Failed) | None);
    let Some(result) = record.result.filter(done) else { return Ok(None) };
    if record.run_file.is_some_and(|text| file.resolved().is_ok_and(|own| own != text)) {
        let got = format!("{}, of other settings", path.display());
        return Err(Error::request("--resume", "the folder of this sweep", got, "choose another folder with --out"));
    }
    Ok(Some(result))
}

/// The table, and the curves over each other.
fn tell(
    options: &Options,
    out: &std::path::Path,
    all: &[Vec<(&str, &str)>],
    results: &[RunResult],
) -> anyhow::Result<()> {
    let settings = |result: &RunResult| {
        let pairs = all.iter().find(|pairs| folder_name(pairs) == result.name);
        let pair = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        pairs.map(|pairs| pairs.iter().map(pair).collect()).unwrap_or_default()
    };
    let table = Comparison::of(results).settings(results.iter().map(settings).collect()).sort(&options.sort)?;
    save(out.join("table.csv"), table.to_csv().as_bytes())?;
    let records = results.iter().filter_map(|result| RunRecord::open(out.join(&result.name)).ok());
    let records: Vec<RunRecord> = records.filter(|record| !record.history.epochs.is_empty()).collect();
    if !records.is_empty() {
        let curves = records.iter().fold(Curves::new(""), |curves, run| curves.run(&run.name, &run.history));
        runs::draw(&curves.panels()?, &out.join("curves.svg"))?;
    }
    match (options.asked.talk.json(), options.csv) {
        (true, _) => println!("{}", table.to_json()),
        (_, true) => println!("{}", table.to_csv()),
        _ => println!("{table}"),
    }
    options.asked.talk.note(format!("Saved: {} (table.csv, curves.svg, a folder a run)", out.display()));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_parted_outside_of_brackets() {
        assert_eq!(
            parts("sgd,{ sgd = { momentum = 0.9, nesterov = true } },'a,b',[1,2]"),
            ["sgd", "{ sgd = { momentum = 0.9, nesterov = true } }", "'a,b'", "[1,2]"]
        );
        assert!(Axis::parse("train.epochs").is_err() && Axis::parse("=1").is_err() && Axis::parse("a=1,,2").is_err());
    }

    #[test]
    fn every_combination_has_a_folder_of_its_own() {
        let axes = [Axis::parse("a.b=1,2").unwrap(), Axis::parse("c=x,y").unwrap()];
        let names: Vec<String> = combinations(&axes).unwrap().iter().map(|pairs| folder_name(pairs)).collect();
        assert_eq!(names, ["b=1,c=x", "b=1,c=y", "b=2,c=x", "b=2,c=y"]);
        assert_eq!(folder_name(&[("train.optimizer", "{ sgd = { momentum = 0.9 } }")]), "optimizer=sgd-momentum-0.9");
    }
}
