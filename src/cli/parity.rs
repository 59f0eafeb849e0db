//! `wgrad parity`: every kernel on a device against its judge, the f64 twin, and the elementary functions against f64.

use super::device::word;
use super::part_of;
use crate::judge::cases::{calls, stage_sets};
use crate::judge::parity::{CpuTwins, Device, judge, sample_step};
use crate::judge::ulp::{BOUND, ENDS, FUNCTIONS, SAMPLED, sweep};
use crate::nn;
use clap::Args;

/// Options of `wgrad parity`.
#[derive(Args)]
pub struct Options {
    /// Only kernels and elementary functions (exp, log, …) whose names contain one of these
    kernels: Vec<String>,
    /// auto, cpu, gpu, vulkan, metal, dx12, a number of `wgrad devices`, or part of a name
    #[arg(long, default_value = "auto", env = "WGRAD_DEVICE", value_parser = word)]
    device: String,
    /// Every float32 through the elementary functions, not one in some thousands: takes minutes
    #[arg(long)]
    full: bool,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

impl Options {
    fn want(&self, name: &str) -> bool {
        self.kernels.is_empty() || self.kernels.iter().any(|k| name.contains(k.as_str()))
    }
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
fn device(name: &str) -> crate::base::Result<Box<dyn Device>> {
    match name {
        "auto" | "cpu" => Ok(Box::new(CpuTwins)),
        // Says what the program was built without.
        other => crate::train::Device::named(other).map(|_| Box::new(CpuTwins) as Box<dyn Device>),
    }
}

/// One kernel, case and filling after the other; gives how many passed and failed.
fn kernels(options: &Options, device: &dyn Device) -> anyhow::Result<(usize, usize)> {
    if !options.json {
        println!("{}: each kernel against its f64 twin", device.name());
        println!("{:<34} {:>10} {:>10}  dims", "kernel", "worst", "allowed");
    }
    let (mut passed, mut failed) = (0, 0);
    for call in calls().filter(|call| options.want(call.name())) {
        for stages in stage_sets(&*call) {
            let row = judge(device, &*call, &stages, sample_step(u32::MAX).rows)?;
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
    Ok((passed, failed))
}

/// The histogram of each elementary function; gives how many passed and failed.
fn functions(options: &Options, device: &dyn Device) -> anyhow::Result<(usize, usize)> {
    let wanted: Vec<usize> = (0..FUNCTIONS.len()).filter(|f| options.want(FUNCTIONS[*f])).collect();
    let stride = if options.full { 1 } else { SAMPLED };
    if !options.json && !wanted.is_empty() {
        let which = if options.full { "all float32".to_owned() } else { format!("one in {SAMPLED} float32") };
        println!(
            "\nelementary functions over {which}, error in units in the last place, percent of the normal results"
        );
        let ends = ENDS.map(|end| format!("{:>9}", format!("<= {end}"))).concat();
        println!("{:<10} {:>11}{ends}{:>9} {:>8}  at", "function", "numbers", "> 2", "worst");
    }
    let (mut passed, mut failed) = (0, 0);
    for function in wanted {
        let h = sweep(device, function, stride)?;
        if h.ok() {
            passed += 1
        } else {
            failed += 1
        }
        if options.json {
            let line = serde_json::json!({
                "function": h.function, "numbers": h.tried, "ends": ENDS, "counts": h.counts, "worst": h.worst,
                "at": h.at, "bound": BOUND, "ok": h.ok(), "fault": h.fault,
            });
            println!("{line}");
            continue;
        }
        let normal = h.counts.iter().sum::<u64>().max(1) as f64;
        let shares = h.counts.map(|count| format!("{:>9.3}", count as f64 / normal * 100.0)).concat();
        let verdict = match &h.fault {
            Some(fault) => format!("  FAILED: {fault}"),
            None if h.ok() => String::new(),
            None => format!("  FAILED: more than {BOUND} are not allowed"),
        };
        println!("{:<10} {:>11}{shares} {:>8.3}  {:e}{verdict}", h.function, h.tried, h.worst, h.at);
    }
    Ok((passed, failed))
}

/// Runs the command.
pub fn run(options: &Options) -> anyhow::Result<()> {
    let names: Vec<&str> = nn::kernels().map(|k| k.name()).chain(FUNCTIONS).collect();
    part_of("wgrad parity: kernel", &options.kernels, &names)?;
    let device = device(&options.device)?;
    let (kernels, functions) = (kernels(options, &*device)?, functions(options, &*device)?);
    let (passed, failed) = (kernels.0 + functions.0, kernels.1 + functions.1);
    eprintln!("{passed} passed, {failed} failed");
    anyhow::ensure!(failed == 0, "{failed} of {} comparisons are out of tolerance", passed + failed);
    Ok(())
}
