//! `wgrad data`: what is in data, and where to get some.

#[cfg(feature = "fetch")]
mod fetch;
mod json;
mod report;
mod text;

use super::source::SourceArgs;
use super::whole;
use crate::data::{Scale, columns, is_table, open};
use clap::{Args, Subcommand};
use report::Report;
use std::path::Path;

/// Options of `wgrad data`.
#[derive(Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "A folder called fetch is ./fetch."
)]
pub struct Options {
    #[command(subcommand)]
    command: Option<Command>,
    /// A name (digits, fashion-mnist, mnist, cifar10, cifar100), or a path: .csv, .npz, X.NPY,Y.NPY, IMAGES,LABELS in IDX, a
    /// folder with a folder of images a class
    #[arg(required = true)]
    data: Option<String>,
    /// One object in JSON instead of lines
    #[arg(long)]
    json: bool,
    /// What draws of parts are repeated by
    #[arg(long, default_value_t = 42, value_parser = whole::<u64>, allow_negative_numbers = true)]
    seed: u64,
    #[command(flatten)]
    how: SourceArgs,
}

#[derive(Subcommand)]
enum Command {
    /// Fetches a data set over HTTPS, checked by its SHA-256
    #[cfg(feature = "fetch")]
    Fetch(fetch::Options),
}

/// Runs the command.
pub fn run(options: &Options) -> anyhow::Result<()> {
    match (&options.command, &options.data) {
        #[cfg(feature = "fetch")]
        (Some(Command::Fetch(options)), _) => fetch::run(options),
        (_, data) => tell(data.as_deref().unwrap_or_default(), options),
    }
}

fn tell(data: &str, options: &Options) -> anyhow::Result<()> {
    let mut how = options.how.options(data);
    // Numbers are told as they are stored, unless a scaling was asked for.
    how.scale = options.how.scale.unwrap_or(Scale::None);
    let columns =
        if is_table(data) && Path::new(data).is_file() { columns(Path::new(data), &how)? } else { Vec::new() };
    let loaded = match open(&how, options.seed) {
        Ok(loaded) => loaded,
        Err(error) => {
            // What the columns hold helps to mend it.
            if !options.json && !columns.is_empty() {
                println!("{}", text::columns(&columns).trim_end());
            }
            return Err(error.into());
        }
    };
    let report = Report::of(&loaded, columns);
    if options.json {
        println!("{}", json::object(&report));
    } else {
        println!("{}", text::lines(&report).trim_end());
    }
    Ok(())
}
