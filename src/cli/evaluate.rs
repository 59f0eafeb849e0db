//! `wgrad evaluate`: loss and metrics of a model in a file on data.

use super::arrays::{Named, inputs, tables};
use super::device::{DeviceOptions, device};
use super::opened;
use crate::base::{Error, Result};
use crate::data::{Samples, datasets};
use crate::formats::open;
use crate::train::Model;
use clap::Args;
use std::path::PathBuf;

/// Options of `wgrad evaluate`.
#[derive(Args)]
pub struct Options {
    /// The model, saved with its compile settings: .keras, .h5, .safetensors (or its folder)
    model: PathBuf,
    /// The test samples of a data set, digits or fashion-mnist, or two files as X.NPY,Y.NPY
    #[arg(long, required_unless_present = "x")]
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

fn samples(options: &Options, model: &Model) -> anyhow::Result<Samples> {
    let Some(data) = &options.data else { return Ok(labelled(&options.x, &options.y, model)?) };
    Ok(match data.as_str() {
        "digits" => Samples::from(&datasets::digits()?.1),
        "fashion-mnist" => Samples::from(&datasets::fashion_mnist(options.data_dir.as_deref())?.1),
        other => match other.split_once(',') {
            Some((x, y)) => labelled(&[x.parse()?], &[y.parse()?], model)?,
            None => return Err(Error::unknown("--data", other, &["digits", "fashion-mnist", "X.NPY,Y.NPY"]).into()),
        },
    })
}

/// Runs the command.
pub fn run(options: &Options) -> anyhow::Result<()> {
    let file = open(&options.model)?;
    let mut model =
        opened::compiled(&options.model, &*file, &device(&options.device)?, 0, "compile it before it is saved")?;
    let samples = samples(options, &model)?;
    let logs = model.evaluate(&samples)?;
    if options.json {
        let all: serde_json::Map<_, _> = logs.iter().map(|(name, v)| (name.to_owned(), v.into())).collect();
        println!("{}", serde_json::Value::Object(all));
    } else {
        let all: Vec<String> = logs.iter().map(|(name, v)| format!("{name}: {v:.4}")).collect();
        println!("{} samples - {}", samples.len(), all.join(" - "));
    }
    Ok(())
}
