//! A model that was read, and the first look at a file.

use super::budget;
use super::proto::ModelProto;
use super::reader::{MOST_ENDS, Reader};
use super::writer::write;
use crate::base::{Error, Result, Seed};
use crate::formats::hugging_face::at;
use crate::formats::model_file::{Format, ModelFile, bytes_of};
use crate::train::save::save;
use crate::train::{Compile, Device, Graph, Model, SharedLayer};
use prost::Message;
use std::path::Path;

/// Most nodes of a graph that is read: building takes time that grows with their square.
const MOST_NODES: usize = 1 << 14;
/// The operators of ONNX that are known, from the version that took broadcasting in on.
const OPSETS: std::ops::RangeInclusive<i64> = 7..=26;

/// A model that was read: its graph, and the values of its variables.
pub struct Loaded {
    /// The layers, with the names the file gives them.
    pub graph: Graph,
    /// The values of the variables of each layer that has some, in the order of [`SharedLayer::variables`]. They can be
    /// assigned once the graph is built.
    pub values: Vec<(SharedLayer, Vec<Vec<f64>>)>,
}

impl ModelFile for Loaded {
    fn build(&self, device: &Device, seed: Seed) -> Result<Model> {
        let model = self.graph.build(device, seed)?;
        self.values.iter().try_for_each(|(layer, values)| layer.set_weights(values))?;
        Ok(model)
    }

    fn compile_settings(&self) -> Result<Option<Compile>> {
        Ok(None)
    }
}

/// `.onnx`: models for inference.
pub static ONNX: Format =
    Format { name: "ONNX", endings: &[".onnx"], open: Ok(open), save: |model, path| save(path, &write(model)?) };

fn open(path: &Path) -> Result<Box<dyn ModelFile>> {
    let loaded = read(&bytes_of(path)?).map_err(|e| at(&path.display().to_string(), e))?;
    Ok(Box::new(loaded))
}

/// Reads a model from the bytes of an ONNX file: the operators in the [table](super), f32 after reading.
///
/// The first axis of inputs and outputs is the batch, of unknown or fixed size. Weights must be within the file. Layers with
/// variables take the names of the nodes they come from; weights that are used twice become one shared layer.
///
/// # Errors
/// A file that is damaged or larger inside than outside, external data, an operator, attribute or shape that no layer has:
/// by the name of the node.
pub fn read(bytes: &[u8]) -> Result<Loaded> {
    let damaged = |got: String| {
        Error::request("ONNX file", "a model", got, "give an ONNX file that was written whole: onnx.checker tells more")
    };
    budget::check(bytes)?;
    let model = ModelProto::decode(bytes).map_err(|e| damaged(e.to_string()))?;
    let graph = model.graph.as_ref().ok_or_else(|| damaged("none".to_owned()))?;
    let own = model.opset_import.iter().find(|set| matches!(set.domain.as_deref(), None | Some("" | "ai.onnx")));
    let opset = own.and_then(|set| set.version).unwrap_or(0);
    if !OPSETS.contains(&opset) {
        let expected = format!("opset {} to {}", OPSETS.start(), OPSETS.end());
        let help = "convert it with onnx.version_converter";
        return Err(Error::request("ONNX file: opset_import", expected, opset, help));
    }
    for (what, count, most) in [
        ("nodes", graph.node.len(), MOST_NODES),
        ("initializers", graph.initializer.len(), MOST_NODES),
        ("inputs", graph.input.len(), MOST_NODES),
        ("outputs", graph.output.len(), MOST_ENDS),
    ] {
        if count > most {
            return Err(Error::request("ONNX file", format!("at most {most} {what}"), count, "give a smaller model"));
        }
    }
    let (graph, values) = Reader::new(graph, opset, bytes.len()).run()?;
    Ok(Loaded { graph, values })
}
