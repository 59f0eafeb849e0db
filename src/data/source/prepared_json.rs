//! What training data decided, as JSON beside a model.

use super::loaded::Labels;
use super::prepared::{Column, ColumnKind, Prepared, Scaling};
use super::raw::wrong;
use super::words::Scale;
use crate::base::Result;
use serde_json::{Value, json};

/// The form that is written; another one is refused.
const VERSION: u64 = 1;

impl Prepared {
    /// As JSON.
    pub fn to_json(&self) -> Value {
        let column = |column: &Column| match &column.kind {
            ColumnKind::Number { fill } => json!({ "name": column.name, "fill": fill }),
            ColumnKind::Categories(names) => json!({ "name": column.name, "categories": names }),
        };
        let labels = |labels: &Labels| match labels {
            Labels::Classes { names } => json!({ "classes": names }),
            Labels::Numbers { shape, names } => json!({ "shape": shape, "names": names }),
        };
        let scaling = |s: &Scaling| json!({ "method": s.method.word(), "offset": s.offset, "divisor": s.divisor });
        json!({
            "version": VERSION,
            "columns": self.columns.iter().map(column).collect::<Vec<_>>(),
            "target": self.target,
            "input_shapes": self.input_shapes,
            "labels": self.labels.iter().map(labels).collect::<Vec<_>>(),
            "scaling": self.scaling.iter().map(scaling).collect::<Vec<_>>(),
        })
    }

    /// From JSON; `place` names it in errors.
    ///
    /// # Errors
    /// Something else than [`Self::to_json`] writes.
    pub fn of_json(place: &str, json: &Value) -> Result<Self> {
        read(json).ok_or_else(|| {
            let what = format!("no description of prepared data of version {VERSION}");
            wrong(place, what, "give the file that was written beside the model")
        })
    }
}

fn read(json: &Value) -> Option<Prepared> {
    if json.get("version")?.as_u64()? != VERSION {
        return None;
    }
    Some(Prepared {
        columns: list(json.get("columns")?, column)?,
        target: list(json.get("target")?, text)?,
        input_shapes: list(json.get("input_shapes")?, |shape| list(shape, size))?,
        labels: list(json.get("labels")?, labels)?,
        scaling: list(json.get("scaling")?, scaling)?,
    })
}

fn list<T>(json: &Value, each: impl Fn(&Value) -> Option<T>) -> Option<Vec<T>> {
    json.as_array()?.iter().map(each).collect()
}

fn text(json: &Value) -> Option<String> {
    json.as_str().map(str::to_owned)
}

fn size(json: &Value) -> Option<usize> {
    json.as_u64().and_then(|n| usize::try_from(n).ok())
}

fn column(json: &Value) -> Option<Column> {
    let kind = match json.get("categories") {
        Some(names) => ColumnKind::Categories(list(names, text)?),
        None => ColumnKind::Number { fill: json.get("fill")?.as_f64() },
    };
    Some(Column { name: text(json.get("name")?)?, kind })
}

fn labels(json: &Value) -> Option<Labels> {
    match json.get("classes") {
        Some(names) => Some(Labels::Classes { names: list(names, text)? }),
        None => {
            Some(Labels::Numbers { shape: list(json.get("shape")?, size)?, names: list(json.get("names")?, text)? })
        }
    }
}

fn scaling(json: &Value) -> Option<Scaling> {
    let numbers = |key: &str| list(json.get(key)?, Value::as_f64);
    let (offset, divisor) = (numbers("offset")?, numbers("divisor")?);
    let sound = offset.len() == divisor.len() && !divisor.contains(&0.0);
    let method = Scale::named(json.get("method")?.as_str()?).ok()?;
    sound.then_some(Scaling { method, offset, divisor })
}
