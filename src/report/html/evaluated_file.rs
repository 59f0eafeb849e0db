//! Digests as `evaluated.json` has them.

use super::digest::{Digest, DigestKind, Fitted, WrongClass, WrongNumber};
use super::shown::Shown;
use crate::report::run::json::{number, to_number};
use serde_json::{Map, Value, json};

/// The text of the file: on one line, because a matrix with a number a line helps nobody.
pub(super) fn to_json(all: &[Digest]) -> String {
    format!("{}\n", Value::Array(all.iter().map(digest).collect()))
}

fn digest(of: &Digest) -> Value {
    let mut file = Map::new();
    let mut put = |name: &str, value: Value| drop(file.insert(name.to_owned(), value));
    put("name", json!(of.name));
    put("samples", json!(of.samples));
    match &of.kind {
        DigestKind::Classes { classes, correct, counts, worst } => {
            put("classes", json!(classes));
            put("correct", json!(correct));
            // A row of classes that are right, a column of classes that were said.
            put("confusion", counts.chunks(classes.len().max(1)).map(|row| json!(row)).collect());
            put("worst", worst.iter().map(wrong_class).collect());
        }
        DigestKind::Numbers { outputs, worst } => {
            put("outputs", outputs.iter().map(fitted).collect());
            put("worst", worst.iter().map(wrong_number).collect());
        }
    }
    Value::Object(file)
}

fn wrong_class(w: &WrongClass) -> Value {
    let told = json!({
        "index": w.index, "right": w.right, "said": w.said,
        "probability_of_right": number(w.of_right), "probability_of_said": number(w.of_said),
    });
    with_sample(told, &w.shown)
}

fn wrong_number(w: &WrongNumber) -> Value {
    let told = json!({
        "index": w.index, "output": w.output, "target": number(w.target), "predicted": number(w.predicted),
    });
    with_sample(told, &w.shown)
}

fn fitted(of: &Fitted) -> Value {
    let points: Value = of.points.iter().map(|(t, p)| json!([number(*t), number(*p)])).collect();
    json!({
        "name": of.name, "mean_absolute_error": number(of.mean_absolute_error),
        "root_mean_squared_error": number(of.root_mean_squared_error), "r2": number(of.r2), "points": points,
    })
}

fn with_sample(mut told: Value, shown: &Shown) -> Value {
    match shown {
        Shown::Nothing => {}
        Shown::Picture(address) => told["image"] = json!(address),
        // A list, because an object has no order.
        Shown::Row(row) => told["row"] = row.iter().map(|(name, v)| json!([name, number(*v)])).collect(),
    }
    told
}

/// What the text of a file tells.
///
/// # Errors
/// What is not as [`to_json`] writes it, in words.
pub(super) fn from_json(text: &str) -> Result<Vec<Digest>, String> {
    let file: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let all = file.as_array().ok_or("expected a list")?;
    all.iter().map(to_digest).collect()
}

fn field<'a>(of: &'a Value, name: &str) -> Result<&'a Value, String> {
    of.get(name).ok_or_else(|| format!("expected a field `{name}`"))
}

fn read<T>(of: &Value, name: &str, what: &str, take: impl Fn(&Value) -> Option<T>) -> Result<T, String> {
    take(field(of, name)?).ok_or_else(|| format!("field `{name}`: expected {what}"))
}

fn whole(of: &Value, name: &str) -> Result<usize, String> {
    read(of, name, "a whole number", |v| v.as_u64().and_then(|n| usize::try_from(n).ok()))
}

fn real(of: &Value, name: &str) -> Result<f64, String> {
    read(of, name, "a number", to_number)
}

fn text(of: &Value, name: &str) -> Result<String, String> {
    read(of, name, "a text", |v| v.as_str().map(str::to_owned))
}

fn list<T>(of: &Value, name: &str, take: impl Fn(&Value) -> Result<T, String>) -> Result<Vec<T>, String> {
    let all = read(of, name, "a list", |v| v.as_array().cloned())?;
    all.iter().map(take).collect()
}

fn to_digest(of: &Value) -> Result<Digest, String> {
    let kind = if of.get("classes").is_some() { to_classes(of)? } else { to_fits(of)? };
    Ok(Digest { name: text(of, "name")?, samples: whole(of, "samples")?, kind })
}

fn to_classes(of: &Value) -> Result<DigestKind, String> {
    let name = |v: &Value| v.as_str().map(str::to_owned).ok_or_else(|| "field `classes`: expected texts".to_owned());
    let classes = list(of, "classes", name)?;
    let n = classes.len();
    let counted = |v: &Value| v.as_u64().ok_or_else(|| "field `confusion`: expected whole numbers".to_owned());
    let row = |v: &Value| match v.as_array() {
        Some(row) if row.len() == n => row.iter().map(counted).collect::<Result<Vec<u64>, String>>(),
        _ => Err(format!("field `confusion`: expected rows of {n} numbers")),
    };
    let rows = list(of, "confusion", row)?;
    if rows.len() != n && !rows.is_empty() {
        return Err(format!("field `confusion`: expected {n} rows, got {}", rows.len()));
    }
    let class = |w: &Value, name: &str| {
        let at = whole(w, name)?;
        if at < n { Ok(at) } else { Err(format!("field `{name}`: expected a class below {n}, got {at}")) }
    };
    let wrong = |w: &Value| {
        Ok(WrongClass {
            index: whole(w, "index")?,
            right: class(w, "right")?,
            said: class(w, "said")?,
            of_right: real(w, "probability_of_right")?,
            of_said: real(w, "probability_of_said")?,
            shown: to_shown(w)?,
        })
    };
    let correct = read(of, "correct", "a whole number", Value::as_u64)?;
    Ok(DigestKind::Classes { classes, correct, counts: rows.concat(), worst: list(of, "worst", wrong)? })
}

