//! `wgrad train`: a run file, or a net on data, with Keras's epoch lines.

use super::asked::{Asked, rates};
use super::checkpoint::CheckpointOptions;
use super::json::Object;
use super::leave::{leave, name_of};
use super::signals::Signals;
use super::talk::Talk;
use super::train_from::FromOptions;
use super::view::{About, ViewOptions};
use super::{run_folder, whole};
use crate::base::{Error, Result};
use crate::data::Loaded;
use crate::nn::config::Json;
use crate::report::run::{RunFolder, RunResult};
use crate::run::{RunFile, Session};
use crate::train::Fit;
use clap::Args;
use std::path::PathBuf;

/// The heading of what says how it is trained.
const TRAINING: &str = "Training";

/// Options of `wgrad train`.
#[derive(Args)]
pub struct Options {
    #[command(flatten)]
    pub(super) asked: Asked,
    /// Times through the data [default: 20 for digits, 3 for fashion-mnist, else as many
    /// as 2,000 steps take, from 10 to 200]
    #[arg(help_heading = TRAINING, long, value_parser = whole::<usize>, allow_negative_numbers = true)]
    pub(super) epochs: Option<usize>,
    /// Learning rate [default: the optimizer's in Keras, 0.001 for most, 0.01 for sgd]
    #[arg(help_heading = TRAINING, long, allow_negative_numbers = true)]
    pub(super) learning_rate: Option<f64>,
    /// What the learning rate is multiplied by over each epoch (exponential decay; 1: constant)
    /// [default: 0.3 for fashion-mnist, else 1]
    #[arg(help_heading = TRAINING, long, allow_negative_numbers = true)]
    pub(super) decay_rate: Option<f64>,
    /// Learning-rate schedule, as name:key=value,key=value: `one_cycle:max_learning_rate=5e-3`, `cosine_decay`, …;
    /// what is not given comes from --learning-rate and the length of the run
    #[arg(help_heading = TRAINING, long, conflicts_with = "decay_rate")]
    pub(super) schedule: Option<String>,
    /// Lets the optimizer's momentum (or beta_1) fall to 0.85 and rise again as the rate of one_cycle rises and falls
    #[arg(help_heading = TRAINING, long)]
    pub(super) cycle_momentum: bool,
    /// Lowers the learning rate when an epoch's number no longer improves, and starts from a constant rate:
    /// `monitor=val_loss,factor=0.5,patience=2,min_delta=1e-4,cooldown=0,min_lr=0`
    #[arg(help_heading = TRAINING, long, value_name = "KEY=VALUE,…", conflicts_with_all = ["schedule", "decay_rate"])]
    pub(super) reduce_lr_on_plateau: Option<String>,
    /// Told in the epoch lines besides loss and accuracy: sparse_top_k_categorical_accuracy, … (may be repeated)
    #[arg(help_heading = TRAINING, long, value_name = "NAME")]
    pub(super) metric: Vec<String>,
    /// At most this many steps an epoch
    #[arg(help_heading = TRAINING, long, visible_alias = "steps", value_parser = whole::<usize>, allow_negative_numbers = true)]
    pub(super) steps_per_epoch: Option<usize>,
    /// Folder for what the run leaves: models, history, curves, report; nothing in it is overwritten
    /// [default: runs/NAME of a run file; else nothing is left]
    #[arg(help_heading = TRAINING, long, value_name = "FOLDER")]
    pub(super) out: Option<PathBuf>,
    #[command(flatten)]
    pub(super) checkpoint: CheckpointOptions,
    #[command(flatten)]
    pub(super) from: FromOptions,
    #[command(flatten)]
    pub(super) view: ViewOptions,
}

impl Options {
    /// Refuses what can be seen to be wrong before anything is read or built.
    fn check(&self) -> Result<()> {
        for (option, given) in [("--epochs", self.epochs), ("--steps-per-epoch", self.steps_per_epoch)] {
            if given == Some(0) {
                return Err(Error::request(option, "at least 1", 0, "leave it out for the default"));
            }
        }
        self.asked.check(&[
            ("--decay-rate", self.decay_rate.is_some()),
            ("--reduce-lr-on-plateau", self.reduce_lr_on_plateau.is_some()),
            ("--metric", !self.metric.is_empty()),
        ])
    }

    /// The run file, with what options put over it; the data too, where there is no file.
    fn file(&self) -> Result<(RunFile, Option<Loaded>)> {
        let decay = if self.asked.is_file() { 1.0 } else { self.asked.defaults().decay_rate };
        let decay = self.decay_rate.unwrap_or(decay);
        let [callbacks, schedule] = rates(self.reduce_lr_on_plateau.as_deref(), self.schedule.as_deref(), decay)?;
        let metrics = [&["accuracy".to_owned()][..], &self.metric].concat();
        let (file, data) = self.asked.file(&[
            ("train.epochs", self.epochs.map(Json::from)),
            ("train.steps_per_epoch", self.steps_per_epoch.map(Json::from)),
            ("train.learning_rate", self.learning_rate.map(Json::from)),
            ("train.schedule", schedule),
            ("train.callbacks", callbacks),
            ("train.cycle_momentum", self.cycle_momentum.then(|| true.into())),
            ("train.metrics", (!self.metric.is_empty()).then(|| metrics.into())),
            ("train.observe_every", self.view.observe_every().map(Json::from)),
            ("train.checkpoint_every", self.checkpoint.every().map(Json::from)),
            ("train.checkpoint_keep", self.checkpoint.keep().map(Json::from)),
        ])?;
        let classes = data.as_ref().is_none_or(|data| data.classes().is_some());
        let file =
            if classes || self.metric.is_empty() { file } else { file.with("train.metrics", self.metric.clone())? };
        Ok((file, data))
    }
}

