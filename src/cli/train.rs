//! `wgrad train`: a net on real data, with Keras's epoch lines.

use super::checkpoint::CheckpointOptions;
use super::device::{DeviceOptions, device};
use super::json::Object;
use super::net::ModelOptions;
use super::signals::Signals;
use super::talk::Talk;
use super::train_from::FromOptions;
use super::view::{About, ViewOptions};
use super::whole;
use crate::base::{Error, Seed};
use crate::data::{Dataset, Samples, datasets};
use crate::nn::loss::SparseCategoricalCrossentropy;
use crate::nn::schedule::{self, ExponentialDecay, Mode, ReduceLrOnPlateau, Run, Schedule};
use crate::nn::words::Words;
use crate::nn::{metric, optim};
use crate::train::{Compile, Fit};
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use std::sync::Arc;

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
    pub(super) device: DeviceOptions,
    /// Everything random is repeated by this number
    #[arg(long, default_value_t = 42, value_parser = whole::<u64>, allow_negative_numbers = true)]
    pub(super) seed: u64,
    /// Times through the data [default: 20 for digits, 3 for fashion-mnist]
    #[arg(long, value_parser = whole::<usize>, allow_negative_numbers = true)]
    pub(super) epochs: Option<usize>,
    /// Samples a step
    #[arg(long, default_value_t = 32, value_parser = whole::<usize>, allow_negative_numbers = true)]
    pub(super) batch_size: usize,
    /// Learning rate [default: the optimizer's in Keras, 0.001 for most, 0.01 for sgd]
    #[arg(long, allow_negative_numbers = true)]
    pub(super) learning_rate: Option<f64>,
    /// What the learning rate is multiplied by over each epoch (exponential decay; 1: constant)
    /// [default: 1 for digits, 0.3 for fashion-mnist]
    #[arg(long, allow_negative_numbers = true)]
    decay_rate: Option<f64>,
    /// Learning-rate schedule, as name:key=value,key=value: `one_cycle:max_learning_rate=5e-3`, `cosine_decay`, …;
    /// what is not given comes from --learning-rate and the length of the run
    #[arg(long, conflicts_with = "decay_rate")]
    schedule: Option<String>,
    /// Optimizer: nadam, sgd:momentum=0.9,nesterov=true, adamw:weight_decay=0.01, rmsprop:clipnorm=1, … [default: nadam]
    #[arg(long, value_name = "WORDS")]
    pub(super) optimizer: Option<String>,
    /// Lets the optimizer's momentum (or beta_1) fall to 0.85 and rise again as the rate of one_cycle rises and falls
    #[arg(long, requires = "schedule")]
    cycle_momentum: bool,
    /// Lowers the learning rate when an epoch's number no longer improves, and starts from a constant rate:
    /// `monitor=val_loss,factor=0.5,patience=2,min_delta=1e-4,cooldown=0,min_lr=0`
    #[arg(long, value_name = "KEY=VALUE,…", conflicts_with_all = ["schedule", "decay_rate"])]
    reduce_lr_on_plateau: Option<String>,
    /// Told in the epoch lines besides loss and accuracy: sparse_top_k_categorical_accuracy, … (may be repeated)
    #[arg(long, value_name = "NAME")]
    pub(super) metric: Vec<String>,
    /// At most this many steps an epoch
    #[arg(long, visible_alias = "steps", value_parser = whole::<usize>, allow_negative_numbers = true)]
    pub(super) steps_per_epoch: Option<usize>,
    /// Folder with the data files; else $WGRAD_DATA, the XDG data folder and Debian's are searched
    #[arg(long)]
    data_dir: Option<PathBuf>,
    #[command(flatten)]
    pub(super) checkpoint: CheckpointOptions,
    #[command(flatten)]
    model: ModelOptions,
    #[command(flatten)]
    pub(super) from: FromOptions,
    #[command(flatten)]
    pub(super) talk: Talk,
    #[command(flatten)]
    pub(super) view: ViewOptions,
}

impl Options {
    /// The optimizer asked for, in words.
    pub(super) fn optimizer(&self) -> &str {
        self.optimizer.as_deref().unwrap_or("nadam")
    }
}

/// `factor=0.5,patience=2` as what reduces the learning rate.
fn plateau(words: &str) -> anyhow::Result<ReduceLrOnPlateau> {
    let words = Words::parse("callback", &format!("reduce_lr_on_plateau:{words}"))?;
    let keys = ["monitor", "mode", "factor", "patience", "min_delta", "cooldown", "min_lr"];
    if let Some(key) = words.keys().find(|key| !keys.contains(key)) {
        return Err(Error::unknown("reduce_lr_on_plateau: parameter", key, &keys).into());
    }
    let d = ReduceLrOnPlateau::default();
    let made = ReduceLrOnPlateau {
        monitor: words.text("monitor").map_or(d.monitor, str::to_owned),
        mode: words.one_of("mode", &[("min", Mode::Min), ("max", Mode::Max), ("auto", Mode::Auto)])?.unwrap_or(d.mode),
        factor: words.number("factor")?.unwrap_or(d.factor),
        patience: words.count("patience")?.map_or(d.patience, u64::from),
        min_delta: words.number("min_delta")?.unwrap_or(d.min_delta),
        cooldown: words.count("cooldown")?.map_or(d.cooldown, u64::from),
        min_lr: words.number("min_lr")?.unwrap_or(d.min_lr),
        state: d.state,
    };
    made.check()?;
    Ok(made)
}

