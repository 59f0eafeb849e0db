//! From a graph to JSON.

use super::order::{inputs, layers};
use super::{Content, Shelf, Shelved, Structure};
use crate::base::{Error, Result};
use crate::nn::config::{Config, Json, OWN_MODULE};
use crate::train::{Body, Graph, SharedLayer, Source, Tensor};
use serde_json::json;
use std::collections::{HashMap, HashSet};

/// How models are written.
#[derive(Clone, Copy)]
pub(in crate::formats) struct Writer {
    /// The type of numbers: `float32`, `float64`.
    pub dtype: &'static str,
    /// Whether only what Keras has may be written.
    pub keras: bool,
}

/// A node: the name of its layer or input, which call of the layer it is, and its place among the nodes.
struct Call {
    name: String,
    number: usize,
    place: usize,
}

/// The nodes of a graph.
struct Calls(HashMap<usize, Call>);

impl Writer {
    /// The object of a model, and its layers in Keras's order.
    ///
    /// # Errors
    /// A layer of one's own, or one that Keras does not have where only Keras's may be written.
    pub fn model(self, graph: &Graph, fallback: &str) -> Result<(Json, Structure)> {
        let handle = graph.as_layer();
        let name = handle.name().unwrap_or(fallback).to_owned();
        let (json, shelf) =
            if is_plain(graph) { self.sequential(graph, &name)? } else { self.functional(graph, &name)? };
        Ok((json, Structure { graph: graph.clone(), name, shelf, output_keys: Vec::new() }))
    }

    fn sequential(self, graph: &Graph, name: &str) -> Result<(Json, Shelf)> {
        let (mut all, mut shelf) = (Vec::new(), Shelf::default());
        let mut shape = Json::Null;
        for (i, node) in graph.nodes().iter().enumerate() {
            match &node.node.source {
                Source::Input(sample, given) => {
                    shape = batched(sample);
                    all.push(self.input(sample, given.get().map_or_else(|| input_name(i), Clone::clone).as_str()));
                }
                Source::Layer(layer, _) => {
                    let (json, shelved) = self.layer(layer)?;
                    all.push(json);
                    shelf.0.push(shelved);
                }
            }
        }
        let json = json!({
            "module": "keras", "class_name": "Sequential", "registered_name": null,
            "config": {
                "name": name, "trainable": graph.as_layer().trainable(), "dtype": self.policy(), "layers": all, "build_input_shape": shape.clone(),
            },
            "build_config": { "input_shape": shape },
        });
        Ok((json, shelf))
    }

    fn functional(self, graph: &Graph, name: &str) -> Result<(Json, Shelf)> {
        let ordered = layers(graph);
        let calls = Calls::of(graph);
        let shapes = graph.shapes()?;
        let mut calls_of: HashMap<usize, Vec<&Tensor>> = HashMap::new();
        for node in graph.nodes() {
            if let Source::Layer(layer, _) = &node.node.source {
                calls_of.entry(layer.id()).or_default().push(node);
            }
        }
        let (mut all, mut shelf) = (Vec::new(), Shelf::default());
        for first in &ordered {
            match &first.node.source {
                Source::Input(sample, _) => {
                    let name = calls.name(first);
                    let mut json = self.input(sample, &name);
                    json["name"] = name.clone().into();
                    json["inbound_nodes"] = json!([]);
                    all.push(json);
                    shelf.0.push(Shelved { class: "InputLayer".to_owned(), name, content: Content::Input });
                }
                Source::Layer(layer, _) => {
                    let (mut json, shelved) = self.layer(layer)?;
                    let nodes = calls_of.remove(&layer.id()).unwrap_or_default();
                    let nodes: Vec<Json> = nodes.iter().map(|n| self.call(n, layer, &calls, &shapes)).collect();
                    json["name"] = shelved.name.clone().into();
                    json["inbound_nodes"] = nodes.into();
                    all.push(json);
                    shelf.0.push(shelved);
                }
            }
        }
        let end = |t: &Tensor, outputs: bool| {
            // Keras counts calls of a graph from the one it was made with.
            let made_with = matches!(&t.node.source, Source::Layer(l, _)
                if matches!(l.body(), Body::Graph(inner) if !is_plain(inner)));
            json!([calls.name(t), calls.number(t) + usize::from(outputs && made_with), t.output])
        };
        let ends = |all: &[Tensor], outputs: bool| match all {
            [one] => end(one, outputs),
            many => many.iter().map(|t| end(t, outputs)).collect::<Vec<_>>().into(),
        };
        let json = json!({
            "module": "keras.src.models.functional", "class_name": "Functional", "registered_name": "Functional",
            "config": {
                "name": name, "trainable": graph.as_layer().trainable(), "layers": all,
                "input_layers": ends(graph.inputs(), false), "output_layers": ends(graph.outputs(), true),
            },
            "build_config": { "input_shape": null },
        });
        Ok((json, shelf))
    }

