//! The training loop over any executor: steps in groups, totals read back only when somebody looks.

use super::model::Compiled;
use crate::base::rng::permutation;
use crate::base::{Error, Result, Rows, Seed};
use crate::exec::{DataId, Executor};
use crate::kernel::Step;
use crate::nn::loss::TOTALS;
use crate::nn::schedule::Schedule;
use crate::plan::Program;
use std::time::{Duration, Instant};

/// What an epoch or an evaluation came to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Epoch {
    /// Mean loss over the samples.
    pub loss: f64,
    /// Share of samples classified right.
    pub accuracy: f64,
    /// Samples seen.
    pub samples: u64,
}

/// A compiled model with its memory on a device, the step it has come to and its schedule.
pub struct Trainer<'a> {
    model: Compiled,
    executor: &'a mut dyn Executor,
    schedule: Box<dyn Schedule>,
    seed: Seed,
    step: u64,
    carry: f64,
    epoch: u32,
    steps: Vec<Step>,
}

impl<'a> Trainer<'a> {
    /// A trainer that has done no step. The executor must have been made from the model's plan; a number is a constant
    /// `schedule`, and a closure one of your own.
    ///
    /// # Errors
    /// A schedule outside its range.
    pub fn new(
        model: Compiled,
        executor: &'a mut dyn Executor,
        schedule: impl Schedule + 'static,
        seed: Seed,
    ) -> Result<Self> {
        schedule.check()?;
        let schedule = Box::new(schedule);
        let steps = Vec::with_capacity(executor.steps_per_submit());
        Ok(Self { model, executor, schedule, seed, step: 0, carry: 1.0, epoch: 0, steps })
    }

    /// The executor.
    pub fn executor(&mut self) -> &mut dyn Executor {
        self.executor
    }

    /// Steps done.
    pub fn steps_done(&self) -> u64 {
        self.step
    }

    /// Hands samples and labels to the device.
    ///
    /// # Errors
    /// Widths or numbers that do not fit the model, labels out of range, fewer samples than a batch.
    pub fn load(&mut self, x: Rows, y: Rows, name: &str) -> Result<DataId> {
        if x.len() < self.model.plan.batch {
            return Err(Error::request(
                "batch size",
                format!("at most the {} samples of {name}", x.len()),
                self.model.plan.batch,
                "choose a smaller --batch-size",
            ));
        }
        if self.model.label_width == 1 && self.model.outputs > 1 {
            self.check_labels(&y, name)?;
        }
        self.executor.load(&[(self.model.x, x), (self.model.y, y)])
    }

    fn check_labels(&self, y: &Rows, name: &str) -> Result<()> {
        let mut label = [0.0_f64];
        for i in 0..y.len() {
            y.gather(i, &mut label);
            if label[0] < 0.0 || label[0] >= self.model.outputs as f64 || label[0].fract() != 0.0 {
                return Err(Error::request(
                    format!("label of sample {i} of {name}"),
                    format!("a class below {}, the outputs of the last layer", self.model.outputs),
                    label[0],
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
            let mut step = Step { index: self.step as u32, rows, seed: self.seed.0, ..Step::default() };
            if training {
                step.learning_rate = self.schedule.at(self.step);
                self.step += 1;
                step.coef = self.model.optimizer.coefficients(self.step, &mut self.carry);
            }
            self.steps.push(step);
        }
    }

    fn totals(&mut self) -> Result<Epoch> {
        let t = self.executor.read(self.model.totals)?;
        let samples = t[2].max(1.0);
        Ok(Epoch { loss: t[0] / samples, accuracy: t[1] / samples, samples: t[2] as u64 })
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
        if seen.loss.is_finite() { Ok(()) } else { Err(Error::Diverged { step: self.step, loss: seen.loss }) }
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
