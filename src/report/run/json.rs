//! Numbers as JSON has them.

use serde_json::{Map, Value, json};

/// JSON has no NaN and no infinity: these are texts, in Python's words.
pub(crate) fn number(value: f64) -> Value {
    match value {
        v if v.is_nan() => json!("NaN"),
        v if v.is_infinite() => json!(if v > 0.0 { "Infinity" } else { "-Infinity" }),
        v => json!(v),
    }
}

/// The number of [`number`], if it is one.
pub(crate) fn to_number(value: &Value) -> Option<f64> {
    match value.as_str() {
        Some("NaN") => Some(f64::NAN),
        Some("Infinity") => Some(f64::INFINITY),
        Some("-Infinity") => Some(f64::NEG_INFINITY),
        _ => value.as_f64(),
    }
}

/// Names and numbers as an object.
pub(crate) fn numbers(all: &[(String, f64)]) -> Value {
    Value::Object(all.iter().map(|(name, v)| (name.clone(), number(*v))).collect())
}

/// Names and numbers, the loss first; what is no number is left out.
pub(crate) fn to_numbers(value: &Value) -> Vec<(String, f64)> {
    let all = value.as_object().into_iter().flatten();
    let mut all: Vec<_> = all.filter_map(|(name, v)| Some((name.clone(), to_number(v)?))).collect();
    all.sort_by_key(|(name, _)| name != "loss");
    all
}

/// Names and texts as an object.
pub(super) fn texts(all: &[(String, String)]) -> Value {
    Value::Object(all.iter().map(|(name, text)| (name.clone(), json!(text))).collect::<Map<_, _>>())
}

/// Names and texts; what is no text is left out.
pub(super) fn to_texts(value: &Value) -> Vec<(String, String)> {
    let all = value.as_object().into_iter().flatten();
    all.filter_map(|(name, v)| Some((name.clone(), v.as_str()?.to_owned()))).collect()
}