    fn policy(self) -> Json {
        json!({ "module": "keras", "class_name": "DTypePolicy", "config": { "name": self.dtype }, "registered_name": null })
    }

    fn input(self, sample: &[usize], name: &str) -> Json {
        let config = json!({
            "batch_shape": batched(sample), "dtype": self.dtype, "sparse": false, "ragged": false, "name": name,
        });
        json!({ "module": "keras.layers", "class_name": "InputLayer", "config": config, "registered_name": null })
    }

    /// The object of a layer, or of a model used as one.
    fn layer(self, layer: &SharedLayer) -> Result<(Json, Shelved)> {
        let name = layer.name().unwrap_or(layer.kind()).to_owned();
        let inner = match layer.body() {
            Body::Graph(graph) => {
                let (json, Structure { shelf, .. }) = self.model(graph, &name)?;
                let class = json["class_name"].as_str().unwrap_or_default().to_owned();
                return Ok((json, Shelved { class, name, content: Content::Model(layer.clone(), shelf) }));
            }
            Body::Layer(inner) => inner,
        };
        let config = self.words(inner.config().map_err(|e| of_layer(&name, e))?);
        let module = if config.own { OWN_MODULE } else { "keras.layers" };
        let mut fields = config.fields;
        let learns = layer.trainable() && fields.get("trainable") != Some(&false.into());
        fields.insert("name".to_owned(), name.clone().into());
        if layer.learning_rate_multiplier() != 1.0 {
            if self.keras {
                return Err(Error::request(
                    format!("layer `{name}`: learning_rate_multiplier"),
                    "1, to be written for Keras, which has no such thing",
                    layer.learning_rate_multiplier(),
                    "write safetensors, which keep it, or set it to 1 first",
                ));
            }
            fields.insert("learning_rate_multiplier".to_owned(), layer.learning_rate_multiplier().into());
        }
        // Some of Keras's layers without variables take no such word.
        if layer.variables().is_empty() {
            fields.remove("trainable");
        } else {
            fields.insert("trainable".to_owned(), learns.into());
        }
        fields.insert("dtype".to_owned(), self.policy());
        let json = json!({ "module": module, "class_name": config.class, "config": fields, "registered_name": null });
        if self.keras {
            refuse_own(&name, &json)?;
        }
        let content = Content::Layer(layer.clone());
        Ok((json, Shelved { class: config.class.to_owned(), name, content }))
    }

    /// Classes Keras has other words for.
    fn words(self, mut config: Config) -> Config {
        if !self.keras {
            return config;
        }
        match config.class {
            // Keras has a layer that always drops as a way of calling the one that does not.
            "MCDropout" => (config.class, config.own) = ("Dropout", false),
            "MCAlphaDropout" => (config.class, config.own) = ("AlphaDropout", false),
            "LogSoftmax" if config.fields.get("axis") == Some(&(-1).into()) => {
                (config.class, config.own) = ("Activation", false);
                config.fields.clear();
                config.fields.insert("activation".to_owned(), "log_softmax".into());
            }
            _ => {}
        }
        config
    }

    /// A node of a layer's `inbound_nodes`.
    fn call(self, node: &Tensor, layer: &SharedLayer, calls: &Calls, shapes: &[Vec<Vec<usize>>]) -> Json {
        let tensor = |t: &Tensor| {
            let shape = calls.place(t).and_then(|i| shapes.get(i)?.get(t.output)).map_or(Json::Null, |s| batched(s));
            json!({
                "class_name": "__keras_tensor__",
                "config": { "shape": shape, "dtype": self.dtype, "keras_history": [calls.name(t), calls.number(t), t.output] },
            })
        };
        let all: Vec<Json> = inputs(node).iter().map(tensor).collect();
        let merges = all.len() > 1 || is_merging(layer);
        let arguments = if merges { json!([all]) } else { json!(all) };
        let keywords = if self.keras && always_random(layer) { json!({ "training": true }) } else { json!({}) };
        json!({ "args": arguments, "kwargs": keywords })
    }
}

