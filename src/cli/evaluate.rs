//! `wgrad evaluate`: loss and metrics of a model in a file on data.

use super::arrays::{Named, inputs, tables};
use super::device::{DeviceOptions, device};
use super::opened;
use crate::base::{Error, Result};
use crate::data::{Labels, Samples};
use crate::formats::open;
use crate::run::{data_for, model_at, tested};
use crate::train::Model;
use clap::Args;
use std::path::{Path, PathBuf};

/// Options of `wgrad evaluate`.
#[derive(Args)]
pub struct Options {
    /// The model, saved with its compile settings: .keras, .h5, .safetensors (or its folder), or the folder of a run
    model: PathBuf,
    /// Data: a known name or a path (`wgrad data` tells what it makes of it), of which the test samples are taken if it has
    /// any; read as the run's was where the model is in the folder of a run [default: the run's own]
    #[arg(long)]
    data: Option<String>,
    /// Samples as a NumPy array; of a model with several inputs one for each, as NAME=FILE or in their order
    #[arg(long, value_name = "X.NPY", conflicts_with = "data", requires = "y")]
    x: Vec<Named>,
    /// Labels, one array for each output of the model
    #[arg(long, value_name = "Y.NPY", requires = "x")]
    y: Vec<Named>,
    /// Folder with the data files; else $WGRAD_DATA, the XDG data folder and Debian's are searched
    #[arg(long)]
    data_dir: Option<PathBuf>,
    /// One object in JSON instead of a line
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    device: DeviceOptions,
}

/// Samples and labels from arrays in files.
///
/// # Errors
/// Another number of files than the model has inputs and outputs, or what is no array.
pub fn labelled(x: &[Named], y: &[Named], model: &Model) -> Result<Samples> {
    let samples = inputs("--x", x, model)?;
    let labels = tables("--y", y, &model.graph().ends().outputs)?;
    let (name, count) = (samples.name.clone(), samples.len());
    if let Some(rows) = labels.iter().find(|rows| rows.len() != count) {
        let help = "give every sample its label";
        return Err(Error::request("--y", format!("{count} labels, one a sample"), rows.len(), help));
    }
    Ok(samples.labels(&labels).named(&name))
}

/// The samples asked for, and how to call them.
fn samples(options: &Options, path: &Path, model: &Model) -> anyhow::Result<(String, Samples)> {
    if !options.x.is_empty() {
        let samples = labelled(&options.x, &options.y, model)?;
        return Ok((String::new(), samples));
    }
    let data = data_for(path, options.data.as_deref(), options.data_dir.as_deref(), false)?;
    data.notes.iter().for_each(|told| eprintln!("Note: {told}"));
    let (part, samples) = tested(&data);
    if samples.labels.is_empty() {
        let names: Vec<String> = data.labels.iter().map(Labels::name).collect();
        let told = format!("{}: no labels `{}` to compare answers with", data.name, names.join("`, `"));
        return Err(Error::Data(format!("{told}; `wgrad predict` asks without")).into());
    }
    Ok((format!(" of {} ({part})", data.name), samples.clone()))
}

/// Runs the command.
pub fn run(options: &Options) -> anyhow::Result<()> {
    let path = model_at(&options.model)?;
    let file = open(&path)?;
    let mut model = opened::compiled(&path, &*file, &device(&options.device)?, 0, "compile it before it is saved")?;
    let (of, samples) = samples(options, &path, &model)?;
    let logs = model.evaluate(&samples)?;
    if options.json {
        let all: serde_json::Map<_, _> = logs.iter().map(|(name, v)| (name.to_owned(), v.into())).collect();
        println!("{}", serde_json::Value::Object(all));
    } else {
        let all: Vec<String> = logs.iter().map(|(name, v)| format!("{name}: {v:.4}")).collect();
        println!("{} samples{of} - {}", samples.len(), all.join(" - "));
    }
    Ok(())
}
