//! `wgrad compare`: runs side by side.

use super::runs;
use crate::report::run::RunRecord;
use crate::report::{Comparison, Curves};
use clap::Args;
use std::path::PathBuf;

/// Options of `wgrad compare`.
#[derive(Args)]
pub struct Options {
    /// Folders of runs, or history.csv files of wgrad's or Keras's CSVLogger
    #[arg(required = true, value_name = "RUN")]
    runs: Vec<PathBuf>,
    /// Sort by name, epochs, best, last, test, seconds, samples_per_second, parameters or a number such as val_loss
    #[arg(long, value_name = "COLUMN")]
    sort: Option<String>,
    /// A list of objects in JSON instead of a table
    #[arg(long, conflicts_with = "csv")]
    json: bool,
    /// Comma-separated values instead of a table
    #[arg(long)]
    csv: bool,
    /// Draws the curves over each other too: a path that ends in .svg or .png
    #[arg(long, value_name = "FILE")]
    plot: Option<PathBuf>,
}

/// What a run was set up with; a run file that cannot be read is told and left out.
fn settings(run: &RunRecord) -> Vec<(String, String)> {
    let Some(text) = &run.run_file else { return Vec::new() };
    runs::settings(text).unwrap_or_else(|told| {
        eprintln!("note: {}: run.toml is left out: {told}", run.path.display());
        Vec::new()
    })
}

/// Runs the command.
pub fn run(options: &Options) -> anyhow::Result<()> {
    let all = runs::open(&options.runs)?;
    let outcomes: Vec<_> = all.iter().map(RunRecord::outcome).collect();
    let mut table = Comparison::of(&outcomes).settings(all.iter().map(settings).collect());
    if let Some(by) = &options.sort {
        table = table.sort(by)?;
    }
    for run in all.iter().filter(|run| run.result.is_none()) {
        eprintln!("note: {}: no result.json; the run is not finished, or is a history by itself", run.path.display());
    }
    match (options.json, options.csv) {
        (true, _) => println!("{}", table.to_json()),
        (_, true) => println!("{}", table.to_csv()),
        _ => println!("{table}"),
    }
    if let Some(path) = &options.plot {
        let curves = all.iter().fold(Curves::new(""), |curves, run| curves.run(&run.name, &run.history));
        // Stdout has the table.
        runs::draw(&curves.panels()?, path)?;
        eprintln!("Saved: {}", path.display());
    }
    Ok(())
}
