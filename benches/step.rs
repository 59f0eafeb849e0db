//! µs a training step, by depth, width and batch: on the CPU, and on the best GPU with the host's share apart.
#![allow(missing_docs, reason = "criterion's macros make undocumented items")]

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use wgrad::base::{RowData, Rows, Seed};
use wgrad::exec::{DataId, Executor, cpu::CpuExecutor};
use wgrad::kernel::Step;
use wgrad::nn::act::Activation;
use wgrad::nn::layer::Dense;
use wgrad::nn::loss::SparseCategoricalCrossentropy;
use wgrad::nn::optim::Adam;
use wgrad::plan::Program;
use wgrad::train::{Compiled, Sequential};

/// (hidden layers, width, batch)
const SHAPES: [(usize, usize, usize); 5] = [(2, 100, 32), (2, 300, 32), (2, 300, 128), (8, 100, 32), (20, 100, 32)];
const INPUTS: usize = 784;

fn model(depth: usize, width: usize, batch: usize) -> Compiled {
    let mut net = Sequential::new(&[INPUTS]);
    for _ in 0..depth {
        net = net.add(Dense::new(width).activation(Activation::ELU));
    }
    let net = net.add(Dense::new(10).activation(Activation::Softmax));
    net.compile(Adam::new(1e-3), SparseCategoricalCrossentropy::new(), batch, Seed(1)).expect("a valid net")
}

fn load(executor: &mut dyn Executor, model: &Compiled, samples: usize) -> DataId {
    let x = Rows {
        width: INPUTS,
        data: RowData::Bytes { data: vec![7; samples * INPUTS].into(), scale: 1.0 / 255.0, shift: 0.0 },
    };
    let y = Rows { width: 1, data: RowData::Floats(vec![3.0; samples].into()) };
    executor.load(&[(model.x(), x), (model.y(), y)]).expect("fits the model")
}

/// One call of the closure is one submit of `steps_per_submit` steps; the figure is for the submit.
fn steps(c: &mut Criterion, kind: &str, make: impl Fn(&Compiled) -> Box<dyn Executor>) {
    let mut group = c.benchmark_group(kind);
    group.sample_size(10);
    for (depth, width, batch) in SHAPES {
        let model = model(depth, width, batch);
        let mut executor = make(&model);
        let count = executor.steps_per_submit();
        let data = load(&mut *executor, &model, batch * count);
        let all: Vec<Step> = (0..count as u32)
            .map(|index| Step { index, rows: batch as u32, learning_rate: 1e-3, coef: [1.0; 8], ..Step::default() })
            .collect();
        let name = format!("{depth}x{width} batch {batch} x{count} steps");
        group.bench_function(BenchmarkId::new("whole", &name), |b| {
            b.iter(|| {
                executor.run(Program::Train, data, 0, &all).expect("runs");
                executor.wait().expect("runs");
            });
        });
        // Without waiting for the device in the timed part: what the host spends on handing a submit over.
        group.bench_function(BenchmarkId::new("hand over", &name), |b| {
            b.iter_custom(|times| {
                let mut spent = std::time::Duration::ZERO;
                for _ in 0..times {
                    let start = std::time::Instant::now();
                    executor.run(Program::Train, data, 0, &all).expect("runs");
                    spent += start.elapsed();
                    executor.wait().expect("runs");
                }
                spent
            });
        });
    }
    group.finish();
}

fn cpu(c: &mut Criterion) {
    steps(c, "cpu", |m| Box::new(CpuExecutor::<f32>::new(m.plan.clone())));
}

#[cfg(feature = "gpu")]
fn gpu(c: &mut Criterion) {
    use wgrad::exec::gpu::{GpuDevice, GpuExecutor};
    match GpuDevice::open("gpu") {
        Ok(device) => {
            steps(c, "gpu", |m| Box::new(GpuExecutor::new(&device, m.plan.clone()).expect("fits the device")));
        }
        Err(error) => eprintln!("no GPU steps: {error}"),
    }
}

#[cfg(not(feature = "gpu"))]
fn gpu(_: &mut Criterion) {}

criterion_group!(benches, cpu, gpu);
criterion_main!(benches);