/// Refuses what can be seen to be wrong before anything is read or built.
fn check(options: &Options) -> crate::base::Result<()> {
    for (option, given) in [("--epochs", options.epochs), ("--steps-per-epoch", options.steps_per_epoch)] {
        if given == Some(0) {
            return Err(Error::request(option, "at least 1", 0, "leave it out for the default"));
        }
    }
    if let (Source::Digits, Some(folder)) = (options.source, &options.data_dir) {
        let help = "leave it out, or train on fashion-mnist";
        return Err(Error::request(
            "--data-dir",
            "a data set read from files",
            format!("digits, which are inside the program, and {}", folder.display()),
            help,
        ));
    }
    Ok(())
}

/// Refuses a batch that one of the two sets cannot fill.
fn check_batch(batch: usize, train: &Dataset, test: &Dataset) -> crate::base::Result<()> {
    for (part, data) in [("training", train), ("test", test)] {
        if batch > data.len() {
            let most = format!("at most the {} {part} samples of {}", data.len(), data.name);
            return Err(Error::request("batch size", most, batch, "choose a smaller --batch-size"));
        }
    }
    Ok(())
}

/// Runs the command.
pub fn run(options: &Options) -> anyhow::Result<()> {
    check(options)?;
    if let Some(path) = &options.from.from {
        return super::train_from::run(options, path);
    }
    let (hidden, epochs, decay) = match options.source {
        Source::Digits => (&[64, 32][..], 20, 1.0),
        Source::FashionMnist => (&[300, 100][..], 3, 0.3),
    };
    let (train, test) = options.talk.phase("Data read", || match options.source {
        Source::Digits => datasets::digits(),
        Source::FashionMnist => datasets::fashion_mnist(options.data_dir.as_deref()),
    })?;
    check_batch(options.batch_size, &train, &test)?;
    let epochs = options.epochs.unwrap_or(epochs);
    let loss = SparseCategoricalCrossentropy::new();
    let net = options.model.net(&train, hidden)?;
    let plateau = options.reduce_lr_on_plateau.as_deref().map(plateau).transpose()?;
    let limit = options.steps_per_epoch.unwrap_or(usize::MAX);
    // A batch size of 0 is refused by `compile`, which wants the schedule.
    let batches = train.len().div_ceil(options.batch_size.max(1));
    let steps = batches.min(limit);
    let learning_rate = match options.learning_rate {
        Some(rate) => rate,
        None => optim::named(options.optimizer(), None, None)?.learning_rate(0),
    };
    let total_steps = epochs as f64 * steps as f64;
    let schedule: Arc<dyn Schedule> = match &options.schedule {
        Some(words) => schedule::named(words, &Run { learning_rate, total_steps })?,
        None if plateau.is_some() => Arc::new(learning_rate),
        None => {
            let decay_rate = options.decay_rate.unwrap_or(decay);
            Arc::new(ExponentialDecay::new(learning_rate, batches as f64, decay_rate))
        }
    };
    let momentum = if options.cycle_momentum {
        let companion = schedule.companion_momentum().ok_or_else(|| {
            let wanted = "a schedule with a momentum of its own: one_cycle or one_cycle_lr";
            Error::request("--cycle-momentum", wanted, schedule.name(), "choose one of these, or leave the option out")
        })?;
        Some(companion)
    } else {
        None
    };
    let optimizer = optim::named(options.optimizer(), Some(schedule), momentum)?;
    let metrics = options.metric.iter().map(|name| metric::named(name)).collect::<Result<Vec<_>, _>>()?;
    let device = device(&options.device)?;
    let mut model = net.build(&device, Seed(options.seed))?;
    let how = Compile::new(optimizer).loss(loss).metrics("accuracy").metrics(metrics);
    model.compile_with(options.view.observe(how))?;
    let memory = model.memory(options.batch_size)?;
    let (talk, [_, trainable, _]) = (&options.talk, model.parameters());
    let (name, training, tests, shape) = (&train.name, train.len(), test.len(), &train.sample_shape);
    talk.note(format_args!("{name}: {training} training and {tests} test samples of shape {shape:?}"));
    talk.note(format_args!("{trainable} trainable parameters, {} bytes for training", memory.allocated));
    talk.note(format_args!("Device: {device}"));
    let signals = Signals::default();
    let how = Fit::epochs(epochs).batch(options.batch_size).validation(&test);
    let samples = train.len().min(steps * options.batch_size);
    let mut how = options.checkpoint.add(how, &signals)?;
    if let Some(steps) = options.steps_per_epoch {
        how = how.steps_per_epoch(steps.min(batches));
    }
    if let Some(plateau) = plateau {
        how = how.callback(plateau);
    }
    let about = About {
        title: format!("{}, {} samples, {}", train.name, train.len(), options.optimizer()),
        device: device.to_string(),
        memory: memory.allocated,
        samples,
    };
    how = options.view.board(how, &Samples::from(&train))?;
    how = options.view.watch(how, &options.talk, &about, &signals)?;
    signals.told(&model.fit(&train, how)?)?;
    let tested = model.evaluate(&test)?;
    let (accuracy, loss) = (tested.get("accuracy").unwrap_or_default(), tested.loss());
    talk.result(format_args!("Test: accuracy {accuracy:.4}, loss {loss:.4}"), || Object::new("result").logs(&tested));
    if options.source == Source::Digits {
        talk.note("Next: `wgrad train fashion-mnist`, `wgrad devices`, `wgrad train --help`.");
    }
    Ok(())
}
