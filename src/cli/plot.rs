//! `wgrad plot`: the curves of runs as a picture.

use super::runs;
use crate::base::Error;
use crate::report::Curves;
use crate::report::run::RunFolder;
use clap::Args;
use std::path::{Path, PathBuf};

/// Options of `wgrad plot`.
#[derive(Args)]
pub struct Options {
    /// Folders of runs, or history.csv files of wgrad's or Keras's CSVLogger
    #[arg(required = true, value_name = "RUN")]
    runs: Vec<PathBuf>,
    /// Only this number, in training and validation: loss, accuracy, … (may be repeated)
    #[arg(long, value_name = "NAME")]
    metric: Vec<String>,
    /// Running mean of this many epochs to either side of each
    #[arg(long, value_name = "EPOCHS", num_args = 0..=1, default_missing_value = "2", value_parser = super::whole::<usize>)]
    smooth: Option<usize>,
    /// Logarithmic axes for losses and learning rates
    #[arg(long)]
    log: bool,
    /// Where the picture goes: a path that ends in .svg or .png, or - for SVG to stdout
    /// [default: curves.svg in the folder of the run; with several runs it must be given]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Runs the command.
pub fn run(options: &Options) -> anyhow::Result<()> {
    let all = runs::open(&options.runs)?;
    let output = match (&options.output, all.as_slice()) {
        (Some(path), _) => path.clone(),
        (None, [run]) if run.path.is_dir() => run.path.join(RunFolder::CURVES),
        (None, _) => {
            let help = "give a path that ends in .svg or .png, or - for SVG to stdout";
            return Err(Error::request("--output", "a path for the picture of several runs", "none", help).into());
        }
    };
    for run in all.iter().filter(|run| run.history.epochs.is_empty()) {
        eprintln!("note: {}: no epoch was finished, there is no curve", run.path.display());
    }
    let title = match all.as_slice() {
        [run] => run.name.clone(),
        _ => String::new(),
    };
    let mut curves = Curves::new(title).smooth(options.smooth.unwrap_or(0));
    for run in &all {
        curves = curves.run(&run.name, &run.history);
    }
    if options.log {
        curves = curves.log();
    }
    curves = options.metric.iter().fold(curves, Curves::metric);
    runs::write(&curves.panels()?, Path::new(&output))?;
    Ok(())
}
