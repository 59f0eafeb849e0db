//! What the names of a file stand for while it is read.

use super::tensor::Constant;
use crate::train::Tensor;
use std::rc::Rc;

/// What is known of the numbers of a tensor.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Numbers {
    /// Any.
    Float,
    /// Whole ones: an input of integers.
    Whole,
    /// Any, of which the file takes what is before the decimal point: good as indices.
    Cut,
}

/// A tensor of the graph, and the shape of a sample.
#[derive(Clone)]
pub(super) struct Place {
    pub tensor: Tensor,
    pub shape: Vec<usize>,
    pub numbers: Numbers,
    /// Whether it is an input of the model.
    pub given: bool,
}

/// What a name of the file stands for.
#[derive(Clone)]
pub(super) enum Value {
    Tensor(Place),
    Constant(Rc<Constant>),
    /// Something that is a layer only with the nodes after it; the first such node.
    Deferred(usize),
}
