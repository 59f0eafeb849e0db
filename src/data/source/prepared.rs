//! What training data decided, as it is kept beside a model and applied to other data.

use super::loaded::Labels;
use super::words::Scale;

/// Columns, categories, classes and scaling: all that was measured or decided on the training part.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Prepared {
    /// The columns of a table that are inputs, in their order; empty of other data.
    pub columns: Vec<Column>,
    /// The columns of a table that are the target.
    pub target: Vec<String>,
    /// The shape of one sample of each input.
    pub input_shapes: Vec<Vec<usize>>,
    /// What the labels of each output are.
    pub labels: Vec<Labels>,
    /// How each input is scaled.
    pub scaling: Vec<Scaling>,
}

/// One column of a table that is an input.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its name; its number from 0 where the file has no names.
    pub name: String,
    /// How its cells become numbers.
    pub kind: ColumnKind,
}

/// How cells become numbers.
#[derive(Clone, Debug, PartialEq)]
pub enum ColumnKind {
    /// A number each.
    Number {
        /// What a missing one is taken for: the mean of the training part.
        fill: Option<f64>,
    },
    /// A 1 for the category a cell names and 0 for the others, in this order.
    Categories(Vec<String>),
}

/// How the numbers x of an input are scaled: (x − `offset`) / `divisor`.
#[derive(Clone, Debug, PartialEq)]
pub struct Scaling {
    /// What was asked for; never [`Scale::Auto`].
    pub method: Scale,
    /// What is taken off: of `standardize` the mean. One number for all, or one for each index of the last axis.
    pub offset: Vec<f64>,
    /// What is divided by: of `standardize` the standard deviation. As many as `offset`, none of them 0.
    pub divisor: Vec<f64>,
}
