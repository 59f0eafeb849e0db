//! The training loop over any executor, for who runs a compiled plan without a model: judges and benchmarks.

use super::compiled::Compiled;
use super::runner::{self, Runner};
use crate::base::rng::permutation;
use crate::base::{Error, Result, RowData, Rows, Seed};
use crate::exec::{DataId, Executor};
use crate::nn::optim::Progress;
use crate::plan::{Program, Value};
use std::time::{Duration, Instant};

/// What an epoch or an evaluation came to, for the first output.
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
    runner: Runner,
    epoch: u32,
}

impl<'a> Trainer<'a> {
    /// A trainer that has done no step. The executor must have been made from the model's plan.
    pub fn new(model: Compiled, executor: &'a mut dyn Executor, seed: Seed) -> Self {
        Self { model, executor, runner: Runner::new(seed), epoch: 0 }
    }

    /// The executor.
    pub fn executor(&mut self) -> &mut dyn Executor {
        self.executor
    }

    /// Steps done.
    pub fn steps_done(&self) -> u64 {
        self.runner.progress.steps
    }

    /// What the optimizer has come to: its steps, and the learning rate if it was set.
    pub fn progress(&mut self) -> &mut Progress {
        &mut self.runner.progress
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
        runner::check_labels(&self.model, std::slice::from_ref(&y), name)?;
        let columns: Vec<(Value, Rows)> = [(self.model.x(), x), (self.model.y(), y)].into_iter().chain(w).collect();
        self.executor.load(&columns)
    }

    fn totals(&mut self) -> Result<Epoch> {
        let (mut heads, _) = runner::totals(self.executor, &self.model)?;
        let head = heads.swap_remove(0);
        let names = self.model.heads[0].metrics.iter().map(|m| m.name.clone());
        let metrics = names.zip(head.metrics).map(|(name, values)| Reported { name, values }).collect();
        Ok(Epoch { loss: head.loss, accuracy: head.accuracy, samples: head.samples, metrics })
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
        runner::reset(self.executor, &self.model)?;
        let batches = samples.div_ceil(self.model.plan.batch).min(limit);
        let group = self.executor.steps_per_submit().max(1);
        let mut last = Instant::now();
        let mut done = 0;
        while done < batches {
            let next = (done + group).min(batches);
            self.runner.run(self.executor, &self.model, program, data, done..next, samples)?;
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
        let step = self.runner.progress.steps;
        if seen.loss.is_finite() {
            Ok(())
        } else {
            Err(Error::Diverged { step, loss: seen.loss, place: String::new() })
        }
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
        self.executor.order(data, &permutation(samples, self.runner.seed.0, self.epoch))?;
        self.epoch += 1;
        self.go(Program::Train, data, samples, limit, every, look)
    }

    /// Runs the given steps in the order set, without shuffling: for benchmarks and judges.
    ///
    /// # Errors
    /// As [`Trainer::epoch`], and batches beyond the samples.
    pub fn steps(&mut self, data: DataId, samples: usize, batches: std::ops::Range<usize>) -> Result<()> {
        let most = samples.div_ceil(self.model.plan.batch);
        if batches.end > most {
            let help = "give fewer steps or more data";
            return Err(Error::request(
                "steps",
                format!("at most the {most} batches of {samples} samples"),
                batches.end,
                help,
            ));
        }
        let group = self.executor.steps_per_submit().max(1);
        let mut at = batches.start;
        while at < batches.end {
            let next = (at + group).min(batches.end);
            self.runner.run(self.executor, &self.model, Program::Train, data, at..next, samples)?;
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
