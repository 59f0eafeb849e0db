//! A graph with the graphs inside it taken apart: one list of layer calls, each with a scope of its own.

use super::graph::{Graph, Source, Tensor};
use super::layer::{Body, SharedLayer};
use crate::base::{Error, Result};
use crate::nn::act::Activation;
use crate::nn::layer::Layer;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// A layer called on what earlier nodes gave.
pub(super) struct Call {
    pub handle: SharedLayer,
    pub layer: Arc<dyn Layer>,
    /// `model/layer`.
    pub scope: String,
    /// Calls of this layer before.
    pub call: u32,
    /// The models around it.
    around: Vec<SharedLayer>,
    /// Whether it learned, and at which multiple of the rate, when [`Flat::settle`] was called.
    pub trainable: bool,
    pub rate: f64,
    pub inputs: Vec<usize>,
}

impl Call {
    /// Whether it and every model around it learn now.
    pub fn learns(&self) -> bool {
        self.handle.trainable() && self.around.iter().all(SharedLayer::trainable)
    }
}

pub(super) enum FlatNode {
    /// A sample's shape.
    Input(Vec<usize>),
    Call(Call),
}

/// The list, and which nodes are inputs and outputs.
#[derive(Default)]
pub(super) struct Flat {
    pub nodes: Vec<FlatNode>,
    pub inputs: Vec<usize>,
    pub outputs: Vec<usize>,
    /// Names of the inputs, and of the layers the outputs come from.
    pub input_names: Vec<String>,
    pub output_names: Vec<String>,
    /// For each node of the graph taken apart, in its order, the nodes its outputs are.
    pub top: Vec<Vec<usize>>,
    scopes: HashMap<usize, (String, u32)>,
}

impl Flat {
    /// Takes `graph` apart and names what has no name.
    ///
    /// # Errors
    /// Two layers of one name, a wrong number of inputs to a model used as a layer, far too many calls.
    pub fn new(graph: &Graph) -> Result<Self> {
        graph.size().check()?;
        let mut flat = Self::default();
        let mut unnamed = 0;
        for input in graph.inputs() {
            if let Source::Input(shape, name) = &input.node.source {
                let name = name.get().cloned().unwrap_or_else(|| {
                    unnamed += 1;
                    numbered("input", unnamed - 1)
                });
                flat.input_names.push(name);
                flat.nodes.push(FlatNode::Input(shape.clone()));
            }
        }
        check_names(&flat.input_names)?;
        flat.inputs = (0..flat.nodes.len()).collect();
        let inputs = flat.inputs.clone();
        flat.outputs = flat.expand(graph, "", &[], &inputs)?;
        let names = graph.outputs().iter().map(|t| match &t.node.source {
            Source::Layer(layer, _) => layer.name().unwrap_or(layer.kind()).to_owned(),
            Source::Input(..) => "input".to_owned(),
        });
        flat.output_names = distinct(names);
        flat.settle();
        Ok(flat)
    }

    fn expand(&mut self, graph: &Graph, prefix: &str, around: &[SharedLayer], inputs: &[usize]) -> Result<Vec<usize>> {
        name_layers(graph, prefix)?;
        let mut at: HashMap<usize, Vec<usize>> = HashMap::new();
        for (tensor, node) in graph.inputs().iter().zip(inputs) {
            at.insert(tensor.id(), vec![*node]);
        }
        let place = |at: &HashMap<usize, Vec<usize>>, t: &Tensor| at[&t.id()][t.output];
        for tensor in graph.nodes() {
            let Source::Layer(layer, from) = &tensor.node.source else { continue };
            let from: Vec<usize> = from.iter().map(|t| place(&at, t)).collect();
            let scope = format!("{prefix}{}", layer.name().unwrap_or(layer.kind()));
            let outputs = match layer.body() {
                Body::Layer(inner) => vec![self.call(layer, inner, scope, around, from)],
                Body::Graph(inner) => {
                    if from.len() != inner.inputs().len() {
                        return Err(Error::request(
                            format!("model `{scope}`: inputs"),
                            inner.inputs().len(),
                            from.len(),
                            "apply it to as many tensors as it has inputs",
                        ));
                    }
                    self.expand(inner, &format!("{scope}/"), &[around, std::slice::from_ref(layer)].concat(), &from)?
                }
            };
            at.insert(tensor.id(), outputs);
        }
        if around.is_empty() && prefix.is_empty() {
            self.top = graph.nodes().iter().map(|t| at[&t.id()].clone()).collect();
        }
        Ok(graph.outputs().iter().map(|t| place(&at, t)).collect())
    }

