//! Activations in files: by name; with parameters of their own, as the layer that has them.

use super::{ALL, Activation};
use crate::base::{Error, Result};
use crate::nn::config::{self, Configured, Field, Fields, Json, Node, OWN_MODULE};
use crate::nn::layer::Layer;
use serde_json::json;

/// Layers that are an activation with parameters, the map, and their fields in the order of its parameters.
const LAYERS: [(&str, &str, &[&str]); 3] = [
    ("ELU", "elu", &["alpha"]),
    ("LeakyReLU", "leaky_relu", &["negative_slope"]),
    ("ReLU", "general_relu", &["max_value", "negative_slope", "threshold"]),
];

impl Activation {
    /// Whether a name alone means this, parameters and all.
    fn is_named(&self, name: &str) -> bool {
        match (self, Self::named(name)) {
            (Self::Map(map, p), Ok(Self::Map(named, defaults))) => map.name == named.name && *p == defaults,
            (_, Ok(named)) => self.name() == named.name(),
            (_, Err(_)) => false,
        }
    }
}

impl Field for Activation {
    fn read(node: &Node<'_>) -> Result<Self> {
        match node.value {
            Json::Null => return Ok(Self::Linear),
            Json::String(name) => return by_name(node, name),
            _ => {}
        }
        // Keras's functions are objects whose config is a name.
        if let (Some("function"), Some(name)) =
            (node.value.get("class_name").and_then(Json::as_str), node.value.get("config").and_then(Json::as_str))
        {
            return by_name(node, name);
        }
        let (class, fields) = node.object()?;
        if let Some(map) = ALL.iter().find(|m| m.name == class) {
            let known: Vec<&str> = map.parameters.iter().map(|(name, _)| *name).collect();
            if let Some(stranger) = fields.keys().find(|k| *k != Node::ALONE && !known.contains(&k.as_str())) {
                return Err(Error::unknown(format!("{} {class}: field", node.place), stranger, &known));
            }
            let mut p = map.defaults;
            for (i, ((name, _), p)) in map.parameters.iter().zip(&mut p).enumerate() {
                let alone = fields.get(Node::ALONE).filter(|_| i == 0);
                if let Some(value) = fields.get(*name).or(alone) {
                    *p = f64::read(&Node::new(format!("{}: {name}", node.place), value))?;
                }
            }
            return Ok(Self::Map(map, p));
        }
        // What every layer has besides its fields means nothing here.
        let mut fields = fields.into_owned();
        ["name", "trainable", "dtype"].iter().for_each(|key| drop(fields.remove(*key)));
        let layer = config::named::<dyn Layer>(&node.place, class, &fields)?;
        layer.activation().ok_or_else(|| node.wrong("an activation"))
    }

    fn write(&self) -> Result<Json> {
        let Self::Map(map, p) = self else { return Ok(self.name().into()) };
        if self.is_named(map.keras) {
            return Ok(map.keras.into());
        }
        let numbers = map.parameters.iter().zip(p).map(|((name, _), p)| Ok(((*name).to_owned(), p.write()?)));
        let mut fields = numbers.collect::<Result<config::Map<_, _>>>()?;
        let Some((class, _, names)) = LAYERS.iter().find(|(_, name, _)| *name == map.name) else {
            return Ok(
                json!({ "module": OWN_MODULE, "class_name": map.name, "config": fields, "registered_name": null }),
            );
        };
        if p[0] == super::general_relu::UNLIMITED && map.name == "general_relu" {
            fields.insert("max_value".to_owned(), Json::Null);
        }
        fields.retain(|name, _| names.contains(&name.as_str()));
        Ok(json!({ "module": "keras.layers", "class_name": class, "config": fields, "registered_name": null }))
    }

    fn schema() -> Json {
        let names: Vec<&str> = ALL.iter().map(|map| map.keras).chain(["linear", "softmax"]).collect();
        json!({ "anyOf": [{ "enum": names }, { "type": "object" }] })
    }
}

fn by_name(node: &Node<'_>, name: &str) -> Result<Activation> {
    Activation::named(name).map_err(|e| match e {
        Error::Request { expected, got, help, .. } => Error::request(&node.place, expected, got, help),
        other => other,
    })
}

impl Configured for Activation {
    const CLASS: &'static str = "Activation";
    fn plain() -> Self {
        Self::Linear
    }
    fn fields(&mut self, fields: &mut Fields<'_>) -> Result<()> {
        fields.needs("activation", self)
    }
}
