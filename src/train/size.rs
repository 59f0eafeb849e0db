//! How large a graph is once the models within it are taken apart, counted without doing so.

use super::graph::{Source, Tensor};
use super::layer::{Body, SharedLayer};
use crate::base::{Error, Result};

/// Most calls of layers and models: models within models, each applied twice, double their number with every one, those
/// without a layer too.
const MOST_CALLS: usize = 1 << 14;
/// Most tensors that go into calls and come out of models.
const MOST_TENSORS: usize = 1 << 18;

/// Calls of layers and of models, and tensors between them.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Size {
    calls: usize,
    tensors: usize,
}

impl Size {
    /// The calls nodes are, and what is within them.
    pub fn of(nodes: &[Tensor]) -> Self {
        let mut size = Self::default();
        for node in nodes {
            let Source::Layer(layer, from) = &node.node.source else { continue };
            size.add(layer, from.len());
            if let Body::Graph(inner) = layer.body() {
                let inner = inner.size();
                size.calls = size.calls.saturating_add(inner.calls);
                size.tensors = size.tensors.saturating_add(inner.tensors);
            }
        }
        size
    }

    /// Counts a call of a layer or model on so many tensors, and nothing within it.
    pub fn add(&mut self, layer: &SharedLayer, inputs: usize) {
        let outputs = match layer.body() {
            Body::Layer(_) => 0,
            Body::Graph(graph) => graph.outputs().len(),
        };
        self.calls = self.calls.saturating_add(1);
        self.tensors = self.tensors.saturating_add(inputs).saturating_add(outputs);
    }

    /// Fails where it is far too large.
    ///
    /// # Errors
    /// More calls or tensors than any model has.
    pub fn check(&self) -> Result<()> {
        if self.calls <= MOST_CALLS && self.tensors <= MOST_TENSORS {
            return Ok(());
        }
        Err(Error::request(
            "model",
            format!("at most {MOST_CALLS} calls of layers and models, and {MOST_TENSORS} tensors between them"),
            "more, counting what is in models as often as they are applied",
            "apply models fewer times",
        ))
    }
}
