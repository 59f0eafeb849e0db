//! A model's beginning and end: every layer gets its variables, or keeps their values; and a model as a layer.

use super::device::Device;
use super::flat::Flat;
use super::graph::Graph;
use super::layer::{Body, Connect, IntoLayer, SharedLayer};
use super::model::Model;
use super::record;
use super::variable::Variable;
use crate::base::{Error, Result, Seed};
use crate::plan::{Tape, Value};

/// A variable that a layer will have.
#[derive(Clone, Debug)]
pub struct Declared {
    /// The layer.
    pub layer: SharedLayer,
    /// Its name within the layer: `kernel`.
    pub name: String,
    /// Its shape, row-major.
    pub shape: Vec<usize>,
    /// Whether training moves it where its layer learns.
    pub trained: bool,
}

#[cfg(feature = "files")]
impl Declared {
    /// The variables a layer has.
    pub(crate) fn of(layer: &SharedLayer) -> Vec<Self> {
        let of = |v: &Variable| Self {
            layer: layer.clone(),
            name: v.name().to_owned(),
            shape: v.shape().to_vec(),
            trained: v.trained(),
        };
        layer.variables().iter().map(of).collect()
    }
}

/// The layers of a graph, those of models within it too, and their scopes, `model/layer`.
pub(crate) fn scopes(graph: &Graph) -> Result<Vec<(SharedLayer, String)>> {
    let flat = Flat::new(graph)?;
    Ok(flat.calls().filter(|c| c.call == 0).map(|c| (c.handle.clone(), c.scope.clone())).collect())
}

/// Records every layer that has no variables yet, as if it learned; without initial values where there is no `seed`.
fn record_all(flat: &mut Flat, seed: Option<Seed>) -> Result<(Tape, Vec<(Declared, Value)>)> {
    let mut tape = Tape::new(1, seed.unwrap_or(Seed(0)));
    if seed.is_none() {
        tape.leave_variables_blank();
    }
    let settled = flat.settle();
    flat.settle_as(&vec![(true, 1.0); settled.len()]);
    let recorded =
        record::inputs(&mut tape, flat).and_then(|xs| record::forward(&mut tape, flat, &xs, &[], None).map(drop));
    flat.settle_as(&settled);
    recorded?;
    let mut all = Vec::new();
    for call in flat.calls().filter(|c| c.call == 0 && c.handle.built().is_none()) {
        for v in tape.variables_of(&call.scope) {
            let name = record::short(tape.name(v), &call.scope).to_owned();
            let (shape, trained) = (tape.shape(v).to_vec(), tape.gradient(v).is_some());
            all.push((Declared { layer: call.handle.clone(), name, shape, trained }, v));
        }
    }
    Ok((tape, all))
}

/// Gives every layer its variables, drawn from `seed`; those that have some keep them.
pub(super) fn build(flat: &mut Flat, seed: Seed) -> Result<()> {
    let (tape, declared) = record_all(flat, Some(seed))?;
    let values = declared.iter().map(|(_, v)| tape.initial_values(*v)).collect();
    give(flat, declared.into_iter().map(|(d, _)| d).collect(), values);
    Ok(())
}

/// Gives layers the variables declared, with these values.
fn give(flat: &Flat, declared: Vec<Declared>, values: Vec<Vec<f64>>) {
    let mut all = declared.into_iter().zip(values).peekable();
    for call in flat.calls().filter(|c| c.call == 0 && c.handle.built().is_none()) {
        let mut variables = Vec::new();
        while let Some((d, values)) = all.next_if(|(d, _)| d.layer.is(&call.handle)) {
            variables.push(Variable::new(&d.name, &d.shape, d.trained, &values));
        }
        call.handle.build(variables);
    }
}

impl Graph {
    /// Builds the model: every layer gets its variables, drawn from `seed` unless it has some.
    ///
    /// # Errors
    /// Two layers of one name, a size of zero, shapes that do not fit, a hyper-parameter a layer cannot work with.
    pub fn build(&self, device: &Device, seed: Seed) -> Result<Model> {
        Model::new(self.clone(), device, seed)
    }

    /// The shapes of samples at each node's outputs, node by node.
    pub(crate) fn shapes(&self) -> Result<Vec<Vec<Vec<usize>>>> {
        let flat = Flat::new(self)?;
        let mut tape = Tape::new(1, Seed(0));
        tape.leave_variables_blank();
        let xs = record::inputs(&mut tape, &flat)?;
        let values = record::forward(&mut tape, &flat, &xs, &[], None)?;
        let shape = |node: &usize| tape.shape(values[*node]).get(1..).map(<[usize]>::to_vec).unwrap_or_default();
        Ok(flat.top.iter().map(|outputs| outputs.iter().map(shape).collect()).collect())
    }

    /// Builds the model with variables that `values` gives, one array for each that is declared; `seed` is what masks and
    /// shuffles are drawn from. Nothing is drawn or allocated before `values` is asked.
    ///
    /// # Errors
    /// As [`Graph::build`]; those of `values`; another number of arrays, or an array of another size.
    pub fn build_from(
        &self,
        device: &Device,
        seed: Seed,
        values: impl FnOnce(&[Declared]) -> Result<Vec<Vec<f64>>>,
    ) -> Result<Model> {
        let mut flat = Flat::new(self)?;
        let (_, declared) = record_all(&mut flat, None)?;
        let declared: Vec<Declared> = declared.into_iter().map(|(d, _)| d).collect();
        let values = values(&declared)?;
        let sizes = |d: &Declared| d.shape.iter().product::<usize>();
        if values.len() != declared.len() || declared.iter().zip(&values).any(|(d, v)| sizes(d) != v.len()) {
            let got =
                format!("{} arrays of {:?} numbers", values.len(), values.iter().map(Vec::len).collect::<Vec<_>>());
            let expected = declared.iter().map(|d| format!("{} {:?}", d.name, d.shape)).collect::<Vec<_>>().join(", ");
            return Err(Error::request("values of variables", expected, got, "give one array for each, in this order"));
        }
        give(&flat, declared, values);
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
