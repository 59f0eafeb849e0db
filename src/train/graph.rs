//! A graph of layers: what is applied to what, from inputs to outputs.
//!
//! A tensor stands for the output of a layer and exists before anything is applied to it, so a graph has no cycles.

use super::flat::distinct;
use super::layer::{Body, Connect, IntoLayer, IntoTensors, SharedLayer};
use super::size::Size;
use super::variable::Variable;
use crate::base::{Error, Result};
use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

/// Where a tensor comes from.
pub(crate) enum Source {
    /// A sample's shape, without the batch.
    Input(Vec<usize>, OnceLock<String>),
    Layer(SharedLayer, Vec<Tensor>),
}

pub(crate) struct Node {
    pub source: Source,
    /// Nodes made later have a larger one: by it a graph is in order.
    pub order: u64,
}

impl Node {
    fn take_inputs(&mut self) -> Vec<Tensor> {
        match &mut self.source {
            Source::Layer(_, inputs) => std::mem::take(inputs),
            Source::Input(..) => Vec::new(),
        }
    }
}

impl Drop for Node {
    /// One after the other: left to themselves nodes would be dropped within each other, as deep as the graph, until the
    /// stack ends.
    fn drop(&mut self) {
        let mut open = self.take_inputs();
        while let Some(tensor) = open.pop() {
            if let Some(mut node) = Arc::into_inner(tensor.node) {
                open.append(&mut node.take_inputs());
            }
        }
    }
}

/// An input, or an output of a layer, to which further layers are applied. Clones are the same.
#[derive(Clone)]
pub struct Tensor {
    pub(crate) node: Arc<Node>,
    pub(crate) output: usize,
}

impl Tensor {
    fn new(source: Source) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self { node: Arc::new(Node { source, order: NEXT.fetch_add(1, Ordering::Relaxed) }), output: 0 }
    }

    /// An input for samples of this shape, without the batch.
    pub fn input(shape: &[usize]) -> Self {
        Self::new(Source::Input(shape.to_vec(), OnceLock::new()))
    }

    /// As [`Tensor::input`], with a name; others are called `input`, `input_1`, ….
    pub fn named_input(name: &str, shape: &[usize]) -> Self {
        Self::new(Source::Input(shape.to_vec(), OnceLock::from(name.to_owned())))
    }

    pub(crate) fn output_of(layer: &SharedLayer, inputs: &[Self], output: usize) -> Self {
        Self { output, ..Self::new(Source::Layer(layer.clone(), inputs.to_vec())) }
    }

    /// Another output of the same node.
    pub(crate) fn sibling(&self, output: usize) -> Self {
        Self { output, ..self.clone() }
    }

    pub(crate) fn id(&self) -> usize {
        Arc::as_ptr(&self.node) as usize
    }
}

struct Cell {
    inputs: Vec<Tensor>,
    outputs: Vec<Tensor>,
    sequential: bool,
    /// All nodes, inputs first applied to first.
    nodes: Vec<Tensor>,
    size: Size,
    layer: OnceLock<SharedLayer>,
}

/// What a model computes: inputs, outputs, and the layers between them. Clones are the same graph; used in several
/// models, they share its layers.
#[derive(Clone)]
pub struct Graph(Arc<Cell>);

/// What goes into a graph and what comes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ends {
    /// The name of each input, and the shape of its samples, without the batch.
    pub inputs: Vec<(String, Vec<usize>)>,
    /// The name of the layer each output comes from, with a number where it is taken.
    pub outputs: Vec<String>,
}

impl Graph {
    /// From inputs to outputs: Keras's `Model(inputs, outputs)`.
    ///
    /// # Errors
    /// No input or output, an input that is none or is named twice, an input no output depends on, an output that
    /// depends on an input that is not among them.
    pub fn new(inputs: impl IntoTensors, outputs: impl IntoTensors) -> Result<Self> {
        Self::of(inputs.tensors(), outputs.tensors(), false)
    }

