//! `[model]`: layers on the data's inputs, or a model that exists with other layers on top.

use super::wiring::{Wiring, without_last};
use crate::base::{Error, Result, Seed};
use crate::formats;
use crate::formats::model_file::ModelFile;
use crate::nn::config::{Json, config};
use crate::train::{Device, Graph, Model, SharedLayer, Tensor};

/// What a run file says of the model.
#[derive(Clone, Debug, Default)]
pub(super) struct ModelSection {
    /// The shape of a sample; else the data's.
    pub input: Option<Vec<usize>>,
    /// Names and shapes of several inputs; else the data's.
    pub inputs: Json,
    pub layers: Json,
    /// Names of the layers that are outputs; else the last one.
    pub outputs: Vec<String>,
    /// A model in a file, to begin with.
    pub from: Option<String>,
    /// So many of its last layers are left out.
    pub drop_last: usize,
    /// Layers of it that keep their values: names, or `all`.
    pub freeze: Vec<String>,
    /// Layers of it that were frozen and learn: names, or `all`.
    pub unfreeze: Vec<String>,
    /// A file of variables the model begins with.
    pub weights: Option<String>,
}

config! { ModelSection = "model", ModelSection::default();
    takes input, inputs, layers, outputs, from, drop_last, freeze, unfreeze, weights;
}

/// A model, and whether it is as its file has it, compiled.
pub(super) struct Built {
    pub model: Model,
    pub compiled: bool,
}

/// A name of all layers.
const ALL: &str = "all";

impl ModelSection {
    /// Makes the model for inputs of these names and shapes. One from a file that is left as it is is compiled as it was, if
    /// `compiled`.
    ///
    /// # Errors
    /// Layers that do not fit, names nothing has, a file that cannot be read.
    pub fn build(&self, data: &[(String, Vec<usize>)], device: &Device, seed: Seed, compiled: bool) -> Result<Built> {
        let mut built = match &self.from {
            Some(path) => self.build_from(path, device, seed, compiled)?,
            None => Built { model: self.graph(data)?.build(device, seed)?, compiled: false },
        };
        if let Some(path) = &self.weights {
            built.model.load_weights(path)?;
        }
        Ok(built)
    }

    fn graph(&self, data: &[(String, Vec<usize>)]) -> Result<Graph> {
        let alone = [("drop_last", self.drop_last > 0), ("freeze", !self.freeze.is_empty())];
        let alone = alone.into_iter().chain([("unfreeze", !self.unfreeze.is_empty())]);
        if let Some((key, _)) = alone.into_iter().find(|(_, given)| *given) {
            let help = "name the file in `from`, or leave it out";
            return Err(Error::request(format!("model.{key}"), "a model from a file", "layers alone", help));
        }
        let inputs = self.inputs(data)?;
        let layers = self.layers()?;
        if layers.is_empty() {
            let help = "write layers = [ … ] under [model]";
            return Err(Error::request("model.layers", "at least one layer", "none", help));
        }
        let mut wiring = Wiring::of_inputs(&inputs);
        wiring.add("model.layers", layers)?;
        self.end(&wiring, inputs.into_iter().map(|(_, tensor)| tensor).collect())
    }

    fn layers(&self) -> Result<&[Json]> {
        match &self.layers {
            Json::Null => Ok(&[]),
            Json::Array(layers) => Ok(layers),
            other => Err(crate::nn::config::Node::new("model.layers", other).wrong("a list of layers")),
        }
    }

