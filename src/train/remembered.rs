//! What an optimizer remembers, variable by variable, as files keep it.

use super::compiled::Objective;
use super::engine::Engine;
use super::model::{Model, not_compiled};
use super::variable::Variable;
use crate::base::{Error, Result};
use crate::nn::optim::{Optimizer, Progress};
use crate::plan::{Arena, Role, Value};
use std::ops::Range;
use std::sync::Arc;

/// What an optimizer remembers of one variable under one name.
#[derive(Clone)]
pub struct Remembered {
    /// Keras's name of it: `momentum`, `velocity`.
    pub slot: &'static str,
    /// The variable.
    pub variable: Variable,
    /// Its numbers, row-major.
    pub values: Vec<f64>,
}

impl Engine {
    /// Where a slot keeps its numbers of a variable; `None` where it keeps none, as of one that is frozen.
    fn place_of(&self, slot: &str, variable: &Variable) -> Option<(Value, Range<usize>)> {
        let plan = &self.compiled.plan;
        let value = self.value_of(variable).filter(|v| plan.values[v.0].role == Role::Param)?;
        // Rules that keep something of another shape name it after the variable.
        let own = format!("{}/{slot} of {}", self.compiled.optimizer.name(), plan.values[value.0].name);
        if let Some(own) = plan.find(&own) {
            return Some((own, 0..plan.values[own.0].len()));
        }
        let place = plan.place(value);
        let chunk = plan.values.iter().enumerate().find_map(|(i, v)| match v.role {
            Role::Whole(Arena::Param, chunk) if plan.place(Value(i)).buffer == place.buffer => Some(chunk),
            _ => None,
        })?;
        let name = format!("optimizer/{slot}");
        let whole = plan
            .values
            .iter()
            .position(|v| matches!(v.role, Role::Whole(Arena::Slot(_), c) if c == chunk) && v.name == name)?;
        Some((Value(whole), place.offset..place.offset + place.len))
    }

    /// Gives a slot its numbers of a variable; those of one that is frozen now are let go.
    pub fn remember(&mut self, r: &Remembered) -> Result<()> {
        let Some((whole, at)) = self.place_of(r.slot, &r.variable) else { return Ok(()) };
        let mut numbers = self.read(whole)?;
        match numbers.get_mut(at.clone()) {
            Some(part) if part.len() == r.values.len() => part.copy_from_slice(&r.values),
            _ => {
                let what =
                    format!("optimizer {}: {} of `{}`", self.compiled.optimizer.name(), r.slot, r.variable.name());
                let help = "take the file's optimizer, or begin with a fresh one";
                return Err(Error::request(what, format!("{} numbers", at.len()), r.values.len(), help));
            }
        }
        self.write(whole, &numbers)
    }

    fn recall(&self, slot: &'static str, variable: &Variable) -> Result<Option<Remembered>> {
        let Some((whole, at)) = self.place_of(slot, variable) else { return Ok(None) };
        let values = self.read(whole)?.get(at).map(<[f64]>::to_vec).unwrap_or_default();
        Ok(Some(Remembered { slot, variable: variable.clone(), values }))
    }
}

impl Model {
    /// The optimizer the model was compiled with.
    pub fn optimizer(&self) -> Option<&Arc<dyn Optimizer>> {
        self.compiled.as_ref().map(|s| &s.optimizer)
    }

    /// What the model was compiled to lower and to tell, output by output.
    pub(crate) fn objectives(&self) -> &[Objective] {
        self.compiled.as_ref().map_or(&[], |s| &s.objectives)
    }

    /// How far training has come: steps, and what the optimizer carries from one to the next on the host.
    pub fn progress(&self) -> Progress {
        self.runner.progress
    }

    /// What the optimizer remembers of each variable, by its names of it; nothing before the first step.
    ///
    /// # Errors
    /// The model is not compiled, or the device was lost.
    pub fn remembered(&self) -> Result<Vec<Remembered>> {
        let state = self.compiled.as_ref().ok_or_else(not_compiled)?;
        let Some(engine) = state.engine.as_ref() else { return Ok(state.pending.clone()) };
        let slots = state.optimizer.slots();
        let mut all = Vec::new();
        for slot in slots.iter().copied().flatten() {
            for variable in self.variables() {
                all.extend(engine.recall(slot, &variable)?);
            }
        }
        Ok(all)
    }

    /// Lets the optimizer go on from here: from `progress`, remembering `all` of it. What it is not told begins anew.
    ///
    /// # Errors
    /// The model is not compiled, it is being trained, or an array is of another size.
    pub fn remember(&mut self, progress: Progress, all: Vec<Remembered>) -> Result<()> {
        self.not_within_fit("remember")?;
        let state = self.state()?;
        state.pending.clear();
        match &mut state.engine {
            Some(engine) => all.iter().try_for_each(|r| engine.remember(r))?,
            None => state.pending = all,
        }
        self.runner.progress = progress;
        Ok(())
    }
}