fn to_fits(of: &Value) -> Result<DigestKind, String> {
    let point = |v: &Value| {
        let pair = v.as_array().map(|pair| pair.iter().filter_map(to_number).collect::<Vec<f64>>());
        match pair.as_deref() {
            Some([target, predicted]) => Ok((*target, *predicted)),
            _ => Err("field `points`: expected pairs of numbers".to_owned()),
        }
    };
    let fitted = |v: &Value| {
        Ok(Fitted {
            name: text(v, "name")?,
            mean_absolute_error: real(v, "mean_absolute_error")?,
            root_mean_squared_error: real(v, "root_mean_squared_error")?,
            r2: real(v, "r2")?,
            points: list(v, "points", point)?,
        })
    };
    let outputs = list(of, "outputs", fitted)?;
    let wrong = |w: &Value| {
        let output = whole(w, "output")?;
        if output >= outputs.len() {
            return Err(format!("field `output`: expected a number below {}, got {output}", outputs.len()));
        }
        let (index, target, predicted) = (whole(w, "index")?, real(w, "target")?, real(w, "predicted")?);
        Ok(WrongNumber { index, output, target, predicted, shown: to_shown(w)? })
    };
    let worst = list(of, "worst", wrong)?;
    Ok(DigestKind::Numbers { outputs, worst })
}

/// Only an image of our own kind is taken: an address may not lead out of the page.
fn to_shown(of: &Value) -> Result<Shown, String> {
    let address = of.get("image").map(|v| v.as_str().unwrap_or_default());
    let base64 = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'='));
    match address {
        Some(address) if address.strip_prefix("data:image/png;base64,").is_some_and(base64) => {
            return Ok(Shown::Picture(address.to_owned()));
        }
        Some(_) => return Err("field `image`: expected data:image/png;base64,…".to_owned()),
        None => {}
    }
    let pair = |pair: &Value| match pair.as_array().map(Vec::as_slice) {
        Some([name, v]) => Some((name.as_str()?.to_owned(), to_number(v)?)),
        _ => None,
    };
    let Some(row) = of.get("row") else { return Ok(Shown::Nothing) };
    let row = row.as_array().and_then(|row| row.iter().map(pair).collect::<Option<Vec<_>>>());
    row.map(Shown::Row).ok_or_else(|| "field `row`: expected pairs of a name and a number".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both() -> Vec<Digest> {
        let picture = Shown::Picture("data:image/png;base64,iVBORw==".to_owned());
        let wrong = WrongClass { index: 4, right: 0, said: 1, of_right: 0.1, of_said: 0.9, shown: picture };
        let classes = DigestKind::Classes {
            classes: vec!["<a>".into(), "b".into()],
            correct: 8,
            counts: vec![3, 1, 0, 5],
            worst: vec![wrong],
        };
        let fit = Fitted {
            name: "price".into(),
            mean_absolute_error: 0.5,
            root_mean_squared_error: 0.75,
            r2: f64::NEG_INFINITY,
            points: vec![(1.0, 1.5)],
        };
        let shown = Shown::Row(vec![("age".into(), 3.0)]);
        let wrong = WrongNumber { index: 2, output: 0, target: 1.0, predicted: f64::INFINITY, shown };
        let numbers = DigestKind::Numbers { outputs: vec![fit], worst: vec![wrong] };
        let digest = |kind| Digest { name: "test".to_owned(), samples: 9, kind };
        vec![digest(classes), digest(numbers)]
    }

    #[test]
    fn what_is_written_is_read() {
        assert_eq!(from_json(&to_json(&both())), Ok(both()));
        assert_eq!(from_json(&to_json(&[])), Ok(Vec::new()));
    }

    #[test]
    fn damage_is_told() {
        let text = to_json(&both());
        for (from, to, word) in [
            ("\"right\":0", "\"right\":7", "a class below 2"),
            ("\"samples\":9", "\"samples\":-9", "a whole number"),
            ("data:image/png;base64,iVBORw==", "https://example.com/a.png", "data:image/png"),
            ("\"confusion\"", "\"confused\"", "`confusion`"),
            ("\"output\":0", "\"output\":3", "below 1"),
            ("[", "{", "key must be a string"),
        ] {
            let damaged = text.replacen(from, to, 1);
            assert_ne!(damaged, text, "{from}");
            let told = from_json(&damaged).expect_err("it is damaged");
            assert!(told.contains(word), "{word}: {told}");
        }
    }
}
