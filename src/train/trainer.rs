//! The training loop over any executor: steps in groups, totals read back only when somebody looks.

use super::model::Compiled;
use crate::base::rng::permutation;
use crate::base::{Error, Result, RowData, Rows, Seed};
use crate::exec::{DataId, Executor};
use crate::kernel::Step;
use crate::nn::loss::{TOTALS, value_of};
use crate::nn::optim::Progress;
use crate::plan::{Program, Value};
use std::time::{Duration, Instant};

/// What an epoch or an evaluation came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Epoch {
    /// Mean loss over the samples.
    pub loss: f64,
    /// Share of samples classified right.
    pub accuracy: f64,
    /// Samples seen.
    pub samples: u64,
    /// What the model's metrics came to, in the order they were given.
    pub metrics: Vec<Reported>,
}

/// What a metric came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Reported {
    /// Its name in the model.
    pub name: String,
    /// One number for most, one a class or threshold for some.
    pub values: Vec<f64>,
}

impl Epoch {
    /// The number of a metric as logs show it: its first.
    pub fn metric(&self, name: &str) -> Option<f64> {
        self.metrics.iter().find(|m| m.name == name).and_then(|m| m.values.first().copied())
    }
}

/// A compiled model with its memory on a device, and the step it has come to.
pub struct Trainer<'a> {
    model: Compiled,
    executor: &'a mut dyn Executor,
    seed: Seed,
    progress: Progress,
    epoch: u32,
    /// Batches evaluated: what the masks of layers that drop in inference too are drawn by.
    evaluated: u32,
    steps: Vec<Step>,
}

/// The random counter's half that evaluation counts in; training counts in the other.
const EVALUATION: u32 = 1 << 31;

impl<'a> Trainer<'a> {
    /// A trainer that has done no step. The executor must have been made from the model's plan.
    pub fn new(model: Compiled, executor: &'a mut dyn Executor, seed: Seed) -> Self {
        let steps = Vec::with_capacity(executor.steps_per_submit());
        Self { model, executor, seed, progress: Progress::default(), epoch: 0, evaluated: 0, steps }
    }

    /// The executor.
    pub fn executor(&mut self) -> &mut dyn Executor {
        self.executor
    }

    /// Steps done.
    pub fn steps_done(&self) -> u64 {
        self.progress.steps
    }

    /// What the optimizer has come to: its steps, and the learning rate if it was set.
    pub fn progress(&mut self) -> &mut Progress {
        &mut self.progress
    }

    /// Hands samples and labels to the device; each sample weighs 1.
    ///
    /// # Errors
    /// Widths or numbers that do not fit the model, labels out of range, fewer samples than a batch.
    pub fn load(&mut self, x: Rows, y: Rows, name: &str) -> Result<DataId> {
        let ones = Rows { width: 1, data: RowData::Floats(vec![1.0; x.len()].into()) };
        self.put(x, y, self.model.w.map(|w| (w, ones)), name)
    }

    /// Hands samples, labels and the samples' weights (one a row) to the device.
    ///
    /// # Errors
    /// As [`Trainer::load`], and a model that was not compiled to take weights.
    pub fn load_weighted(&mut self, x: Rows, y: Rows, w: Rows, name: &str) -> Result<DataId> {
        let Some(value) = self.model.w else {
            return Err(Error::request(
                format!("sample weights of {name}"),
                "a model compiled with sample_weight",
                "one compiled without",
                "compile it with Setup::sample_weight(true)",
            ));
        };
        self.put(x, y, Some((value, w)), name)
    }

    fn put(&mut self, x: Rows, y: Rows, w: Option<(Value, Rows)>, name: &str) -> Result<DataId> {
        if x.len() < self.model.plan.batch {
            return Err(Error::request(
                "batch size",
                format!("at most the {} samples of {name}", x.len()),
                self.model.plan.batch,
                "choose a smaller --batch-size",
            ));
        }
        if self.model.loss.label_width(self.model.outputs) == 1 {
            self.check_labels(&y, name)?;
        }
        let columns: Vec<(Value, Rows)> = [(self.model.x, x), (self.model.y, y)].into_iter().chain(w).collect();
        self.executor.load(&columns)
    }

    fn check_labels(&self, y: &Rows, name: &str) -> Result<()> {
        let mut labels = vec![0.0_f64; y.width];
        for i in 0..y.len() {
            y.gather(i, &mut labels);
            let refused = labels.iter().find_map(|l| Some((l, self.model.loss.refuse(*l, self.model.outputs)?)));
            if let Some((label, expected)) = refused {
                return Err(Error::request(
                    format!("label of sample {i} of {name}"),
                    expected,
                    label,
                    "give the last layer one unit a class, or correct the labels",
                ));
            }
        }
        Ok(())
    }

