//! A layer in use: a handle with a name, variables, and whether it learns. Clones are the same layer.

use super::graph::{Graph, Tensor};
use super::variable::{Variable, lock};
use crate::base::{Error, Result};
use crate::nn::layer::Layer;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

/// What a handle stands for.
#[derive(Clone)]
pub(crate) enum Body {
    Layer(Arc<dyn Layer>),
    Graph(Graph),
}

struct Cell {
    body: Body,
    name: OnceLock<String>,
    trainable: AtomicBool,
    /// Bits of what multiplies its learning rate.
    rate: AtomicU64,
    /// `None` until a model with it is built.
    variables: Mutex<Option<Vec<Variable>>>,
}

/// A layer, or a model used as one, that can be used in several places and models: they share its variables.
///
/// ```
/// use wgrad::nn::layer::Dense;
/// use wgrad::train::{Connect, Graph, IntoLayer, Tensor};
///
/// let (left, right) = (Tensor::input(&[8]), Tensor::input(&[8]));
/// let tower = Dense::new(4).named("tower"); // one kernel and one bias
/// let siamese = Graph::new([&left, &right], [&tower.on(&left), &tower.on(&right)])?;
/// # Ok::<(), wgrad::base::Error>(())
/// ```
#[derive(Clone)]
pub struct SharedLayer(Arc<Cell>);

impl SharedLayer {
    pub(crate) fn of(body: Body) -> Self {
        let rate = AtomicU64::new(1.0_f64.to_bits());
        let (name, variables) = (OnceLock::new(), Mutex::new(None));
        Self(Arc::new(Cell { body, name, trainable: AtomicBool::new(true), rate, variables }))
    }

    pub(crate) fn body(&self) -> &Body {
        &self.0.body
    }

    /// The kind in Keras's words: `dense`; of a model `sequential` or `functional`.
    pub fn kind(&self) -> &'static str {
        match &self.0.body {
            Body::Layer(layer) => layer.kind(),
            Body::Graph(graph) => graph.kind(),
        }
    }

    /// Its name, given or found when the first model with it was built.
    pub fn name(&self) -> Option<&str> {
        self.0.name.get().map(String::as_str)
    }

    /// Names it, unless it has a name.
    pub(crate) fn name_it(&self, name: &str) {
        let _ = self.0.name.set(name.to_owned());
    }

    /// Whether both are one layer.
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// A number no other living layer has.
    pub(crate) fn id(&self) -> usize {
        Arc::as_ptr(&self.0) as usize
    }

    /// Whether it learns. Default: true.
    pub fn trainable(&self) -> bool {
        self.0.trainable.load(Ordering::Relaxed)
    }

    /// Lets it learn or freezes it, a model with all layers in it. Models compiled before go on as they were compiled:
    /// compile them again for it to take effect.
    pub fn set_trainable(&self, trainable: bool) {
        self.0.trainable.store(trainable, Ordering::Relaxed);
        if let Body::Graph(graph) = &self.0.body {
            graph.layers().iter().for_each(|l| l.set_trainable(trainable));
        }
    }

    /// What multiplies the optimizer's learning rate for its variables.
    pub fn learning_rate_multiplier(&self) -> f64 {
        f64::from_bits(self.0.rate.load(Ordering::Relaxed))
    }

    /// Multiplies the optimizer's learning rate for its variables, from the next compile on; ≥ 0, 0 freezes them.
    ///
    /// # Errors
    /// A negative multiplier, or none.
    pub fn set_learning_rate_multiplier(&self, multiplier: f64) -> Result<()> {
        let what = format!("layer `{}`", self.name().unwrap_or(self.kind()));
        crate::base::Allowed::NotNegative.check(what, "learning_rate_multiplier", multiplier)?;
        self.0.rate.store(multiplier.to_bits(), Ordering::Relaxed);
        if let Body::Graph(graph) = &self.0.body {
            graph.layers().iter().try_for_each(|l| l.set_learning_rate_multiplier(multiplier))?;
        }
        Ok(())
    }

    /// Its variables in the order they were made, a model's layer by layer; none before a model with it is built.
    pub fn variables(&self) -> Vec<Variable> {
        match &self.0.body {
            Body::Layer(_) => lock(&self.0.variables).clone().unwrap_or_default(),
            Body::Graph(graph) => graph.variables(),
        }
    }

    pub(super) fn built(&self) -> Option<Vec<Variable>> {
        lock(&self.0.variables).clone()
    }

    pub(super) fn build(&self, variables: Vec<Variable>) {
        *lock(&self.0.variables) = Some(variables);
    }

    /// The values of its variables, in the order of [`SharedLayer::variables`].
    ///
    /// # Errors
    /// The device was lost.
    pub fn get_weights(&self) -> Result<Vec<Vec<f64>>> {
        self.variables().iter().map(Variable::values).collect()
    }

    /// Gives its variables these values.
    ///
    /// # Errors
    /// Another number of arrays, or an array of another size.
    pub fn set_weights(&self, weights: &[Vec<f64>]) -> Result<()> {
        assign(self.name().unwrap_or(self.kind()), &self.variables(), weights)
    }
}

