//! `wgrad train --from`: a model in a file goes on training, as it was compiled.

use super::arrays::Named;
use super::device::device;
use super::evaluate::labelled;
use super::json::Object;
use super::opened;
use super::signals::Signals;
use super::train::Options;
use super::view::About;
use crate::base::{Error, Result, Seed};
use crate::formats::model_file::ModelFile;
use crate::formats::open;
use crate::nn::{loss, metric, optim};
use crate::report::CsvLogger;
use crate::train::{Compile, Device, Fit, Model};
use clap::Args;
use std::path::{Path, PathBuf};

/// Options of training a model from a file.
#[derive(Args)]
pub struct FromOptions {
    /// A model to go on training with its own optimizer, loss and metrics: .keras, .h5, .safetensors (or its folder)
    #[arg(
        long, value_name = "MODEL", requires_all = ["x", "y", "out"],
        conflicts_with_all = [
            "source", "decay_rate", "schedule", "cycle_momentum", "reduce_lr_on_plateau", "data_dir",
            "hidden", "activation", "initializer", "normalization", "regularizer", "constraint", "dropout", "dropout_kind",
        ],
    )]
    pub from: Option<PathBuf>,
    /// With --from: samples as a NumPy array; of a model with several inputs one for each, as NAME=FILE or in their order
    #[arg(long, value_name = "X.NPY", requires = "from")]
    x: Vec<Named>,
    /// With --from: labels, one array for each output of the model
    #[arg(long, value_name = "Y.NPY", requires = "from")]
    y: Vec<Named>,
    /// With --from: share of the samples, the last ones, that is evaluated after each epoch instead of trained on
    #[arg(long, value_name = "SHARE", requires = "from")]
    validation_split: Option<f64>,
    /// With --from: the loss of a model that was saved without compile settings, which --optimizer and --metric go with
    #[arg(long, value_name = "NAME", requires = "from")]
    loss: Option<String>,
    /// With --from: samples in the order of the files
    #[arg(long, requires = "from")]
    no_shuffle: bool,
    /// With --from: folder for what comes out, model.keras and history.csv; nothing in it is overwritten
    #[arg(long, value_name = "FOLDER", requires = "from")]
    out: Option<PathBuf>,
}

/// Settings of the command line, for a model that has none.
fn settings(options: &Options, name: &str) -> Result<Compile> {
    let metrics = options.metric.iter().map(|name| metric::named(name)).collect::<Result<Vec<_>>>()?;
    let optimizer = optim::named(options.optimizer(), None, None)?;
    Ok(Compile::new(optimizer).loss(loss::named(name)?).metrics(metrics))
}

/// Refuses settings that would not take effect: without --loss the file's are taken.
fn check_settings(options: &Options) -> Result<()> {
    let given = [("--optimizer", options.optimizer.is_some()), ("--metric", !options.metric.is_empty())];
    match given.iter().find(|(_, given)| *given) {
        None => Ok(()),
        Some((option, _)) => {
            let expected = "no settings beside those of the file, or all of them";
            let help = "add --loss, which takes the place of the file's settings, or leave it out";
            Err(Error::request("--from", expected, format!("{option} without --loss"), help))
        }
    }
}

fn model(options: &Options, path: &Path, file: &dyn ModelFile, device: &Device) -> Result<Model> {
    let mut model = match &options.from.loss {
        None => {
            check_settings(options)?;
            let help = "give --loss and --optimizer, or compile it before it is saved";
            opened::compiled(path, file, device, options.seed, help)?
        }
        Some(name) => {
            let mut model = file.build(device, Seed(options.seed))?;
            model.compile_with(settings(options, name)?)?;
            model
        }
    };
    if let Some(rate) = options.learning_rate {
        model.set_learning_rate(rate)?;
    }
    Ok(model)
}

/// The files of a run, in a folder that is made; none of them may be there, but the history of one that goes on.
fn files(folder: &Path, resumes: bool) -> Result<[PathBuf; 2]> {
    std::fs::create_dir_all(folder).map_err(|source| Error::Write {
        path: folder.to_owned(),
        source,
        help: "check the permissions and the room on the disk",
    })?;
    let files = ["model.keras", "history.csv"].map(|name| folder.join(name));
    match files.iter().take(if resumes { 1 } else { 2 }).find(|f| f.exists()) {
        None => Ok(files),
        Some(taken) => {
            let got = format!("{}, which is there", taken.display());
            Err(Error::request("--out", "a folder without the files of another run", got, "choose another folder"))
        }
    }
}

/// Runs the command.
pub fn run(options: &Options, path: &Path) -> anyhow::Result<()> {
    let from = &options.from;
    let device = device(&options.device)?;
    let file = open(path)?;
    let mut model = model(options, path, &*file, &device)?;
    let samples = labelled(&from.x, &from.y, &model)?;
    let [saved, history] = files(from.out.as_deref().unwrap_or(Path::new(".")), options.checkpoint.resumes())?;
    let (talk, [_, trainable, _]) = (&options.talk, model.parameters());
    talk.note(format_args!("{}: {} samples, {trainable} trainable parameters", path.display(), samples.len()));
    talk.note(format_args!("Device: {device}"));
    let signals = Signals::default();
    let how = Fit::epochs(options.epochs.unwrap_or(1)).batch(options.batch_size).shuffle(!from.no_shuffle);
    let mut how = options.checkpoint.add(how, &signals)?.callback(CsvLogger::new(&history));
    if let Some(steps) = options.steps_per_epoch {
        how = how.steps_per_epoch(steps);
    }
    if let Some(share) = from.validation_split {
        how = how.validation_split(share);
    }
    let about = About {
        title: format!("{}, {} samples", path.display(), samples.len()),
        device: device.to_string(),
        memory: model.memory(options.batch_size)?.allocated,
        samples: samples.len(),
    };
    how = options.view.board(how, &samples)?;
    how = options.view.watch(how, talk, &about, &signals)?;
    signals.told(&model.fit(&samples, how)?)?;
    model.save(&saved)?;
    let told = saved.display();
    talk.result(format_args!("Saved: {told}"), || Object::new("result").with("saved", told.to_string()));
    Ok(())
}
