//! A run file as a tree of values, each with the place where it stands.

use crate::base::{Error, Result};
use crate::nn::config::{Json, Map, alike};
use std::path::Path;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A TOML file that was read, and what was set over it.
#[derive(Clone, Debug)]
pub(super) struct Document {
    /// What errors call it.
    name: String,
    text: String,
    pub root: Json,
    marks: Mark,
    /// What was set over it: keys, and what errors call it.
    given: Vec<(Vec<String>, String)>,
}

/// Where a value stands: the byte its key, or itself, begins at.
#[derive(Clone, Debug, Default)]
struct Mark {
    at: usize,
    within: Within,
}

#[derive(Clone, Debug, Default)]
enum Within {
    #[default]
    Nothing,
    Table(Vec<(String, Mark)>),
    List(Vec<Mark>),
}

impl Mark {
    /// The mark of a key, or of the element of a number.
    fn child(&self, token: &str) -> Option<&Self> {
        match &self.within {
            Within::Nothing => None,
            Within::Table(all) => all.iter().find(|(key, _)| alike(key, token)).map(|(_, mark)| mark),
            Within::List(all) => all.get(token.parse::<usize>().ok()?),
        }
    }
}

impl Document {
    /// Reads the text of a file.
    ///
    /// # Errors
    /// Text that is no TOML, numbers and dates that a run file has no use for; with line and column.
    pub fn parse(path: &Path, text: String) -> Result<Self> {
        let name = path.display().to_string();
        let mut document = Self { name, text, root: Json::Null, marks: Mark::default(), given: Vec::new() };
        let (root, marks) = match DeTable::parse(&document.text) {
            Ok(table) => document.table(table.get_ref())?,
            Err(error) => {
                let at = error.span().map_or(0, |span| span.start);
                let got = error.message().lines().collect::<Vec<_>>().join(", ");
                return Err(Error::request(document.at(at), "TOML", got, "correct this line"));
            }
        };
        (document.root, document.marks) = (root, marks);
        Ok(document)
    }

    /// What errors call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// `run.toml:3:7`, lines and columns counted from 1.
    fn at(&self, byte: usize) -> String {
        let before = self.text.get(..byte).unwrap_or(&self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |last| last.chars().count()) + 1;
        format!("{}:{line}:{column}", self.name)
    }

    fn table(&self, table: &DeTable<'_>) -> Result<(Json, Mark)> {
        let (mut values, mut marks) = (Map::new(), Vec::new());
        for (key, value) in table {
            let (value, mark) = self.value(value)?;
            let key_mark = Mark { at: key.span().start, ..mark };
            values.insert(key.get_ref().to_string(), value);
            marks.push((key.get_ref().to_string(), key_mark));
        }
        Ok((Json::Object(values), Mark { at: 0, within: Within::Table(marks) }))
    }

    fn value(&self, value: &Spanned<DeValue<'_>>) -> Result<(Json, Mark)> {
        let at = value.span().start;
        let leaf = |json| Ok((json, Mark { at, within: Within::Nothing }));
        let wrong = |expected: &str, got: &str| {
            Err(Error::request(self.at(at), expected, got, "write the number in another way"))
        };
        match value.get_ref() {
            DeValue::String(text) => leaf(text.as_ref().into()),
            DeValue::Boolean(flag) => leaf((*flag).into()),
            DeValue::Integer(digits) => match i64::from_str_radix(digits.as_str(), digits.radix()) {
                Ok(number) => leaf(number.into()),
                Err(_) => wrong("a whole number of at most 64 bits", digits.as_str()),
            },
            DeValue::Float(digits) => match digits.as_str().parse().ok().and_then(serde_json::Number::from_f64) {
                Some(number) => leaf(Json::Number(number)),
                None => wrong("a finite number", digits.as_str()),
            },
            DeValue::Datetime(date) => wrong("a number, text, a flag, a list or a table", &format!("the date {date}")),
            DeValue::Array(all) => {
                let (values, marks): (Vec<Json>, Vec<Mark>) =
                    all.iter().map(|v| self.value(v)).collect::<Result<Vec<_>>>()?.into_iter().unzip();
                Ok((values.into(), Mark { at, within: Within::List(marks) }))
            }
            DeValue::Table(table) => {
                let (values, mark) = self.table(table)?;
                Ok((values, Mark { at, ..mark }))
            }
        }
    }

    /// Puts `value`, as TOML writes it or a bare word, at `train.epochs` or `model.layers[1].dense.units`.
    ///
    /// # Errors
    /// A path through something that is neither a table nor a list, or past the end of a list.
    pub fn set(&mut self, path: &str, value: &str) -> Result<()> {
        let given = format!("--set {path}={value}");
        let value = match DeValue::parse(value) {
            Ok(parsed) => Self { name: given.clone(), text: value.to_owned(), ..Self::nothing() }.value(&parsed)?.0,
            Err(_) => value.into(),
        };
        self.put(path, value, &given)
    }

