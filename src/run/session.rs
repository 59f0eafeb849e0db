//! A run: the data and the model of a run file, ready to train.

use super::file::RunFile;
use super::shared::Shared;
use super::train::Output;
use super::{callbacks, weights};
use crate::base::{Error, Result, Seed};
use crate::data::{self, Labels, Loaded};
use crate::formats::Checkpoints;
use crate::report::run::{RunFolder, RunTimer};
use crate::report::{InsightLog, Observation};
use crate::train::callback::LambdaCallback;
use crate::train::save::save;
use crate::train::{Device, Fit, History, Model};
use std::cell::Cell;
use std::path::Path;
use std::rc::Rc;
use std::time::SystemTime;

/// Samples whose activations are looked at.
const LOOKED_AT: usize = 64;

/// A run that is ready to train.
pub struct Session {
    file: RunFile,
    /// The data.
    pub data: Loaded,
    /// The model, compiled.
    pub model: Model,
    outputs: Vec<Output>,
    observes: Option<usize>,
    /// What was found of layers while it trained.
    pub observations: Vec<Observation>,
    /// When it last began to train, and how long that took.
    pub(super) started: SystemTime,
    pub(super) timer: RunTimer,
    /// Whether it has begun to train.
    pub(super) begun: Rc<Cell<bool>>,
}

impl RunFile {
    /// The device the file asks for, or `other`.
    ///
    /// # Errors
    /// No such device; float64 on another than the CPU.
    pub fn open_device(&self, other: Option<&str>) -> Result<Device> {
        let name = other.unwrap_or(self.device());
        match (self.precision(), name) {
            ("float64", "cpu" | "auto" | "float64") => Ok(Device::CpuFloat64),
            ("float64", other) => {
                let help = "choose the device cpu, or the precision float32";
                Err(Error::request("precision float64", "the CPU", other, help))
            }
            (_, name) => Device::named(name),
        }
    }

    /// Reads the data.
    ///
    /// # Errors
    /// Data that is missing, damaged, or not as the options say.
    pub fn open_data(&self) -> Result<Loaded> {
        data::open(&self.data.options, self.seed()).map_err(|error| self.document.placed(super::under("data", error)))
    }

    /// Reads the data and makes the model on a device, compiled.
    ///
    /// # Errors
    /// As [`RunFile::open_data`]; layers that do not fit; words that are not in the vocabulary.
    pub fn prepare(&self, device: &Device) -> Result<Session> {
        let data = self.open_data()?;
        self.prepare_with(data, device)
    }

    /// As [`RunFile::prepare`], with data that was read.
    ///
    /// # Errors
    /// As [`RunFile::prepare`].
    pub fn prepare_with(&self, data: Loaded, device: &Device) -> Result<Session> {
        Session::new(self.clone(), data, device).map_err(|error| self.document.placed(error))
    }
}

impl Session {
    fn new(file: RunFile, data: Loaded, device: &Device) -> Result<Self> {
        let named = data.input_names.iter().cloned().zip(data.input_shapes.iter().cloned());
        let inputs: Vec<(String, Vec<usize>)> = named.collect();
        let own = file.train.compiles();
        let built = file.model.build(&inputs, device, Seed(file.seed()), !own)?;
        let mut model = built.model;
        let outputs = outputs(&model, &data.labels)?;
        let batch = file.train.batch_size;
        if batch > data.train.len() {
            let expected = format!("at most the {} training samples of {}", data.train.len(), data.name);
            return Err(Error::request("train.batch_size", expected, batch, "choose a smaller one"));
        }
        let steps = file.train.steps(data.train.len());
        let observes = file.train.observe(steps).filter(|_| !built.compiled);
        if built.compiled {
            if let Some(rate) = file.train.learning_rate {
                model.set_learning_rate(rate)?;
            }
        } else {
            let mut how = file.train.compile(&outputs, steps)?;
            if let Some(every) = observes {
                how = how.observe_every(every as u64);
            }
            model.compile_with(how)?;
        }
        let (started, timer) = (SystemTime::now(), RunTimer::default());
        Ok(Self {
            file,
            data,
            model,
            outputs,
            observes,
            observations: Vec::new(),
            started,
            timer,
            begun: Rc::default(),
        })
    }

    /// The run file.
    pub fn file(&self) -> &RunFile {
        &self.file
    }

