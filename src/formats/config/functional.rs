//! A graph of layers, as Keras's files have it: a list of layers, each with its calls.

use super::layer::{MODELS, opened};
use super::read::{Reader, acts_otherwise_in_training, sample_shape};
use super::references::{Called, Reference, calls, flatten};
use super::sequential::list;
use super::{Content, Shelf, Shelved, Structure};
use crate::base::{Error, Result};
use crate::nn::config::{Json, Map};
use crate::train::{Connect, Graph, SharedLayer, Size, Tensor};
use std::collections::{HashMap, HashSet, VecDeque};

/// A layer of the list.
struct Entry {
    name: String,
    class: String,
    /// None for an input.
    handle: Option<SharedLayer>,
    calls: Vec<Called>,
    /// What the calls gave, once they are made.
    made: Vec<Option<Vec<Tensor>>>,
    /// The number references count calls of it from, among the layers' inputs.
    from: usize,
}

/// All entries, by name.
struct Wiring {
    entries: Vec<Entry>,
    named: HashMap<String, usize>,
    place: String,
    /// Calls made so far, of all models of the file.
    size: Size,
}

impl Reader {
    /// Reads `{"layers": […], "input_layers": …, "output_layers": …}`.
    pub(super) fn functional(&mut self, name: &str, fields: &Map<String, Json>) -> Result<Structure> {
        let place = format!("model `{name}`");
        let mut wiring =
            Wiring { entries: Vec::new(), named: HashMap::new(), place: place.clone(), size: Size::default() };
        let mut shelf = Shelf::default();
        let mut keras_3 = false;
        for json in list(&place, fields, "layers")? {
            let (entry, shelved) = self.entry(json)?;
            keras_3 |= json.get("inbound_nodes").and_then(|n| n.get(0)).is_some_and(Json::is_object);
            let at = wiring.entries.len();
            if wiring.named.insert(entry.name.clone(), at).is_some() {
                let help = "save it with a name of its own for each layer";
                return Err(Error::request(format!("{place}: layers"), "distinct names", &entry.name, help));
            }
            wiring.entries.push(entry);
            shelf.0.push(shelved);
        }
        wiring.count_from(keras_3)?;
        wiring.size = self.size;
        wiring.connect()?;
        self.size = wiring.size;
        let inputs = wiring.ends(fields, "input_layers", keras_3)?;
        let outputs = wiring.ends(fields, "output_layers", keras_3)?;
        let output_keys = match fields.get("output_layers") {
            Some(Json::Object(by_name)) => by_name.keys().cloned().collect(),
            _ => Vec::new(),
        };
        Ok(Structure { graph: Graph::new(inputs, outputs)?, name: name.to_owned(), shelf, output_keys })
    }

    /// Reads an item of the list of layers.
    fn entry(&mut self, json: &Json) -> Result<(Entry, Shelved)> {
        let (class, config, name) = opened(json)?;
        let place = format!("layer `{name}`");
        let nodes = json.get("inbound_nodes").and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
        if class == "InputLayer" {
            let none = Json::Null;
            let shape = ["batch_shape", "batch_input_shape"].iter().find_map(|k| config.get(*k)).unwrap_or(&none);
            let own = self.own_name(&name);
            let made = vec![Some(vec![Tensor::named_input(&own, &sample_shape(&place, shape)?)])];
            let shelved = Shelved { class: class.to_owned(), name: own, content: Content::Input };
            let entry =
                Entry { name, class: class.to_owned(), handle: None, calls: vec![Called::default()], made, from: 0 };
            return Ok((entry, shelved));
        }
        let calls = calls(&place, nodes)?;
        let training = calls.first().and_then(|c| c.training);
        if calls.iter().any(|c| c.training != training) {
            let help = "use a layer of its own for each way of calling it";
            return Err(Error::request(place, "one value of `training` for all calls", "several", help));
        }
        let (handle, shelved) = self.layer_or_model(json, training)?;
        let always = training == Some(true) && !["Dropout", "AlphaDropout"].contains(&shelved.class.as_str());
        if (always || training == Some(false)) && acts_otherwise_in_training(&handle) {
            let got = format!("training={}", if always { "True" } else { "False" });
            let help = "freeze the layers instead (trainable = False), and leave dropout out";
            return Err(Error::request(place, "a layer called as training or inference asks", got, help));
        }
        let made = vec![None; calls.len()];
        Ok((Entry { name, class: shelved.class.clone(), handle: Some(handle), calls, made, from: 0 }, shelved))
    }
}

impl Wiring {
    /// The entry of a reference's layer.
    fn find(&self, name: &str) -> Result<usize> {
        self.named.get(name).copied().ok_or_else(|| {
            let help = "the file's structure is damaged: save the model again";
            Error::request(&self.place, "references to layers of the model", format!("`{name}`"), help)
        })
    }