    pub(crate) fn of(inputs: Vec<Tensor>, outputs: Vec<Tensor>, sequential: bool) -> Result<Self> {
        if inputs.is_empty() || outputs.is_empty() {
            let got = format!("{} inputs and {} outputs", inputs.len(), outputs.len());
            return Err(Error::request("model", "at least one input and one output", got, "name them in Graph::new"));
        }
        let mut given = HashSet::new();
        for input in &inputs {
            match &input.node.source {
                Source::Input(..) if given.insert(input.id()) => {}
                Source::Input(..) => {
                    let help = "name each input once";
                    return Err(Error::request("model inputs", "distinct inputs", "one of them twice", help));
                }
                Source::Layer(layer, _) => {
                    let got = format!("an output of layer `{}`", called(layer));
                    return Err(Error::request("model inputs", "a Tensor::input", got, "begin the graph at an input"));
                }
            }
        }
        let nodes = reached(&outputs);
        for node in &nodes {
            if let Source::Input(shape, name) = &node.node.source
                && !given.contains(&node.id())
            {
                let name = name.get().map_or(String::new(), |n| format!(" `{n}`"));
                let users = nodes.iter().filter_map(|user| match &user.node.source {
                    Source::Layer(layer, from) if from.iter().any(|f| f.id() == node.id()) => Some(called(layer)),
                    _ => None,
                });
                return Err(Error::request(
                    "model outputs",
                    "outputs that depend on the model's inputs alone",
                    format!(
                        "one that depends on another input{name} of shape {shape:?}, through layer `{}`",
                        users.take(1).collect::<String>()
                    ),
                    "add this input to the model's inputs, or cut the connection",
                ));
            }
        }
        let used: HashSet<usize> = nodes.iter().map(Tensor::id).collect();
        if let Some(at) = inputs.iter().position(|i| !used.contains(&i.id())) {
            let help = "leave it out, or connect it to an output";
            return Err(Error::request(
                "model inputs",
                "inputs that outputs depend on",
                format!("input {at}, which none does"),
                help,
            ));
        }
        Ok(Self(Arc::new(Cell { inputs, outputs, sequential, size: Size::of(&nodes), nodes, layer: OnceLock::new() })))
    }

    /// How large it is, models within it counted as often as they are applied.
    pub(super) fn size(&self) -> Size {
        self.0.size
    }

