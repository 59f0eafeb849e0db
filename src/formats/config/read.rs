//! From JSON to a graph.

use super::count::MOST_LAYERS;
use super::layer::{MODELS, opened};
use super::{Content, Shelved, Structure};
use crate::base::{Error, Result};
use crate::nn::config::{Json, Node};
use crate::train::{Body, SharedLayer, Size};
use std::collections::HashSet;

/// Reads models of one file.
#[derive(Default)]
pub(in crate::formats) struct Reader {
    /// Whether Keras 2 wrote it: a few of its words mean something else.
    pub keras_2: bool,
    /// Whether it was written here: a layer called with `training=True` then drops in predictions too, as in Keras 2. What
    /// Keras 3 predicts of such a layer is what it predicts of any.
    pub own: bool,
    /// Whether what says nothing of it is frozen.
    pub frozen: bool,
    /// Names that are taken, of which slashes were replaced.
    replaced: HashSet<String>,
    /// Layers and models so far.
    layers: usize,
    /// Calls so far, each counted once, however often the model it is in is applied.
    pub(super) size: Size,
}

/// The refusal of a file of too many layers.
pub(super) fn too_many_layers() -> Error {
    let help = "nothing Keras writes is like this: do not trust the file";
    Error::request("model", format!("at most {MOST_LAYERS} layers"), "more", help)
}

impl Reader {
    /// Of a file that Keras `version` wrote.
    pub fn of_version(version: Option<&str>) -> Self {
        let keras_2 = version.is_some_and(|v| v.starts_with("2."));
        Self { keras_2, ..Self::default() }
    }

    /// The name of a layer here: slashes, which part models from their layers, become points.
    pub fn own_name(&mut self, name: &str) -> String {
        if !name.contains('/') && !name.is_empty() {
            self.replaced.insert(name.to_owned());
            return name.to_owned();
        }
        let plain = if name.is_empty() { "layer".to_owned() } else { name.replace('/', ".") };
        let free = (0_usize..).map(|i| if i == 0 { plain.clone() } else { format!("{plain}_{i}") });
        let chosen = free.into_iter().find(|n| !self.replaced.contains(n)).unwrap_or(plain);
        self.replaced.insert(chosen.clone());
        chosen
    }

    /// Reads a model's object: `{"class_name": "Sequential", "config": {…}}`.
    ///
    /// # Errors
    /// What is no model, a layer that is not in the vocabulary, a structure that is no graph.
    pub fn model(&mut self, json: &Json) -> Result<Structure> {
        let (class, fields) = Node::new("model", json).object()?;
        let name = fields.get("name").and_then(Json::as_str).unwrap_or("model").to_owned();
        if !MODELS.contains(&class) {
            return Err(Error::request(
                format!("model `{name}`: class"),
                "Sequential or Functional",
                format!("`{class}`"),
                "subclassed models have no structure in their file: rebuild it with keras.Model(inputs, outputs)",
            ));
        }
        let name = self.own_name(&name);
        // Layers say themselves whether they learn; a model's word is for those that do not.
        let around = self.frozen;
        self.frozen |= fields.get("trainable").and_then(Json::as_bool) == Some(false);
        let structure = match class {
            "Sequential" => self.sequential(&name, &fields, json),
            _ => self.functional(&name, &fields),
        };
        self.frozen = around;
        let structure = structure?;
        structure.graph.as_layer().name_it(&name);
        Ok(structure)
    }

    /// Reads a layer or a model used as one.
    pub fn layer_or_model(&mut self, json: &Json, training: Option<bool>) -> Result<(SharedLayer, Shelved)> {
        self.layers += 1;
        if self.layers > MOST_LAYERS {
            return Err(too_many_layers());
        }
        let (class, fields, name) = opened(json)?;
        if MODELS.contains(&class) {
            let Structure { graph, name, shelf, .. } = self.model(json)?;
            let handle = graph.as_layer();
            let class = if graph.kind() == "sequential" { "Sequential" } else { "Functional" };
            let content = Content::Model(handle.clone(), shelf);
            return Ok((handle, Shelved { class: class.to_owned(), name, content }));
        }
        let shelved = self.layer(class, fields, &name, training)?;
        match &shelved.content {
            Content::Layer(layer) | Content::Model(layer, _) => Ok((layer.clone(), shelved)),
            Content::Input => Err(Error::request(format!("layer `{name}`"), "a layer", "an input", "remove it")),
        }
    }
}

/// A sample's shape from Keras's `[null, 28, 28]`.
pub(super) fn sample_shape(place: &str, shape: &Json) -> Result<Vec<usize>> {
    let node = Node::new(format!("{place}: shape"), shape);
    // A list of one shape is that shape.
    let axes = match shape.as_array().map(Vec::as_slice) {
        Some([Json::Array(axes)]) => axes.as_slice(),
        Some(axes) => axes,
        None => return Err(node.wrong("a list of sizes, the batch first")),
    };
    let size = |axis: &Json| axis.as_u64().and_then(|n| usize::try_from(n).ok());
    let sizes = axes.iter().skip(1).map(size).collect::<Option<Vec<usize>>>();
    sizes.ok_or_else(|| {
        let help = "shapes are fixed here: build the model for samples of one shape";
        Error::request(&node.place, "whole numbers after the batch", node.shown(), help)
    })
}

/// Whether a layer, or any in a model, acts otherwise in training.
pub(super) fn acts_otherwise_in_training(layer: &SharedLayer) -> bool {
    match layer.body() {
        Body::Graph(graph) => graph.layers().iter().any(acts_otherwise_in_training),
        Body::Layer(inner) => {
            let class = inner.config().map(|c| c.class).unwrap_or_default();
            let noise = class.contains("Dropout") || class.starts_with("Gaussian");
            noise || (class == "BatchNormalization" && layer.trainable())
        }
    }
}
