//! Layers one after the other, as Keras's files have them.

use super::layer::opened;
use super::read::{Reader, sample_shape};
use super::{Shelf, Structure};
use crate::base::{Error, Result};
use crate::nn::config::{Json, Map, Node};
use crate::train::{Body, Connect, Graph, Source, Tensor};

impl Reader {
    /// Reads `{"layers": […]}`. The shape of samples is where Keras puts it: in an input layer, in the first layer, or
    /// beside the layers.
    pub(super) fn sequential(&mut self, name: &str, fields: &Map<String, Json>, whole: &Json) -> Result<Structure> {
        let place = format!("model `{name}`");
        let Some(layers) = fields.get("layers").and_then(Json::as_array) else {
            return Err(Error::request(format!("{place}: layers"), "a list", "none", "save a model with layers"));
        };
        let mut input = None;
        let mut shelf = Shelf::default();
        let mut handles = Vec::new();
        for (i, json) in layers.iter().enumerate() {
            let (class, config, layer) = opened(json)?;
            let shape = ["batch_shape", "batch_input_shape"].iter().find_map(|key| config.get(*key));
            let said = shape.filter(|s| i == 0 && (class == "InputLayer" || fixed(s)));
            if let Some(shape) = said {
                let shape = sample_shape(&place, shape)?;
                input = Some(if class == "InputLayer" {
                    Tensor::named_input(&self.own_name(&layer), &shape)
                } else {
                    Tensor::input(&shape)
                });
            }
            if class == "InputLayer" {
                continue;
            }
            let (handle, shelved) = self.layer_or_model(json, None)?;
            if let (0, None, Body::Graph(graph)) = (i, &input, handle.body()) {
                input = Some(first_input(graph));
            }
            handles.push(handle);
            shelf.0.push(shelved);
        }
        let beside = fields.get("build_input_shape").or_else(|| whole.get("build_config")?.get("input_shape"));
        let input = match (input, beside.filter(|s| !s.is_null())) {
            (Some(input), _) => input,
            (None, Some(shape)) => Tensor::input(&sample_shape(&place, shape)?),
            (None, None) => {
                let help = "build it in Keras, with an Input layer, before it is saved";
                return Err(Error::request(place, "a model that knows the shape of its samples", "none", help));
            }
        };
        if handles.is_empty() {
            return Err(Error::request(place, "at least one layer", "none", "save a model with layers"));
        }
        let output = handles.iter().fold(input.clone(), |x, layer| layer.on(&x));
        let graph = Graph::of(vec![input], vec![output], true)?;
        Ok(Structure { graph, name: name.to_owned(), shelf, output_keys: Vec::new() })
    }
}

/// Whether a shape says the size of every axis behind the batch.
fn fixed(shape: &Json) -> bool {
    sample_shape("", shape).is_ok_and(|s| !s.is_empty())
}

/// An input like the first one of a model.
fn first_input(graph: &Graph) -> Tensor {
    let shape = graph.inputs().first().and_then(|t| match &t.node.source {
        Source::Input(shape, _) => Some(shape.clone()),
        Source::Layer(..) => None,
    });
    Tensor::input(&shape.unwrap_or_default())
}

/// The list `key` of an object.
pub(super) fn list<'a>(place: &str, object: &'a Map<String, Json>, key: &str) -> Result<&'a [Json]> {
    match object.get(key) {
        Some(Json::Array(all)) => Ok(all),
        other => {
            let none = Json::Null;
            Err(Node::new(format!("{place}: {key}"), other.unwrap_or(&none)).wrong("a list"))
        }
    }
}