impl std::fmt::Debug for SharedLayer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} `{}`", self.kind(), self.name().unwrap_or_default())
    }
}

/// Gives `variables` these values, all or none.
pub(super) fn assign(owner: &str, variables: &[Variable], weights: &[Vec<f64>]) -> Result<()> {
    let shapes = || variables.iter().map(|v| format!("{} {:?}", v.name(), v.shape())).collect::<Vec<_>>().join(", ");
    let fits = weights.iter().zip(variables).all(|(w, v)| w.len() == v.len());
    if weights.len() != variables.len() || !fits {
        let got = weights.iter().map(Vec::len).collect::<Vec<_>>();
        return Err(Error::request(
            format!("weights of `{owner}`"),
            format!("{} arrays: {}", variables.len(), shapes()),
            format!("{} arrays of {got:?} numbers", weights.len()),
            "give the arrays in this order; a layer has none before its model is built",
        ));
    }
    variables.iter().zip(weights).try_for_each(|(v, w)| v.assign(w))
}

/// Whatever can be put into a model: a layer, a handle to one, or a model.
pub trait IntoLayer: Sized {
    /// As a handle.
    fn into_layer(self) -> SharedLayer;

    /// As a handle with a name of its own.
    fn named(self, name: &str) -> SharedLayer {
        let layer = self.into_layer();
        layer.name_it(name);
        layer
    }
}

/// Whatever can be applied to tensors.
pub trait Connect: IntoLayer {
    /// The layer applied to a tensor, or to several where it merges; its first output.
    fn on(self, inputs: impl IntoTensors) -> Tensor {
        Tensor::output_of(&self.into_layer(), &inputs.tensors(), 0)
    }

    /// The layer applied to tensors; all its outputs.
    fn on_all(self, inputs: impl IntoTensors) -> Vec<Tensor> {
        let layer = self.into_layer();
        let outputs = match layer.body() {
            Body::Layer(_) => 1,
            Body::Graph(graph) => graph.outputs().len(),
        };
        let inputs = inputs.tensors();
        let first = Tensor::output_of(&layer, &inputs, 0);
        (0..outputs).map(|i| first.sibling(i)).collect()
    }
}

impl<L: Layer + 'static> IntoLayer for L {
    fn into_layer(self) -> SharedLayer {
        SharedLayer::of(Body::Layer(Arc::new(self)))
    }
}

impl<L: Layer + 'static> Connect for L {}
// Not for the handle itself: a method call then borrows it, and it can be applied again.
impl Connect for &SharedLayer {}

impl IntoLayer for SharedLayer {
    fn into_layer(self) -> SharedLayer {
        self
    }
}

impl IntoLayer for &SharedLayer {
    fn into_layer(self) -> SharedLayer {
        self.clone()
    }
}

/// One tensor or several.
pub trait IntoTensors {
    /// As a list.
    fn tensors(self) -> Vec<Tensor>;
}

impl IntoTensors for &Tensor {
    fn tensors(self) -> Vec<Tensor> {
        vec![self.clone()]
    }
}

impl<const N: usize> IntoTensors for [&Tensor; N] {
    fn tensors(self) -> Vec<Tensor> {
        self.map(Clone::clone).into()
    }
}

impl IntoTensors for &[Tensor] {
    fn tensors(self) -> Vec<Tensor> {
        self.to_vec()
    }
}

impl IntoTensors for Vec<Tensor> {
    fn tensors(self) -> Vec<Tensor> {
        self
    }
}
