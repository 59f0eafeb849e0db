//! A value of a file, and where it stands.

use super::{Json, Map};
use crate::base::{Error, Result};
use std::borrow::Cow;

/// A value, and its place for errors.
#[derive(Clone, Debug)]
pub struct Node<'a> {
    /// The thing it belongs to and its name there: ``layer `dense`: units``.
    pub place: String,
    /// The value.
    pub value: &'a Json,
}

/// Modules whose classes are Keras's own.
const ROOTS: [&str; 5] = ["keras", "tf_keras", "tensorflow", "builtins", super::OWN_MODULE];

impl<'a> Node<'a> {
    /// The name of a value that a class is given instead of fields.
    pub const ALONE: &'static str = "";

    /// A value at a place.
    pub fn new(place: impl Into<String>, value: &'a Json) -> Self {
        Self { place: place.into(), value }
    }

    /// The refusal of this value.
    pub fn wrong(&self, expected: &str) -> Error {
        Error::request(&self.place, expected, self.shown(), "correct this value")
    }

    /// The value, cut short where it is long.
    pub fn shown(&self) -> String {
        const MOST: usize = 60;
        let text = self.value.to_string();
        if text.chars().count() <= MOST { text } else { text.chars().take(MOST).chain(['…']).collect() }
    }

    /// The class and fields of an object: `{"class_name": …, "config": {…}}` as Keras writes it, a class alone, or
    /// `{"class": {…}}` as run files do.
    ///
    /// # Errors
    /// No such object, or one of a module that is not Keras's.
    pub fn object(&self) -> Result<(&'a str, Cow<'a, Map<String, Json>>)> {
        let object = match self.value {
            Json::String(class) => return Ok((class, Cow::Owned(Map::new()))),
            Json::Object(object) => object,
            _ => return Err(self.wrong("a name, or an object with `class_name` and `config`")),
        };
        let Some(class) = object.get("class_name") else {
            return match object.iter().next() {
                Some((class, Json::Object(fields))) if object.len() == 1 => Ok((class, Cow::Borrowed(fields))),
                Some((class, value)) if object.len() == 1 => {
                    Ok((class, Cow::Owned(Map::from_iter([(Self::ALONE.to_owned(), value.clone())]))))
                }
                _ => Err(self.wrong("an object with `class_name` and `config`")),
            };
        };
        let Json::String(class) = class else { return Err(self.wrong("a `class_name` that is text")) };
        self.check_home(class, object)?;
        match object.get("config") {
            None | Some(Json::Null) => Ok((class, Cow::Owned(Map::new()))),
            Some(Json::Object(fields)) => Ok((class, Cow::Borrowed(fields))),
            Some(other) => Err(Node::new(format!("{}: config of {class}", self.place), other).wrong("an object")),
        }
    }

    /// Fails for a class that somebody has registered, or that lies in a module of somebody's own: it may bear the name of
    /// one of Keras's and do something else.
    fn check_home(&self, class: &str, object: &Map<String, Json>) -> Result<()> {
        let text = |key: &str| object.get(key).and_then(Json::as_str);
        let module = text("module").filter(|m| !ROOTS.contains(&m.split('.').next().unwrap_or_default()));
        let registered = text("registered_name").filter(|name| name.contains('>'));
        match registered.or(module) {
            None => Ok(()),
            Some(home) => Err(Error::request(
                format!("{}: class {class}", self.place),
                "a class of Keras's own",
                format!("one of `{home}`"),
                "files are never allowed to name code: rebuild this part of the model with Keras's layers",
            )),
        }
    }
}