    pub(crate) fn kind(&self) -> &'static str {
        if self.0.sequential { "sequential" } else { "functional" }
    }

    /// The inputs.
    pub fn inputs(&self) -> &[Tensor] {
        &self.0.inputs
    }

    /// The outputs.
    pub fn outputs(&self) -> &[Tensor] {
        &self.0.outputs
    }

    /// Names and shapes of samples of the inputs, and the names of the layers the outputs come from.
    pub fn ends(&self) -> Ends {
        let mut unnamed = 0;
        let input = |t: &Tensor| match &t.node.source {
            Source::Input(shape, name) => {
                let name = name.get().cloned().unwrap_or_else(|| {
                    unnamed += 1;
                    if unnamed == 1 { "input".to_owned() } else { format!("input_{}", unnamed - 1) }
                });
                (name, shape.clone())
            }
            Source::Layer(layer, _) => (called(layer).to_owned(), Vec::new()),
        };
        let inputs = self.0.inputs.iter().map(input).collect();
        let output = |t: &Tensor| match &t.node.source {
            Source::Layer(layer, _) => called(layer).to_owned(),
            Source::Input(_, name) => name.get().cloned().unwrap_or_else(|| "input".to_owned()),
        };
        Ends { inputs, outputs: distinct(self.0.outputs.iter().map(output)) }
    }

    /// All nodes in an order in which they can be computed.
    pub(crate) fn nodes(&self) -> &[Tensor] {
        &self.0.nodes
    }

    /// The layers in the order they are first applied in, each once.
    pub fn layers(&self) -> Vec<SharedLayer> {
        let mut seen = HashSet::new();
        let layers = self.0.nodes.iter().filter_map(|n| match &n.node.source {
            Source::Layer(layer, _) => Some(layer.clone()),
            Source::Input(..) => None,
        });
        layers.filter(|l| seen.insert(l.id())).collect()
    }

    /// The layer of this name; a layer within a model used as a layer as `model/layer`.
    ///
    /// # Errors
    /// No layer of this name, with those there are and the nearest one.
    pub fn layer(&self, name: &str) -> Result<SharedLayer> {
        let layers = self.layers();
        let find = |name: &str| layers.iter().find(|l| l.name() == Some(name));
        if let Some(found) = find(name) {
            return Ok(found.clone());
        }
        if let Some((outer, inner)) = name.split_once('/')
            && let Some(Body::Graph(graph)) = find(outer).map(SharedLayer::body)
        {
            return graph.layer(inner);
        }
        Err(Error::unknown("layer", name, &layers.iter().filter_map(SharedLayer::name).collect::<Vec<_>>()))
    }

    /// The variables of all layers, each once.
    pub fn variables(&self) -> Vec<Variable> {
        let mut seen = HashSet::new();
        let all = self.layers().iter().flat_map(SharedLayer::variables).collect::<Vec<_>>();
        all.into_iter().filter(|v| seen.insert(v.id())).collect()
    }

    /// The graph as a layer, always the same one.
    pub(crate) fn as_layer(&self) -> SharedLayer {
        self.0.layer.get_or_init(|| SharedLayer::of(Body::Graph(self.clone()))).clone()
    }

    /// The same structure with layers of its own, not built: Keras's `clone_model`.
    pub fn clone_structure(&self) -> Self {
        let mut copies: Vec<(usize, SharedLayer)> = Vec::new();
        let mut made: Vec<(usize, Tensor)> = Vec::new();
        let of = |made: &[(usize, Tensor)], t: &Tensor| {
            let copy = made.iter().find(|(id, _)| *id == t.id()).map(|(_, copy)| copy.sibling(t.output));
            copy.unwrap_or_else(|| t.clone())
        };
        for node in &self.0.nodes {
            let copy = match &node.node.source {
                Source::Input(shape, name) => Tensor::new(Source::Input(shape.clone(), name.clone())),
                Source::Layer(layer, inputs) => {
                    let known = copies.iter().find(|(id, _)| *id == layer.id()).map(|(_, copy)| copy.clone());
                    let copy = known.unwrap_or_else(|| {
                        let copy = copy_of(layer);
                        copies.push((layer.id(), copy.clone()));
                        copy
                    });
                    let inputs: Vec<Tensor> = inputs.iter().map(|t| of(&made, t)).collect();
                    Tensor::output_of(&copy, &inputs, 0)
                }
            };
            made.push((node.id(), copy));
        }
        let map = |all: &[Tensor]| all.iter().map(|t| of(&made, t)).collect::<Vec<_>>();
        let (inputs, outputs, nodes) = (map(&self.0.inputs), map(&self.0.outputs), map(&self.0.nodes));
        Self(Arc::new(Cell {
            inputs,
            outputs,
            sequential: self.0.sequential,
            size: Size::of(&nodes),
            nodes,
            layer: OnceLock::new(),
        }))
    }
}

/// A layer of the same kind, name and flags with variables of its own.
fn copy_of(layer: &SharedLayer) -> SharedLayer {
    let copy = match layer.body() {
        Body::Layer(inner) => SharedLayer::of(Body::Layer(inner.clone())),
        Body::Graph(graph) => graph.clone_structure().as_layer(),
    };
    if let Some(name) = layer.name() {
        copy.name_it(name);
    }
    if matches!(layer.body(), Body::Layer(_)) {
        copy.set_trainable(layer.trainable());
        // A multiplier that was taken once is taken again.
        let _ = copy.set_learning_rate_multiplier(layer.learning_rate_multiplier());
    }
    copy
}

fn called(layer: &SharedLayer) -> &str {
    layer.name().unwrap_or(layer.kind())
}

/// Every node the tensors depend on, in the order they were made in.
fn reached(outputs: &[Tensor]) -> Vec<Tensor> {
    let (mut seen, mut found, mut open) = (HashSet::new(), Vec::new(), outputs.to_vec());
    while let Some(t) = open.pop() {
        if !seen.insert(t.id()) {
            continue;
        }
        if let Source::Layer(_, inputs) = &t.node.source {
            open.extend(inputs.iter().cloned());
        }
        found.push(t.sibling(0));
    }
    found.sort_by_key(|t| t.node.order);
    found
}

impl IntoLayer for Graph {
    fn into_layer(self) -> SharedLayer {
        self.as_layer()
    }
}

impl IntoLayer for &Graph {
    fn into_layer(self) -> SharedLayer {
        self.as_layer()
    }
}

impl Connect for &Graph {}
