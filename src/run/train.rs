//! `[train]`: what is lowered, by which optimizer, for how long.

use super::words::{keras, object, of_outputs};
use crate::base::{Error, Result};
use crate::formats;
use crate::nn::config::{Family, Field, Json, Map, Node, alike, config, word};
use crate::nn::optim::Optimizer;
use crate::nn::schedule::{self, Run, Schedule};
use crate::train::Compile;
use serde_json::json;
use std::sync::Arc;

/// What a run file says of training.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct TrainSection {
    pub loss: Json,
    pub loss_weights: Json,
    pub metrics: Json,
    pub weighted_metrics: Json,
    pub optimizer: Json,
    pub learning_rate: Option<f64>,
    pub schedule: Json,
    /// Whether the optimizer's momentum follows the schedule's.
    pub cycle_momentum: bool,
    pub epochs: usize,
    pub batch_size: usize,
    pub steps_per_epoch: Option<usize>,
    pub validation_steps: Option<usize>,
    pub class_weight: Json,
    pub callbacks: Json,
    /// Steps from one look at activations and gradients to the next; 0: never. Else once an epoch.
    pub observe_every: Option<usize>,
    /// Steps from one checkpoint to the next; else an epoch.
    pub checkpoint_every: Option<usize>,
    /// Checkpoints kept, the newest.
    pub checkpoint_keep: usize,
}

impl Default for TrainSection {
    fn default() -> Self {
        Self {
            loss: Json::Null,
            loss_weights: Json::Null,
            metrics: Json::Null,
            weighted_metrics: Json::Null,
            optimizer: Json::Null,
            learning_rate: None,
            schedule: Json::Null,
            cycle_momentum: false,
            epochs: 1,
            batch_size: 32,
            steps_per_epoch: None,
            validation_steps: None,
            class_weight: Json::Null,
            callbacks: Json::Null,
            observe_every: None,
            checkpoint_every: None,
            checkpoint_keep: 3,
        }
    }
}

config! { TrainSection = "train", TrainSection::default();
    takes loss, loss_weights, metrics, weighted_metrics, optimizer, learning_rate, schedule, cycle_momentum, epochs,
        batch_size, steps_per_epoch, validation_steps, class_weight, callbacks, observe_every, checkpoint_every,
        checkpoint_keep;
}

/// An output of the model: its name, its numbers a row, and whether its labels are numbers of classes.
#[derive(Clone, Debug)]
pub(super) struct Output {
    pub name: String,
    pub width: usize,
    pub classes: bool,
}

impl TrainSection {
    /// Refuses counts of 0.
    ///
    /// # Errors
    /// A count of 0.
    pub fn check(&self) -> Result<()> {
        let counts = [
            ("epochs", Some(self.epochs)),
            ("batch_size", Some(self.batch_size)),
            ("steps_per_epoch", self.steps_per_epoch),
            ("validation_steps", self.validation_steps),
            ("checkpoint_every", self.checkpoint_every),
            ("checkpoint_keep", Some(self.checkpoint_keep)),
        ];
        match counts.iter().find(|(_, count)| *count == Some(0)) {
            Some((key, _)) => Err(Error::request(format!("train.{key}"), "at least 1", 0, "or leave it out")),
            None => Ok(()),
        }
    }

    /// Steps an epoch has with so many samples.
    pub fn steps(&self, samples: usize) -> usize {
        self.steps_per_epoch.unwrap_or_else(|| samples.div_ceil(self.batch_size.max(1)))
    }

    /// Steps from one look into the model to the next, if any.
    pub fn observe(&self, steps: usize) -> Option<usize> {
        Some(self.observe_every.unwrap_or(steps)).filter(|every| *every > 0)
    }

    /// Whether anything is said of how the model is compiled.
    pub fn compiles(&self) -> bool {
        let said =
            [&self.loss, &self.loss_weights, &self.metrics, &self.weighted_metrics, &self.optimizer, &self.schedule];
        self.cycle_momentum || said.iter().any(|json| !json.is_null())
    }

    /// How a model of these outputs is compiled, for epochs of so many steps.
    ///
    /// # Errors
    /// No optimizer; what is not in the vocabulary; fields that do not fit.
    pub fn compile(&self, outputs: &[Output], steps: usize) -> Result<Compile> {
        let names: Vec<String> = outputs.iter().map(|o| o.name.clone()).collect();
        let words = |key: &str, json: &Json| of_outputs(&format!("train.{key}"), json, &names);
        let loss = match &self.loss {
            Json::Null => outputs.iter().map(|o| Json::from(o.loss())).collect::<Vec<_>>().into(),
            json => words("loss", json)?,
        };
        let metrics = match &self.metrics {
            Json::Null => outputs.iter().map(|o| json!(if o.classes { vec!["accuracy"] } else { vec![] })).collect(),
            json => words("metrics", json)?,
        };
        let compiled = json!({
            "optimizer": self.optimizer(steps)?,
            "loss": loss,
            "loss_weights": self.loss_weights,
            "metrics": metrics,
            "weighted_metrics": words("weighted_metrics", &self.weighted_metrics)?,
        });
        let how = formats::settings(&compiled, &names, &[], false).map_err(|error| super::under("train", error))?;
        how.ok_or_else(|| Error::request("train.loss", "a loss", "none", "name one"))
    }

