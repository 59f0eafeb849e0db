//! Lines of `--json`: objects whose fields stand in the order they were given.

use crate::train::Logs;
use serde_json::Value;
use std::fmt;

/// A JSON object on one line. Numbers JSON has no word for (NaN, infinities) are null, and named in a last field,
/// `not_finite`.
#[derive(Clone, Debug)]
pub struct Object {
    fields: Vec<(String, Value)>,
    not_finite: Vec<String>,
}

impl Object {
    /// One whose first field, `event`, says what it tells of: `epoch`, `result`, ….
    pub fn new(event: &str) -> Self {
        Self { fields: Vec::new(), not_finite: Vec::new() }.with("event", event)
    }

    /// Adds a field; one that is there stays as it is.
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        if self.fields.iter().all(|(known, _)| known != name) {
            self.fields.push((name.to_owned(), value.into()));
        }
        self
    }

    /// Adds a number that may be none.
    pub fn number(mut self, name: &str, value: f64) -> Self {
        if !value.is_finite() && self.fields.iter().all(|(known, _)| known != name) {
            self.not_finite.push(name.to_owned());
        }
        // What is not finite becomes null.
        self.with(name, value)
    }

    /// Adds what an epoch or an evaluation was told as, a field each.
    pub fn logs(self, logs: &Logs) -> Self {
        logs.iter().fold(self, |object, (name, value)| object.number(name, value))
    }
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut fields: Vec<String> = Vec::new();
        for (name, value) in &self.fields {
            fields.push(format!("{}:{value}", Value::from(name.as_str())));
        }
        if !self.not_finite.is_empty() {
            fields.push(format!("\"not_finite\":{}", Value::from(self.not_finite.clone())));
        }
        write!(f, "{{{}}}", fields.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_finite_is_null_and_named() {
        let mut logs = Logs::default();
        logs.set("loss", f64::NAN);
        logs.set("accuracy", 0.5);
        logs.set("epoch", 7.0);
        let object = Object::new("epoch").with("epoch", 1).logs(&logs).number("rate", f64::INFINITY);
        let told = object.to_string();
        let expected =
            r#"{"event":"epoch","epoch":1,"loss":null,"accuracy":0.5,"rate":null,"not_finite":["loss","rate"]}"#;
        assert_eq!(told, expected);
        let read: Value = serde_json::from_str(&told).expect("JSON");
        assert!(read["loss"].is_null() && read["accuracy"] == 0.5);
    }

    #[test]
    fn names_are_escaped() {
        let told = Object::new("result").with("a \"b\"\n", "c\\").to_string();
        let read: Value = serde_json::from_str(&told).expect("JSON");
        assert_eq!(read["a \"b\"\n"], "c\\");
    }
}
