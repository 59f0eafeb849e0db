//! A line of `[model] layers`: a layer by its class, with what belongs to its use and not to its class.

use crate::base::{Error, Result};
use crate::nn::act::Activation;
use crate::nn::config::{self, Family, Field, Json, Map, Node, alike, word};
use crate::nn::layer::Layer;
use crate::train::{Body, SharedLayer};
use std::sync::Arc;

/// What stands beside a class.
pub(super) const BESIDE: [&str; 4] = ["name", "on", "trainable", "learning_rate_multiplier"];

/// A line.
pub(super) enum Item {
    /// A layer of its own.
    Layer(SharedLayer, Vec<String>),
    /// A layer that is there, by its name.
    Use(String, Vec<String>, Option<String>),
    /// Lines, so many times.
    Repeat(usize, Vec<Json>),
}

impl Item {
    /// Reads a line.
    ///
    /// # Errors
    /// No class, two of them, an unknown one, fields that do not fit it.
    pub fn read(place: &str, json: &Json) -> Result<Self> {
        let table = match json {
            Json::String(class) => return Ok(Self::Layer(layer(place, class, &Map::new())?, Vec::new())),
            Json::Object(table) => table,
            other => return Err(Node::new(place, other).wrong("a layer: \"flatten\", or { dense = { units = 10 } }")),
        };
        if table.contains_key("repeat") {
            return Self::repeat(place, table);
        }
        let on = listed(place, table, "on")?;
        if let Some(used) = table.get("use") {
            only(place, table, &["use", "on", "name"])?;
            let used = String::read(&Node::new(format!("{place}: use"), used))?;
            return Ok(Self::Use(used, on, text(place, table, "name")?));
        }
        let classes: Vec<&String> = table.keys().filter(|key| !BESIDE.contains(&key.as_str())).collect();
        let class = match classes.as_slice() {
            [one] => one.as_str(),
            [] => return Err(Error::request(place, "a class of layer", "none", "write { dense = { units = 10 } }")),
            [a, b, ..] => {
                // The one that is no class is a mistyped word beside it.
                if let Some(strange) = [a, b].into_iter().find(|key| !is_class(key)) {
                    return Err(Error::unknown(format!("{place}: key"), strange, &BESIDE));
                }
                return Err(Error::request(
                    place,
                    "one class",
                    format!("`{a}` and `{b}`"),
                    "give each a line of its own",
                ));
            }
        };
        let mut fields = match table.get(class) {
            Some(Json::Object(fields)) => fields.clone(),
            Some(alone) => Map::from_iter([(Node::ALONE.to_owned(), alone.clone())]),
            None => Map::new(),
        };
        // As Keras has them: among the fields.
        let mut beside = table.clone();
        for key in BESIDE.iter().filter(|key| **key != "on") {
            if let Some(value) = fields.remove(*key) {
                beside.entry(*key).or_insert(value);
            }
        }
        let layer = layer(place, class, &fields)?;
        if let Some(name) = text(place, &beside, "name")? {
            layer.name_it(&name);
        }
        if let Some(value) = beside.get("trainable") {
            layer.set_trainable(bool::read(&Node::new(format!("{place}: trainable"), value))?);
        }
        if let Some(value) = beside.get("learning_rate_multiplier") {
            let at = format!("{place}: learning_rate_multiplier");
            layer.set_learning_rate_multiplier(f64::read(&Node::new(at, value))?)?;
        }
        Ok(Self::Layer(layer, on))
    }

    fn repeat(place: &str, table: &Map<String, Json>) -> Result<Self> {
        only(place, table, &["repeat", "layers"])?;
        let times = usize::read(&Node::new(format!("{place}: repeat"), &table["repeat"]))?;
        match table.get("layers") {
            Some(Json::Array(layers)) => Ok(Self::Repeat(times, layers.clone())),
            other => {
                let got = other.map_or_else(|| "nothing".to_owned(), Json::to_string);
                Err(Error::request(format!("{place}: layers"), "a list of layers", got, "say what is repeated"))
            }
        }
    }
}

fn only(place: &str, table: &Map<String, Json>, known: &[&str]) -> Result<()> {
    match table.keys().find(|key| !known.contains(&key.as_str())) {
        Some(strange) => Err(Error::unknown(format!("{place}: key"), strange, known)),
        None => Ok(()),
    }
}

fn text(place: &str, table: &Map<String, Json>, key: &str) -> Result<Option<String>> {
    table.get(key).map(|value| String::read(&Node::new(format!("{place}: {key}"), value))).transpose()
}

/// A name, or a list of them.
fn listed(place: &str, table: &Map<String, Json>, key: &str) -> Result<Vec<String>> {
    table.get(key).map_or(Ok(Vec::new()), |value| Vec::read(&Node::new(format!("{place}: {key}"), value)))
}

fn is_class(name: &str) -> bool {
    <dyn Layer>::classes().iter().any(|c| alike(c.name, name)) || Activation::named(name).is_ok()
}

/// The layer of a class; an activation is one too.
fn layer(place: &str, class: &str, fields: &Map<String, Json>) -> Result<SharedLayer> {
    let known = <dyn Layer>::classes();
    let layer: Arc<dyn Layer> = if known.iter().any(|c| alike(c.name, class)) {
        config::named(place, class, fields)?
    } else {
        match Activation::named(class) {
            Ok(activation) if fields.is_empty() => Arc::new(activation),
            Ok(_) => return Err(Error::request(format!("{place} {class}"), "no fields", "some", "leave them out")),
            Err(_) => {
                let words: Vec<String> = known.iter().map(|c| word(c.name)).collect();
                let words: Vec<&str> = words.iter().map(String::as_str).collect();
                return Err(Error::unknown(format!("{place}: layer"), class, &words));
            }
        }
    };
    Ok(SharedLayer::of(Body::Layer(layer)))
}
