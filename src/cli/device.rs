//! From `--device` and `--precision` to an executor.

use crate::base::{Error, Result};
use crate::exec::Executor;
use crate::exec::cpu::CpuExecutor;
use crate::plan::Plan;
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

/// The executor asked for, holding `plan`.
pub fn executor(options: &DeviceOptions, plan: Plan) -> Result<Box<dyn Executor>> {
    if options.precision == Precision::Float64 {
        if !matches!(options.device.as_str(), "cpu" | "auto") {
            return Err(Error::request(
                "--precision float64",
                "the CPU",
                format!("--device {}", options.device),
                "give --device cpu, or --precision float32",
            ));
        }
        return Ok(Box::new(CpuExecutor::<f64>::try_new(plan)?));
    }
    if options.device == "cpu" {
        return Ok(Box::new(CpuExecutor::<f32>::try_new(plan)?));
    }
    gpu(&options.device, plan)
}

#[cfg(feature = "gpu")]
fn gpu(name: &str, plan: Plan) -> Result<Box<dyn Executor>> {
    use crate::exec::gpu::{GpuDevice, GpuExecutor};
    if name == "auto" {
        // A software adapter is slower than our own CPU path: it is taken only when asked for.
        return match GpuDevice::best_hardware()? {
            Some(device) => Ok(Box::new(GpuExecutor::new(&device, plan)?)),
            None => Ok(Box::new(CpuExecutor::<f32>::try_new(plan)?)),
        };
    }
    Ok(Box::new(GpuExecutor::new(&GpuDevice::open(name)?, plan)?))
}

#[cfg(not(feature = "gpu"))]
fn gpu(name: &str, plan: Plan) -> Result<Box<dyn Executor>> {
    if name == "auto" {
        return Ok(Box::new(CpuExecutor::<f32>::try_new(plan)?));
    }
    Err(built_without(name))
}

/// The refusal of a graphics device by a program that knows none.
#[cfg(not(feature = "gpu"))]
pub fn built_without(name: &str) -> Error {
    Error::device(
        format!("no device `{name}`: this wgrad was built without the feature `gpu`"),
        "give --device cpu, or build with the feature `gpu`",
    )
}
