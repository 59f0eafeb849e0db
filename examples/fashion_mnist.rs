//! The textbook's net on Fashion-MNIST: batch normalisation, He initialisation, ELU, Nadam.
//!
//! `cargo run --release --example fashion_mnist` (with `--quick`: a few steps on the built-in digits).

use std::time::Duration;
use wgrad::base::Seed;
use wgrad::data::datasets;
use wgrad::exec::cpu::CpuExecutor;
use wgrad::nn::act::Activation;
use wgrad::nn::init::HeNormal;
use wgrad::nn::layer::{BatchNormalization, Dense, Flatten};
use wgrad::nn::loss::SparseCategoricalCrossentropy;
use wgrad::nn::optim::Nadam;
use wgrad::train::{Sequential, Trainer};

fn main() -> anyhow::Result<()> {
    let quick = std::env::args().any(|a| a == "--quick");
    let (train, test) = if quick { datasets::digits()? } else { datasets::fashion_mnist(None)? };
    let hidden = |units| Dense::new(units).kernel_initializer(HeNormal);
    let model = Sequential::new(&train.sample_shape)
        .add(Flatten)
        .add(BatchNormalization::new())
        .add(hidden(300))
        .add(BatchNormalization::new())
        .add(Activation::ELU)
        .add(hidden(100))
        .add(BatchNormalization::new())
        .add(Activation::ELU)
        .add(Dense::new(train.classes).activation(Activation::Softmax))
        .compile(Nadam::new(1e-3), SparseCategoricalCrossentropy::new(), 32, Seed(42))?;
    let mut device = CpuExecutor::<f32>::new(model.plan.clone());
    let mut trainer = Trainer::new(model, &mut device, Seed(42));
    let train_id = trainer.load(train.x(), train.y(), &train.name)?;
    let test_id = trainer.load(test.x(), test.y(), &test.name)?;
    let steps = if quick { 5 } else { usize::MAX };
    for epoch in 1..=3 {
        let seen = trainer.epoch(train_id, train.len(), steps, Duration::from_secs(5), &mut |done, of, so_far| {
            println!("  {done}/{of}: loss {:.4}", so_far.loss);
        })?;
        println!("epoch {epoch}: accuracy {:.4}, loss {:.4}", seen.accuracy, seen.loss);
    }
    let seen = trainer.evaluate(test_id, test.len())?;
    println!("test: accuracy {:.4}, loss {:.4}", seen.accuracy, seen.loss);
    Ok(())
}
