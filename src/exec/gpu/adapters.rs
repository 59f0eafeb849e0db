//! Which graphics devices the machine offers, and which of them a user means.

use crate::base::{Error, Result};
use std::fmt;
use wgpu::{Adapter, Backend, DeviceType, Instance, InstanceDescriptor, InstanceFlags};

/// What is known of a device before it is opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdapterSummary {
    /// Its number in the list: `--device 0` is the best.
    pub number: usize,
    /// The name the driver gives.
    pub name: String,
    /// `Vulkan`, `Metal` or `Dx12`.
    pub backend: String,
    /// `discrete`, `integrated`, `virtual`, `software` or `other`.
    pub kind: &'static str,
    /// Driver and version.
    pub driver: String,
    /// Bytes one array may take.
    pub binding_limit: u64,
    /// Bytes one buffer may take.
    pub buffer_limit: u64,
}

impl AdapterSummary {
    /// Whether it is a processor that plays a graphics card: chosen only when asked for.
    pub fn is_software(&self) -> bool {
        self.kind == "software"
    }

    fn new(number: usize, adapter: &Adapter) -> Self {
        let (info, limits) = (adapter.get_info(), adapter.limits());
        Self {
            number,
            backend: format!("{:?}", info.backend),
            kind: kind(info.device_type),
            driver: format!("{} {}", info.driver, info.driver_info).trim().to_owned(),
            name: info.name,
            binding_limit: limits.max_storage_buffer_binding_size,
            buffer_limit: limits.max_buffer_size,
        }
    }
}

impl fmt::Display for AdapterSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}, {}", self.name, self.backend, self.kind)?;
        if self.driver.is_empty() { f.write_str(")") } else { write!(f, ", {})", self.driver) }
    }
}

fn kind(device_type: DeviceType) -> &'static str {
    match device_type {
        DeviceType::DiscreteGpu => "discrete",
        DeviceType::IntegratedGpu => "integrated",
        DeviceType::VirtualGpu => "virtual",
        DeviceType::Cpu => "software",
        DeviceType::Other => "other",
    }
}

/// The smaller, the better; `WGPU_POWER_PREF=low` puts the integrated one first.
fn rank(device_type: DeviceType, low_power: bool) -> u8 {
    match device_type {
        DeviceType::IntegratedGpu if low_power => 0,
        DeviceType::DiscreteGpu => 1,
        DeviceType::IntegratedGpu => 2,
        DeviceType::VirtualGpu => 3,
        DeviceType::Other => 4,
        DeviceType::Cpu => 5,
    }
}

/// All adapters, best first. `WGPU_BACKEND` and wgpu's other variables are honoured.
pub(super) fn enumerate() -> Vec<(AdapterSummary, Adapter)> {
    let mut descriptor = InstanceDescriptor::new_without_display_handle();
    // We never dispatch indirectly, and the check would compile kernels of its own at every start.
    descriptor.flags.remove(InstanceFlags::VALIDATION_INDIRECT_CALL);
    let descriptor = descriptor.with_env();
    let backends = descriptor.backends;
    let instance = Instance::new(descriptor);
    let low = wgpu::PowerPreference::from_env() == Some(wgpu::PowerPreference::LowPower);
    let mut adapters = pollster::block_on(instance.enumerate_adapters(backends));
    adapters.retain(|a| a.get_info().backend != Backend::Noop);
    adapters.sort_by_key(|a| rank(a.get_info().device_type, low));
    adapters.into_iter().enumerate().map(|(i, a)| (AdapterSummary::new(i, &a), a)).collect()
}

/// The adapter meant by `choice`: `gpu`, `vulkan`, `metal`, `dx12`, a number of the list or a part of a name.
///
/// `WGPU_ADAPTER_NAME` narrows `gpu` and the backends' names to adapters whose name contains it.
pub(super) fn choose(choice: &str) -> Result<(AdapterSummary, Adapter)> {
    let all = enumerate();
    let summaries: Vec<AdapterSummary> = all.iter().map(|(s, _)| s.clone()).collect();
    let wanted = std::env::var("WGPU_ADAPTER_NAME").ok();
    let index = select(choice, wanted.as_deref(), &summaries).ok_or_else(|| refusal(choice, &summaries))?;
    all.into_iter().nth(index).ok_or_else(|| refusal(choice, &summaries))
}

fn select(choice: &str, wanted: Option<&str>, all: &[AdapterSummary]) -> Option<usize> {
    let choice = choice.trim().to_lowercase();
    let has = |name: &str, part: &str| name.to_lowercase().contains(&part.to_lowercase());
    let named = |s: &&AdapterSummary| wanted.is_none_or(|w| has(&s.name, w));
    let found = match choice.as_str() {
        "" => None,
        "gpu" => all.iter().find(named),
        "vulkan" | "metal" | "dx12" => all.iter().filter(named).find(|s| s.backend.to_lowercase() == choice),
        _ => match choice.parse::<usize>() {
            Ok(number) => all.get(number),
            Err(_) => all.iter().find(|s| has(&s.name, &choice) || has(&s.driver, &choice)),
        },
    };
    found.map(|s| s.number)
}

fn refusal(choice: &str, all: &[AdapterSummary]) -> Error {
    if all.is_empty() {
        return Error::device(
            format!("no graphics device found for `{choice}`"),
            "install the Vulkan driver of your graphics card (Linux and Windows), or use --device cpu",
        );
    }
    let list: Vec<String> = all.iter().map(|s| format!("{}: {s}", s.number)).collect();
    Error::device(
        format!("no graphics device matches `{choice}`; this machine has {}", list.join("; ")),
        "give `gpu`, `vulkan`, `metal`, `dx12`, a number or a part of a name of this list, or use --device cpu",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(number: usize, name: &str, backend: &str, kind: &'static str) -> AdapterSummary {
        let (name, backend) = (name.to_owned(), backend.to_owned());
        AdapterSummary { number, name, backend, kind, driver: String::new(), binding_limit: 0, buffer_limit: 0 }
    }

    #[test]
    fn a_choice_is_a_word_a_number_or_a_part_of_a_name() {
        let all = [
            summary(0, "NVIDIA RTX 4090", "Vulkan", "discrete"),
            summary(1, "NVIDIA RTX 4090", "Dx12", "discrete"),
            summary(2, "llvmpipe (LLVM 15)", "Vulkan", "software"),
        ];
        for (choice, wanted, index) in [
            ("gpu", None, Some(0)),
            ("GPU", Some("llvm"), Some(2)),
            ("vulkan", None, Some(0)),
            ("dx12", None, Some(1)),
            ("metal", None, None),
            ("2", None, Some(2)),
            ("3", None, None),
            ("LLVMpipe", None, Some(2)),
            ("4090", None, None),
            ("rtx 4090", None, Some(0)),
            ("radeon", None, None),
            ("", None, None),
        ] {
            assert_eq!(select(choice, wanted, &all), index, "{choice}");
        }
        assert!(refusal("radeon", &all).to_string().contains("2: llvmpipe"));
        assert!(refusal("gpu", &[]).to_string().contains("--device cpu"));
    }
}
