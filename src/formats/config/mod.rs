//! Models as JSON: the structure Keras's files have, read into a graph and written from one.
//!
//! A [`Shelf`] lists a model's layers in the order Keras counts them in; what Keras finds weights by is made from it.

pub(crate) mod compile;
pub(super) mod count;
mod functional;
mod layer;
mod order;
pub(super) mod read;
mod references;
mod sequential;
pub(super) mod write;

use crate::train::{Graph, SharedLayer, Source};
use std::collections::HashSet;

/// A model's layers in Keras's order; inputs are among them where Keras has them there.
#[derive(Clone, Debug, Default)]
pub(super) struct Shelf(pub Vec<Shelved>);

/// A layer, or a model used as one.
#[derive(Clone, Debug)]
pub(super) struct Shelved {
    /// Keras's class: `Dense`, `InputLayer`, `Functional`.
    pub class: String,
    pub name: String,
    pub content: Content,
}

#[derive(Clone, Debug)]
pub(super) enum Content {
    Input,
    Layer(SharedLayer),
    Model(SharedLayer, Shelf),
}

/// A model that was read or written.
pub(super) struct Structure {
    pub graph: Graph,
    pub name: String,
    pub shelf: Shelf,
    /// What the outputs are called where they are a dictionary.
    pub output_keys: Vec<String>,
}

impl Structure {
    /// The names of the layers outputs come from, as Keras numbers outputs.
    pub fn output_names(&self) -> Vec<String> {
        let name = |t: &crate::train::Tensor| match &t.node.source {
            Source::Layer(layer, _) => layer.name().unwrap_or(layer.kind()).to_owned(),
            Source::Input(_, name) => name.get().cloned().unwrap_or_default(),
        };
        self.graph.outputs().iter().map(name).collect()
    }
}

impl Shelf {
    /// The layers that learn: neither they nor a model around them is frozen.
    pub fn learning(&self) -> Vec<SharedLayer> {
        self.chosen(&SharedLayer::trainable)
    }

    /// Every layer that is no model, each once, in the order it is first met.
    pub fn layers(&self) -> Vec<SharedLayer> {
        self.chosen(&|_| true)
    }

    /// The layers, each once, that `f` takes, of models that it takes.
    fn chosen(&self, f: &impl Fn(&SharedLayer) -> bool) -> Vec<SharedLayer> {
        fn collect(shelf: &Shelf, f: &impl Fn(&SharedLayer) -> bool, all: &mut Vec<SharedLayer>) {
            for item in &shelf.0 {
                match &item.content {
                    Content::Layer(layer) if f(layer) => all.push(layer.clone()),
                    Content::Model(model, shelf) if f(model) => collect(shelf, f, all),
                    _ => {}
                }
            }
        }
        let (mut all, mut seen) = (Vec::new(), HashSet::new());
        collect(self, f, &mut all);
        all.retain(|layer| seen.insert(layer.id()));
        all
    }
}
