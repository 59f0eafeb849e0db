//! Options of ONNX nodes: how they are written, and how they are asked for.

use super::proto::{AttributeProto, NodeProto, TensorProto, kind};
use super::tensor::shortest;
use crate::base::{Error, Result};

fn named(name: &str, kind: i32) -> AttributeProto {
    AttributeProto { name: Some(name.to_owned()), r#type: Some(kind), ..AttributeProto::default() }
}

/// A whole number.
pub(super) fn int(name: &str, i: i64) -> AttributeProto {
    AttributeProto { i: Some(i), ..named(name, kind::INT) }
}

/// Whole numbers.
pub(super) fn ints(name: &str, ints: &[usize]) -> AttributeProto {
    AttributeProto { ints: ints.iter().map(|i| *i as i64).collect(), ..named(name, kind::INTS) }
}

/// A number.
pub(super) fn float(name: &str, f: f64) -> AttributeProto {
    AttributeProto { f: Some(f as f32), ..named(name, kind::FLOAT) }
}

/// A text.
pub(super) fn text(name: &str, s: &str) -> AttributeProto {
    AttributeProto { s: Some(s.as_bytes().to_vec()), ..named(name, kind::STRING) }
}

/// The options of a node that is read. What nobody asks for is refused by [`Attributes::finish`].
pub(super) struct Attributes<'a> {
    what: String,
    given: &'a [AttributeProto],
    known: Vec<&'static str>,
}

impl<'a> Attributes<'a> {
    /// Those of `node`, which errors call `what`.
    pub fn of(what: &str, node: &'a NodeProto) -> Self {
        Self { what: what.to_owned(), given: &node.attribute, known: Vec::new() }
    }

    /// Whether there is one of this name.
    pub fn has(&self, name: &str) -> bool {
        self.given.iter().any(|a| a.name.as_deref() == Some(name))
    }

    fn find(&mut self, name: &'static str, kinds: &[i32], expected: &str) -> Result<Option<&'a AttributeProto>> {
        self.known.push(name);
        let Some(found) = self.given.iter().find(|a| a.name.as_deref() == Some(name)) else { return Ok(None) };
        // Some writers give no type.
        let given = found.r#type.filter(|kind| *kind != 0);
        if given.is_some_and(|given| !kinds.contains(&given)) {
            let (what, got) = (format!("{}: {name}", self.what), format!("an attribute of type {given:?}"));
            return Err(Error::request(what, expected, got, "give a file that onnx.checker passes"));
        }
        Ok(Some(found))
    }

    /// A whole number.
    ///
    /// # Errors
    /// An attribute of another type.
    pub fn int(&mut self, name: &'static str, default: i64) -> Result<i64> {
        Ok(self.find(name, &[kind::INT], "a whole number")?.map_or(default, |a| a.i.unwrap_or(0)))
    }

    /// A number.
    ///
    /// # Errors
    /// An attribute of another type.
    pub fn float(&mut self, name: &'static str, default: f64) -> Result<f64> {
        Ok(self.find(name, &[kind::FLOAT], "a number")?.map_or(default, |a| shortest(a.f.unwrap_or(0.0))))
    }

    /// A text.
    ///
    /// # Errors
    /// An attribute of another type.
    pub fn text(&mut self, name: &'static str, default: &str) -> Result<String> {
        let found = self.find(name, &[kind::STRING], "a text")?;
        let bytes = found.map(|a| a.s.as_deref().unwrap_or_default());
        Ok(bytes.map_or_else(|| default.to_owned(), |b| String::from_utf8_lossy(b).into_owned()))
    }

    /// Whole numbers.
    ///
    /// # Errors
    /// An attribute of another type.
    pub fn ints(&mut self, name: &'static str) -> Result<Option<&'a [i64]>> {
        Ok(self.find(name, &[kind::INTS], "whole numbers")?.map(|a| a.ints.as_slice()))
    }

    /// Numbers.
    ///
    /// # Errors
    /// An attribute of another type.
    pub fn floats(&mut self, name: &'static str) -> Result<Option<&'a [f32]>> {
        Ok(self.find(name, &[kind::FLOATS], "numbers")?.map(|a| a.floats.as_slice()))
    }

    /// Numbers with a shape.
    ///
    /// # Errors
    /// An attribute of another type.
    pub fn tensor(&mut self, name: &'static str) -> Result<Option<&'a TensorProto>> {
        Ok(self.find(name, &[kind::TENSOR], "a tensor")?.and_then(|a| a.t.as_ref()))
    }

    /// Options that change nothing in inference.
    pub fn ignore(&mut self, names: &[&'static str]) {
        self.known.extend(names);
    }

    /// Ends asking.
    ///
    /// # Errors
    /// An attribute nobody asked for.
    pub fn finish(&self) -> Result<()> {
        let names = self.given.iter().map(|a| a.name.as_deref().unwrap_or_default());
        match names.into_iter().find(|name| !self.known.contains(name)) {
            Some(name) => Err(Error::unknown(format!("{}: attribute", self.what), name, &self.known)),
            None => Ok(()),
        }
    }

    /// As [`Attributes::finish`], but for `others` too: whether all is known.
    pub fn finish_knowing(&mut self, others: &[&'static str]) -> bool {
        self.ignore(others);
        self.finish().is_ok()
    }
}
