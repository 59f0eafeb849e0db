//! The table of layers and what was found in them, as `layers.json` has them.

use crate::nn::insight::{Norm, Report, Statistics};
use crate::report::run::json::{number, to_number};
use serde_json::{Value, json};

/// The table of layers, and named looks into them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Layers {
    pub summary: String,
    pub looks: Vec<(String, Report)>,
}

impl Layers {
    /// The text of the file.
    pub fn to_json(&self) -> String {
        let looks: Value = self.looks.iter().map(|(name, report)| look(name, report)).collect();
        format!("{:#}\n", json!({"summary": self.summary, "looks": looks}))
    }

    /// What the text of a file tells.
    ///
    /// # Errors
    /// What is not as [`Layers::to_json`] writes it, in words.
    pub fn from_json(text: &str) -> Result<Self, String> {
        let file: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let looks = file.get("looks").and_then(Value::as_array).ok_or("expected a field `looks`, a list")?;
        let summary = file.get("summary").and_then(Value::as_str).unwrap_or_default().to_owned();
        let looks = looks.iter().map(to_look).collect::<Option<_>>();
        Ok(Self { summary, looks: looks.ok_or("field `looks`: expected what was found in layers")? })
    }
}

fn look(name: &str, report: &Report) -> Value {
    let layers = |all: &[(String, Statistics)]| all.iter().map(|(layer, s)| statistics(layer, s)).collect::<Value>();
    let norm = |n: &Norm| {
        json!({
            "variable": n.variable, "numbers": n.numbers, "norm": number(n.norm), "largest": number(n.largest),
            "not_finite": n.not_finite,
        })
    };
    json!({
        "name": name, "activations": layers(&report.activations), "gradients": layers(&report.gradients),
        "norms": report.norms.iter().map(norm).collect::<Value>(),
    })
}

fn statistics(layer: &str, s: &Statistics) -> Value {
    json!({
        "layer": layer, "count": s.count, "mean": number(s.mean), "variance": number(s.variance),
        "smallest": number(s.smallest), "largest": number(s.largest), "saturated": number(s.saturated),
        "dead": number(s.dead), "not_finite": s.not_finite,
    })
}

fn to_look(of: &Value) -> Option<(String, Report)> {
    let layers = |name: &str| of.get(name)?.as_array()?.iter().map(to_statistics).collect::<Option<Vec<_>>>();
    let norm = |n: &Value| {
        Some(Norm {
            variable: n.get("variable")?.as_str()?.to_owned(),
            numbers: usize::try_from(n.get("numbers")?.as_u64()?).ok()?,
            norm: to_number(n.get("norm")?)?,
            largest: to_number(n.get("largest")?)?,
            not_finite: n.get("not_finite")?.as_u64()?,
        })
    };
    let norms = of.get("norms")?.as_array()?.iter().map(norm).collect::<Option<Vec<_>>>()?;
    let report = Report { activations: layers("activations")?, gradients: layers("gradients")?, norms };
    Some((of.get("name")?.as_str()?.to_owned(), report))
}

fn to_statistics(of: &Value) -> Option<(String, Statistics)> {
    let real = |name: &str| to_number(of.get(name)?);
    let statistics = Statistics {
        count: of.get("count")?.as_u64()?,
        mean: real("mean")?,
        variance: real("variance")?,
        smallest: real("smallest")?,
        largest: real("largest")?,
        saturated: real("saturated")?,
        dead: real("dead")?,
        not_finite: of.get("not_finite")?.as_u64()?,
    };
    Some((of.get("layer")?.as_str()?.to_owned(), statistics))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let statistics = Statistics::of(&[4.0, 0.5, 0.25, -1.0, 2.0, 0.125, 0.0, 0.0]);
        let norm =
            Norm { variable: "dense/kernel".into(), numbers: 6, norm: 0.25, largest: f64::INFINITY, not_finite: 1 };
        let report = Report {
            activations: vec![("dense".into(), statistics)],
            gradients: vec![("dense".into(), statistics)],
            norms: vec![norm],
        };
        let layers = Layers { summary: "Model: \"sequential\"\n".into(), looks: vec![("first".into(), report)] };
        assert_eq!(Layers::from_json(&layers.to_json()), Ok(layers.clone()));
        let damaged = layers.to_json().replace("\"variance\"", "\"varience\"");
        assert!(Layers::from_json(&damaged).is_err());
        assert!(Layers::from_json("[]").is_err());
    }
}