    fn fill_steps(&mut self, training: bool, batches: std::ops::Range<usize>, samples: usize) {
        self.steps.clear();
        for b in batches {
            let rows = (samples - b * self.model.plan.batch).min(self.model.plan.batch) as u32;
            let mut step = Step { rows, seed: self.seed.0, ..Step::default() };
            if training {
                step.index = self.progress.steps as u32 & !EVALUATION;
                self.model.optimizer.fill(&mut self.progress, &mut step);
            } else {
                step.index = self.evaluated | EVALUATION;
                self.evaluated = (self.evaluated + 1) & !EVALUATION;
            }
            self.steps.push(step);
        }
    }

    fn totals(&mut self) -> Result<Epoch> {
        let t = self.executor.read(self.model.totals)?;
        let seen = value_of(&t[4..]);
        let samples = seen.max(1.0);
        let mut metrics = Vec::with_capacity(self.model.metrics.len());
        for m in &self.model.metrics {
            let values = m.metric.result(&self.executor.read(m.state)?);
            metrics.push(Reported { name: m.name.clone(), values });
        }
        let (loss, accuracy) = (value_of(&t) / samples, value_of(&t[2..]) / samples);
        Ok(Epoch { loss, accuracy, samples: seen as u64, metrics })
    }

    fn go(
        &mut self,
        program: Program,
        data: DataId,
        samples: usize,
        limit: usize,
        every: Duration,
        look: &mut dyn FnMut(usize, usize, &Epoch),
    ) -> Result<Epoch> {
        self.executor.write(self.model.totals, &[0.0; TOTALS])?;
        for m in &self.model.metrics {
            let len = self.model.plan.values[m.state.0].len();
            self.executor.write(m.state, &vec![0.0; len])?;
        }
        let batch = self.model.plan.batch;
        let batches = samples.div_ceil(batch).min(limit);
        let group = self.executor.steps_per_submit().max(1);
        let mut last = Instant::now();
        let mut done = 0;
        while done < batches {
            let next = (done + group).min(batches);
            self.fill_steps(program == Program::Train, done..next, samples);
            self.executor.run(program, data, done * batch, &self.steps)?;
            done = next;
            if last.elapsed() >= every && done < batches {
                let so_far = self.totals()?;
                self.finite(&so_far)?;
                look(done, batches, &so_far);
                last = Instant::now();
            }
        }
        let totals = self.totals()?;
        self.finite(&totals)?;
        look(batches, batches, &totals);
        Ok(totals)
    }

    fn finite(&self, seen: &Epoch) -> Result<()> {
        if seen.loss.is_finite() { Ok(()) } else { Err(Error::Diverged { step: self.progress.steps, loss: seen.loss }) }
    }

    /// Trains one epoch over the first `samples` of `data`, shuffled by the seed and the epoch's number; at most
    /// `limit` batches. `look(done, of, so far)` is called about every `every`, and at the end.
    ///
    /// # Errors
    /// The loss is no longer finite, or the device was lost.
    pub fn epoch(
        &mut self,
        data: DataId,
        samples: usize,
        limit: usize,
        every: Duration,
        look: &mut dyn FnMut(usize, usize, &Epoch),
    ) -> Result<Epoch> {
        self.executor.order(data, &permutation(samples, self.seed.0, self.epoch))?;
        self.epoch += 1;
        self.go(Program::Train, data, samples, limit, every, look)
    }

    /// Runs the given steps in the order set, without shuffling: for benchmarks and judges.
    ///
    /// # Errors
    /// As [`Trainer::epoch`].
    pub fn steps(&mut self, data: DataId, samples: usize, batches: std::ops::Range<usize>) -> Result<()> {
        let group = self.executor.steps_per_submit().max(1);
        let mut at = batches.start;
        while at < batches.end {
            let next = (at + group).min(batches.end);
            self.fill_steps(true, at..next, samples);
            self.executor.run(Program::Train, data, at * self.model.plan.batch, &self.steps)?;
            at = next;
        }
        Ok(())
    }

    /// Mean loss and accuracy in inference mode.
    ///
    /// # Errors
    /// The device was lost, or the loss is not finite.
    pub fn evaluate(&mut self, data: DataId, samples: usize) -> Result<Epoch> {
        self.go(Program::Evaluate, data, samples, usize::MAX, Duration::MAX, &mut |_, _, _| {})
    }
}
