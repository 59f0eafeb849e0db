//! Asking a model: predictions, and Monte Carlo predictions with their spread.

use super::engine::{Bound, count};
use super::flat::{Flat, FlatNode};
use super::model::Model;
use super::record;
use crate::base::{Error, Result};
use crate::data::{Array, Samples};
use crate::kernel::Step;
use crate::nn::collect::{COLLECT, Passes};
use crate::nn::room::room;
use crate::plan::{Plan, Program, Tape, Value};
use std::collections::HashMap;

/// Most samples asked at once: more gain nothing, fewer pay for each start.
const BATCH: usize = 256;

/// Numbers the passes over a batch may give together.
const COLLECTED: usize = 1 << 22;

/// What a model was asked with so far, to be asked with again.
#[derive(Default)]
pub(super) struct Predictors {
    plain: Option<Predictor>,
    passes: Option<MonteCarloPredictor>,
}

/// A recorded forward pass in memory.
struct Predictor {
    plan: Plan,
    inputs: Vec<Value>,
    outputs: Vec<Value>,
    bound: Bound,
    /// Samples a batch beyond which it did not fit the device, or beyond which nothing is gained.
    most: usize,
}

/// The part of a model that draws nothing, computed once for all passes, and the rest.
struct MonteCarloPredictor {
    passes: usize,
    /// Most samples a batch, for so many passes.
    most: usize,
    before: Predictor,
    after: Predictor,
    /// Values of `before` that `after` starts from.
    handed: Vec<(Value, Value)>,
}

/// Predictions of several passes, each with random numbers of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct MonteCarlo {
    /// The mean over the passes, [samples, …].
    pub mean: Array,
    /// The standard deviation over the passes (divided by their number), [samples, …].
    pub std: Array,
    /// Every pass, [passes, samples, …].
    pub samples: Array,
}

impl Model {
    /// The outputs for samples in inference mode, [samples, …]; of several outputs the first.
    ///
    /// # Errors
    /// Samples that do not fit the model, the device was lost.
    pub fn predict(&mut self, samples: impl Into<Samples>) -> Result<Array> {
        Ok(self.predict_all(samples)?.swap_remove(0))
    }

    /// All outputs for samples in inference mode.
    ///
    /// # Errors
    /// As [`Model::predict`].
    pub fn predict_all(&mut self, samples: impl Into<Samples>) -> Result<Vec<Array>> {
        let samples = samples.into();
        self.check_inputs(&samples)?;
        let mut wanted = samples.len().clamp(1, BATCH);
        if self.predictors.plain.as_ref().is_none_or(|p| p.plan.batch < wanted.min(p.most)) {
            self.predictors.plain = None;
            self.predictors.plain = Some(loop {
                match Predictor::whole(self, wanted) {
                    // What does not fit at once is asked in smaller parts.
                    Err(Error::Memory { .. }) if wanted > 1 => wanted /= 2,
                    made => {
                        break made.map(|p| Predictor {
                            most: if wanted < samples.len().min(BATCH) { wanted } else { BATCH },
                            ..p
                        })?;
                    }
                }
            });
        }
        let (predictors, runner) = (&mut self.predictors, &mut self.runner);
        let Some(p) = &mut predictors.plain else { return Err(super::model::not_compiled()) };
        p.bound.fetch()?;
        let mut all: Vec<Array> = p.outputs.iter().map(|v| empty(&p.plan, *v, samples.len())).collect();
        for (first, rows) in batches(samples.len(), p.plan.batch) {
            p.feed(&samples, first, rows)?;
            let step = Step { rows: rows as u32, seed: runner.seed.0, index: runner.evaluation(), ..Step::default() };
            p.bound.memory.executor().replay(Program::Evaluate, &[step])?;
            for (array, value) in all.iter_mut().zip(&p.outputs) {
                let numbers = p.bound.memory.executor().read(*value)?;
                let width = numbers.len() / p.plan.batch;
                array.data.extend(&numbers[..rows * width]);
            }
        }
        Ok(all)
    }

