//! `wgrad summary`: the layers of a model in a file, its parameters and the memory it takes.

use super::device::{DeviceOptions, device};
use super::{opened, whole};
use crate::base::Error;
use crate::run::RunFile;
use clap::Args;
use std::path::PathBuf;

/// Options of `wgrad summary`.
#[derive(Args)]
pub struct Options {
    /// The model: .keras, .h5, .safetensors (or its folder), .onnx; the folder of a run; or a run file (.toml), whose data is
    /// read
    model: PathBuf,
    /// Prints the plan of training and evaluation too: every dispatch, and what is in memory
    #[arg(long)]
    plan: bool,
    /// Samples a batch, for the memory and the plan [default: the run file's, or 32]
    #[arg(long, value_parser = whole::<usize>)]
    batch_size: Option<usize>,
    #[command(flatten)]
    device: DeviceOptions,
}

/// Runs the command.
pub fn run(options: &Options) -> anyhow::Result<()> {
    let device = device(&options.device)?;
    let (model, batch) = if options.model.extension().is_some_and(|e| e.eq_ignore_ascii_case("toml")) {
        let session = RunFile::open(&options.model, &[] as &[&str])?.prepare(&device)?;
        let batch = session.batch();
        (session.model, batch)
    } else {
        (opened::model(&options.model, &device, 0)?, 32)
    };
    println!("{}", model.summary());
    if options.plan {
        if model.optimizer().is_none() {
            let help = "compile the model before it is saved";
            return Err(Error::request("--plan", "a compiled model", "one that is not", help).into());
        }
        println!("\n{}", model.plan(options.batch_size.unwrap_or(batch))?);
    }
    Ok(())
}