impl Calls {
    fn of(graph: &Graph) -> Self {
        let mut taken: HashSet<String> = graph.layers().iter().filter_map(|l| l.name().map(str::to_owned)).collect();
        let (mut calls, mut counts) = (HashMap::new(), HashMap::new());
        let mut numbers = 0..;
        for (place, node) in graph.nodes().iter().enumerate() {
            let (name, number) = match &node.node.source {
                Source::Input(_, given) => {
                    let free = || numbers.by_ref().map(input_name).find(|n| !taken.contains(n));
                    let name = given.get().cloned().or_else(free).unwrap_or_default();
                    taken.insert(name.clone());
                    (name, 0)
                }
                Source::Layer(layer, _) => {
                    let count = counts.entry(layer.id()).or_insert(0);
                    *count += 1;
                    (layer.name().unwrap_or(layer.kind()).to_owned(), *count - 1)
                }
            };
            calls.insert(node.id(), Call { name, number, place });
        }
        Self(calls)
    }

    fn name(&self, t: &Tensor) -> String {
        self.0.get(&t.id()).map(|c| c.name.clone()).unwrap_or_default()
    }

    fn number(&self, t: &Tensor) -> usize {
        self.0.get(&t.id()).map_or(0, |c| c.number)
    }

    fn place(&self, t: &Tensor) -> Option<usize> {
        self.0.get(&t.id()).map(|c| c.place)
    }
}

/// Whether a model is written as a list of layers: each is called once, on what the one before it gave.
fn is_plain(graph: &Graph) -> bool {
    let mut chain = graph.layers();
    chain.retain(|l| l.name().is_some());
    let calls = graph.nodes().iter().filter(|n| matches!(n.node.source, Source::Layer(..))).count();
    graph.kind() == "sequential" && chain.len() == calls && !chain.iter().any(always_random)
}

/// The class of a layer that Keras calls with a list of tensors.
fn is_merging(layer: &SharedLayer) -> bool {
    const MERGING: [&str; 8] = ["Add", "Average", "Concatenate", "Dot", "Maximum", "Minimum", "Multiply", "Subtract"];
    matches!(layer.body(), Body::Layer(inner) if inner.config().is_ok_and(|c| MERGING.contains(&c.class)))
}

/// Whether a layer drops in inference too.
fn always_random(layer: &SharedLayer) -> bool {
    matches!(layer.body(), Body::Layer(inner) if inner.config().is_ok_and(|c| c.class.starts_with("MC")))
}

fn batched(sample: &[usize]) -> Json {
    std::iter::once(Json::Null).chain(sample.iter().map(|n| (*n).into())).collect()
}

fn input_name(number: usize) -> String {
    if number == 0 { "input_layer".to_owned() } else { format!("input_layer_{number}") }
}

fn of_layer(name: &str, error: Error) -> Error {
    match error {
        Error::Request { what, expected, got, help } => {
            Error::request(format!("layer `{name}`: {what}"), expected, got, help)
        }
        other => other,
    }
}

/// Fails where an object names a class Keras does not have.
pub(in crate::formats) fn refuse_own(owner: &str, json: &Json) -> Result<()> {
    let mut open = vec![json];
    while let Some(json) = open.pop() {
        match json {
            Json::Object(object) => {
                if object.get("module").and_then(Json::as_str) == Some(OWN_MODULE) {
                    let class = object.get("class_name").and_then(Json::as_str).unwrap_or_default();
                    return Err(Error::request(
                        format!("`{owner}`, to be written for Keras"),
                        "what Keras has a word for",
                        format!("`{class}` with options Keras does not have"),
                        "write safetensors, which keep it, or build the model without",
                    ));
                }
                open.extend(object.values());
            }
            Json::Array(all) => open.extend(all),
            _ => {}
        }
    }
    Ok(())
}