    fn call(
        &mut self,
        handle: &SharedLayer,
        layer: &Arc<dyn Layer>,
        scope: String,
        around: &[SharedLayer],
        inputs: Vec<usize>,
    ) -> usize {
        // A layer used inside and outside a model has one scope, that of its first use.
        let known = self.scopes.entry(handle.id()).or_insert((scope, 0));
        let call = Call {
            handle: handle.clone(),
            layer: layer.clone(),
            scope: known.0.clone(),
            call: known.1,
            around: around.to_vec(),
            trainable: true,
            rate: 1.0,
            inputs,
        };
        known.1 += 1;
        self.nodes.push(FlatNode::Call(call));
        self.nodes.len() - 1
    }

    /// Settles which layers learn, and how fast; gives what was settled before.
    pub fn settle(&mut self) -> Vec<(bool, f64)> {
        let before = self.calls().map(|c| (c.trainable, c.rate)).collect();
        let now: Vec<_> = self.calls().map(|c| (c.learns(), c.handle.learning_rate_multiplier())).collect();
        self.settle_as(&now);
        before
    }

    /// Settles it as it was.
    pub fn settle_as(&mut self, settled: &[(bool, f64)]) {
        let calls = self.nodes.iter_mut().filter_map(|n| match n {
            FlatNode::Call(call) => Some(call),
            FlatNode::Input(_) => None,
        });
        calls.zip(settled).for_each(|(call, now)| (call.trainable, call.rate) = *now);
    }

    /// The calls in order.
    pub fn calls(&self) -> impl Iterator<Item = &Call> {
        self.nodes.iter().filter_map(|n| match n {
            FlatNode::Call(call) => Some(call),
            FlatNode::Input(_) => None,
        })
    }

    /// The activation output `index` ends in, if nobody else uses what comes out of it.
    pub fn last_activation(&self, index: usize) -> Option<Activation> {
        let node = self.outputs[index];
        let used = self.calls().any(|c| c.inputs.contains(&node));
        let twice = self.outputs.iter().filter(|o| **o == node).count() > 1;
        match &self.nodes[node] {
            FlatNode::Call(call) if !used && !twice => call.layer.activation(),
            _ => None,
        }
    }
}

/// Names of their own, in order: those that are taken get a number.
pub(super) fn distinct(names: impl IntoIterator<Item = String>) -> Vec<String> {
    let (mut taken, mut next) = (HashSet::new(), HashMap::new());
    let free = |name: String| {
        let count = next.entry(name.clone()).or_insert(0);
        while taken.contains(&numbered(&name, *count)) {
            *count += 1;
        }
        let name = numbered(&name, *count);
        taken.insert(name.clone());
        name
    };
    names.into_iter().map(free).collect()
}

/// `name`, `name_1`, `name_2`, ….
fn numbered(name: &str, count: usize) -> String {
    if count == 0 { name.to_owned() } else { format!("{name}_{count}") }
}

/// What plans call values that belong to no layer.
pub(crate) const TAKEN: [&str; 5] = ["y", "ones", "sample_weight", "totals", "predictions"];

/// Fails unless inputs of a model with several can be told apart, and from what else a plan holds.
fn check_names(names: &[String]) -> Result<()> {
    let mut seen = HashSet::new();
    let wrong = names.iter().find(|name| {
        name.is_empty() || name.contains('/') || TAKEN.contains(&name.as_str()) || !seen.insert(name.as_str())
    });
    match wrong.filter(|_| names.len() > 1) {
        None => Ok(()),
        Some(name) => Err(Error::request(
            "name of a model input",
            format!("a name of its own, without `/`, other than {}", TAKEN.join(", ")),
            format!("`{name}`"),
            "choose another name",
        )),
    }
}

/// Names the layers of one graph that have no name after their kind, as Keras does: `dense`, `dense_1`, ….
fn name_layers(graph: &Graph, prefix: &str) -> Result<()> {
    let layers = graph.layers();
    let mut taken = HashSet::new();
    for name in layers.iter().filter_map(SharedLayer::name) {
        if name.is_empty() || name.contains('/') {
            let help = "choose another name";
            return Err(Error::request("layer name", "a name without `/`", format!("`{name}`"), help));
        }
        if !taken.insert(name.to_owned()) {
            return Err(Error::request(
                format!("layers of {}", if prefix.is_empty() { "the model" } else { prefix.trim_end_matches('/') }),
                "a name of its own for each layer",
                format!("two layers named `{name}`"),
                "name one of them otherwise when it is made, apply one shared layer twice, or put the models they come from in as layers",
            ));
        }
    }
    let mut next: HashMap<&str, usize> = HashMap::new();
    for layer in layers.iter().filter(|l| l.name().is_none()) {
        let count = next.entry(layer.kind()).or_insert(0);
        while taken.contains(&numbered(layer.kind(), *count)) {
            *count += 1;
        }
        layer.name_it(&numbered(layer.kind(), *count));
        *count += 1;
    }
    Ok(())
}
