//! Classes as run files say them, for those who read Keras's objects.

use crate::base::{Error, Result};
use crate::nn::config::{Json, Map, Node};
use serde_json::json;

/// `"adam"` and `{ adam = { … } }` as `{"class_name": "adam", "config": {…}}`.
///
/// # Errors
/// Neither a name nor a table of one class.
pub(super) fn object(place: &str, json: &Json) -> Result<(String, Map<String, Json>)> {
    let node = Node::new(place, json);
    match json {
        Json::Object(table) if table.len() > 1 && !table.contains_key("class_name") => {
            Err(node.wrong("one class with its fields: { name = { field = value } }"))
        }
        _ => node.object().map(|(class, fields)| (class.to_owned(), fields.into_owned())),
    }
}

/// Keras's object of a class.
pub(super) fn keras(class: &str, fields: Map<String, Json>) -> Json {
    json!({ "class_name": class, "config": fields })
}

/// Losses or metrics: one, a list, or a table of them by the names of outputs.
///
/// # Errors
/// As [`object`].
pub(super) fn of_outputs(place: &str, json: &Json, outputs: &[String]) -> Result<Json> {
    Ok(match json {
        Json::Array(all) => {
            let one = |(i, json): (usize, &Json)| of_outputs(&format!("{place}[{i}]"), json, outputs);
            all.iter().enumerate().map(one).collect::<Result<Vec<_>>>()?.into()
        }
        Json::Object(table) if table.keys().any(|key| outputs.contains(key)) => {
            let one = |(key, json): (&String, &Json)| match outputs.contains(key) {
                true => Ok((key.clone(), of_outputs(&format!("{place}.{key}"), json, outputs)?)),
                false => {
                    let known: Vec<&str> = outputs.iter().map(String::as_str).collect();
                    Err(Error::unknown(format!("{place}: output"), key, &known))
                }
            };
            table.iter().map(one).collect::<Result<Map<_, _>>>()?.into()
        }
        Json::Object(_) => {
            let (class, fields) = object(place, json)?;
            keras(&class, fields)
        }
        other => other.clone(),
    })
}
