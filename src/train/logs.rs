//! What an epoch, a batch or an evaluation is told as: names and numbers, and their history.

use super::compiled::{Compiled, Objective};
use super::engine::Engine;
use crate::base::Result;

/// Names and numbers, in the order they are told: `loss` first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Logs(Vec<(String, f64)>);

impl Logs {
    /// The number of this name.
    pub fn get(&self, name: &str) -> Option<f64> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, v)| *v)
    }

    /// The loss: weighted over the outputs, penalties included.
    pub fn loss(&self) -> f64 {
        self.get("loss").unwrap_or(f64::NAN)
    }

    /// Sets the number of this name.
    pub fn set(&mut self, name: &str, value: f64) {
        match self.0.iter_mut().find(|(n, _)| n == name) {
            Some((_, v)) => *v = value,
            None => self.0.push((name.to_owned(), value)),
        }
    }

    /// All names and numbers.
    pub fn iter(&self) -> impl Iterator<Item = (&str, f64)> {
        self.0.iter().map(|(n, v)| (n.as_str(), *v))
    }

    /// Adds those of a validation, `val_` before their names.
    pub(super) fn add_validation(&mut self, of: &Self) {
        of.iter().for_each(|(name, v)| self.set(&format!("val_{name}"), v));
    }
}

impl std::fmt::Display for History {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (i, epoch) in self.epochs.iter().enumerate() {
            let told = self.series.iter().map(|(name, v)| format!("{name}: {}", short(v[i]))).collect::<Vec<_>>();
            writeln!(f, "epoch {}: {}", epoch + 1, told.join(" - "))?;
        }
        Ok(())
    }
}

impl std::fmt::Display for Logs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (i, (name, value)) in self.iter().enumerate() {
            write!(f, "{}{name}: {}", if i > 0 { " - " } else { "" }, short(value))?;
        }
        Ok(())
    }
}

/// A number as Keras's progress line shows it.
fn short(value: f64) -> String {
    if value == 0.0 || (1e-3..1e5).contains(&value.abs()) { format!("{value:.4}") } else { format!("{value:.4e}") }
}

/// What is told of a compiled model: `loss`, the losses of several outputs, metrics.
#[derive(Clone)]
pub(super) struct Told {
    /// The outputs' names, where there are several.
    heads: Vec<String>,
    /// For each output: whether accuracy is told, and under what name.
    accuracies: Vec<Option<String>>,
}

impl Told {
    pub fn new(compiled: &Compiled, objectives: &[Objective]) -> Self {
        let several = compiled.heads.len() > 1;
        let heads: Vec<String> = compiled.heads.iter().filter(|_| several).map(|h| h.name.clone()).collect();
        let accuracy = |(i, o): (usize, &Objective)| {
            let name = heads.get(i).map_or("accuracy".to_owned(), |head| format!("{head}_accuracy"));
            o.accuracy.then_some(name)
        };
        let accuracies = objectives.iter().enumerate().map(accuracy).collect();
        Self { heads, accuracies }
    }

    /// All names, in order.
    pub fn names(&self, compiled: &Compiled) -> Vec<String> {
        let losses = self.heads.iter().map(|h| format!("{h}_loss"));
        let metrics = compiled.heads.iter().zip(&self.accuracies).flat_map(|(head, accuracy)| {
            accuracy.iter().cloned().chain(head.metrics.iter().map(|m| m.name.clone())).collect::<Vec<_>>()
        });
        ["loss".to_owned()].into_iter().chain(losses).chain(metrics).collect()
    }

    /// Reads what the totals have come to.
    pub fn logs(&self, engine: &Engine) -> Result<Logs> {
        let (totals, penalties) = engine.totals()?;
        let heads = &engine.compiled.heads;
        let weighted =
            totals.iter().zip(heads).map(|(t, h)| if h.loss_weight == 0.0 { 0.0 } else { t.loss * h.loss_weight });
        let mut values = vec![weighted.sum::<f64>() + penalties];
        values.extend(totals.iter().map(|t| t.loss).take(self.heads.len()));
        for (t, accuracy) in totals.iter().zip(&self.accuracies) {
            values.extend(accuracy.iter().map(|_| t.accuracy));
            values.extend(t.metrics.iter().map(|m| m.first().copied().unwrap_or(f64::NAN)));
        }
        Ok(Logs(self.names(&engine.compiled).into_iter().zip(values).collect()))
    }
}

/// Where a training was asked to stop before its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interruption {
    /// Steps trained since the model was compiled.
    pub step: u64,
    /// Whether a callback has saved a checkpoint, from which it goes on.
    pub saved: bool,
}

impl std::fmt::Display for Interruption {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let saved = if self.saved { "a checkpoint was saved, from which it goes on" } else { "nothing was saved" };
        write!(f, "training was interrupted after step {}; {saved}", self.step)
    }
}

/// The numbers of every epoch of a training.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// The epochs, counted from 0.
    pub epochs: Vec<usize>,
    /// Where training was asked to stop ([`Fit::stop_handle`](super::Fit::stop_handle)), if it was.
    pub interrupted: Option<Interruption>,
    series: Vec<(String, Vec<f64>)>,
}

impl History {
    /// Of these epochs and numbers; none unless each name has one number an epoch.
    pub fn of(epochs: Vec<usize>, series: Vec<(String, Vec<f64>)>) -> Option<Self> {
        series.iter().all(|(_, numbers)| numbers.len() == epochs.len()).then_some(Self {
            epochs,
            series,
            interrupted: None,
        })
    }

    /// The numbers of this name, one an epoch; NaN for epochs that did not tell it.
    pub fn get(&self, name: &str) -> Option<&[f64]> {
        self.series.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_slice())
    }

    /// The number of this name in the last epoch.
    pub fn last(&self, name: &str) -> Option<f64> {
        self.get(name).and_then(|v| v.last().copied())
    }

    /// Names and numbers in the order they were first told.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[f64])> {
        self.series.iter().map(|(n, v)| (n.as_str(), v.as_slice()))
    }

    /// Adds an epoch.
    pub fn push(&mut self, epoch: usize, logs: &Logs) {
        for (name, value) in logs.iter() {
            let known = self.series.iter().position(|(n, _)| n == name).unwrap_or_else(|| {
                self.series.push((name.to_owned(), vec![f64::NAN; self.epochs.len()]));
                self.series.len() - 1
            });
            self.series[known].1.push(value);
        }
        self.epochs.push(epoch);
        let epochs = self.epochs.len();
        self.series.iter_mut().for_each(|(_, v)| v.resize(epochs, f64::NAN));
    }
}
