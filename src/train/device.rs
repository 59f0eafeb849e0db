//! What models run on, as a value: the CPU in either precision, or an open graphics device.

#[cfg(not(feature = "gpu"))]
use crate::base::Error;
use crate::base::Result;
use crate::exec::Executor;
use crate::exec::cpu::CpuExecutor;
#[cfg(feature = "gpu")]
use crate::exec::gpu::{GpuDevice, GpuExecutor};
use crate::nn::room::room;
use crate::plan::Plan;
use std::fmt;

/// What models run on. Clones are the same device.
#[derive(Clone)]
pub enum Device {
    /// The CPU, in f32.
    Cpu,
    /// The CPU in f64: the judge.
    CpuFloat64,
    /// A graphics device.
    #[cfg(feature = "gpu")]
    Gpu(GpuDevice),
}

impl Device {
    /// The best graphics card if there is a usable one, else the CPU, which is faster than a software device.
    pub fn best() -> Self {
        Self::named("auto").unwrap_or(Self::Cpu)
    }

    /// `auto`, `cpu`, `float64` (the CPU in f64), `gpu`, `vulkan`, `metal`, `dx12`, a number of `wgrad devices`, or part
    /// of a device's name.
    ///
    /// # Errors
    /// No such device, or one that cannot be opened or computes wrongly.
    pub fn named(name: &str) -> Result<Self> {
        match name {
            "cpu" => Ok(Self::Cpu),
            "float64" => Ok(Self::CpuFloat64),
            other => graphics(other),
        }
    }

    /// Bytes a number takes.
    pub fn number_size(&self) -> u64 {
        if matches!(self, Self::CpuFloat64) { 8 } else { 4 }
    }

    /// Bytes an executor of `plan` allocates, known before it does.
    pub fn bytes(&self, plan: &Plan) -> u64 {
        match self {
            #[cfg(feature = "gpu")]
            Self::Gpu(device) => GpuExecutor::bytes(device, plan),
            _ => plan.buffers.iter().map(|b| b.len as u64 * self.number_size()).sum(),
        }
    }

    /// An executor of `plan` with memory of its own.
    ///
    /// # Errors
    /// The plan does not fit the device, or the device was lost.
    pub fn executor(&self, plan: Plan) -> Result<Box<dyn Executor>> {
        let numbers = plan.buffers.iter().fold(0, |all: usize, b| all.saturating_add(b.len));
        match self {
            Self::Cpu => room("the model", numbers, size_of::<f32>())?,
            Self::CpuFloat64 => room("the model", numbers, size_of::<f64>())?,
            #[cfg(feature = "gpu")]
            Self::Gpu(_) => {}
        }
        match self {
            Self::Cpu => Ok(Box::new(CpuExecutor::<f32>::try_new(plan)?)),
            Self::CpuFloat64 => Ok(Box::new(CpuExecutor::<f64>::try_new(plan)?)),
            #[cfg(feature = "gpu")]
            Self::Gpu(device) => Ok(Box::new(GpuExecutor::new(device, plan)?)),
        }
    }
}

#[cfg(feature = "gpu")]
fn graphics(name: &str) -> Result<Device> {
    if name == "auto" {
        return Ok(GpuDevice::best_hardware()?.map_or(Device::Cpu, Device::Gpu));
    }
    GpuDevice::open(name).map(Device::Gpu)
}

#[cfg(not(feature = "gpu"))]
fn graphics(name: &str) -> Result<Device> {
    if name == "auto" {
        return Ok(Device::Cpu);
    }
    Err(Error::device(
        format!("no device `{name}`: this wgrad was built without the feature `gpu`"),
        "give --device cpu, or build with the feature `gpu`",
    ))
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cpu => write!(f, "cpu (float32, {} threads)", rayon::current_num_threads()),
            Self::CpuFloat64 => write!(f, "cpu (float64, {} threads)", rayon::current_num_threads()),
            #[cfg(feature = "gpu")]
            Self::Gpu(device) => write!(f, "{}", device.summary()),
        }
    }
}

impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}
