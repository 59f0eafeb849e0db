//! Things made from words, `name:key=value,key=value`, looked up in a table; a mistyped one is answered with the nearest.
//!
//! A part without `=` goes on with the list before it: `boundaries=100,200,values=1,0.5,0.1` has two keys.

use crate::base::{Error, Result};

/// A row of a table of things that are made from words.
pub struct Entry<M: 'static> {
    /// Its name, in snake_case.
    pub name: &'static str,
    /// The keys it understands.
    pub keys: &'static [&'static str],
    /// What makes it.
    pub make: M,
}

/// Which of `known` is meant by `word`, written in snake_case, as a class (`MeanSquaredError`) or short, as in `short`.
pub fn place<'a>(
    word: &str,
    known: impl IntoIterator<Item = &'a str>,
    short: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Option<usize> {
    let plain = |w: &str| w.replace('_', "").to_lowercase();
    let asked = plain(word);
    let long = short.into_iter().find(|(short, _)| *short == asked).map_or(asked.clone(), |(_, long)| plain(long));
    known.into_iter().position(|k| plain(k) == long)
}

/// A name and its parameters, as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    kind: &'static str,
    name: String,
    pairs: Vec<(String, String)>,
}

impl Words {
    /// Takes `name:key=value,key=value` apart; `kind` says in errors what is named.
    ///
    /// # Errors
    /// No name, a first part without `=`, an empty key or value, a key given twice.
    pub fn parse(kind: &'static str, text: &str) -> Result<Self> {
        let (name, rest) = text.split_once(':').unwrap_or((text, ""));
        let mut pairs: Vec<(&str, String)> = Vec::new();
        for part in rest.split(',').map(str::trim).filter(|_| !rest.trim().is_empty()) {
            match (part.split_once('='), pairs.last_mut()) {
                (Some((key, value)), _) => pairs.push((key.trim(), value.trim().to_owned())),
                (None, Some((_, list))) if !part.is_empty() => *list = format!("{list},{part}"),
                _ => {
                    return Err(Error::request(
                        format!("{kind} `{}`", name.trim()),
                        "parameters as key=value, with commas between them",
                        format!("`{part}`"),
                        "write name:key=value,key=value",
                    ));
                }
            }
        }
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(k, v)| (*k, v.as_str())).collect();
        Self::new(kind, name, &pairs)
    }

    /// A name and its parameters.
    ///
    /// # Errors
    /// No name, an empty key or value, a key given twice.
    pub fn new(kind: &'static str, name: &str, pairs: &[(&str, &str)]) -> Result<Self> {
        let name = name.trim();
        if name.is_empty() {
            return Err(Error::request(kind, "a name", "nothing", "write name or name:key=value,key=value"));
        }
        for (i, (key, value)) in pairs.iter().enumerate() {
            let fail = |expected: &str| {
                let got = format!("`{key}={value}`");
                Err(Error::request(format!("{kind} `{name}`"), expected, got, "write name:key=value,key=value"))
            };
            if key.is_empty() || value.is_empty() {
                return fail("a key and a value on either side of `=`");
            }
            if pairs[..i].iter().any(|(before, _)| before == key) {
                return fail("each key once");
            }
        }
        let pairs = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        Ok(Self { kind, name: name.to_owned(), pairs })
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The keys given.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.pairs.iter().map(|(key, _)| key.as_str())
    }

    /// The row of this name, every key of which is known.
    ///
    /// # Errors
    /// An unknown name or key, with those there are and the nearest one.
    pub fn find<'a, M>(&self, table: impl Iterator<Item = &'a Entry<M>> + Clone) -> Result<&'a Entry<M>> {
        let row = table.clone().find(|row| row.name == self.name);
        let row =
            row.ok_or_else(|| Error::unknown(self.kind, &self.name, &table.map(|row| row.name).collect::<Vec<_>>()))?;
        match self.pairs.iter().find(|(key, _)| !row.keys.contains(&key.as_str())) {
            Some((key, _)) => Err(Error::unknown(format!("{} `{}`: parameter", self.kind, self.name), key, row.keys)),
            None => Ok(row),
        }
    }

    /// The value of `key` as it was written.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.pairs.iter().find(|(k, _)| k == key).map(|(_, v)| v.as_str())
    }

    fn read<T>(&self, key: &str, expected: &str, read: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>> {
        let Some(text) = self.text(key) else { return Ok(None) };
        read(text).map(Some).ok_or_else(|| {
            let what = format!("{} `{}`: {key}", self.kind, self.name);
            Error::request(what, expected, format!("`{text}`"), "correct this value")
        })
    }

    /// The number of `key`.
    ///
    /// # Errors
    /// Something that is no number.
    pub fn number(&self, key: &str) -> Result<Option<f64>> {
        self.read(key, "a number", |text| text.parse().ok())
    }

    /// The whole number of `key`, at least 0.
    ///
    /// # Errors
    /// Something that is none, or too large to count to.
    pub fn count(&self, key: &str) -> Result<Option<u32>> {
        self.read(key, "a whole number, at least 0", |text| text.parse().ok())
    }

    /// The numbers of `key`, written with commas between them.
    ///
    /// # Errors
    /// Something that is no list of numbers.
    pub fn numbers(&self, key: &str) -> Result<Option<Vec<f64>>> {
        let list = |text: &str| text.split(',').map(|n| n.trim().parse().ok()).collect();
        self.read(key, "numbers with commas between them", list)
    }

    /// `true` or `false`.
    ///
    /// # Errors
    /// Something else.
    pub fn flag(&self, key: &str) -> Result<Option<bool>> {
        self.one_of(key, &[("true", true), ("false", false)])
    }

    /// The meaning of the word of `key`.
    ///
    /// # Errors
    /// A word without meaning here, with those that have one and the nearest one.
    pub fn one_of<T: Copy>(&self, key: &str, meanings: &[(&str, T)]) -> Result<Option<T>> {
        let Some(text) = self.text(key) else { return Ok(None) };
        let found = meanings.iter().find(|(word, _)| *word == text).map(|(_, meaning)| Some(*meaning));
        found.ok_or_else(|| {
            let known: Vec<&str> = meanings.iter().map(|(word, _)| *word).collect();
            Error::unknown(format!("{} `{}`: {key}", self.kind, self.name), text, &known)
        })
    }

    /// The refusal for a `key` that must be given.
    pub fn missing(&self, key: &str) -> Error {
        let what = format!("{} `{}`: {key}", self.kind, self.name);
        Error::request(what, "a value", "nothing", format!("write {}:{key}=value", self.name))
    }
}

