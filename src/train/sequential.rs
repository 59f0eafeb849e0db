//! Layers one after the other.

use super::compiled::{Compiled, Objective, compile};
use super::device::Device;
use super::flat::Flat;
use super::graph::{Graph, Tensor};
use super::layer::{Connect, IntoLayer, SharedLayer};
use super::model::Model;
use super::setup::Setup;
use crate::base::{Error, Result, Seed};
use crate::nn::loss::Loss;
use crate::nn::optim::Optimizer;
use crate::plan::Role;
use std::sync::{Arc, OnceLock};

/// Layers one after the other: Keras's `Sequential`.
///
/// ```
/// use wgrad::prelude::*;
///
/// let mut model = Sequential::new(&[4])
///     .add(Dense::new(8).activation(Activation::RELU))
///     .add(Dense::new(1))
///     .build(&Device::Cpu, Seed(42))?;
/// model.compile(Adam::new(1e-3), MeanSquaredError::new(), ())?;
/// # Ok::<(), wgrad::Error>(())
/// ```
#[derive(Clone)]
pub struct Sequential {
    input: Vec<usize>,
    layers: Vec<SharedLayer>,
    graph: OnceLock<Graph>,
}

impl Sequential {
    /// An empty stack for samples of this shape (without the batch).
    pub fn new(input: &[usize]) -> Self {
        Self { input: input.to_vec(), layers: Vec::new(), graph: OnceLock::new() }
    }

    /// A stack of layers that exist, for samples of this shape: it shares their variables with the models they are in.
    pub fn of(input: &[usize], layers: &[SharedLayer]) -> Self {
        Self { layers: layers.to_vec(), ..Self::new(input) }
    }

    /// Puts a layer, or a model, on top. It is named after its kind as Keras does: `dense`, `dense_1`, ….
    #[allow(clippy::should_implement_trait, reason = "Keras's word")]
    pub fn add(mut self, layer: impl IntoLayer) -> Self {
        self.layers.push(layer.into_layer());
        self.graph = OnceLock::new();
        self
    }

    /// The layers.
    pub fn layers(&self) -> &[SharedLayer] {
        &self.layers
    }

    /// The stack as a graph.
    ///
    /// # Errors
    /// No layer.
    pub fn graph(&self) -> Result<Graph> {
        if let Some(graph) = self.graph.get() {
            return Ok(graph.clone());
        }
        if self.layers.is_empty() {
            return Err(Error::request("model", "at least one layer", "none", "add a Dense layer"));
        }
        let input = Tensor::input(&self.input);
        let output = self.layers.iter().fold(input.clone(), |x, layer| layer.on(&x));
        let graph = Graph::of(vec![input], vec![output], true)?;
        Ok(self.graph.get_or_init(|| graph).clone())
    }

    /// Builds the model: every layer gets its variables, drawn from `seed` unless it has some.
    ///
    /// The layers are handles: a model built from the same stack again shares the variables of the first.
    /// [`Model::clone_model`] gives one with variables of its own.
    ///
    /// # Errors
    /// No layer, a size of zero, a shape or hyper-parameter a layer cannot work with.
    pub fn build(&self, device: &Device, seed: Seed) -> Result<Model> {
        Model::new(self.graph()?, device, seed)
    }

    /// Numbers training moves, and numbers it does not: Keras's "trainable" and "non-trainable" parameters.
    ///
    /// # Errors
    /// As [`Sequential::compile`].
    pub fn parameters(&self, optimizer: impl Optimizer + 'static, loss: impl Loss + 'static) -> Result<(usize, usize)> {
        let compiled = self.compile(optimizer, loss, 1, Seed(0))?;
        let count = |role| compiled.plan.of_role(role).map(|v| compiled.plan.values[v.0].len()).sum::<usize>();
        Ok((count(Role::Param), count(Role::State)))
    }

    /// Records the model for batches of `batch` samples, each of weight 1, with variables of its own: for judges and
    /// benchmarks, which run plans themselves. To train, [`Sequential::build`] it.
    ///
    /// # Errors
    /// No layer, a size of zero, a shape or hyper-parameter a layer, the loss or the optimizer cannot work with.
    pub fn compile(
        &self,
        optimizer: impl Optimizer + 'static,
        loss: impl Loss + 'static,
        batch: usize,
        seed: Seed,
    ) -> Result<Compiled> {
        self.compile_with(optimizer, loss, Setup::new(batch, seed))
    }

    /// Records the model as `setup` says; see [`Sequential::compile`].
    ///
    /// # Errors
    /// As [`Sequential::compile`].
    pub fn compile_with(
        &self,
        optimizer: impl Optimizer + 'static,
        loss: impl Loss + 'static,
        setup: Setup,
    ) -> Result<Compiled> {
        let objective = Objective { loss: Arc::new(loss), weight: 1.0, metrics: setup.metrics.clone(), accuracy: true };
        compile(&Flat::new(&self.graph()?)?, Arc::new(optimizer), &[objective], &setup)
    }
}

impl IntoLayer for &Sequential {
    fn into_layer(self) -> SharedLayer {
        // An empty stack passes its input on.
        self.graph().map_or_else(|_| crate::nn::layer::Identity.into_layer(), |graph| graph.as_layer())
    }
}

impl Connect for &Sequential {}
