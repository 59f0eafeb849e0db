//! Steps over an executor: filled on the host, handed over in groups, their totals read when somebody looks.

use super::compiled::Compiled;
use crate::base::{Error, Result, Rows, Seed};
use crate::exec::{DataId, Executor};
use crate::kernel::Step;
use crate::nn::loss::{TOTALS, value_of};
use crate::nn::optim::Progress;
use crate::plan::Program;
use std::ops::Range;

/// The random counter's half that evaluation counts in; training counts in the other.
const EVALUATION: u32 = 1 << 31;

/// What a loop over steps remembers from step to step.
pub(super) struct Runner {
    pub seed: Seed,
    pub progress: Progress,
    /// Batches evaluated: what the masks of layers that drop in inference too are drawn by.
    pub evaluated: u32,
    steps: Vec<Step>,
}

/// What the totals of an output have come to.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct HeadTotals {
    /// Mean loss over the samples, not yet weighted among outputs.
    pub loss: f64,
    pub accuracy: f64,
    pub samples: u64,
    /// Each metric's numbers.
    pub metrics: Vec<Vec<f64>>,
}

impl Runner {
    pub fn new(seed: Seed) -> Self {
        Self { seed, progress: Progress::default(), evaluated: 0, steps: Vec::new() }
    }

    /// The steps for batches `batches` of `samples` rows; in training the optimizer counts them.
    pub fn fill(&mut self, compiled: &Compiled, program: Program, batches: Range<usize>, samples: usize) -> &[Step] {
        let batch = compiled.plan.batch;
        self.steps.clear();
        for b in batches {
            let rows = (samples - b * batch).min(batch) as u32;
            let mut step = Step { rows, seed: self.seed.0, ..Step::default() };
            if program == Program::Train {
                step.index = self.progress.steps as u32 & !EVALUATION;
                step.observe =
                    compiled.insight.as_ref().is_some_and(|(every, _)| self.progress.steps.is_multiple_of(*every));
                compiled.optimizer.fill(&mut self.progress, &mut step);
            } else {
                step.index = self.evaluation();
            }
            self.steps.push(step);
        }
        &self.steps
    }

    /// The counter of the next batch evaluated.
    pub fn evaluation(&mut self) -> u32 {
        let index = self.evaluated | EVALUATION;
        self.evaluated = (self.evaluated + 1) & !EVALUATION;
        index
    }

    /// Runs batches `batches` of the `samples` rows of a data set.
    pub fn run(
        &mut self,
        executor: &mut dyn Executor,
        compiled: &Compiled,
        program: Program,
        data: DataId,
        batches: Range<usize>,
        samples: usize,
    ) -> Result<()> {
        let first = batches.start * compiled.plan.batch;
        let steps = self.fill(compiled, program, batches, samples);
        executor.run(program, data, first, steps)
    }
}

/// Lets totals and metrics begin at zero.
pub(super) fn reset(executor: &mut dyn Executor, compiled: &Compiled) -> Result<()> {
    if let Some(penalties) = compiled.penalties {
        executor.write(penalties, &[0.0; TOTALS])?;
    }
    for head in &compiled.heads {
        executor.write(head.totals, &[0.0; TOTALS])?;
        for m in &head.metrics {
            let len = compiled.plan.values[m.state.0].len();
            executor.write(m.state, &vec![0.0; len])?;
        }
    }
    Ok(())
}

/// Reads the totals of every output, and the penalties where they are apart.
pub(super) fn totals(executor: &mut dyn Executor, compiled: &Compiled) -> Result<(Vec<HeadTotals>, f64)> {
    let mut heads = Vec::with_capacity(compiled.heads.len());
    for head in &compiled.heads {
        let t = executor.read(head.totals)?;
        let seen = value_of(&t[4..]);
        let samples = seen.max(1.0);
        let mut metrics = Vec::with_capacity(head.metrics.len());
        for m in &head.metrics {
            metrics.push(m.metric.result(&executor.read(m.state)?));
        }
        let weight = if head.loss_weight == 0.0 { 1.0 } else { head.loss_weight };
        let (loss, accuracy) = (value_of(&t) / samples / weight, value_of(&t[2..]) / samples);
        heads.push(HeadTotals { loss, accuracy, samples: seen as u64, metrics });
    }
    let samples = heads.first().map_or(1.0, |h| h.samples.max(1) as f64);
    let penalties = match compiled.penalties {
        Some(value) => value_of(&executor.read(value)?) / samples,
        None => 0.0,
    };
    Ok((heads, penalties))
}

/// Fails unless every label can be taken by its loss.
pub(super) fn check_labels(compiled: &Compiled, labels: &[Rows], name: &str) -> Result<()> {
    for (head, labels) in compiled.heads.iter().zip(labels) {
        if head.loss.label_width(head.outputs) == 1 {
            check_head(head, labels, name)?;
        }
    }
    Ok(())
}

fn check_head(head: &super::compiled::Head, labels: &Rows, name: &str) -> Result<()> {
    let mut row = vec![0.0_f64; labels.width];
    for i in 0..labels.len() {
        labels.gather(i, &mut row);
        let refused = row.iter().find_map(|l| Some((l, head.loss.refuse(*l, head.outputs)?)));
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
