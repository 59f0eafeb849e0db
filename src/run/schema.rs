//! The words of run files as JSON Schema, for editors: made from the lists files are read by.

use super::callbacks::Spec;
use super::data::DataSection;
use super::model::ModelSection;
use super::train::TrainSection;
use crate::nn::config::{Family, Json, Listed, Map, listed, natural, word};
use crate::nn::constraint::Constraint;
use crate::nn::init::Initializer;
use crate::nn::layer::Layer;
use crate::nn::loss::Loss;
use crate::nn::metric::Metric;
use crate::nn::optim::Optimizer;
use crate::nn::regularizer::Regularizer;
use crate::nn::schedule::{self, Schedule};
use serde_json::json;

/// The JSON Schema of run files (draft 2020-12).
///
/// ```
/// let schema = wgrad::run::schema();
/// assert_eq!(schema["properties"]["train"]["properties"]["epochs"]["type"], "integer");
/// ```
pub fn schema() -> Json {
    let mut definitions = Map::new();
    family::<dyn Layer>(&mut definitions);
    family::<dyn Initializer>(&mut definitions);
    family::<dyn Regularizer>(&mut definitions);
    family::<dyn Constraint>(&mut definitions);
    family::<dyn Loss>(&mut definitions);
    family::<dyn Metric>(&mut definitions);
    family::<dyn Optimizer>(&mut definitions);
    definitions.insert(<dyn Schedule>::WHAT.to_owned(), schedules());
    family::<dyn Spec>(&mut definitions);
    definitions.insert("line".to_owned(), line());
    let mut data = section::<DataSection>();
    let mut model = section::<ModelSection>();
    let mut train = section::<TrainSection>();
    let reference = |what: &str| json!({ "$ref": format!("#/$defs/{what}") });
    let or_many = |what: &str| {
        let one = reference(what);
        json!({ "anyOf": [one, { "type": "array", "items": one }, { "type": "object", "additionalProperties": one }] })
    };
    put(&mut data, "y", json!({ "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }] }));
    put(&mut model, "layers", json!({ "type": "array", "items": reference("line") }));
    put(&mut model, "inputs", json!({ "type": "object", "additionalProperties": shape() }));
    put(&mut model, "input", shape());
    put(&mut train, "loss", or_many(<dyn Loss>::WHAT));
    for metrics in ["metrics", "weighted_metrics"] {
        put(&mut train, metrics, or_many(<dyn Metric>::WHAT));
    }
    put(&mut train, "optimizer", reference(<dyn Optimizer>::WHAT));
    put(&mut train, "schedule", reference(<dyn Schedule>::WHAT));
    put(&mut train, "callbacks", json!({ "type": "array", "items": reference(<dyn Spec>::WHAT) }));
    let weights = json!({ "type": "object", "additionalProperties": { "type": "number" } });
    put(&mut train, "class_weight", json!({ "anyOf": [{ "const": "balanced" }, weights] }));
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "wgrad run file",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "seed": { "type": "integer", "minimum": 0, "default": 42 },
            "device": { "type": "string", "default": "auto" },
            "precision": { "enum": ["float32", "float64"], "default": "float32" },
            "data": data,
            "model": model,
            "train": train,
        },
        "$defs": definitions,
    })
}

fn shape() -> Json {
    json!({ "type": "array", "items": { "type": "integer", "minimum": 1 } })
}

fn put(section: &mut Json, key: &str, schema: Json) {
    section["properties"][key] = schema;
}

fn section<T: crate::nn::config::Configured>() -> Json {
    object(&listed::<T>())
}

/// A table of fields.
fn object(fields: &[Listed]) -> Json {
    let one = |field: &Listed| {
        let mut schema = field.schema.clone();
        if let (Json::Object(schema), false) = (&mut schema, field.default.is_null() || field.needed) {
            schema.insert("default".to_owned(), field.default.clone());
        }
        (field.name.to_owned(), schema)
    };
    let needed: Vec<&str> = fields.iter().filter(|f| f.needed).map(|f| f.name).collect();
    let properties: Map<String, Json> = fields.iter().map(one).collect();
    json!({ "type": "object", "properties": properties, "required": needed, "additionalProperties": false })
}

/// The classes of a family, each as the key of its fields.
fn classes<T: Family + ?Sized>() -> Map<String, Json> {
    let one = |class: &crate::nn::config::Class<T>| {
        let fields = (class.list)();
        let mut ways = vec![object(&fields)];
        if let Some(field) = natural(class.name, &fields).and_then(|name| fields.iter().find(|f| f.name == name)) {
            ways.push(field.schema.clone());
        }
        (word(class.name), json!({ "anyOf": ways }))
    };
    T::classes().iter().map(one).collect()
}

fn family<T: Family + ?Sized>(definitions: &mut Map<String, Json>) {
    definitions.insert(T::WHAT.to_owned(), of_classes(&classes::<T>()));
}

/// Schedules by the names that take what they are not given from the run; lengths may be texts such as `"3 epochs"`.
fn schedules() -> Json {
    let one = |(name, keys): (&str, &[&str])| {
        let fields: Map<String, Json> = keys.iter().map(|key| ((*key).to_owned(), json!({}))).collect();
        (name.to_owned(), json!({ "type": ["object", "number"], "properties": fields, "additionalProperties": false }))
    };
    let classes: Map<String, Json> = schedule::names().map(one).collect();
    of_classes(&classes)
}

/// One of some classes, by its name or with its fields.
fn of_classes(classes: &Map<String, Json>) -> Json {
    let names: Vec<&String> = classes.keys().collect();
    json!({ "anyOf": [
        { "type": "string", "examples": names },
        { "type": "object", "properties": classes, "additionalProperties": false, "minProperties": 1, "maxProperties": 1 },
    ] })
}

/// A line of `[model] layers`.
fn line() -> Json {
    let classes = classes::<dyn Layer>();
    let names: Vec<&String> = classes.keys().collect();
    let on = json!({ "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }] });
    let mut properties = classes.clone();
    let beside = [
        ("name", json!({ "type": "string" })),
        ("on", on),
        ("trainable", json!({ "type": "boolean", "default": true })),
        ("learning_rate_multiplier", json!({ "type": "number", "minimum": 0, "default": 1.0 })),
        ("use", json!({ "type": "string" })),
        ("repeat", json!({ "type": "integer", "minimum": 0 })),
        ("layers", json!({ "type": "array", "items": { "$ref": "#/$defs/line" } })),
    ];
    properties.extend(beside.into_iter().map(|(key, schema)| (key.to_owned(), schema)));
    json!({ "anyOf": [
        { "type": "string", "examples": names },
        { "type": "object", "properties": properties, "additionalProperties": false },
    ] })
}
