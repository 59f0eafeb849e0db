//! A model taken apart for those who write it down: models within it are dissolved, every layer call has a scope.

use super::flat::FlatNode;
use super::layer::SharedLayer;
use super::model::Model;
use super::variable::Variable;
use crate::base::{Error, Result};
use crate::nn::config::Config;
use crate::nn::layer::Layer;
use std::sync::Arc;

/// A model as one list of nodes, each after those it is computed from.
pub struct Outline {
    /// The inputs first, then the layer calls.
    pub nodes: Vec<OutlineNode>,
    /// Names of the inputs: the first of the nodes.
    pub inputs: Vec<String>,
    /// The outputs: a name of their own, and the node.
    pub outputs: Vec<(String, usize)>,
}

/// An input, or what a layer call gives.
pub struct OutlineNode {
    /// The shape of a sample, without the batch.
    pub shape: Vec<usize>,
    /// The call; none for an input.
    pub call: Option<OutlineCall>,
}

/// A layer applied to earlier nodes.
pub struct OutlineCall {
    /// `model/layer`; all calls of a shared layer have one scope.
    pub scope: String,
    /// Calls of this layer before.
    pub count: u32,
    /// The nodes it is applied to.
    pub inputs: Vec<usize>,
    handle: SharedLayer,
    layer: Arc<dyn Layer>,
}

impl OutlineCall {
    /// The layer's variables.
    pub fn variables(&self) -> Vec<Variable> {
        self.handle.variables()
    }

    /// Class and fields of the layer.
    ///
    /// # Errors
    /// A layer of the user's own making.
    pub fn config(&self) -> Result<Config> {
        self.layer.config().map_err(|e| match e {
            Error::Request { expected, got, help, .. } => {
                Error::request(format!("layer `{}`", self.scope), expected, got, help)
            }
            other => other,
        })
    }
}

impl Model {
    /// The model taken apart.
    ///
    /// # Errors
    /// Those of recording its layers.
    pub fn outline(&self) -> Result<Outline> {
        let nodes = self.flat.nodes.iter().zip(self.shapes()?).map(|(node, shape)| {
            let call = match node {
                FlatNode::Input(_) => None,
                FlatNode::Call(call) => Some(OutlineCall {
                    scope: call.scope.clone(),
                    count: call.call,
                    inputs: call.inputs.clone(),
                    handle: call.handle.clone(),
                    layer: call.layer.clone(),
                }),
            };
            OutlineNode { shape, call }
        });
        let outputs = self.flat.output_names.iter().cloned().zip(self.flat.outputs.iter().copied());
        Ok(Outline { nodes: nodes.collect(), inputs: self.flat.input_names.clone(), outputs: outputs.collect() })
    }
}