    /// As [`Document::set`], of a value; `given` is what errors call it.
    ///
    /// # Errors
    /// As [`Document::set`].
    pub fn put(&mut self, path: &str, value: Json, given: &str) -> Result<()> {
        let plain = path.replace('[', ".").replace(']', "");
        let keys: Vec<&str> = plain.split('.').map(str::trim).collect();
        const DEEPEST: usize = 64;
        if keys.len() > DEEPEST {
            let got = format!("{} keys", keys.len());
            return Err(Error::request("--set", format!("at most {DEEPEST} keys"), got, "correct the path"));
        }
        if keys.iter().any(|key| key.is_empty()) {
            return Err(Error::request(given, "key.key=value", path, "write it like --set train.epochs=5"));
        }
        if given.starts_with("--set") {
            self.given.push((keys.iter().map(|key| (*key).to_owned()).collect(), given.to_owned()));
        }
        let mut at = &mut self.root;
        for key in keys {
            if !at.is_array() && !at.is_object() {
                // A class that was named alone gets fields.
                *at = match at.take() {
                    Json::String(class) if alike(&class, key) => Map::from_iter([(class, Map::new().into())]).into(),
                    Json::Null | Json::String(_) => Map::new().into(),
                    alone => {
                        let expected = format!("a table to put `{key}` into");
                        let help = "set the whole, such as train.optimizer='{ sgd = { learning_rate = 0.1, momentum = 0.9 } }'";
                        return Err(Error::request(given, expected, alone, help));
                    }
                };
            }
            at = match at {
                Json::Array(all) => {
                    let (count, number) = (all.len(), key.parse::<usize>().ok());
                    let found = number.and_then(|i| all.get_mut(i));
                    found.ok_or_else(|| {
                        let expected = format!("the number of one of {count} elements, counted from 0");
                        Error::request(given, expected, key, "correct the path")
                    })?
                }
                other => {
                    let known = other.as_object().and_then(|table| table.keys().find(|k| alike(k, key)).cloned());
                    &mut other[known.as_deref().unwrap_or(key)]
                }
            };
        }
        *at = value;
        Ok(())
    }

    fn nothing() -> Self {
        Self { name: String::new(), text: String::new(), root: Json::Null, marks: Mark::default(), given: Vec::new() }
    }

    /// The error with file, line and column before it, where it tells of something that stands in the file.
    ///
    /// Its words lead there: `model.layers[2] dense: field`, of which the file has all but the last, and what was got, which
    /// may be a key.
    pub fn placed(&self, error: Error) -> Error {
        let Error::Request { what, expected, got, help } = error else { return error };
        if self.name.is_empty() || what.starts_with(&self.name) {
            return Error::Request { what, expected, got, help };
        }
        let tells = |(path, _): &&(Vec<String>, String)| {
            let mut words = what.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty());
            path.iter().all(|key| words.any(|word| alike(word, key)) || (path.last() == Some(key) && got.contains(key)))
        };
        if let Some((_, given)) = self.given.iter().rev().find(tells) {
            return Error::Request { what: format!("{given}: {what}"), expected, got, help };
        }
        let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
        let tokens = what.split(|c| !is_word(c)).chain([got.trim_matches('`')]).filter(|t| !t.is_empty());
        let (mut mark, mut found) = (&self.marks, None);
        for token in tokens {
            if let Some(child) = mark.child(token) {
                (mark, found) = (child, Some(child.at));
            }
        }
        let place = found.map_or_else(|| self.name.clone(), |at| self.at(at));
        Error::Request { what: format!("{place}: {what}"), expected, got, help }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Document> {
        Document::parse(Path::new("run.toml"), text.to_owned())
    }

    #[test]
    fn values_are_those_of_the_file() {
        let d = read("a = 0x10\nb = [1e3, true, 'x']\n[c.d]\ne = -1_000\n").unwrap();
        assert_eq!(d.root, serde_json::json!({ "a": 16, "b": [1000.0, true, "x"], "c": { "d": { "e": -1000 } } }));
    }

    #[test]
    fn what_is_no_toml_is_told_with_its_place() {
        let told = |text: &str| read(text).unwrap_err().to_string();
        assert!(told("a = 1\nb = [1,\nc = 2\n").starts_with("run.toml:3:"), "{}", told("a = 1\nb = [1,\nc = 2\n"));
        assert!(told("a = 1\na = 2").starts_with("run.toml:2:1: expected TOML"), "{}", told("a = 1\na = 2"));
        assert!(told("a = nan").contains("run.toml:1:5: expected a finite number, got nan"), "{}", told("a = nan"));
        assert!(told("a = 1979-05-27").contains("the date"), "{}", told("a = 1979-05-27"));
        assert!(told("a = 99999999999999999999").contains("64 bits"));
    }

    #[test]
    fn errors_are_led_to_their_lines() {
        let d =
            read("[model]\nlayers = [\n  { flatten = {} },\n  { dense = { units = 3, use_bia = 1 } },\n]\n").unwrap();
        let told = |what: &str, got: &str| d.placed(Error::request(what, "x", got, "y")).to_string();
        assert!(told("model.layers[1] dense: field", "use_bia").starts_with("run.toml:4:26: model.layers[1]"));
        assert!(told("model.layers[1] dense: units", "3").starts_with("run.toml:4:15: "));
        assert!(told("model.layers[0] flatten: units", "3").starts_with("run.toml:3:5: "));
        assert!(told("something else", "3").starts_with("run.toml: something else"));
    }

    #[test]
    fn keys_are_set_over_the_file() {
        let mut d = read("[train]\nepochs = 3\noptimizer = \"sgd\"\nlist = [1, 2]\n").unwrap();
        d.set("train.epochs", "5").unwrap();
        d.set("train.optimizer.sgd.momentum", "0.9").unwrap();
        d.set("train.list[1]", "7").unwrap();
        d.set("data.source", "digits").unwrap();
        d.set("train.metrics", "['a', \"b\"]").unwrap();
        let wanted = serde_json::json!({
            "train": { "epochs": 5, "optimizer": { "sgd": { "momentum": 0.9 } }, "list": [1, 7], "metrics": ["a", "b"] },
            "data": { "source": "digits" },
        });
        assert_eq!(d.root, wanted);
        assert!(d.set("train.list.9", "1").unwrap_err().to_string().contains("2 elements"));
        assert!(d.set("train..x", "1").is_err());
    }
}