#[cfg(test)]
mod tests {
    use super::{Entry, Words};

    const TABLE: &[Entry<u8>] = &[
        Entry { name: "one_cycle", keys: &["rate", "values"], make: 1 },
        Entry { name: "constant", keys: &[], make: 2 },
    ];

    fn told(words: crate::base::Result<Words>) -> String {
        match words.and_then(|w| w.find(TABLE.iter()).map(|row| row.make)) {
            Ok(made) => made.to_string(),
            Err(e) => e.to_string(),
        }
    }

    #[test]
    fn a_name_and_its_parameters() {
        let words = Words::parse("schedule", "one_cycle: rate = 5e-3, values=1,0.5 ,2").expect("well written");
        assert_eq!((words.name(), words.text("values")), ("one_cycle", Some("1,0.5,2")));
        assert_eq!(words.number("rate").expect("a number"), Some(5e-3));
        assert_eq!(words.numbers("values").expect("numbers"), Some(vec![1.0, 0.5, 2.0]));
        assert_eq!(words.number("other").expect("absent"), None);
        assert!(words.number("values").is_err() && words.flag("rate").is_err());
        assert_eq!(told(Ok(words)), "1");
        assert_eq!(told(Words::parse("schedule", "constant")), "2");
        assert_eq!(told(Words::parse("schedule", "constant:")), "2");
    }

    #[test]
    fn mistakes_are_told_with_the_nearest_word() {
        for (text, words) in [
            ("onecycle", "did you mean `one_cycle`?"),
            ("OneCycle", "did you mean `one_cycle`?"),
            ("xyz", "expected one of one_cycle, constant, got xyz; use one of these names"),
            ("one_cycle:rat=1", "did you mean `rate`?"),
            ("constant:rate=1", "expected nothing, got rate"),
            ("one_cycle:rate", "key=value"),
            ("one_cycle:rate=", "a key and a value"),
            ("one_cycle:=1", "a key and a value"),
            ("one_cycle:rate=1,,", "key=value"),
            ("one_cycle:rate=1,rate=2", "each key once"),
            ("", "expected a name"),
            (":rate=1", "expected a name"),
        ] {
            let message = told(Words::parse("schedule", text));
            assert!(message.contains(words), "{text}: {message}");
        }
    }
}