    /// The optimizer with its learning rate, as Keras's object.
    fn optimizer(&self, steps: usize) -> Result<Json> {
        let place = "train.optimizer";
        if self.optimizer.is_null() {
            let help = "write optimizer = \"nadam\", or optimizer = { sgd = { momentum = 0.9 } }, under [train]";
            return Err(Error::request(place, "an optimizer", "none", help));
        }
        let (class, mut fields) = object(place, &self.optimizer)?;
        let known = <dyn Optimizer>::classes();
        let Some(found) = known.iter().find(|c| alike(c.name, &class)) else {
            let words: Vec<String> = known.iter().map(|c| word(c.name)).collect();
            return Err(Error::unknown(place, &class, &words.iter().map(String::as_str).collect::<Vec<_>>()));
        };
        // `sgd = 0.1`
        if let Some(alone) = fields.remove(Node::ALONE) {
            fields.insert("learning_rate".to_owned(), alone);
        }
        let listed = (found.list)();
        let own = fields
            .get("learning_rate")
            .or_else(|| listed.iter().find(|f| f.name == "learning_rate").map(|f| &f.default));
        let number = self.learning_rate.or_else(|| own.and_then(Json::as_f64));
        if let Some(rate) = self.learning_rate {
            fields.insert("learning_rate".to_owned(), rate.write()?);
        }
        if !self.schedule.is_null() {
            let Some(learning_rate) = number else {
                let got = "one in `schedule` and one in the optimizer's learning_rate";
                return Err(Error::request("train.schedule", "one schedule", got, "keep one of them"));
            };
            let run = Run { learning_rate, total_steps: self.epochs as f64 * steps as f64 };
            let schedule = self.schedule(&run, steps)?;
            if self.cycle_momentum {
                cycle(&*schedule, &listed.iter().map(|f| f.name).collect::<Vec<_>>(), &mut fields)?;
            }
            fields.insert("learning_rate".to_owned(), written(&schedule)?);
        } else if self.cycle_momentum {
            let help = "add schedule = \"one_cycle\", or leave cycle_momentum out";
            return Err(Error::request("train.cycle_momentum", "a schedule with a momentum of its own", "none", help));
        }
        Ok(keras(&class, fields))
    }

    /// The schedule, of which what is not said follows from the run.
    fn schedule(&self, run: &Run, steps: usize) -> Result<Arc<dyn Schedule>> {
        let place = "train.schedule";
        let (class, fields) = object(place, &self.schedule)?;
        let name = schedule::names().map(|(name, _)| name).find(|name| alike(name, &class)).unwrap_or(&class);
        let mut words = String::new();
        for (key, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
            let key = if key == Node::ALONE {
                // The first of its own: `exponential_decay = 0.9`.
                schedule::names().find(|(known, _)| *known == name).and_then(|(_, keys)| keys.first().copied())
            } else {
                Some(key.as_str())
            };
            let part = format!("{}={}", key.unwrap_or_default(), in_words(&format!("{place}: {name}"), value, steps)?);
            words.push(if words.is_empty() { ':' } else { ',' });
            words.push_str(&part);
        }
        schedule::named(&format!("{name}{words}"), run).map_err(|error| super::under("train", error))
    }
}

/// A schedule as a file holds it.
fn written(schedule: &Arc<dyn Schedule>) -> Result<Json> {
    if schedule.name() == "constant" { schedule.at(0).write() } else { schedule.write() }
}

/// A value of a schedule's field in words; `"3 epochs"` is so many steps.
fn in_words(place: &str, value: &Json, steps: usize) -> Result<String> {
    match value {
        Json::Array(all) => {
            let words = all.iter().map(|one| in_words(place, one, steps)).collect::<Result<Vec<_>>>()?;
            Ok(words.join(","))
        }
        Json::String(text) => {
            let epochs = text.strip_suffix("epochs").or_else(|| text.strip_suffix("epoch"));
            match epochs.map(|number| number.trim().parse::<f64>()) {
                Some(Ok(epochs)) => Ok((epochs * steps as f64).to_string()),
                Some(Err(_)) => Err(Node::new(place, value).wrong("a length like \"3 epochs\"")),
                None => Ok(text.clone()),
            }
        }
        Json::Object(_) => Err(Node::new(place, value).wrong("a number, a word or a list")),
        other => Ok(other.to_string()),
    }
}

/// Lets the optimizer's momentum follow the schedule's.
fn cycle(schedule: &dyn Schedule, known: &[&str], fields: &mut Map<String, Json>) -> Result<()> {
    let companion = schedule.companion_momentum().ok_or_else(|| {
        let expected = "a schedule with a momentum of its own: one_cycle or one_cycle_lr";
        Error::request("train.cycle_momentum", expected, schedule.name(), "choose one of these, or leave it out")
    })?;
    let name = ["momentum", "beta_1"].into_iter().find(|name| known.contains(name)).ok_or_else(|| {
        let help = "choose sgd, rmsprop or adam's family";
        Error::request("train.cycle_momentum", "an optimizer with momentum or beta_1", "one without", help)
    })?;
    fields.insert("scheduled".to_owned(), json!([name]));
    fields.insert("schedules".to_owned(), json!([written(&companion)?]));
    Ok(())
}

impl Output {
    /// The loss of labels like these.
    fn loss(&self) -> &'static str {
        match (self.classes, self.width) {
            (true, 1) => "binary_crossentropy",
            (true, _) => "sparse_categorical_crossentropy",
            (false, _) => "mean_squared_error",
        }
    }
}
