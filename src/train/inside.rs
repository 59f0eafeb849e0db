//! What is inside a model: what its layers give, and the gradients of its variables.

use super::graph::{Graph, Source, Tensor};
use super::model::{Model, not_compiled};
use crate::base::{Result, Seed};
use crate::plan::{Arena, Role, Value};
use std::collections::HashMap;

impl Model {
    /// A model of the same layers, sharing their variables, whose outputs are what every layer gives, in the order they are
    /// applied; `graph().ends().outputs` has their names. It is not compiled.
    ///
    /// # Errors
    /// As [`Sequential::build`](super::Sequential::build).
    ///
    /// ```
    /// use wgrad::prelude::*;
    ///
    /// let (train, _) = datasets::digits()?;
    /// let model = Sequential::new(&[8, 8]).add(Flatten).add(Dense::new(10)).build(&Device::Cpu, Seed(1))?;
    /// let given = model.of_every_layer()?.predict_all(&train)?;
    /// assert_eq!(given.iter().map(|a| a.shape[1]).collect::<Vec<_>>(), [64, 10]);
    /// # Ok::<(), wgrad::Error>(())
    /// ```
    pub fn of_every_layer(&self) -> Result<Self> {
        let given = self.graph().nodes().iter().filter(|t| matches!(t.node.source, Source::Layer(..)));
        let outputs: Vec<Tensor> = given.map(|t| t.sibling(0)).collect();
        Self::new(Graph::of(self.graph().inputs().to_vec(), outputs, false)?, &self.device, Seed(0))
    }

    /// The gradients of the variables that training moves, in its last step, before clipping and decay: names
    /// (`dense/kernel`) and numbers, row-major. Of a model that takes gradients of several steps together, those of the last.
    /// Waits for the device.
    ///
    /// # Errors
    /// The model is not compiled, or has not trained; the device was lost.
    pub fn gradients(&self) -> Result<Vec<(String, Vec<f64>)>> {
        let engine = self.compiled.as_ref().and_then(|s| s.engine.as_ref()).ok_or_else(not_compiled)?;
        let plan = &engine.compiled.plan;
        let mut chunks: HashMap<usize, u16> = HashMap::new();
        let mut held: HashMap<u16, Vec<f64>> = HashMap::new();
        for (i, info) in plan.values.iter().enumerate() {
            match info.role {
                Role::Whole(Arena::Param, chunk) => drop(chunks.insert(plan.place(Value(i)).buffer, chunk)),
                Role::Whole(Arena::Grad, chunk) if !held.contains_key(&chunk) => {
                    held.insert(chunk, engine.read(Value(i))?);
                }
                _ => {}
            }
        }
        let of = |(i, info): (usize, &crate::plan::ValueInfo)| {
            let place = plan.place(Value(i));
            let all = held.get(chunks.get(&place.buffer)?)?;
            Some((info.name.clone(), all.get(place.offset..place.offset + info.len())?.to_vec()))
        };
        Ok(plan.values.iter().enumerate().filter(|(_, v)| v.role == Role::Param).filter_map(of).collect())
    }
}
