//! A model's beginning and end: every layer gets its variables, or keeps their values; and a model as a layer.

use super::device::Device;
use super::flat::Flat;
use super::graph::Graph;
use super::layer::{Body, Connect, IntoLayer, SharedLayer};
use super::model::Model;
use super::record;
use super::variable::Variable;
use crate::base::{Result, Seed};
use crate::plan::Tape;

/// Gives every layer its variables, drawn from `seed`; those that have some keep them.
pub(super) fn build(flat: &Flat, seed: Seed) -> Result<()> {
    let mut tape = Tape::new(1, seed);
    let xs = record::inputs(&mut tape, flat)?;
    record::forward(&mut tape, flat, &xs, &[], None)?;
    for call in flat.calls().filter(|c| c.call == 0 && c.handle.built().is_none()) {
        let new = tape.variables_of(&call.scope).into_iter().map(|v| {
            let name = record::short(tape.name(v), &call.scope);
            Variable::new(name, tape.shape(v), &tape.initial_values(v))
        });
        call.handle.build(new.collect());
    }
    Ok(())
}

impl Graph {
    /// Builds the model: every layer gets its variables, drawn from `seed` unless it has some.
    ///
    /// # Errors
    /// Two layers of one name, a size of zero, shapes that do not fit, a hyper-parameter a layer cannot work with.
    pub fn build(&self, device: &Device, seed: Seed) -> Result<Model> {
        Model::new(self.clone(), device, seed)
    }
}

impl Drop for Model {
    /// Layers that are used elsewhere keep their values, not this model's memory. A device that was lost has none.
    fn drop(&mut self) {
        let variables = self.variables();
        let engines = self.compiled.iter().flat_map(|s| s.engine.iter().chain(&s.judge));
        engines.for_each(|engine| drop(engine.leave(&variables)));
    }
}

impl IntoLayer for &Model {
    fn into_layer(self) -> SharedLayer {
        self.graph().as_layer()
    }
}

impl Connect for &Model {}

impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = match self.graph().as_layer().body() {
            Body::Graph(graph) => graph.kind(),
            Body::Layer(layer) => layer.kind(),
        };
        write!(f, "{kind} of {} layers on {}", self.layers().len(), self.device)
    }
}
