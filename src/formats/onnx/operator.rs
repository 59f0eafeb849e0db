//! A node that is read: its operator, its inputs by name, and what errors call it.

use super::attributes::Attributes;
use super::proto::NodeProto;
use crate::base::{Error, Result};

/// A node that is read.
pub(super) struct Op<'a> {
    pub index: usize,
    /// What errors call it.
    pub what: String,
    pub node: &'a NodeProto,
    pub attributes: Attributes<'a>,
}

impl<'a> Op<'a> {
    /// A node and its place.
    pub fn of(index: usize, node: &'a NodeProto) -> Self {
        let what = what(index, node);
        Self { index, attributes: Attributes::of(&what, node), what, node }
    }

    /// The operator.
    pub fn name(&self) -> &'a str {
        self.node.op_type.as_deref().unwrap_or_default()
    }

    /// The name of input `i`, if it is given.
    pub fn input(&self, i: usize) -> Option<&'a str> {
        self.node.input.get(i).map(String::as_str).filter(|name| !name.is_empty())
    }

    /// The name of the output.
    pub fn output(&self) -> &'a str {
        self.node.output.first().map_or("", String::as_str)
    }

    /// An error that names the node.
    pub fn wrong(&self, expected: impl std::fmt::Display, got: impl std::fmt::Display, help: &str) -> Error {
        Error::request(&self.what, expected, got, help)
    }

    /// An axis of a tensor of `rank` axes, counted from the front, the batch being 0.
    pub fn axis(&self, axis: i64, rank: usize) -> Result<usize> {
        let rank = rank as i64;
        let found = if (-rank..0).contains(&axis) { axis + rank } else { axis };
        if (1..rank).contains(&found) {
            return Ok(found as usize);
        }
        let help = "layers work on each sample by itself: leave the batch alone";
        Err(self.wrong(format!("an axis other than the batch, axis 0, of {rank}"), format!("axis {axis}"), help))
    }
}

pub(super) fn what(index: usize, node: &NodeProto) -> String {
    let operator = node.op_type.as_deref().unwrap_or_default();
    match node.name.as_deref() {
        None | Some("") => format!("ONNX node {index} ({operator})"),
        Some(name) => format!("ONNX node `{name}` ({operator})"),
    }
}

/// Whether a node is of ONNX's own operators.
pub(super) fn is_onnx(node: &NodeProto) -> bool {
    matches!(node.domain.as_deref(), None | Some("" | "ai.onnx"))
}
