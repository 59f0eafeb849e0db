//! A layer's object: its class and fields, and what every layer has besides.

use super::read::Reader;
use super::{Content, Shelved};
use crate::base::{Error, Result};
use crate::nn::config::{self, Field, Json, Map, Node};
use crate::nn::layer::{AlphaDropout, Dropout, Layer, McAlphaDropout, McDropout};
use crate::train::{Body, SharedLayer};
use std::sync::Arc;

/// What every layer has, besides its class's fields.
const COMMON: [&str; 6] = ["name", "trainable", "dtype", "batch_shape", "batch_input_shape", "build_config"];

/// Classes that are models.
pub(super) const MODELS: [&str; 3] = ["Sequential", "Functional", "Model"];

/// The class and fields of an object of the list of layers, and the name of what it is.
pub(super) fn opened(json: &Json) -> Result<(&str, Map<String, Json>, String)> {
    let name = json.get("name").or_else(|| json.get("config")?.get("name")).and_then(Json::as_str).unwrap_or("layer");
    let (class, fields) = Node::new(format!("layer `{name}`"), json).object()?;
    Ok((class, fields.into_owned(), name.to_owned()))
}

impl Reader {
    /// Reads a layer that is no model; called with `training`, where the file says so.
    pub fn layer(
        &mut self,
        class: &str,
        mut fields: Map<String, Json>,
        name: &str,
        training: Option<bool>,
    ) -> Result<Shelved> {
        let place = format!("layer `{name}`");
        if let Some(policy) = fields.get("dtype") {
            check_policy(&place, policy)?;
        }
        let trainable = match fields.get("trainable") {
            None => !self.frozen,
            Some(value) => bool::read(&Node::new(format!("{place}: trainable"), value))?,
        };
        COMMON.iter().for_each(|key| drop(fields.remove(*key)));
        self.check_known(class, &place, &fields)?;
        let rate = match fields.get("learning_rate_multiplier") {
            None => 1.0,
            Some(value) => f64::read(&Node::new(format!("{place}: learning_rate_multiplier"), value))?,
        };
        fields.remove("learning_rate_multiplier");
        let (class, fields) = spatial(class, fields);
        let always = training == Some(true) && (self.keras_2 || self.own);
        let layer: Arc<dyn Layer> = match class {
            "Dropout" if always => {
                config::read::<Dropout>(&place, &fields)?;
                Arc::new(config::read::<McDropout>(&place, &rate_of(&fields))?)
            }
            "AlphaDropout" if always => {
                config::read::<AlphaDropout>(&place, &fields)?;
                Arc::new(config::read::<McAlphaDropout>(&place, &rate_of(&fields))?)
            }
            _ => config::named::<dyn Layer>(&place, class, &fields)?,
        };
        let handle = SharedLayer::of(Body::Layer(layer));
        let own = self.own_name(name);
        handle.name_it(&own);
        handle.set_trainable(trainable);
        handle.set_learning_rate_multiplier(rate)?;
        Ok(Shelved { class: class.to_owned(), name: own, content: Content::Layer(handle) })
    }

    /// Refuses what is not in the vocabulary with words of its own, and what Keras 2 means otherwise.
    fn check_known(&self, class: &str, place: &str, fields: &Map<String, Json>) -> Result<()> {
        const CODE: [&str; 4] = ["Lambda", "TFSMLayer", "TorchModuleWrapper", "FlaxLayer"];
        if CODE.contains(&class) {
            return Err(Error::request(
                format!("{place}: class"),
                "a layer of the vocabulary",
                format!("`{class}`, which brings code of its own"),
                "files are never allowed to bring code: rebuild this part of the model with Keras's layers",
            ));
        }
        let function = fields.get("activation").map(|a| a.get("config").unwrap_or(a));
        if self.keras_2 && function.and_then(Json::as_str) == Some("hard_sigmoid") {
            return Err(Error::request(
                format!("{place} {class}: activation"),
                "an activation of Keras 3",
                "Keras 2's hard_sigmoid, max(0, min(1, 0.2 x + 0.5)), which Keras 3 has no word for",
                "rebuild the model in Keras 3, where hard_sigmoid is max(0, min(1, x / 6 + 0.5))",
            ));
        }
        Ok(())
    }
}

/// Dropout of a mask that is the same at every place of a series or an image: the layers Keras has for that.
fn spatial(class: &str, mut fields: Map<String, Json>) -> (&str, Map<String, Json>) {
    let ones = |axes: &[Json]| axes.iter().all(|a| a.as_u64() == Some(1));
    let other = match fields.get("noise_shape").and_then(Json::as_array).map(Vec::as_slice) {
        // A last number of 1 would be one mask for all channels, unless there is one channel.
        Some([Json::Null, .., last]) if ones(std::slice::from_ref(last)) => return (class, fields),
        Some([Json::Null, one, Json::Number(_)]) if ones(std::slice::from_ref(one)) => "SpatialDropout1D",
        Some([Json::Null, a, b, Json::Number(_)]) if ones(&[a.clone(), b.clone()]) => "SpatialDropout2D",
        _ => return (class, fields),
    };
    if class != "Dropout" {
        return (class, fields);
    }
    fields.remove("noise_shape");
    (other, fields)
}

fn rate_of(fields: &Map<String, Json>) -> Map<String, Json> {
    fields.iter().filter(|(key, _)| *key == "rate").map(|(k, v)| (k.clone(), v.clone())).collect()
}

/// Fails for layers whose variables are not plain floats.
fn check_policy(place: &str, policy: &Json) -> Result<()> {
    let name = policy.as_str().or_else(|| policy.get("config")?.get("name")?.as_str()).unwrap_or_default();
    let floats = ["float16", "bfloat16", "float32", "float64", "mixed_float16", "mixed_bfloat16"];
    let integers = ["int32", "int64", "uint8"];
    if policy.is_null() || floats.contains(&name) || integers.contains(&name) {
        return Ok(());
    }
    let node = Node::new(format!("{place}: dtype"), policy);
    Err(Error::request(&node.place, floats.join(", "), node.shown(), "save the model before it is quantized"))
}