/// Says what is about to be trained.
fn tell(talk: &Talk, session: &Session) -> Result<()> {
    let data = &session.data;
    let own = data.validation.as_ref().filter(|_| !session.file().validates_on_test());
    let parts = [("validation", own), ("test", data.test.as_ref())];
    let parts = parts.iter().filter_map(|(name, part)| Some(format!(", {} {name}", (*part)?.len())));
    let shapes = data.input_shapes.iter().map(|shape| format!("{shape:?}")).collect::<Vec<_>>().join(", ");
    talk.note(format!(
        "{}: {} training{} samples of shape {shapes}",
        data.name,
        data.train.len(),
        parts.collect::<String>()
    ));
    data.notes.iter().for_each(|told| talk.note(format!("Note: {told}")));
    let memory = session.model.memory(session.batch())?;
    let trainable = session.model.parameters()[1];
    talk.note(format!("{trainable} trainable parameters, {} bytes for training", memory.allocated));
    talk.note(format!("Device: {}", session.model.device()));
    Ok(())
}

/// Runs the command.
pub fn run(options: &Options) -> anyhow::Result<()> {
    options.check()?;
    if let Some(path) = &options.from.from {
        return super::train_from::run(options, path);
    }
    let talk = &options.asked.talk;
    let (file, data) = options.file()?;
    let device = file.open_device(None)?;
    let data = match data {
        Some(data) => data,
        None => talk.phase("data", || file.open_data())?,
    };
    let mut session = talk.phase("model", || file.prepare_with(data, &device))?;
    let folder = run_folder::of(options)?;
    options.checkpoint.check(folder.is_some())?;
    tell(talk, &session)?;
    let result = train(options, &mut session, folder.as_ref())?;
    told(options, &result, folder.as_ref());
    Ok(())
}

/// Trains, and leaves what is left of a run.
fn train(options: &Options, session: &mut Session, folder: Option<&RunFolder>) -> anyhow::Result<RunResult> {
    let signals = Signals::default();
    let own = folder.map(|folder| folder.at(RunFolder::CHECKPOINT));
    let place = options.checkpoint.folder().or(own.as_deref());
    let saving =
        place.map(|place| options.checkpoint.saving(session.checkpoints(place), place, &signals)).transpose()?;
    let about = About {
        title: format!("{}, {} samples", session.data.name, session.data.train.len()),
        device: session.model.device().to_string(),
        memory: session.model.memory(session.batch())?.allocated,
        samples: session.data.train.len().min(session.steps() * session.batch()),
    };
    let samples = session.data.train.clone();
    let add = |mut fit: Fit<'static>| {
        if let Some(saving) = saving {
            fit = fit.callback(saving.tell).callback(saving.checkpoints).stop_handle(&saving.stop);
        }
        let fit = options.view.board(fit, &samples)?;
        options.view.watch(fit, &options.asked.talk, &about, &signals)
    };
    let name = folder.map_or_else(|| session.data.name.clone(), name_of);
    let history = match folder {
        Some(folder) => leave(session, folder, &name, add)?,
        None => session.train(None, add)?,
    };
    let mut result = session.result(&history)?;
    result.name = name;
    if let Some(folder) = folder {
        session.finish(folder, &history, &result)?;
    }
    signals.told(&history)?;
    Ok(result)
}

/// Says what came of it.
fn told(options: &Options, result: &RunResult, folder: Option<&RunFolder>) {
    let part = if result.test.is_empty() { ("Last epoch", &result.last) } else { ("Test", &result.test) };
    let number = |(name, value): &(String, f64)| format!("{name} {value:.4}");
    let (loss, metrics): (Vec<_>, Vec<_>) = part.1.iter().partition(|(name, _)| name == "loss");
    let numbers = metrics.into_iter().chain(loss).map(number).collect::<Vec<_>>().join(", ");
    options.asked.talk.result(format!("{}: {numbers}", part.0), || {
        let object = part.1.iter().fold(Object::new("result"), |object, (name, v)| object.number(name, *v));
        match folder {
            Some(folder) => object.with("run", folder.path().to_string_lossy().as_ref()),
            None => object,
        }
    });
    match folder {
        Some(folder) => {
            let folder = folder.path().display();
            options.asked.talk.note(format!("Run: {folder} (open {folder}/report.html; `wgrad compare {folder} …`)"));
        }
        None if options.asked.run == "digits" => options
            .asked
            .talk
            .note("Next: `wgrad train fashion-mnist`, `wgrad train RUN.toml`, `wgrad devices`, `wgrad train --help`."),
        None => {}
    }
}
