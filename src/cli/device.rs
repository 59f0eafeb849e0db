//! From `--device` and `--precision` to a device.

use crate::base::{Error, Result};
use crate::exec::Executor;
use crate::plan::Plan;
use crate::train::Device;
use clap::{Args, ValueEnum};
use std::convert::Infallible;

/// Which device, in which precision.
#[derive(Args, Clone)]
pub struct DeviceOptions {
    /// auto, cpu, gpu, vulkan, metal, dx12, a number of `wgrad devices`, or part of a name
    #[arg(long, default_value = "auto", env = "WGRAD_DEVICE", value_parser = word)]
    pub device: String,
    /// Numbers to compute in; float64 on the CPU only: the judge
    #[arg(long, value_enum, default_value = "float32")]
    pub precision: Precision,
}

/// Keras's names of the floats.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Precision {
    /// 32 bits.
    Float32,
    /// 64 bits.
    Float64,
}

/// A device's name in small letters; an empty one, as of an empty variable, is `auto`.
pub fn word(text: &str) -> Result<String, Infallible> {
    let word = text.trim().to_lowercase();
    Ok(if word.is_empty() { "auto".to_owned() } else { word })
}

/// The device asked for.
pub fn device(options: &DeviceOptions) -> Result<Device> {
    if options.precision == Precision::Float32 {
        return Device::named(&options.device);
    }
    if matches!(options.device.as_str(), "cpu" | "auto") {
        return Ok(Device::CpuFloat64);
    }
    Err(Error::request(
        "--precision float64",
        "the CPU",
        format!("--device {}", options.device),
        "give --device cpu, or --precision float32",
    ))
}

/// An executor on the device asked for, holding `plan`.
pub fn executor(options: &DeviceOptions, plan: Plan) -> Result<Box<dyn Executor>> {
    device(options)?.executor(plan)
}
