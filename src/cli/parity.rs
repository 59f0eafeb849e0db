//! `wgrad parity`: every kernel on a device against its judge, the f64 twin.

use super::device::DeviceOptions;
use crate::judge::cases::{calls, stage_sets};
use crate::judge::parity::{CpuTwins, Device, judge, sample_step};
use clap::Args;

/// Options of `wgrad parity`.
#[derive(Args)]
pub struct Options {
    /// Only kernels whose names contain one of these
    kernels: Vec<String>,
    #[command(flatten)]
    device: DeviceOptions,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

#[cfg(feature = "gpu")]
fn device(name: &str) -> crate::base::Result<Box<dyn Device>> {
    use crate::exec::gpu::GpuDevice;
    let gpu = match name {
        "cpu" => None,
        "auto" => GpuDevice::best_hardware()?,
        other => Some(GpuDevice::open(other)?),
    };
    Ok(gpu.map_or_else(|| Box::new(CpuTwins) as Box<dyn Device>, |gpu| Box::new(gpu)))
}

#[cfg(not(feature = "gpu"))]
fn device(_: &str) -> crate::base::Result<Box<dyn Device>> {
    Ok(Box::new(CpuTwins))
}

/// Runs the command.
pub fn run(options: &Options) -> anyhow::Result<()> {
    let device = device(&options.device.device)?;
    if !options.json {
        println!("{}: each kernel against its f64 twin", device.name());
        println!("{:<34} {:>10} {:>10}  dims", "kernel", "worst", "allowed");
    }
    let (mut passed, mut failed) = (0, 0);
    for call in calls() {
        let wanted = options.kernels.is_empty() || options.kernels.iter().any(|k| call.name().contains(k.as_str()));
        if !wanted {
            continue;
        }
        for stages in stage_sets(&*call) {
            let row = judge(&*device, &*call, &stages, sample_step(u32::MAX).rows)?;
            if row.ok {
                passed += 1
            } else {
                failed += 1
            }
            if options.json {
                let line = serde_json::json!({
                    "kernel": row.kernel, "dims": row.dims, "stages": row.stages, "worst": row.worst, "at": row.at,
                    "bound": row.bound, "reason": row.reason, "ok": row.ok, "fault": row.fault,
                });
                println!("{line}");
            } else {
                let verdict = row.fault.map_or_else(String::new, |f| format!("  FAILED: {f}"));
                println!(
                    "{:<34} {:>10.2e} {:>10.2e}  {} {}{verdict}",
                    row.kernel, row.worst, row.bound, row.dims, row.stages
                );
            }
        }
    }
    eprintln!("{passed} passed, {failed} failed");
    anyhow::ensure!(failed == 0, "{failed} of {} comparisons are out of tolerance", passed + failed);
    anyhow::ensure!(passed > 0, "no kernel is called that; `wgrad parity` without names lists all");
    Ok(())
}
