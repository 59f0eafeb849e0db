//! `wgrad report`: the report of a run, made anew from its folder.

use crate::base::Error;
use crate::report::html::Report;
use crate::report::run::RunFolder;
use clap::Args;
use std::path::PathBuf;

/// Options of `wgrad report`.
#[derive(Args)]
pub struct Options {
    /// The folder of a run, or the history.csv of one
    run: PathBuf,
    /// Where the page goes [default: report.html in the folder of the run]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Runs the command.
pub fn run(options: &Options) -> anyhow::Result<()> {
    let report = Report::open(&options.run)?;
    let path = match &options.output {
        Some(path) => path.clone(),
        None if options.run.is_dir() => options.run.join(RunFolder::REPORT),
        None => {
            let help = "give a path that ends in .html";
            return Err(Error::request("--output", "a path for the report of a history by itself", "none", help).into());
        }
    };
    report.save(&path)?;
    println!("Saved: {}", path.display());
    Ok(())
}
