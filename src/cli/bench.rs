//! `wgrad bench`: every kernel of two real training steps, against what the device can do at best.

use super::device::{DeviceOptions, Precision, executor};
use super::{part_of, whole};
use crate::base::{Result, Seed};
use crate::judge::peak;
use crate::nn::act::Activation;
use crate::nn::layer::{BatchNormalization, Dense, Dropout};
use crate::nn::loss::SparseCategoricalCrossentropy;
use crate::nn::optim::{Adam, Nadam};
use crate::plan::{Plan, Program};
use crate::run::RunFile;
use crate::train::{Device, Sequential};
use clap::Args;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Options of `wgrad bench`. The peak is that of multiply-adds, or of a copy beyond the caches, whichever is nearer: what
/// stays in a cache passes 100 %.
#[derive(Args)]
pub struct Options {
    /// Only kernels whose names contain one of these
    kernels: Vec<String>,
    /// The kernels of a run file's training step instead
    #[arg(long, value_name = "RUN.toml")]
    run: Option<PathBuf>,
    #[command(flatten)]
    device: DeviceOptions,
    /// Times each kernel is run, at least once; the shortest counts
    #[arg(long, default_value_t = 10, value_parser = whole::<usize>, allow_negative_numbers = true)]
    repeats: usize,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

/// The textbook's net at batch 128, and a wide one at batch 512.
fn models() -> Result<Vec<(String, Plan)>> {
    let loss = SparseCategoricalCrossentropy::new();
    let mut book = Sequential::new(&[784]).add(BatchNormalization::new());
    for units in [300, 100] {
        book = book.add(Dense::new(units)).add(BatchNormalization::new()).add(Activation::ELU).add(Dropout::new(0.2));
    }
    let book = book.add(Dense::new(10).activation(Activation::Softmax));
    let wide = Sequential::new(&[784])
        .add(Dense::new(2048).activation(Activation::RELU))
        .add(Dense::new(2048).activation(Activation::RELU))
        .add(Dense::new(10).activation(Activation::Softmax));
    Ok(vec![
        ("book".to_owned(), book.compile(Nadam::new(1e-3), loss, 128, Seed(1))?.plan),
        ("wide".to_owned(), wide.compile(Adam::new(1e-3), loss, 512, Seed(1))?.plan),
    ])
}

/// The training step of a run file.
fn of_run(path: &Path) -> Result<(String, Plan, usize)> {
    let session = RunFile::open(path, &[] as &[&str])?.prepare(&Device::Cpu)?;
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    Ok((name, session.model.plan(session.batch())?, session.batch()))
}

/// Says what all kernels of a step take together.
fn tell_step(json: bool, model: &str, batch: usize, seconds: f64) {
    let (ms, samples) = (seconds * 1e3, batch as f64 / seconds);
    if json {
        println!("{}", serde_json::json!({"model": model, "step_ms": ms, "samples_per_second": samples}));
    } else {
        println!("all kernels of a step: {ms:.3} ms, {samples:.0} samples/s of {batch} a step");
    }
}

/// Runs the command.
pub fn run(options: &Options) -> anyhow::Result<()> {
    let (models, batch) = match &options.run {
        None => (models()?, None),
        Some(path) => {
            let (name, plan, batch) = of_run(path)?;
            (vec![(name, plan)], Some(batch))
        }
    };
    let dispatches = models.iter().flat_map(|(_, plan)| plan.program(Program::Train));
    let mut names: Vec<&str> = dispatches.map(|d| d.call.name()).collect();
    names.sort_unstable();
    names.dedup();
    part_of("wgrad bench: kernel", &options.kernels, &names)?;
    // Bytes are counted as float32's below.
    let wide = if options.device.precision == Precision::Float64 { 2.0 } else { 1.0 };
    // Small on a processor, enough to fill a large card.
    let mut probe = executor(&options.device, peak::plan(1 << 16, 512)?)?;
    let mut peak = peak::measure(&mut *probe)?;
    if peak.flops > 2e12 {
        probe = executor(&options.device, peak::plan(1 << 21, 4096)?)?;
        peak = peak::measure(&mut *probe)?;
    }
    peak.bytes *= wide;
    let device = probe.device();
    drop(probe);
    if options.json {
        let line =
            serde_json::json!({"device": device, "peak_gflops": peak.flops / 1e9, "peak_gb_s": peak.bytes / 1e9});
        println!("{line}");
    } else {
        println!("{device}: peak {:.1} GFLOP/s, {:.1} GB/s measured", peak.flops / 1e9, peak.bytes / 1e9);
        println!("{:<30} {:>10} {:>10} {:>9} {:>6}  dims", "kernel", "µs", "GFLOP/s", "GB/s", "peak");
    }
    let mut seen: HashMap<(&str, String), f64> = HashMap::new();
    for (model, plan) in &models {
        let mut executor = executor(&options.device, plan.clone())?;
        let mut step = 0.0;
        for (i, d) in plan.program(Program::Train).iter().enumerate() {
            let (name, dims) = (d.call.name(), d.call.dims());
            let wanted = options.kernels.is_empty() || options.kernels.iter().any(|k| name.contains(k.as_str()));
            if let Some(seconds) = seen.get(&(name, dims.clone())) {
                step += seconds;
                continue;
            }
            if !wanted {
                continue;
            }
            executor.time(Program::Train, i, 1)?;
            let seconds = executor.time(Program::Train, i, options.repeats)?.as_secs_f64().max(1e-9);
            seen.insert((name, dims.clone()), seconds);
            step += seconds;
            let (reads, writes) = (d.call.reads(), d.call.writes());
            let numbers: usize = reads.iter().chain(&writes).map(|a| a.1).sum();
            let (flops, bytes) = (d.call.flops() as f64 / seconds, numbers as f64 * 4.0 * wide / seconds);
            let share = (flops / peak.flops).max(bytes / peak.bytes);
            if options.json {
                let line = serde_json::json!({
                    "model": model, "kernel": name, "dims": dims, "us": seconds * 1e6,
                    "gflops": flops / 1e9, "gb_s": bytes / 1e9, "share_of_peak": share,
                });
                println!("{line}");
            } else {
                let (us, gflops, gbs, percent) = (seconds * 1e6, flops / 1e9, bytes / 1e9, share * 100.0);
                println!("{name:<30} {us:>10.1} {gflops:>10.2} {gbs:>9.2} {percent:>5.0}%  {dims}");
            }
        }
        if let (Some(batch), true) = (batch, options.kernels.is_empty()) {
            tell_step(options.json, model, batch, step);
        }
    }
    Ok(())
}
