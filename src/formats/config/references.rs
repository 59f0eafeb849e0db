//! What a layer is called on: references to outputs of calls of other layers, as Keras 2 and Keras 3 write them.

use crate::base::{Error, Result};
use crate::nn::config::{Json, Map, Node};

/// An output of a call of a layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reference {
    pub layer: String,
    /// The number of the call.
    pub call: usize,
    pub output: usize,
}

/// A call of a layer.
#[derive(Clone, Debug, Default)]
pub(super) struct Called {
    pub inputs: Vec<Reference>,
    /// Whether it is called as in training, where the file says so.
    pub training: Option<bool>,
}

/// A reference `["layer", 0, 0]`, with Keras 2's keywords behind it.
fn reference(json: &Json) -> Option<Reference> {
    let all = json.as_array()?;
    let (layer, rest) = all.split_first()?;
    let number = |i: usize| rest.get(i).and_then(Json::as_u64).and_then(|n| usize::try_from(n).ok());
    let known = all.len() == 3 || (all.len() == 4 && all.get(3).is_some_and(Json::is_object));
    known.then_some(Reference { layer: layer.as_str()?.to_owned(), call: number(0)?, output: number(1)? })
}

/// The references of a structure: one, a list of structures, or a dictionary, whose order is that of its sorted keys.
pub(super) fn flatten(place: &str, json: &Json, all: &mut Vec<Reference>) -> Result<()> {
    if let Some(found) = reference(json) {
        all.push(found);
        return Ok(());
    }
    match json {
        Json::Array(parts) => parts.iter().try_for_each(|part| flatten(place, part, all)),
        Json::Object(object) => {
            if let Some("__keras_tensor__") = object.get("class_name").and_then(Json::as_str) {
                let history = object.get("config").and_then(|c| c.get("keras_history"));
                return match history.and_then(reference) {
                    Some(found) => {
                        all.push(found);
                        Ok(())
                    }
                    None => Err(Node::new(place, json).wrong("a tensor with its history")),
                };
            }
            // Sorted, as Keras flattens dictionaries; serde_json's map is.
            object.values().try_for_each(|part| flatten(place, part, all))
        }
        other => Err(Node::new(place, other).wrong("a tensor of the model")),
    }
}

/// Keywords of a call: `training` counts, empty ones do not, others are refused.
fn keywords(place: &str, all: &Map<String, Json>, called: &mut Called) -> Result<()> {
    let nothing = |v: &Json| v.is_null() || v.as_array().is_some_and(|all| all.iter().all(Json::is_null));
    for (key, value) in all.iter().filter(|(_, v)| !nothing(v)) {
        match (key.as_str(), value.as_bool()) {
            ("training", Some(training)) => called.training = Some(training),
            _ => {
                let node = Node::new(format!("{place}: {key}"), value);
                let help = "build the model without this argument";
                return Err(Error::request(&node.place, "no such argument of a call", node.shown(), help));
            }
        }
    }
    Ok(())
}

/// The calls of a layer, from its `inbound_nodes`.
pub(super) fn calls(place: &str, nodes: &[Json]) -> Result<Vec<Called>> {
    let place = format!("{place}: inbound_nodes");
    nodes
        .iter()
        .map(|node| {
            let mut called = Called::default();
            match node {
                Json::Object(object) => {
                    if let Some(arguments) = object.get("args") {
                        flatten(&place, arguments, &mut called.inputs)?;
                    }
                    if let Some(Json::Object(all)) = object.get("kwargs") {
                        keywords(&place, all, &mut called)?;
                    }
                    // Keras 3 records its own default, and asks the model whenever it is called.
                    called.training = called.training.filter(|training| *training);
                }
                other => {
                    flatten(&place, other, &mut called.inputs)?;
                    let last = other.as_array().into_iter().flatten().filter_map(|r| r.as_array()?.get(3)?.as_object());
                    for all in last {
                        keywords(&place, all, &mut called)?;
                    }
                }
            }
            Ok(called)
        })
        .collect()
}
