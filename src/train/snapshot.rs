//! Everything a training goes on from: variables, what the optimizer remembers, and counters.

use super::model::{Model, not_compiled};
use crate::base::{Error, Result};
use crate::nn::optim::Progress;

/// Name, shape and values.
pub type Array = (String, Vec<usize>, Vec<f64>);

/// A model and its optimizer between two steps, in numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// The variables, `layer/variable`, then what the optimizer remembers under its own names behind a `/`, which no
    /// variable's begins with.
    pub arrays: Vec<Array>,
    /// How many of them are the model's.
    pub variables: usize,
    /// Steps done, what the rule carries on, a learning rate that holds.
    pub progress: Progress,
    /// Times the data was shuffled, and batches evaluated: what random numbers are drawn by.
    pub counters: [u32; 2],
}

impl Model {
    /// The variables with their names, `layer/variable`, in the order of [`Model::variables`].
    pub fn named_variables(&self) -> Vec<(String, super::Variable)> {
        let (mut all, mut seen) = (Vec::new(), std::collections::HashSet::new());
        for call in self.flat.calls() {
            for v in call.handle.variables() {
                if seen.insert(v.id()) {
                    all.push((format!("{}/{}", call.scope, v.name()), v));
                }
            }
        }
        all
    }

    /// The training as it stands: with the variables that are trained, also while averages stand in their place. Within
    /// `fit`, what there is besides is in a [`Checkpoint`](super::Checkpoint).
    ///
    /// # Errors
    /// The model is not compiled, the device was lost.
    pub fn snapshot(&mut self) -> Result<Snapshot> {
        if self.state()?.swapped {
            self.swap_averages()?;
            let taken = self.take_snapshot();
            return self.swap_averages().and(taken);
        }
        self.take_snapshot()
    }

    fn take_snapshot(&self) -> Result<Snapshot> {
        let state = self.compiled.as_ref().ok_or_else(not_compiled)?;
        let mut arrays = Vec::new();
        for (name, v) in self.named_variables() {
            arrays.push((name, v.shape().to_vec(), v.values()?));
        }
        let variables = arrays.len();
        if let Some(engine) = &state.engine {
            for (name, value) in engine.remembered() {
                let numbers = engine.read(value)?;
                arrays.push((remembered(&name), vec![numbers.len()], numbers));
            }
        }
        Ok(Snapshot {
            arrays,
            variables,
            progress: self.runner.progress,
            counters: [self.passes, self.runner.evaluated],
        })
    }

    /// Brings a training back to `snapshot`, for batches of `batch`. The model must be compiled as the one it was taken of.
    ///
    /// # Errors
    /// The model is not compiled, a variable or memory of the optimizer that is missing or of another size; nothing is
    /// changed then.
    pub fn resume(&mut self, snapshot: &Snapshot, batch: usize) -> Result<()> {
        let find = |name: &str, len: usize| match snapshot.arrays.iter().find(|(n, ..)| n == name) {
            Some((_, _, numbers)) if numbers.len() == len => Ok(numbers),
            Some((_, _, numbers)) => Err(unlike(name, len, numbers.len())),
            None => Err(unlike(name, len, 0)),
        };
        for (name, v) in self.named_variables() {
            find(&name, v.len())?;
        }
        if batch != self.batch() {
            self.not_within_fit("resume with another batch size")?;
        }
        if snapshot.arrays.len() == snapshot.variables && !self.training {
            // Taken before the first step: what the optimizer remembers begins anew.
            self.state()?.engine = None;
        }
        self.prepare(batch, false)?;
        let state = self.state()?;
        state.swapped = false;
        let engine = state.engine.as_mut().ok_or_else(not_compiled)?;
        let mut numbers = Vec::new();
        for (name, value) in engine.remembered().into_iter().filter(|_| snapshot.arrays.len() > snapshot.variables) {
            let len = engine.compiled.plan.values[value.0].len();
            numbers.push((value, find(&remembered(&name), len)?));
        }
        numbers.into_iter().try_for_each(|(value, numbers)| engine.write(value, numbers))?;
        for (name, v) in self.named_variables() {
            v.assign(find(&name, v.len())?)?;
        }
        self.runner.progress = snapshot.progress;
        [self.passes, self.runner.evaluated] = snapshot.counters;
        Ok(())
    }

    /// Exchanges the variables and the averages the optimizer keeps of them; before the first step both are the same.
    ///
    /// # Errors
    /// The model is not compiled, or its optimizer keeps no averages; the device was lost.
    pub fn swap_averages(&mut self) -> Result<()> {
        if self.state()?.engine.is_none() {
            self.prepare(self.batch(), false)?;
        }
        let begun = self.runner.progress.steps > 0;
        let state = self.state()?;
        let engine = state.engine.as_mut().ok_or_else(not_compiled)?;
        if !engine.keeps_averages() {
            let help = "give the optimizer use_ema";
            return Err(Error::request("swap_averages", "an optimizer that keeps averages", "one without", help));
        }
        if begun {
            engine.claim()?;
            engine.exchange_averages(|v, a| (a, v))?;
            state.swapped = !state.swapped;
        }
        Ok(())
    }

    /// Brings the variables and their averages back to their places.
    pub(super) fn unswap_averages(&mut self) -> Result<()> {
        if self.state()?.swapped { self.swap_averages() } else { Ok(()) }
    }

    /// Lets training end, as Keras does, with the averages, where the optimizer keeps some.
    pub(super) fn end_with_averages(&mut self) -> Result<()> {
        let begun = self.runner.progress.steps > 0;
        let state = self.state()?;
        let swapped = std::mem::take(&mut state.swapped);
        let Some(engine) = state.engine.as_mut().filter(|e| begun && e.keeps_averages()) else { return Ok(()) };
        engine.claim()?;
        engine.exchange_averages(|v, a| if swapped { (v.clone(), v) } else { (a.clone(), a) })
    }
}

/// What an array of the optimizer is called in a snapshot.
fn remembered(name: &str) -> String {
    format!("/{name}")
}

fn unlike(name: &str, expected: usize, got: usize) -> Error {
    let help = "build and compile the model as the one that was saved";
    Error::request(format!("saved array `{name}`"), format!("{expected} numbers"), got, help)
}
