//! How a model is compiled: the optimizer, and what is lowered and told of each output.

use super::compiled::Objective;
use super::setup::Metrics;
use crate::base::{Allowed, Error, Result};
use crate::nn::loss::Loss;
use crate::nn::metric::{self, CHOSEN, Metric};
use crate::nn::optim::Optimizer;
use std::sync::Arc;

/// How a model is compiled. Losses come in the order of the outputs; weights and metrics belong to the loss before them.
///
/// ```
/// use wgrad::prelude::*;
///
/// let how = Compile::new(Adam::new(1e-3))
///     .loss(BinaryCrossentropy::new()).metrics("accuracy")
///     .loss(MeanSquaredError::new()).loss_weight(0.3);
/// ```
#[derive(Clone)]
pub struct Compile {
    optimizer: Arc<dyn Optimizer>,
    objectives: Vec<Objective>,
    observe_every: Option<u64>,
    unknown: Vec<String>,
}

/// What a compiled model keeps of it.
pub(super) struct Parts {
    pub optimizer: Arc<dyn Optimizer>,
    pub objectives: Vec<Objective>,
    pub observe_every: Option<u64>,
}

impl Compile {
    /// With this optimizer.
    pub fn new(optimizer: impl Optimizer + 'static) -> Self {
        Self { optimizer: Arc::new(optimizer), objectives: Vec::new(), observe_every: None, unknown: Vec::new() }
    }

    /// The loss of the next output.
    pub fn loss(mut self, loss: impl Loss + 'static) -> Self {
        self.objectives.push(Objective {
            loss: Arc::new(loss),
            weight: 1.0,
            metrics: Metrics::default(),
            accuracy: false,
        });
        self
    }

    /// What the loss of this output is multiplied by in the sum that is lowered, ≥ 0. Default: 1.
    pub fn loss_weight(mut self, weight: f64) -> Self {
        if let Some(last) = self.objectives.last_mut() {
            last.weight = weight;
        }
        self
    }

    /// What is told of this output besides its loss; every sample counts alike. `accuracy` is the share of rows that are
    /// right as Keras finds it from the loss: by the largest output, or, of one output, by its side of the middle.
    pub fn metrics(mut self, metrics: impl IntoMetrics) -> Self {
        for m in metrics.metrics() {
            match (m, self.objectives.last_mut()) {
                // The loss counts this one anyway.
                (Ok((name, m)), Some(last)) if name == "accuracy" && is_chosen(&*m) => last.accuracy = true,
                (Ok((name, m)), Some(last)) => last.metrics.add_called(name, m),
                (Ok(_), None) => self.unknown.push("a metric before the first loss".to_owned()),
                (Err(name), _) => self.unknown.push(name),
            }
        }
        self
    }

    /// What is told of this output besides its loss; samples count by their weights.
    pub fn weighted_metric(mut self, metric: impl Metric + 'static) -> Self {
        if let Some(last) = self.objectives.last_mut() {
            last.metrics.add(Arc::new(metric), true);
        }
        self
    }

    /// What is told of this output under a name of its own; `weighted` samples count by their weights.
    pub fn metric_as(mut self, name: &str, metric: impl Metric + 'static, weighted: bool) -> Self {
        match self.objectives.last_mut() {
            Some(last) => last.metrics.add_as(name.to_owned(), Arc::new(metric), weighted),
            None => self.unknown.push("a metric before the first loss".to_owned()),
        }
        self
    }

    /// Takes statistics of activations and gradients on the device in every so many steps, from the first on; see
    /// [`Model::insight`](super::Model::insight). Default: never.
    pub fn observe_every(mut self, steps: u64) -> Self {
        self.observe_every = Some(steps.max(1));
        self
    }

    pub(super) fn parts(self) -> Result<Parts> {
        if let Some(name) = self.unknown.first() {
            // Tells those there are and the nearest one.
            metric::named(name)?;
            return Err(Error::request(
                "metrics",
                "metrics after the loss they belong to",
                name,
                "name the loss first",
            ));
        }
        for o in &self.objectives {
            Allowed::NotNegative.check(format!("loss {}", o.loss.name()), "loss_weight", o.weight)?;
        }
        Ok(Parts { optimizer: self.optimizer, objectives: self.objectives, observe_every: self.observe_every })
    }
}

/// A metric and the name it is told under; a name nobody knows.
pub type Asked = Result<(String, Arc<dyn Metric>), String>;

/// Whether a metric is the accuracy that is chosen by shapes, which losses count anyway.
fn is_chosen(metric: &dyn Metric) -> bool {
    metric.config().is_ok_and(|c| c.fields.contains_key(CHOSEN))
}

/// One metric or several, by value or by Keras's name; `()` for none.
pub trait IntoMetrics {
    /// As a list, each with the name it is told under; a name nobody knows as it is.
    fn metrics(self) -> Vec<Asked>;
}

impl IntoMetrics for () {
    fn metrics(self) -> Vec<Asked> {
        Vec::new()
    }
}

impl IntoMetrics for &str {
    fn metrics(self) -> Vec<Asked> {
        // Told under the word it was asked by, as in Keras.
        vec![metric::named(self).map(|m| (self.to_owned(), m)).map_err(|_| self.to_owned())]
    }
}

impl<M: Metric + 'static> IntoMetrics for M {
    fn metrics(self) -> Vec<Asked> {
        vec![Ok((self.name().to_owned(), Arc::new(self)))]
    }
}

impl<M: IntoMetrics, const N: usize> IntoMetrics for [M; N] {
    fn metrics(self) -> Vec<Asked> {
        self.into_iter().flat_map(IntoMetrics::metrics).collect()
    }
}

impl<M: IntoMetrics> IntoMetrics for Vec<M> {
    fn metrics(self) -> Vec<Asked> {
        self.into_iter().flat_map(IntoMetrics::metrics).collect()
    }
}