    /// The inputs the file names, in the order of the data where they have its names, or the data's.
    fn inputs(&self, data: &[(String, Vec<usize>)]) -> Result<Vec<(String, Tensor)>> {
        let given: Vec<(String, Vec<usize>)> = match (&self.inputs, &self.input) {
            (Json::Null, None) => data.to_vec(),
            (Json::Null, Some(shape)) => match data {
                [(name, _)] => vec![(name.clone(), shape.clone())],
                _ => vec![("input".to_owned(), shape.clone())],
            },
            (Json::Object(table), None) => {
                let mut given = Vec::new();
                for (name, shape) in table {
                    let node = crate::nn::config::Node::new(format!("model.inputs.{name}"), shape);
                    given.push((name.clone(), crate::nn::config::Field::read(&node)?));
                }
                let at = |name: &str| data.iter().position(|(known, _)| known == name);
                if let (true, Some((strange, _))) = (data.len() > 1, given.iter().find(|(name, _)| at(name).is_none()))
                {
                    let known: Vec<&str> = data.iter().map(|(name, _)| name.as_str()).collect();
                    return Err(Error::unknown("model.inputs: array of the data", strange, &known));
                }
                given.sort_by_key(|(name, _)| at(name));
                given
            }
            (_, Some(_)) => {
                let help = "keep one of them";
                return Err(Error::request("model", "input, or inputs", "both", help));
            }
            (other, None) => {
                let node = crate::nn::config::Node::new("model.inputs", other);
                return Err(node.wrong("a table of names and shapes: { left = [8], right = [8] }"));
            }
        };
        let tensor = |(name, shape): (String, Vec<usize>)| {
            let tensor = Tensor::named_input(&name, &shape);
            (name, tensor)
        };
        Ok(given.into_iter().map(tensor).collect())
    }

    /// The graph from inputs to the outputs named, or to the last layer.
    fn end(&self, wiring: &Wiring, inputs: Vec<Tensor>) -> Result<Graph> {
        let chain = wiring.chain && inputs.len() == 1 && self.outputs.is_empty();
        let outputs = if self.outputs.is_empty() {
            wiring.last().into_iter().collect()
        } else {
            self.outputs.iter().map(|name| wiring.tensor("model.outputs: layer", name)).collect::<Result<Vec<_>>>()?
        };
        Graph::of(inputs, outputs, chain)
    }

    fn build_from(&self, path: &str, device: &Device, seed: Seed, compiled: bool) -> Result<Built> {
        if self.input.is_some() || !self.inputs.is_null() {
            let help = "leave it out: the file's model has inputs of its own";
            return Err(Error::request("model.input", "nothing beside `from`", "a shape", help));
        }
        let file: Box<dyn ModelFile> = formats::open(path)?;
        let layers = self.layers()?;
        let same = self.drop_last == 0 && layers.is_empty() && self.outputs.is_empty();
        if same {
            let settings = if compiled { file.compile_settings()? } else { None };
            let compiled = settings.is_some();
            // Frozen before it is compiled: by then its slots are made.
            let model = if compiled && self.freeze.is_empty() && self.unfreeze.is_empty() {
                file.build_compiled(device, seed)?
            } else {
                let mut model = file.build(device, seed)?;
                self.set_trainable(model.graph())?;
                if let Some(how) = settings {
                    model.compile_with(how)?;
                }
                model
            };
            return Ok(Built { model, compiled });
        }
        let base = file.build(device, seed)?;
        let graph = base.graph();
        self.set_trainable(graph)?;
        let mut wiring = Wiring::of_graph(graph, without_last(graph, self.drop_last)?);
        wiring.add("model.layers", layers)?;
        let graph = self.end(&wiring, graph.inputs().to_vec())?;
        Ok(Built { model: graph.build(device, seed)?, compiled: false })
    }

    /// Freezes and unfreezes the layers named.
    fn set_trainable(&self, graph: &Graph) -> Result<()> {
        let keys = [("unfreeze", &self.unfreeze, true), ("freeze", &self.freeze, false)];
        for (_, _, trainable) in keys.iter().filter(|(_, names, _)| names.iter().any(|name| name == ALL)) {
            graph.layers().iter().for_each(|layer| layer.set_trainable(*trainable));
        }
        // Layers by name are exceptions to all.
        for (key, names, trainable) in keys {
            for name in names.iter().filter(|name| *name != ALL) {
                let layer: SharedLayer =
                    graph.layer(name).map_err(|error| super::under(&format!("model.{key}"), error))?;
                layer.set_trainable(trainable);
            }
        }
        Ok(())
    }
}
