//! The training workloads of `docs/measurements.md`, one JSON line each: steps a second, start-up, loss.
//!
//! `cargo run --release --example workloads -- [W1 W1b W2 W2b W3] [--device cpu|gpu|…] [--data DIR]`, where DIR holds
//! `fashion_train_x.bin`, `fashion_train_y.bin`, `cifar_train_x.bin`, `cifar_train_y.bin` as raw bytes. Without it, and
//! with `--quick`, the samples are made up: they change the loss but not the work.

use anyhow::Context;
use std::path::Path;
use std::time::Instant;
use wgrad::base::{RowData, Rows, Seed};
use wgrad::exec::{Executor, cpu::CpuExecutor};
use wgrad::nn::act::Activation;
use wgrad::nn::init::HeNormal;
use wgrad::nn::layer::{BatchNormalization, Dense};
use wgrad::nn::loss::{BATCH_LOSS, SparseCategoricalCrossentropy};
use wgrad::nn::optim::{Adam, Nadam};
use wgrad::plan::Plan;
use wgrad::train::{Compiled, Sequential, Trainer};

/// Seconds each workload is timed, and steps between two readings of the loss.
const SECONDS: f64 = 8.0;
const LOSS: SparseCategoricalCrossentropy = SparseCategoricalCrossentropy::new();

/// (model, batch, data set, inputs, scale, shift, steps a chunk)
struct Workload {
    model: Compiled,
    batch: usize,
    data: &'static str,
    inputs: usize,
    scale: (f32, f32),
    chunk: usize,
}

fn he(units: usize) -> Dense {
    Dense::new(units).kernel_initializer(HeNormal)
}

fn workload(name: &str) -> anyhow::Result<Workload> {
    let out = || Dense::new(10).activation(Activation::Softmax);
    let unit = (1.0 / 255.0, 0.0);
    Ok(match name {
        "W1" | "W1b" => {
            let batch = if name == "W1" { 32 } else { 128 };
            let mut net = Sequential::new(&[784]).add(BatchNormalization::new());
            for units in [300, 100] {
                net = net.add(he(units).use_bias(false)).add(BatchNormalization::new()).add(Activation::ELU);
            }
            let model = net.add(out()).compile(Nadam::new(1e-3), LOSS, batch, Seed(42))?;
            Workload { model, batch, data: "fashion", inputs: 784, scale: unit, chunk: 50 }
        }
        "W2" | "W2b" => {
            let batch = if name == "W2" { 32 } else { 128 };
            let mut net = Sequential::new(&[3072]);
            for _ in 0..20 {
                net = net.add(he(100).activation(Activation::ELU));
            }
            let model = net.add(out()).compile(Nadam::new(5e-5), LOSS, batch, Seed(42))?;
            Workload { model, batch, data: "cifar", inputs: 3072, scale: (1.0 / 127.5, -1.0), chunk: 25 }
        }
        "W3" => {
            let net = Sequential::new(&[784])
                .add(he(2048).activation(Activation::RELU))
                .add(he(2048).activation(Activation::RELU));
            let model = net.add(out()).compile(Adam::new(1e-3), LOSS, 512, Seed(42))?;
            Workload { model, batch: 512, data: "fashion", inputs: 784, scale: unit, chunk: 4 }
        }
        other => anyhow::bail!("no workload `{other}`; there are W1 W1b W2 W2b W3"),
    })
}

fn samples(w: &Workload, folder: Option<&Path>, count: usize) -> anyhow::Result<(Rows, Rows)> {
    let read = |part: &str| -> anyhow::Result<Vec<u8>> {
        match folder {
            Some(folder) => {
                let path = folder.join(format!("{}_train_{part}.bin", w.data));
                std::fs::read(&path).with_context(|| path.display().to_string())
            }
            None if part == "x" => Ok((0..count * w.inputs).map(|i| (i * 37 % 251) as u8).collect()),
            None => Ok((0..count).map(|i| (i % 10) as u8).collect()),
        }
    };
    let (scale, shift) = w.scale;
    let labels: Vec<f32> = read("y")?.into_iter().map(f32::from).collect();
    Ok((
        Rows { width: w.inputs, data: RowData::Bytes { data: read("x")?.into(), scale, shift } },
        Rows { width: 1, data: RowData::Floats(labels.into()) },
    ))
}

fn executor(device: &str, plan: Plan) -> anyhow::Result<Box<dyn Executor>> {
    #[cfg(feature = "gpu")]
    if device != "cpu" {
        use wgrad::exec::gpu::{GpuDevice, GpuExecutor};
        return Ok(Box::new(GpuExecutor::new(&GpuDevice::open(device)?, plan)?));
    }
    anyhow::ensure!(device == "cpu", "no device `{device}`: built without the feature `gpu`");
    Ok(Box::new(CpuExecutor::<f32>::new(plan)))
}

fn run(name: &str, device: &str, folder: Option<&Path>, seconds: f64) -> anyhow::Result<()> {
    let start = Instant::now();
    let w = workload(name)?;
    let (batch, chunk) = (w.batch, w.chunk);
    let (x, y) = samples(&w, folder, 64 * batch)?;
    let count = y.len();
    let loaded = start.elapsed().as_secs_f64();
    let totals = w.model.totals();
    let mut executor = executor(device, w.model.plan.clone())?;
    let mut trainer = Trainer::new(w.model, &mut *executor, Seed(42));
    let data = trainer.load(x, y, w.data)?;
    trainer.steps(data, count, 0..1)?;
    trainer.executor().read(totals)?;
    let first_step = start.elapsed().as_secs_f64() - loaded;
    let last = count / batch;
    let mut at = 1;
    let mut rates: Vec<f64> = Vec::new();
    let timed = Instant::now();
    let mut loss = 0.0;
    while timed.elapsed().as_secs_f64() < seconds || rates.len() < 3 {
        let first = at % last;
        let next = (first + chunk).min(last);
        let begin = Instant::now();
        trainer.steps(data, count, first..next)?;
        loss = trainer.executor().read(totals)?[BATCH_LOSS];
        if next - first == chunk {
            rates.push(chunk as f64 / begin.elapsed().as_secs_f64());
        }
        at = next;
    }
    rates.sort_by(f64::total_cmp);
    let (low, median, high) = (rates[0], rates[rates.len() / 2], rates[rates.len() - 1]);
    let device = trainer.executor().device();
    println!(
        "{{\"peer\": \"wgrad\", \"backend\": {device:?}, \"workload\": \"{name}\", \"batch\": {batch}, \"steps_per_s\": {median:.2}, \
         \"slowest\": {low:.2}, \"fastest\": {high:.2}, \"startup_s\": {first_step:.3}, \"last_loss\": {loss:.4}}}"
    );
    Ok(())
}

fn main() -> anyhow::Result<()> {
    let mut names = Vec::new();
    let (mut device, mut folder, mut seconds) = ("cpu".to_owned(), None, SECONDS);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--quick" => seconds = 0.0,
            "--device" => device = arguments.next().context("--device wants a name")?,
            "--data" => folder = arguments.next(),
            _ => names.push(argument),
        }
    }
    if names.is_empty() {
        names =
            if seconds == 0.0 { vec!["W1".into()] } else { ["W1", "W1b", "W2", "W2b", "W3"].map(Into::into).into() };
    }
    for name in &names {
        run(name, &device, folder.as_deref().map(Path::new), seconds)?;
    }
    Ok(())
}
