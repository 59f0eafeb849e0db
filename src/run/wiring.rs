//! Layers on tensors, by name.

use super::item::Item;
use crate::base::{Error, Result};
use crate::nn::config::Json;
use crate::train::{Body, Connect, Graph, SharedLayer, Source, Tensor};

/// Most layers a run file may ask for.
const MOST: usize = 1 << 14;

/// What was connected so far.
pub(super) struct Wiring {
    /// The tensor the next layer is put on, unless it says otherwise; none where there are several inputs.
    last: Option<Tensor>,
    /// Tensors by the names of inputs and layers.
    tensors: Vec<(String, Tensor)>,
    layers: Vec<(String, SharedLayer)>,
    /// Layers that were made here.
    made: usize,
    /// Times layers were repeated.
    turns: usize,
    /// Whether each layer was put on the one before it.
    pub chain: bool,
}

impl Wiring {
    /// On these inputs.
    pub fn of_inputs(inputs: &[(String, Tensor)]) -> Self {
        let last = match inputs {
            [(_, only)] => Some(only.clone()),
            _ => None,
        };
        Self { last, tensors: inputs.to_vec(), layers: Vec::new(), made: 0, turns: 0, chain: true }
    }

    /// On a tensor of a graph, whose layers are known by name.
    pub fn of_graph(graph: &Graph, last: Option<Tensor>) -> Self {
        let name = |node: &Tensor| match &node.node.source {
            Source::Layer(layer, _) => layer.name().map(str::to_owned),
            Source::Input(_, name) => name.get().cloned(),
        };
        let tensors = graph.nodes().iter().filter_map(|node| Some((name(node)?, node.clone()))).collect();
        let layers = graph.layers().into_iter().filter_map(|l| Some((l.name()?.to_owned(), l.clone()))).collect();
        Self { last, tensors, layers, made: 0, turns: 0, chain: false }
    }

    /// Puts a list of layers on.
    ///
    /// # Errors
    /// A line that is no layer, a name nothing has, too many layers.
    pub fn add(&mut self, place: &str, layers: &[Json]) -> Result<()> {
        for (i, json) in layers.iter().enumerate() {
            let place = format!("{place}[{i}]");
            match Item::read(&place, json)? {
                Item::Layer(layer, on) => {
                    if let Some(name) = layer.name() {
                        let name = name.to_owned();
                        self.check_free(&place, &name)?;
                        self.layers.push((name, layer.clone()));
                    }
                    self.put(&place, &layer, &on, layer.name())?;
                }
                Item::Use(used, on, name) => {
                    let known: Vec<&str> = self.layers.iter().map(|(name, _)| name.as_str()).collect();
                    let found = self.layers.iter().find(|(name, _)| *name == used).map(|(_, layer)| layer.clone());
                    let layer = found.ok_or_else(|| Error::unknown(format!("{place}: use: layer"), &used, &known))?;
                    if let Some(name) = &name {
                        self.check_free(&place, name)?;
                    }
                    self.chain = false;
                    self.put(&place, &layer, &on, name.as_deref())?;
                }
                Item::Repeat(times, layers) => {
                    if times > MOST || layers.is_empty() {
                        let expected = format!("at most {MOST} times, of at least one layer");
                        let got = format!("{times} times {} layers", layers.len());
                        return Err(Error::request(format!("{place}: repeat"), expected, got, "repeat fewer"));
                    }
                    for _ in 0..times {
                        self.turns += 1;
                        if self.turns > MOST {
                            return Err(Error::request(
                                place,
                                format!("at most {MOST} repetitions"),
                                "more",
                                "repeat fewer",
                            ));
                        }
                        self.add(&format!("{place}.layers"), &layers)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn check_free(&self, place: &str, name: &str) -> Result<()> {
        if self.tensors.iter().any(|(taken, _)| taken == name) {
            let help = "give every layer a name of its own, or leave the names out";
            return Err(Error::request(format!("{place}: name"), "a name nothing else has", format!("`{name}`"), help));
        }
        Ok(())
    }

    /// Puts a layer on tensors, or on the last one.
    fn put(&mut self, place: &str, layer: &SharedLayer, on: &[String], name: Option<&str>) -> Result<()> {
        self.made += 1;
        if self.made > MOST {
            return Err(Error::request(place, format!("at most {MOST} layers"), "more", "repeat fewer"));
        }
        let inputs = if on.is_empty() {
            let last = self.last.clone().ok_or_else(|| {
                let names = self.tensors.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
                let help = format!("add on = \"…\" with one or several of {names}");
                Error::request(place, "what the layer is put on, as there are several inputs", "nothing", help)
            })?;
            vec![last]
        } else {
            self.chain = false;
            on.iter().map(|name| self.tensor(&format!("{place}: on"), name)).collect::<Result<_>>()?
        };
        let made = layer.on(inputs);
        if let Some(name) = name {
            self.tensors.push((name.to_owned(), made.clone()));
        }
        self.last = Some(made);
        Ok(())
    }

    /// The tensor of a name.
    ///
    /// # Errors
    /// A name nothing has, with the nearest one.
    pub fn tensor(&self, what: &str, name: &str) -> Result<Tensor> {
        // The last one of a shared layer's.
        let found = self.tensors.iter().rev().find(|(known, _)| known == name).map(|(_, tensor)| tensor.clone());
        found.ok_or_else(|| {
            let known: Vec<&str> = self.tensors.iter().map(|(name, _)| name.as_str()).collect();
            Error::unknown(what, name, &known)
        })
    }

    /// The tensor of the last layer.
    pub fn last(&self) -> Option<Tensor> {
        self.last.clone()
    }
}

/// The tensor `count` layers before the only output.
///
/// # Errors
/// Several outputs, or not so many layers one after the other.
pub(super) fn without_last(graph: &Graph, count: usize) -> Result<Option<Tensor>> {
    let [output] = graph.outputs() else {
        let got = format!("{} outputs", graph.outputs().len());
        return match count {
            0 => Ok(None),
            _ => {
                Err(Error::request("model.drop_last", "a model of one output", got, "leave it out, and name `outputs`"))
            }
        };
    };
    let mut tensor = output.clone();
    for dropped in 0..count {
        tensor = match &tensor.node.source {
            Source::Layer(layer, inputs) => match (inputs.as_slice(), layer.body()) {
                ([one], Body::Layer(_)) | ([one], Body::Graph(_)) if !is_input(one) => one.clone(),
                _ => return Err(too_many(count, dropped)),
            },
            Source::Input(..) => return Err(too_many(count, dropped)),
        };
    }
    Ok(Some(tensor))
}

fn is_input(tensor: &Tensor) -> bool {
    matches!(tensor.node.source, Source::Input(..))
}

fn too_many(count: usize, found: usize) -> Error {
    let expected = format!("at most {found}: a layer must be left, and the dropped ones one after the other");
    Error::request("model.drop_last", expected, count, "drop fewer layers")
}
