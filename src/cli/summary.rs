//! `wgrad summary`: the layers of a model in a file, its parameters and the memory it takes.

use super::device::{DeviceOptions, device};
use super::{opened, whole};
use crate::base::Error;
use clap::Args;
use std::path::PathBuf;

/// Options of `wgrad summary`.
#[derive(Args)]
pub struct Options {
    /// The model: .keras, .h5, .safetensors (or its folder), .onnx
    model: PathBuf,
    /// Prints the plan of training and evaluation too: every dispatch, and what is in memory
    #[arg(long)]
    plan: bool,
    /// Samples a batch, for the memory and the plan
    #[arg(long, default_value_t = 32, value_parser = whole::<usize>)]
    batch_size: usize,
    #[command(flatten)]
    device: DeviceOptions,
}

/// Runs the command.
pub fn run(options: &Options) -> anyhow::Result<()> {
    let model = opened::model(&options.model, &device(&options.device)?, 0)?;
    println!("{}", model.summary());
    if options.plan {
        if model.optimizer().is_none() {
            let help = "compile the model before it is saved";
            return Err(Error::request("--plan", "a compiled model", "one that is not", help).into());
        }
        println!("\n{}", model.plan(options.batch_size)?);
    }
    Ok(())
}