    /// Predictions of `passes` passes with dropout and the other layers that draw at random on (Gal & Ghahramani 2016,
    /// arXiv:1506.02142): their mean, standard deviation, and all of them.
    ///
    /// What comes before the first layer that draws is computed once. Batch normalisation is as in inference.
    ///
    /// # Errors
    /// No pass; a model in which nothing draws, or of several outputs; samples that do not fit it; the device was lost.
    pub fn predict_mc(&mut self, samples: impl Into<Samples>, passes: usize) -> Result<MonteCarlo> {
        let samples = samples.into();
        self.check_inputs(&samples)?;
        if passes == 0 || passes > COLLECTED {
            let help = "100 are usual";
            return Err(Error::request("predict_mc: passes", format!("1 to {COLLECTED}"), passes, help));
        }
        if self.flat.outputs.len() != 1 {
            let help = "make a Graph that ends in one of them: it shares the variables";
            return Err(Error::request("predict_mc", "a model of one output", self.flat.outputs.len(), help));
        }
        let small = |p: &MonteCarloPredictor| p.after.plan.batch < samples.len().min(p.most);
        if self.predictors.passes.as_ref().is_none_or(|p| p.passes != passes || small(p)) {
            self.predictors.passes = None;
            self.predictors.passes = Some(MonteCarloPredictor::new(self, passes, samples.len())?);
        }
        let (predictors, runner) = (&mut self.predictors, &mut self.runner);
        let Some(p) = &mut predictors.passes else { return Err(super::model::not_compiled()) };
        p.before.bound.fetch()?;
        p.after.bound.fetch()?;
        // Each batch begins at pass 0.
        runner.evaluated = runner.evaluated.next_multiple_of(passes as u32) & (u32::MAX >> 1);
        let (plan, output) = (&p.after.plan, p.after.outputs[0]);
        let width = plan.values[output.0].len() / passes / plan.batch;
        let mut shape = vec![samples.len()];
        shape.extend(&plan.values[output.0].shape[2..]);
        let numbers = passes.saturating_mul(samples.len()).saturating_mul(width);
        room("predict_mc: what all passes give", numbers, size_of::<f64>())?;
        let mut all = vec![0.0; numbers];
        let mut steps = Vec::with_capacity(passes);
        for (first, rows) in batches(samples.len(), plan.batch) {
            p.before.feed(&samples, first, rows)?;
            let step = Step { rows: rows as u32, seed: runner.seed.0, ..Step::default() };
            p.before.bound.memory.executor().replay(Program::Evaluate, &[step])?;
            p.after.bound.memory.copy_from(&p.before.bound.memory, &p.handed)?;
            steps.clear();
            steps.extend((0..passes).map(|_| Step { index: runner.evaluation(), ..step }));
            let mut executor = p.after.bound.memory.executor();
            executor.replay(Program::Evaluate, &steps)?;
            let collected = executor.read(output)?;
            for (pass, numbers) in collected.chunks(width * plan.batch).enumerate() {
                let at = (pass * samples.len() + first) * width;
                all[at..at + rows * width].copy_from_slice(&numbers[..rows * width]);
            }
        }
        Ok(MonteCarlo::of(passes, &shape, all))
    }
}

impl Model {
    /// Fails unless there is a table for each input, all of as many rows.
    fn check_inputs(&self, samples: &Samples) -> Result<()> {
        count(&samples.name, "inputs", self.flat.inputs.len(), samples.inputs.len())?;
        match samples.inputs.iter().find(|t| t.len() != samples.len()) {
            None => Ok(()),
            Some(other) => {
                let expected = format!("{} rows in each, as in the first", samples.len());
                let help = "give every input the same samples";
                Err(Error::request(format!("inputs of {}", samples.name), expected, other.len(), help))
            }
        }
    }
}

/// (first, rows) of each batch.
fn batches(samples: usize, batch: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..samples).step_by(batch.max(1)).map(move |first| (first, batch.min(samples - first)))
}

fn empty(plan: &Plan, output: Value, samples: usize) -> Array {
    let mut shape = plan.values[output.0].shape.clone();
    shape[0] = samples;
    Array { data: Vec::with_capacity(shape.iter().product()), shape }
}

impl MonteCarlo {
    fn of(passes: usize, shape: &[usize], all: Vec<f64>) -> Self {
        let len: usize = shape.iter().product();
        let (mut mean, mut square) = (vec![0.0; len], vec![0.0; len]);
        let share = 1.0 / passes as f64;
        for pass in all.chunks(len.max(1)) {
            mean.iter_mut().zip(pass).for_each(|(m, v)| *m += v * share);
        }
        for pass in all.chunks(len.max(1)) {
            square.iter_mut().zip(pass).zip(&mean).for_each(|((s, v), m)| *s += (v - m) * (v - m) * share);
        }
        let full = [&[passes], shape].concat();
        Self {
            mean: Array { shape: shape.to_vec(), data: mean },
            std: Array { shape: shape.to_vec(), data: square.into_iter().map(f64::sqrt).collect() },
            samples: Array { shape: full, data: all },
        }
    }
}

impl Predictor {
    /// The whole model in inference mode.
    fn whole(model: &Model, batch: usize) -> Result<Self> {
        let mut tape = blank(model, batch);
        let inputs = record::inputs(&mut tape, &model.flat)?;
        let values = record::forward(&mut tape, &model.flat, &inputs, &[], None)?;
        let outputs = keep(&mut tape, model.flat.outputs.iter().map(|node| values[*node]))?;
        Self::new(model, tape, inputs, outputs)
    }

    fn new(model: &Model, tape: Tape, inputs: Vec<Value>, outputs: Vec<Value>) -> Result<Self> {
        let plan = tape.finish();
        let bound = Bound::new(&plan, &model.flat, &model.device)?;
        Ok(Self { plan, inputs, outputs, bound, most: BATCH })
    }

