//! Models as JSON: the structure Keras's files have, read into a graph and written from one.
//!
//! A [`Shelf`] lists a model's layers in the order Keras counts them in; what Keras finds weights by is made from it.

pub(super) mod compile;
mod functional;
mod layer;
mod order;
pub(super) mod read;
mod references;
mod sequential;
pub(super) mod write;

use crate::train::{Graph, SharedLayer, Source};

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
        fn collect(shelf: &Shelf, all: &mut Vec<SharedLayer>) {
            for item in &shelf.0 {
                match &item.content {
                    Content::Layer(layer) if layer.trainable() && !all.iter().any(|known| known.is(layer)) => {
                        all.push(layer.clone());
                    }
                    Content::Model(model, shelf) if model.trainable() => collect(shelf, all),
                    _ => {}
                }
            }
        }
        let mut all = Vec::new();
        collect(self, &mut all);
        all
    }

    /// Every layer that is no model, each once, in the order it is first met.
    pub fn layers(&self) -> Vec<SharedLayer> {
        fn collect(shelf: &Shelf, all: &mut Vec<SharedLayer>) {
            for item in &shelf.0 {
                match &item.content {
                    Content::Layer(layer) if !all.iter().any(|known| known.is(layer)) => all.push(layer.clone()),
                    Content::Model(_, shelf) => collect(shelf, all),
                    Content::Layer(_) | Content::Input => {}
                }
            }
        }
        let mut all = Vec::new();
        collect(self, &mut all);
        all
    }
}
