//! What a reader found: numbers as they are stored, before parts are drawn, labels are numbered and inputs are scaled.

use super::prepared::Column;
use crate::base::{Error, Result};
use crate::data::Samples;

/// A source as it is.
#[derive(Clone, Debug)]
pub struct Raw {
    /// What messages call it.
    pub name: String,
    /// The samples that train, or all there are.
    pub train: Samples,
    /// The part that validates, of sources that have one.
    pub validation: Option<Samples>,
    /// The part that tests, of sources that have one.
    pub test: Option<Samples>,
    /// The inputs, in the order of the tables.
    pub inputs: Vec<Input>,
    /// The labels, an output each.
    pub targets: Vec<Target>,
    /// The columns of a table that are inputs.
    pub columns: Vec<Column>,
    /// What was decided for the user.
    pub notes: Vec<String>,
}

/// One input.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    /// What it is called.
    pub name: String,
    /// The shape of one sample.
    pub shape: Vec<usize>,
}

/// The labels of one output.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// What it is called: columns, or the key of an array.
    pub names: Vec<String>,
    /// The shape of one sample's.
    pub shape: Vec<usize>,
    /// What its numbers can be.
    pub kind: TargetKind,
}

/// What the numbers of labels can be.
#[derive(Clone, Debug, PartialEq)]
pub enum TargetKind {
    /// Numbers of classes of these names.
    Classes(Vec<String>),
    /// Numbers of a table: whole ones may stand for classes, whichever they are.
    Column,
    /// Numbers of an array: classes are counted from 0.
    Array,
}

/// The refusal of a file: where, what there is, what to do.
pub fn wrong(place: impl std::fmt::Display, what: impl std::fmt::Display, help: impl std::fmt::Display) -> Error {
    Error::Data(format!("{place}: {what}; {help}"))
}

/// The bytes of a file.
///
/// # Errors
/// What the system says of it.
pub fn bytes(path: &std::path::Path) -> Result<Vec<u8>> {
    let told = |e: std::io::Error| {
        wrong(path.display(), format!("cannot be read ({e})"), "check the path and its permissions")
    };
    std::fs::read(path).map_err(told)
}