    /// Writes what is known before training: the run file as it is carried out, and what the training data decided. Not before
    /// training begins: a run that cannot go on is left as it was.
    fn beginning(&self, folder: &RunFolder) -> Result<LambdaCallback<'static>> {
        let files = [
            (folder.at(RunFolder::RUN_FILE), self.file.resolved()?),
            (folder.at(RunFolder::DATA), format!("{:#}\n", self.data.prepared.to_json())),
        ];
        let begun = self.begun.clone();
        Ok(LambdaCallback::new().on_train_begin(move |_| {
            begun.set(true);
            files.iter().try_for_each(|(path, text)| save(path, text.as_bytes()))
        }))
    }

    /// Steps an epoch has.
    pub fn steps(&self) -> usize {
        self.file.train.steps(self.data.train.len())
    }

    /// Samples a step.
    pub fn batch(&self) -> usize {
        self.file.train.batch_size
    }

    /// The names of the model's outputs.
    pub fn outputs(&self) -> impl Iterator<Item = &str> {
        self.outputs.iter().map(|output| output.name.as_str())
    }

    /// What saves the whole training in a folder, as often as the file says.
    pub fn checkpoints(&self, folder: &Path) -> Checkpoints {
        let saved = Checkpoints::new(folder).keep(self.file.train.checkpoint_keep);
        match self.file.train.checkpoint_every {
            Some(steps) => saved.save_freq(steps),
            None => saved,
        }
    }

    /// Trains as the file says. What is kept of epochs, and the model in the end, lie in `folder`, if there is one; `add` says who else is told, behind
    /// the file's own callbacks.
    ///
    /// # Errors
    /// Callbacks that cannot do what they were asked; a loss that is no longer finite; a device that was lost; a file that
    /// cannot be written.
    pub fn train(
        &mut self,
        folder: Option<&RunFolder>,
        add: impl FnOnce(Fit<'static>) -> Result<Fit<'static>>,
    ) -> Result<History> {
        let train = &self.file.train;
        let place = folder.map_or(Path::new(""), RunFolder::path);
        let placed = |error| self.file.document.placed(error);
        let classes = match self.data.labels.as_slice() {
            [Labels::Classes { names }] => names.as_slice(),
            _ => &[],
        };
        let labels = self.data.train.labels.first().filter(|_| !classes.is_empty());
        let class_weight = weights::read(&train.class_weight, labels, classes).map_err(placed)?;
        self.begun.set(false);
        let timer = Shared::new(RunTimer::default());
        let log = self.observes.map(|every| Shared::new(InsightLog::every(every).only_look()));
        let mut how = Fit::epochs(train.epochs)
            .batch(train.batch_size)
            .shuffle(self.file.data.shuffle)
            .class_weight(&class_weight);
        if let Some(steps) = train.steps_per_epoch {
            how = how.steps_per_epoch(steps);
        }
        if let Some(validation) = &self.data.validation {
            how = how.validation(validation);
        }
        if let Some(steps) = train.validation_steps {
            how = how.validation_steps(steps);
        }
        if let Some(folder) = folder {
            how = how.callback(self.beginning(folder)?);
        }
        for callback in callbacks::read(&train.callbacks, place).map_err(placed)? {
            how = how.callback(callback);
        }
        if let Some(folder) = folder {
            let few: Vec<usize> = (0..self.data.train.len().min(LOOKED_AT)).collect();
            how = folder.callbacks(how, None, self.data.train.select(&few)?);
        }
        if let Some(log) = &log {
            how = how.callback(log.other());
        }
        how = add(how.callback(timer.other()))?;
        self.started = SystemTime::now();
        let history = self.model.fit(&self.data.train, how).map_err(placed);
        self.observations = log.map_or_else(Vec::new, |log| log.read(|log| log.observations().to_vec()));
        self.timer = timer.read(RunTimer::clone);
        let history = history?;
        if let (Some(folder), None) = (folder, history.interrupted) {
            folder.save_model(RunFolder::MODEL, &self.model)?;
        }
        Ok(history)
    }
}

/// The outputs of a model, and what their labels are.
fn outputs(model: &Model, labels: &[Labels]) -> Result<Vec<Output>> {
    let outline = model.outline()?;
    let widths = outline.outputs.iter().map(|(name, node)| {
        let width = outline.nodes.get(*node).and_then(|node| node.shape.last().copied());
        (name.clone(), width.unwrap_or(1))
    });
    let widths: Vec<(String, usize)> = widths.collect();
    if widths.len() != labels.len() {
        let names = widths.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
        let expected = format!("labels for each of the {} outputs: {names}", widths.len());
        let help = "name as many arrays of labels in [data] y, or other `outputs` in [model]";
        return Err(Error::request("data", expected, format!("{} arrays of labels", labels.len()), help));
    }
    let output = |((name, width), labels): ((String, usize), &Labels)| {
        let classes = labels.classes().map(<[String]>::len);
        match classes {
            Some(classes) if width < classes && !(width == 1 && classes == 2) => {
                let expected = format!("{classes} units in the last layer, one a class");
                let help = format!("give it units = {classes}");
                Err(Error::request(format!("model.layers: output `{name}`"), expected, width, help))
            }
            _ => Ok(Output { name, width, classes: classes.is_some() }),
        }
    };
    widths.into_iter().zip(labels).map(output).collect()
}
