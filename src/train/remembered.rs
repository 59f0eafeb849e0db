//! What an optimizer remembers, variable by variable, as files keep it.

use super::compiled::Objective;
use super::engine::Engine;
use super::model::{Model, not_compiled};
use super::variable::Variable;
use crate::base::{Error, Result};
use crate::nn::optim::{Optimizer, Progress};
use crate::plan::{Arena, Plan, Role, Value, ValueInfo};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
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

/// Where slots keep their numbers of variables.
struct Slotted<'a> {
    plan: &'a Plan,
    /// The copies of the variables, by number.
    values: HashMap<usize, Value>,
    /// What is remembered from step to step, by name.
    named: HashMap<String, Value>,
    /// The number of the chunk each buffer of variables holds.
    chunks: HashMap<usize, u16>,
    optimizer: &'static str,
}

impl Slotted<'_> {
    /// A slot's numbers of a variable: a whole array, and the part of it. `None` where it keeps none, as of one that is frozen.
    fn place_of(&self, slot: &str, variable: &Variable) -> Option<(Value, Range<usize>)> {
        let value = self.values.get(&variable.id()).filter(|v| self.plan.values[v.0].role == Role::Param)?;
        // Rules that keep something of another shape name it after the variable.
        let own = format!("{}/{slot} of {}", self.optimizer, self.plan.values[value.0].name);
        if let Some(own) = self.named.get(&own) {
            return Some((*own, 0..self.plan.values[own.0].len()));
        }
        let place = self.plan.place(*value);
        let name = match self.chunks.get(&place.buffer)? {
            0 => format!("optimizer/{slot}"),
            chunk => format!("optimizer/{slot} (chunk {chunk})"),
        };
        Some((*self.named.get(&name)?, place.offset..place.offset + place.len))
    }
}

impl Engine {
    fn slotted(&self) -> Slotted<'_> {
        let plan = &self.compiled.plan;
        let chunk = |(i, v): (usize, &ValueInfo)| match v.role {
            Role::Whole(Arena::Param, chunk) => Some((plan.place(Value(i)).buffer, chunk)),
            _ => None,
        };
        Slotted {
            plan,
            values: self.values_by_variable(),
            named: self.remembered().into_iter().collect(),
            chunks: plan.values.iter().enumerate().filter_map(chunk).collect(),
            optimizer: self.compiled.optimizer.name(),
        }
    }

    /// Lets the slots hold these numbers, and what they began with where there are none; those of a variable that is
    /// frozen now are let go. Each chunk is written once, and none before all sizes are known to fit.
    pub fn remember(&mut self, all: &[Remembered]) -> Result<()> {
        let mut chunks: HashMap<Value, Vec<f64>> = HashMap::new();
        for (_, value) in self.remembered() {
            let plan = &self.compiled.plan;
            let begun = plan.initial.iter().rev().find(|(of, _)| *of == value);
            chunks.insert(value, begun.map_or_else(|| vec![0.0; plan.values[value.0].len()], |(_, v)| v.clone()));
        }
        let slotted = self.slotted();
        for r in all {
            let Some((whole, at)) = slotted.place_of(r.slot, &r.variable) else { continue };
            match chunks.get_mut(&whole).and_then(|numbers| numbers.get_mut(at.clone())) {
                Some(part) if part.len() == r.values.len() => part.copy_from_slice(&r.values),
                _ => {
                    let what =
                        format!("optimizer {}: {} of `{}`", self.compiled.optimizer.name(), r.slot, r.variable.name());
                    let help = "take the file's optimizer, or begin with a fresh one";
                    return Err(Error::request(what, format!("{} numbers", at.len()), r.values.len(), help));
                }
            }
        }
        chunks.iter().try_for_each(|(value, numbers)| self.write(*value, numbers))
    }

    /// What the slots hold of the variables; each chunk is read once.
    fn recall(&self, slots: &[&'static [&'static str]], variables: &[Variable]) -> Result<Vec<Remembered>> {
        let mut chunks: HashMap<Value, Vec<f64>> = HashMap::new();
        let slotted = self.slotted();
        let mut all = Vec::new();
        for slot in slots.iter().copied().flatten() {
            for variable in variables {
                let Some((whole, at)) = slotted.place_of(slot, variable) else { continue };
                let numbers = match chunks.entry(whole) {
                    Entry::Occupied(known) => known.into_mut(),
                    Entry::Vacant(free) => free.insert(self.read(whole)?),
                };
                let values = numbers.get(at).map(<[f64]>::to_vec).unwrap_or_default();
                all.push(Remembered { slot, variable: variable.clone(), values });
            }
        }
        Ok(all)
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
        engine.recall(&state.optimizer.slots(), &self.variables())
    }

    /// Lets the optimizer go on from here: from `progress`, remembering `all` of it. What it is not told begins anew.
    ///
    /// # Errors
    /// The model is not compiled, it is being trained, or an array is of another size.
    pub fn remember(&mut self, progress: Progress, all: Vec<Remembered>) -> Result<()> {
        self.not_within_fit("remember")?;
        let state = self.state()?;
        match &mut state.engine {
            Some(engine) => engine.remember(&all)?,
            None => state.pending = all,
        }
        self.runner.progress = progress;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Seed;
    use crate::nn::layer::Dense;
    use crate::nn::loss::MeanSquaredError;
    use crate::nn::optim::Adam;
    use crate::train::compiled::compile;
    use crate::train::setup::Setup;
    use crate::train::{Device, Sequential};

    /// Chunks behind the first have another name, and what was remembered in them was neither written nor read.
    #[test]
    fn every_chunk_of_variables_is_found() {
        let net = Sequential::new(&[8]).add(Dense::new(16)).add(Dense::new(8));
        let mut model = net.build(&Device::Cpu, Seed(0)).expect("a model");
        model.compile(Adam::new(1e-3), MeanSquaredError::new(), ()).expect("settings");
        let setup = Setup::new(4, Seed(0)).chunk(128);
        let state = model.compiled.as_ref().expect("compiled");
        let compiled = compile(&model.flat, state.optimizer.clone(), &state.objectives, &setup).expect("a plan");
        let chunks = compiled.plan.values.iter().filter(|v| matches!(v.role, Role::Whole(Arena::Param, _))).count();
        assert!(chunks > 1, "{chunks} chunks");
        let engine = Engine::new(compiled, &model.flat, &Device::Cpu).expect("an engine");
        model.state().expect("compiled").engine = Some(engine);
        let mut all = model.remembered().expect("slots");
        assert_eq!(all.len(), 8);
        for (i, r) in all.iter_mut().enumerate() {
            r.values.fill(i as f64 + 1.0);
        }
        model.remember(Progress::default(), all.clone()).expect("the model's own");
        let again = model.remembered().expect("slots");
        let values = |all: &[Remembered]| all.iter().map(|r| r.values.clone()).collect::<Vec<_>>();
        assert_eq!(values(&again), values(&all));
    }
}
