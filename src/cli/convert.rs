//! `wgrad convert`: a model from one format to another.

use super::opened;
use crate::base::{Error, Result};
use crate::formats::hugging_face::{self, Width};
use crate::formats::model_file::format_of;
use crate::train::{Device, Model};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Options of `wgrad convert`.
#[derive(Args)]
pub struct Options {
    /// What to read: .keras, .h5, .weights.h5 (with --model), .safetensors (or its folder), .onnx
    from: PathBuf,
    /// What to write, in the format its name ends in: .keras, .h5, .weights.h5, .safetensors (or a folder), .onnx
    to: PathBuf,
    /// The model that FROM, a file of weights alone, is for
    #[arg(long)]
    model: Option<PathBuf>,
    /// How wide numbers are written, to .safetensors
    #[arg(long, value_enum)]
    precision: Option<Written>,
}

/// Keras's names of the floats that safetensors keep.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Written {
    /// 32 bits
    Float32,
    /// 16 bits: 11 of precision, up to 65,504
    Float16,
    /// 16 bits: 8 of precision, the range of float32
    Bfloat16,
}

/// Whether every number of a model is one that f32 holds.
fn is_single(model: &Model) -> Result<bool> {
    for v in model.variables() {
        if v.values()?.iter().any(|v| f64::from(*v as f32).to_bits() != v.to_bits() && !v.is_nan()) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn read(options: &Options, device: &Device) -> Result<Model> {
    let Some(base) = &options.model else { return opened::model(&options.from, device, 0) };
    let mut model = opened::model(base, device, 0)?;
    model.load_weights(&options.from)?;
    Ok(model)
}

/// Runs the command.
pub fn run(options: &Options) -> anyhow::Result<()> {
    let format = format_of(&options.to)?;
    let mut model = read(options, &Device::Cpu)?;
    if !is_single(&model)? {
        // As wide as the file it comes from.
        model = read(options, &Device::CpuFloat64)?;
    }
    let width = options.precision.map(|p| match p {
        Written::Float32 => Width::F32,
        Written::Float16 => Width::F16,
        Written::Bfloat16 => Width::BF16,
    });
    match width {
        None => model.save(&options.to)?,
        Some(width) if std::ptr::eq(format, &hugging_face::SAFETENSORS) => {
            hugging_face::write(&model, &options.to, width)?
        }
        Some(_) => {
            let help = "convert to .safetensors, or leave the option out";
            return Err(Error::request("--precision", "a .safetensors file to write", format.name, help).into());
        }
    }
    eprintln!("{} → {}", options.from.display(), options.to.display());
    Ok(())
}
