//! How a model is compiled besides its optimizer and loss: batches, sample weights, metrics.

use crate::base::{Result, Seed};
use crate::nn::metric::{Metric, Observed};
use crate::plan::{Tape, Value};
use std::sync::Arc;

/// How a model is compiled, besides its optimizer and loss.
#[derive(Clone)]
pub struct Setup {
    pub(super) batch: usize,
    pub(super) seed: Seed,
    pub(super) sample_weight: bool,
    pub(super) metrics: Metrics,
    pub(super) chunk: Option<usize>,
    /// Whether variables are left without initial values, because layers have them.
    pub(super) blank: bool,
    pub(super) observe_every: Option<u64>,
}

impl Setup {
    /// Batches of `batch` samples; initial values and masks drawn from `seed`.
    pub fn new(batch: usize, seed: Seed) -> Self {
        Self {
            batch,
            seed,
            sample_weight: false,
            metrics: Metrics::default(),
            chunk: None,
            blank: false,
            observe_every: None,
        }
    }

    /// Whether samples are given weights when data are loaded. Default: no, each weighs 1.
    pub fn sample_weight(mut self, sample_weight: bool) -> Self {
        self.sample_weight = sample_weight;
        self
    }

    /// Cuts variables, gradients and slots into arrays of at most this many numbers, unless one variable is longer.
    /// Default: 2²⁵, 128 MiB, which every device can bind.
    pub fn chunk(mut self, numbers: usize) -> Self {
        self.chunk = Some(numbers);
        self
    }

    /// Takes statistics of activations and gradients on the device in every so many steps, from the first on. Default: never.
    pub fn observe_every(mut self, steps: u64) -> Self {
        self.observe_every = Some(steps.max(1));
        self
    }

    /// Tells this metric of each epoch as well; every sample counts alike.
    pub fn metric(self, metric: impl Metric + 'static) -> Self {
        self.metrics(vec![Arc::new(metric)])
    }

    /// Tells these metrics of each epoch as well; every sample counts alike.
    pub fn metrics(mut self, metrics: Vec<Arc<dyn Metric>>) -> Self {
        metrics.into_iter().for_each(|m| self.metrics.add(m, false));
        self
    }

    /// Tells this metric of each epoch as well; samples count by their weights.
    pub fn weighted_metric(mut self, metric: impl Metric + 'static) -> Self {
        self.metrics.add(Arc::new(metric), true);
        self
    }
}

/// A metric of a compiled model.
#[derive(Clone)]
pub struct Watched {
    /// Under what it is told; none twice in a model.
    pub name: String,
    /// What computes the result from the state.
    pub metric: Arc<dyn Metric>,
    /// Its sums since the epoch began.
    pub state: Value,
}

/// Names, metrics, and whether samples count by their weights.
#[derive(Clone, Default)]
pub(crate) struct Metrics(Vec<(String, Arc<dyn Metric>, bool)>);

impl Metrics {
    /// Adds a metric under its name; where that is taken, with `weighted_` before it or a number behind.
    pub fn add(&mut self, metric: Arc<dyn Metric>, weighted: bool) {
        let plain = metric.name().to_owned();
        let other = if weighted { format!("weighted_{plain}") } else { plain.clone() };
        self.add_free([plain, other], metric, weighted);
    }

    /// Adds a metric under this name, or with a number behind where it is taken.
    pub fn add_called(&mut self, name: String, metric: Arc<dyn Metric>) {
        self.add_free([name.clone(), name], metric, false);
    }

    fn add_free(&mut self, names: [String; 2], metric: Arc<dyn Metric>, weighted: bool) {
        let taken = |name: &str| self.0.iter().any(|(n, ..)| n == name);
        let last = names[1].clone();
        let numbered = (1..).map(|i| format!("{last}_{i}"));
        let name = names.into_iter().chain(numbered).find(|n| !taken(n)).unwrap_or_default();
        self.0.push((name, metric, weighted));
    }

    /// Adds a metric under a name.
    pub fn add_as(&mut self, name: String, metric: Arc<dyn Metric>, weighted: bool) {
        let other = if weighted { format!("weighted_{name}") } else { name.clone() };
        self.add_free([name, other], metric, weighted);
    }

    /// The metrics, each with the name it is told under and whether samples count by their weights.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Arc<dyn Metric>, bool)> {
        self.0.iter().map(|(name, metric, weighted)| (name.as_str(), metric, *weighted))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Checks the options for a model of `outputs` outputs.
    pub fn check(&self, outputs: usize) -> Result<()> {
        self.0.iter().try_for_each(|(_, metric, _)| metric.check(outputs))
    }

    /// Records every metric on predictions `z` and labels `y`, told under its name behind `prefix`; samples weigh `w` for
    /// the weighted ones.
    pub fn record(
        &self,
        tape: &mut Tape,
        prefix: &str,
        z: Value,
        y: Value,
        w: Value,
        outputs: usize,
    ) -> Result<Vec<Watched>> {
        if self.is_empty() {
            return Ok(Vec::new());
        }
        tape.enter("");
        let ones = tape.table("ones", vec![1.0; tape.batch()]);
        let mut all = Vec::with_capacity(self.0.len());
        for (name, metric, weighted) in &self.0 {
            let name = format!("{prefix}{name}");
            tape.enter(&name);
            let state = tape.auxiliary("state", &[metric.state_len(outputs)]);
            metric.record(tape, &Observed { z, y, w: if *weighted { w } else { ones }, state })?;
            all.push(Watched { name, metric: metric.clone(), state });
        }
        tape.enter("");
        Ok(all)
    }
}
