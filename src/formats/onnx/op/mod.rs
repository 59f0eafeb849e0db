//! Layers and operators, a page a family; the word in the list is the registration.

use super::reader::{Op, Reader, Value};
use super::writer::{Call, Writer};
use crate::base::{Error, Result};

/// Writes a layer call; gives the name of the value it gives.
pub(super) type Write = fn(&mut Writer, &Call<'_>) -> Result<String>;
/// Reads a node; gives its first output.
pub(super) type Read = fn(&mut Reader<'_>, &mut Op<'_>) -> Result<Value>;
/// Looks for a layer that ends in this node; nothing where there is none.
pub(super) type Find = fn(&mut Reader<'_>, &mut Op<'_>) -> Result<Option<Value>>;

/// A layer by Keras's class, and what writes it.
pub(super) struct Writes {
    class: &'static str,
    write: Write,
}

/// An operator by its name, and what reads it.
pub(super) struct Reads {
    name: &'static str,
    /// Reads it where its inputs are tensors or constants.
    pub read: Read,
    /// Reads it where an input is known only as part of something larger.
    pub find: Option<Find>,
}

impl Reads {
    const fn new(name: &'static str, read: Read) -> Self {
        Self { name, read, find: None }
    }
}

/// Declares the pages.
macro_rules! pages {
    ($($page:ident),* $(,)?) => {
        $(mod $page;)*
        static WRITES: &[&[Writes]] = &[$($page::WRITES),*];
        static READS: &[&[Reads]] = &[$($page::READS),*];
    };
}

pages! {
    activation, affine, batch_normalization, constant, dense, dot, embedding, leaky, merge, noise, normalize, rms, shape,
    softmax,
}

/// What writes layers of a class.
///
/// # Errors
/// None does.
pub(super) fn writer(layer: &str, class: &str) -> Result<Write> {
    let found = WRITES.iter().flat_map(|page| page.iter()).find(|w| w.class == class);
    found.map(|w| w.write).ok_or_else(|| {
        let help = "leave it out of the model that is written, or save the model as .keras";
        Error::request(format!("layer `{layer}`"), "a layer that ONNX has operators for", class, help)
    })
}

/// What reads nodes of an operator.
///
/// # Errors
/// None does; `what` names the node.
pub(super) fn reader(what: &str, operator: &str) -> Result<&'static Reads> {
    let found = READS.iter().flat_map(|page| page.iter()).find(|r| r.name == operator);
    found.ok_or_else(|| {
        let known: Vec<&str> = READS.iter().flat_map(|page| page.iter()).map(|r| r.name).collect();
        Error::request(
            what,
            format!("one of the operators {}", known.join(", ")),
            operator,
            "there is no layer for it: leave this part out of the file and build it with layers",
        )
    })
}
