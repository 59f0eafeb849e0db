//! `wgrad predict`: what a model in a file answers, from array to array.

use super::arrays::{Named, check_outputs, inputs, write};
use super::device::{DeviceOptions, Precision, device};
use super::{opened, whole};
use crate::run::{data_for, model_at, tested};
use clap::Args;
use std::path::PathBuf;

/// Options of `wgrad predict`.
#[derive(Args)]
pub struct Options {
    /// The model: .keras, .h5, .safetensors (or its folder), .onnx, or the folder of a run
    model: PathBuf,
    /// Samples as a NumPy array; of a model with several inputs one for each, as NAME=FILE or in their order
    #[arg(long, value_name = "X.NPY", required_unless_present = "data")]
    input: Vec<Named>,
    /// Instead of --input: data by a known name or a path, its test samples if it has any; read as the run's was where the
    /// model is in the folder of a run
    #[arg(long, conflicts_with = "input")]
    data: Option<String>,
    /// Where the predictions go: .npy, or .csv; of a model with several outputs one for each, as NAME=FILE or in their order
    #[arg(long, value_name = "Y.NPY", required = true)]
    output: Vec<Named>,
    /// Monte Carlo dropout: the mean of this many passes with dropout on
    #[arg(long, value_name = "PASSES", value_parser = whole::<usize>)]
    mc: Option<usize>,
    /// Where the standard deviation over the passes goes
    #[arg(long, value_name = "STD.NPY", requires = "mc")]
    std: Option<Named>,
    /// What random numbers are drawn from, with --mc
    #[arg(long, default_value_t = 42, value_parser = whole::<u64>)]
    seed: u64,
    #[command(flatten)]
    device: DeviceOptions,
}

/// Runs the command.
pub fn run(options: &Options) -> anyhow::Result<()> {
    let device = device(&options.device)?;
    let path = model_at(&options.model)?;
    let double = options.device.precision == Precision::Float64;
    let mut model = opened::model(&path, &device, options.seed)?;
    let graph = model.graph().clone();
    check_outputs("--output", &options.output, &graph)?;
    let (samples, labels) = match &options.data {
        None => (inputs("--input", &options.input, &model)?, None),
        Some(source) => {
            let data = data_for(&path, Some(source), None, true)?;
            data.notes.iter().for_each(|told| eprintln!("Note: {told}"));
            let labels = match data.labels.as_slice() {
                [only] => Some(only.clone()),
                _ => None,
            };
            let (part, samples) = tested(&data);
            if part == "test" {
                eprintln!("Note: {}: the {} samples of its test part", data.name, samples.len());
            }
            (samples.clone(), labels)
        }
    };
    match options.mc {
        None => {
            let outputs = model.predict_all(&samples)?;
            write("--output", &options.output, &graph, &outputs, (double, labels.as_ref()))?;
        }
        Some(passes) => {
            let answers = model.predict_mc(&samples, passes)?;
            write("--output", &options.output, &graph, &[answers.mean], (double, labels.as_ref()))?;
            if let Some(file) = &options.std {
                write("--std", std::slice::from_ref(file), &graph, &[answers.std], (double, None))?;
            }
        }
    }
    eprintln!("{} samples on {device}", samples.len());
    Ok(())
}
