//! Values as TOML: a table a section, a line a key, a line a layer.

use crate::base::{Error, Result};
use crate::nn::config::{Json, Map};

/// Most letters of a line, unless its value cannot be broken.
const WIDTH: usize = 100;

/// The text of a run file.
///
/// # Errors
/// A number TOML has no word for.
pub(super) fn text(root: &Map<String, Json>) -> Result<String> {
    let mut text = String::new();
    let (sections, plain): (Vec<_>, Vec<_>) = root.iter().partition(|(_, value)| value.is_object());
    for (key, value) in plain {
        line(&mut text, key, value)?;
    }
    for (section, table) in sections {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&format!("[{}]\n", quoted(section)));
        for (key, value) in table.as_object().into_iter().flatten() {
            line(&mut text, key, value)?;
        }
    }
    Ok(text)
}

fn line(text: &mut String, key: &str, json: &Json) -> Result<()> {
    if json.is_null() {
        return Ok(());
    }
    let key = quoted(key);
    let whole = format!("{key} = {}", value(json)?);
    match json {
        Json::Array(all) if whole.len() > WIDTH => {
            text.push_str(&format!("{key} = [\n"));
            for one in all {
                text.push_str(&format!("  {},\n", value(one)?));
            }
            text.push_str("]\n");
        }
        _ => text.push_str(&format!("{whole}\n")),
    }
    Ok(())
}

/// A key, in quotes where it needs them.
fn quoted(key: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !key.is_empty() && key.chars().all(plain) { key.to_owned() } else { toml::Value::from(key).to_string() }
}

/// A value on one line; what is null is left out.
fn value(json: &Json) -> Result<String> {
    Ok(match json {
        Json::Object(table) => {
            let pair = |(key, json): (&String, &Json)| Ok(format!("{} = {}", quoted(key), value(json)?));
            let pairs = table.iter().filter(|(_, json)| !json.is_null()).map(pair).collect::<Result<Vec<_>>>()?;
            if pairs.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", pairs.join(", ")) }
        }
        Json::Array(all) => {
            let all = all.iter().filter(|json| !json.is_null()).map(value).collect::<Result<Vec<_>>>()?;
            format!("[{}]", all.join(", "))
        }
        Json::String(text) => toml::Value::from(text.as_str()).to_string(),
        Json::Number(number) if number.is_u64() && number.as_i64().is_none() => {
            let help = "choose a smaller number";
            return Err(Error::request("run file", format!("whole numbers up to {}", i64::MAX), number, help));
        }
        Json::Number(number) if number.is_f64() => toml::Value::from(number.as_f64().unwrap_or_default()).to_string(),
        other => other.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_written_is_read() {
        let root = json!({
            "seed": 42,
            "a \"key\"": "two\nlines",
            "data": { "source": "digits", "nothing": null, "share": 1e-30, "many": 1.0 },
            "model": { "layers": [{ "dense": { "units": 300, "kernel_initializer": "he_normal" } }, "flatten",
                { "dense": { "units": 10, "activation": "softmax", "kernel_regularizer": { "l2": 1e-4 } }, "name": "out" }] },
        });
        let text = text(root.as_object().unwrap()).unwrap();
        let read: toml::Table = toml::from_str(&text).expect(&text);
        let mut expected = root.clone();
        expected["data"].as_object_mut().unwrap().remove("nothing");
        assert_eq!(serde_json::to_value(&read).unwrap(), expected, "{text}");
        assert!(text.contains("  \"flatten\",\n"), "{text}");
        assert!(text.contains("\n[data]\n"), "{text}");
    }
}
