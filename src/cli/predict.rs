//! `wgrad predict`: what a model in a file answers, from array to array.

use super::arrays::{Named, check_outputs, inputs, write};
use super::device::{DeviceOptions, Precision, device};
use super::{opened, whole};
use clap::Args;
use std::path::PathBuf;

/// Options of `wgrad predict`.
#[derive(Args)]
pub struct Options {
    /// The model: .keras, .h5, .safetensors (or its folder), .onnx
    model: PathBuf,
    /// Samples as a NumPy array; of a model with several inputs one for each, as NAME=FILE or in their order
    #[arg(long, value_name = "X.NPY", required = true)]
    input: Vec<Named>,
    /// Where the predictions go; of a model with several outputs one for each, as NAME=FILE or in their order
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
    let double = options.device.precision == Precision::Float64;
    let mut model = opened::model(&options.model, &device, options.seed)?;
    let graph = model.graph().clone();
    check_outputs("--output", &options.output, &graph)?;
    let samples = inputs("--input", &options.input, &model)?;
    match options.mc {
        None => {
            let outputs = model.predict_all(&samples)?;
            write("--output", &options.output, &graph, &outputs, double)?;
        }
        Some(passes) => {
            let answers = model.predict_mc(&samples, passes)?;
            write("--output", &options.output, &graph, &[answers.mean], double)?;
            if let Some(file) = &options.std {
                write("--std", std::slice::from_ref(file), &graph, &[answers.std], double)?;
            }
        }
    }
    eprintln!("{} samples on {device}", samples.len());
    Ok(())
}