    /// A model used as a layer may have a call of its own that is not in the file, and be counted from the next: so it is if
    /// a reference asks for the call behind the last.
    fn count_from(&mut self, keras_3: bool) -> Result<()> {
        let asked: Vec<Reference> =
            self.entries.iter().flat_map(|e| &e.calls).flat_map(|c| c.inputs.iter().cloned()).collect();
        for r in asked {
            let at = self.find(&r.layer)?;
            let entry = &mut self.entries[at];
            if r.call >= entry.calls.len() {
                entry.from = 1;
            }
        }
        for entry in self.entries.iter_mut().filter(|e| !keras_3 && e.class == "Functional") {
            entry.from = 1;
        }
        Ok(())
    }

    /// Makes the calls, each once all it is called on is there.
    fn connect(&mut self) -> Result<()> {
        let mut waiting: HashMap<(usize, usize), Vec<(usize, usize)>> = HashMap::new();
        let mut missing: HashMap<(usize, usize), usize> = HashMap::new();
        let mut ready = VecDeque::new();
        for (e, entry) in self.entries.iter().enumerate() {
            for (c, called) in entry.calls.iter().enumerate().filter(|(c, _)| entry.made[*c].is_none()) {
                let mut open = 0;
                for r in &called.inputs {
                    let key = self.key(r, false)?;
                    if self.entries[key.0].made[key.1].is_none() {
                        waiting.entry(key).or_default().push((e, c));
                        open += 1;
                    }
                }
                missing.insert((e, c), open);
                if open == 0 {
                    ready.push_back((e, c));
                }
            }
        }
        let mut left = missing.len();
        while let Some(key) = ready.pop_front() {
            self.call(key)?;
            left -= 1;
            for user in waiting.remove(&key).unwrap_or_default() {
                if let Some(open) = missing.get_mut(&user) {
                    *open -= 1;
                    if *open == 0 {
                        ready.push_back(user);
                    }
                }
            }
        }
        if left > 0 {
            let help = "the file's structure is damaged: save the model again";
            return Err(Error::request(&self.place, "a graph without cycles", "layers that wait for each other", help));
        }
        Ok(())
    }

    /// The call a reference means.
    fn key(&self, r: &Reference, end: bool) -> Result<(usize, usize)> {
        let at = self.find(&r.layer)?;
        let entry = &self.entries[at];
        let from = if end { 0 } else { entry.from };
        match r.call.checked_sub(from).filter(|c| *c < entry.calls.len()) {
            Some(call) => Ok((at, call)),
            None => {
                let got = format!("call {} of layer `{}`, which has {}", r.call, r.layer, entry.calls.len());
                let help = "the file's structure is damaged: save the model again";
                Err(Error::request(&self.place, "references to calls there are", got, help))
            }
        }
    }

    /// The tensor of a reference whose call has been made.
    fn tensor(&self, r: &Reference, (e, c): (usize, usize)) -> Result<Tensor> {
        let made = self.entries[e].made[c].as_ref();
        made.and_then(|all| all.get(r.output)).cloned().ok_or_else(|| {
            let got = format!("output {} of layer `{}`", r.output, r.layer);
            let help = "the file's structure is damaged: save the model again";
            Error::request(&self.place, "references to outputs there are", got, help)
        })
    }

    fn call(&mut self, (e, c): (usize, usize)) -> Result<()> {
        let entry = &self.entries[e];
        let mut inputs = Vec::new();
        for r in &entry.calls[c].inputs {
            inputs.push(self.tensor(r, self.key(r, false)?)?);
        }
        if inputs.is_empty() {
            let help = "connect it to an input of the model";
            return Err(Error::request(format!("layer `{}`", entry.name), "a call on a tensor", "none", help));
        }
        let Some(handle) = &entry.handle else { return Ok(()) };
        self.size.add(handle, inputs.len());
        self.size.check()?;
        let outputs = handle.on_all(inputs);
        self.entries[e].made[c] = Some(outputs);
        Ok(())
    }

    /// The tensors of `input_layers` or `output_layers`.
    fn ends(&self, fields: &Map<String, Json>, key: &str, keras_3: bool) -> Result<Vec<Tensor>> {
        let place = format!("{}: {key}", self.place);
        let mut all = Vec::new();
        flatten(&place, fields.get(key).unwrap_or(&Json::Null), &mut all)?;
        let mut behind = HashSet::new();
        for r in &all {
            let at = self.find(&r.layer)?;
            if r.call >= self.entries[at].calls.len() {
                behind.insert(at);
            }
        }
        all.iter()
            .map(|r| {
                let at = self.find(&r.layer)?;
                let entry = &self.entries[at];
                // Here Keras counts models with an input of their own from 1; a call that cannot be is told apart by that.
                let model = MODELS.contains(&entry.class.as_str());
                let counted = if keras_3 { entry.class == "Functional" } else { model && entry.from == 1 };
                let from = usize::from(r.call > 0 && (behind.contains(&at) || counted));
                let moved = Reference { call: r.call - from, ..r.clone() };
                self.tensor(r, self.key(&moved, true)?)
            })
            .collect()
    }
}