    /// Puts rows of samples into the inputs.
    fn feed(&mut self, samples: &Samples, first: usize, rows: usize) -> Result<()> {
        let columns = self.inputs.iter().copied().zip(samples.inputs.iter().map(|t| t.range(first, rows)));
        let columns: Vec<_> = columns.collect();
        self.bound.memory.executor().feed(&columns).map(drop)
    }
}

fn blank(model: &Model, batch: usize) -> Tape {
    let mut tape = Tape::new(batch, model.seed());
    tape.leave_variables_blank();
    tape.begin(Program::Evaluate);
    tape
}

/// Copies values to where they stay.
fn keep(tape: &mut Tape, values: impl Iterator<Item = Value>) -> Result<Vec<Value>> {
    let keep = |(i, v): (usize, Value)| {
        let shape = tape.shape(v).to_vec();
        let kept = tape.output(&format!("predictions {i}"), &shape);
        tape.copy(v, kept).map(|()| kept)
    };
    values.enumerate().map(keep).collect()
}

impl MonteCarloPredictor {
    fn new(model: &Model, passes: usize, samples: usize) -> Result<Self> {
        let flat = &model.flat;
        let (drawn, widest) = drawn(model)?;
        let output = flat.outputs[0];
        if !drawn[output] {
            return Err(Error::request(
                "predict_mc",
                "a model with a layer that draws at random, such as dropout",
                "one without, whose passes would all be equal",
                "use predict, or put Dropout into the model",
            ));
        }
        let most = (COLLECTED / passes / widest.max(1)).clamp(1, BATCH);
        let batch = most.min(samples.max(1));
        // What the drawing part starts from: everything it uses that draws nothing.
        let mut cut: Vec<usize> = Vec::new();
        for (node, what) in flat.nodes.iter().enumerate() {
            let FlatNode::Call(call) = what else { continue };
            let from = call.inputs.iter().copied().filter(|i| drawn[node] && !drawn[*i]);
            cut.extend(from);
        }
        cut.sort_unstable();
        cut.dedup();

        let mut tape = blank(model, batch);
        let inputs = record::inputs(&mut tape, flat)?;
        let mut known: HashMap<usize, Value> = flat.inputs.iter().copied().zip(inputs.iter().copied()).collect();
        some(&mut tape, flat, &mut known, |node| !drawn[node])?;
        let kept = keep(&mut tape, cut.iter().map(|node| known[node]))?;
        let shapes: Vec<Vec<usize>> = kept.iter().map(|v| tape.shape(*v).to_vec()).collect();
        let before = Predictor::new(model, tape, inputs, kept.clone())?;

        let mut tape = blank(model, batch);
        tape.draw_always();
        let starts: Vec<Value> =
            shapes.iter().enumerate().map(|(i, shape)| tape.auxiliary(&format!("start {i}"), shape)).collect();
        let mut known: HashMap<usize, Value> = cut.iter().copied().zip(starts.iter().copied()).collect();
        some(&mut tape, flat, &mut known, |node| drawn[node])?;
        let last = known[&output];
        let shape = [&[passes], tape.shape(last)].concat();
        let collected = tape.output("passes", &shape);
        let d = Passes { n: tape.len(last) as u32, passes: passes as u32 };
        tape.run(&COLLECT, d, [last], [collected])?;
        let after = Predictor::new(model, tape, Vec::new(), vec![collected])?;
        Ok(Self { passes, most, before, after, handed: kept.into_iter().zip(starts).collect() })
    }
}

/// Records the calls that are `wanted`, on what is known.
fn some(tape: &mut Tape, flat: &Flat, known: &mut HashMap<usize, Value>, wanted: impl Fn(usize) -> bool) -> Result<()> {
    for (node, what) in flat.nodes.iter().enumerate() {
        let FlatNode::Call(call) = what else { continue };
        if wanted(node) {
            let inputs: Vec<Value> = call.inputs.iter().map(|i| known[i]).collect();
            known.insert(node, record::record(tape, call, &inputs, false)?);
        }
    }
    tape.enter("");
    Ok(())
}

/// Which nodes depend on random numbers, and the numbers a sample of the output.
fn drawn(model: &Model) -> Result<(Vec<bool>, usize)> {
    let flat = &model.flat;
    let mut tape = blank(model, 1);
    tape.draw_always();
    let mut values = record::inputs(&mut tape, flat)?;
    let mut drawn = vec![false; flat.nodes.len()];
    for (node, what) in flat.nodes.iter().enumerate() {
        let FlatNode::Call(call) = what else { continue };
        let inputs: Vec<Value> = call.inputs.iter().map(|i| values[*i]).collect();
        values.push(record::record(&mut tape, call, &inputs, false)?);
        drawn[node] = tape.has_stream() || call.inputs.iter().any(|i| drawn[*i]);
    }
    let width = tape.len(values[flat.outputs[0]]);
    Ok((drawn, width))
}
