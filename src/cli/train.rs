//! `wgrad train`: a net on real data, with Keras's epoch lines.

use super::device::{DeviceOptions, executor};
use super::progress::EpochLine;
use crate::base::Seed;
use crate::data::{Dataset, datasets};
use crate::nn::act::Activation;
use crate::nn::init::HeNormal;
use crate::nn::layer::{BatchNormalization, Dense, Dropout, Flatten};
use crate::nn::loss::SparseCategoricalCrossentropy;
use crate::nn::optim::Nadam;
use crate::nn::schedule::{self, ExponentialDecay, Run, Schedule};
use crate::plan::Role;
use crate::train::{Sequential, Trainer};
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// The data sets the program knows by name.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Source {
    /// 1,797 images of 8×8, inside the program
    Digits,
    /// 70,000 images of 28×28, from files
    FashionMnist,
}

/// Options of `wgrad train`.
#[derive(Args)]
pub struct Options {
    /// What to train on
    #[arg(value_enum, default_value = "digits")]
    source: Source,
    #[command(flatten)]
    device: DeviceOptions,
    /// Everything random is repeated by this number
    #[arg(long, default_value_t = 42)]
    seed: u64,
    /// Times through the data [default: 20 for digits, 3 for fashion-mnist]
    #[arg(long)]
    epochs: Option<usize>,
    /// Samples a step
    #[arg(long, default_value_t = 32)]
    batch_size: usize,
    /// Learning rate of Nadam
    #[arg(long, default_value_t = 1e-3)]
    learning_rate: f64,
    /// What the learning rate is multiplied by over each epoch (exponential decay; 1: constant)
    /// [default: 1 for digits, 0.3 for fashion-mnist]
    #[arg(long)]
    decay_rate: Option<f64>,
    /// Learning-rate schedule, as name:key=value,key=value: `one_cycle:max_learning_rate=5e-3`, `cosine_decay`, …;
    /// what is not given comes from --learning-rate and the length of the run
    #[arg(long, conflicts_with = "decay_rate")]
    schedule: Option<String>,
    /// Share dropped before the last layer while training
    #[arg(long, default_value_t = 0.0)]
    dropout: f64,
    /// At most this many steps an epoch
    #[arg(long)]
    steps_per_epoch: Option<usize>,
    /// Folder with the data files; else $WGRAD_DATA, the XDG data folder and Debian's are searched
    #[arg(long)]
    data_dir: Option<PathBuf>,
}

/// The textbook's net: batch normalisation before every layer, He initialisation, ELU.
fn net(data: &Dataset, hidden: &[usize], dropout: f64) -> Sequential {
    let mut net = Sequential::new(&data.sample_shape).add(Flatten).add(BatchNormalization::new());
    for units in hidden {
        net = net
            .add(Dense::new(*units).kernel_initializer(HeNormal))
            .add(BatchNormalization::new())
            .add(Activation::ELU);
    }
    if dropout != 0.0 {
        net = net.add(Dropout::new(dropout));
    }
    net.add(Dense::new(data.classes).activation(Activation::Softmax))
}

/// Runs the command.
pub fn run(options: &Options) -> anyhow::Result<()> {
    let ((train, test), hidden, epochs, decay) = match options.source {
        Source::Digits => (datasets::digits()?, &[64, 32][..], 20, 1.0),
        Source::FashionMnist => (datasets::fashion_mnist(options.data_dir.as_deref())?, &[300, 100][..], 3, 0.3),
    };
    let epochs = options.epochs.unwrap_or(epochs);
    let loss = SparseCategoricalCrossentropy::new();
    let net = net(&train, hidden, options.dropout);
    let limit = options.steps_per_epoch.unwrap_or(usize::MAX);
    // A batch size of 0 is refused by `compile`, which wants the schedule.
    let batches = train.len().div_ceil(options.batch_size.max(1));
    let steps = batches.min(limit);
    let schedule: Arc<dyn Schedule> = match &options.schedule {
        Some(words) => {
            let total_steps = epochs as f64 * steps as f64;
            schedule::named(words, &Run { learning_rate: options.learning_rate, total_steps })?
        }
        None => {
            let decay_rate = options.decay_rate.unwrap_or(decay);
            Arc::new(ExponentialDecay::new(options.learning_rate, batches as f64, decay_rate))
        }
    };
    let compiled = net.compile(Nadam::new(schedule), loss, options.batch_size, Seed(options.seed))?;
    let count = |role| compiled.plan.of_role(role).map(|v| compiled.plan.values[v.0].len()).sum::<usize>();
    let mut executor = executor(&options.device, compiled.plan.clone())?;
    eprintln!(
        "{}: {} training and {} test samples of shape {:?}",
        train.name,
        train.len(),
        test.len(),
        train.sample_shape
    );
    eprintln!(
        "{} trainable parameters, {} bytes in {} buffers, {} dispatches a step",
        count(Role::Param),
        compiled.plan.bytes(),
        compiled.plan.buffers.len(),
        compiled.plan.programs[0].len()
    );
    eprintln!("Device: {}", executor.device());
    let mut trainer = Trainer::new(compiled, &mut *executor, Seed(options.seed));
    let train_id = trainer.load(train.x(), train.y(), &train.name)?;
    let test_id = trainer.load(test.x(), test.y(), &test.name)?;
    for epoch in 1..=epochs {
        let line = EpochLine::begin(epoch, epochs, steps);
        let every = Duration::from_millis(250);
        let mut look = |done: usize, _: usize, so_far: &crate::train::Epoch| line.look(done, so_far);
        let trained = trainer.epoch(train_id, train.len(), limit, every, &mut look)?;
        let tested = trainer.evaluate(test_id, test.len())?;
        line.end(&trained, &tested);
    }
    let tested = trainer.evaluate(test_id, test.len())?;
    println!("Test: accuracy {:.4}, loss {:.4}", tested.accuracy, tested.loss);
    if options.source == Source::Digits {
        eprintln!("Next: `wgrad train fashion-mnist`, `wgrad devices`, `wgrad train --help`.");
    }
    Ok(())
}
