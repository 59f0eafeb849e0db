//! What was read.

use super::prepared::Prepared;
use super::words::Task;
use crate::data::Samples;

/// Data ready for a model, and what was decided about it.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// What messages call it.
    pub name: String,
    /// The samples that train.
    pub train: Samples,
    /// The samples that validate, if there are any.
    pub validation: Option<Samples>,
    /// The samples that test, if there are any.
    pub test: Option<Samples>,
    /// What each input is called: the key of its array; `x` where there is but one.
    pub input_names: Vec<String>,
    /// The shape of one sample of each input.
    pub input_shapes: Vec<Vec<usize>>,
    /// What the labels of each output are; empty where there are none.
    pub labels: Vec<Labels>,
    /// What labels are: never [`Task::Auto`]. Of several outputs, of the first.
    pub task: Task,
    /// What each number of a row is, of a table: its column, or `column=category`.
    pub features: Option<Vec<String>>,
    /// What the training part decided: columns, categories, classes, scaling. Kept beside a model, it makes other data the
    /// same way ([`SourceOptions::prepared`](super::SourceOptions)).
    pub prepared: Prepared,
    /// What was decided for the user, and what looks odd: a sentence each.
    pub notes: Vec<String>,
}

/// What labels of one output are.
#[derive(Clone, Debug, PartialEq)]
pub enum Labels {
    /// A class a sample, as its number from 0: what `sparse_categorical_crossentropy` takes, or, of two classes,
    /// `binary_crossentropy`.
    Classes {
        /// The classes in the order of their numbers.
        names: Vec<String>,
    },
    /// Numbers, for example what a regression is to come to.
    Numbers {
        /// The shape of one sample's.
        shape: Vec<usize>,
        /// What they are: columns, or the key of the array.
        names: Vec<String>,
    },
}

impl Labels {
    /// What they are called: the columns, or the key of the array; of classes, all of these.
    pub fn name(&self) -> String {
        match self {
            Self::Classes { names } | Self::Numbers { names, .. } => names.join(", "),
        }
    }

    /// The shape of one sample's labels.
    pub fn shape(&self) -> &[usize] {
        match self {
            Self::Classes { .. } => &[1],
            Self::Numbers { shape, .. } => shape,
        }
    }

    /// The names of the classes, if labels are classes.
    pub fn classes(&self) -> Option<&[String]> {
        match self {
            Self::Classes { names } => Some(names),
            Self::Numbers { .. } => None,
        }
    }
}

impl Loaded {
    /// The names of the classes, of data with one output whose labels are classes.
    pub fn classes(&self) -> Option<&[String]> {
        match self.labels.as_slice() {
            [only] => only.classes(),
            _ => None,
        }
    }
}
