//! What compiling a graph gives: a plan that knows its inputs, outputs, losses and optimizer.

use super::flat::Flat;
use super::record;
use super::setup::{Metrics, Setup, Watched};
use crate::base::{Error, Result};
use crate::kernel::Stage;
use crate::nn::act::Activation;
use crate::nn::insight::Insight;
use crate::nn::layer::{Layer, rescaling};
use crate::nn::loss::{Loss, Operands, TOTALS};
use crate::nn::optim::Optimizer;
use crate::nn::{constraint, regularizer};
use crate::plan::{Plan, Program, Tape, Value};
use std::sync::Arc;

/// A compiled model: the plan and what it is fed and asked by.
#[derive(Clone)]
pub struct Compiled {
    /// What to run.
    pub plan: Plan,
    /// The samples, one value an input.
    pub inputs: Vec<Value>,
    /// The outputs with their losses.
    pub heads: Vec<Head>,
    /// Weights of the samples, where the model was compiled to take them.
    pub w: Option<Value>,
    /// Totals of the penalties alone, where there are several outputs; else they are in the output's.
    pub penalties: Option<Value>,
    /// The rule behind the update.
    pub optimizer: Arc<dyn Optimizer>,
    /// What is looked at of layers and gradients, and in every how many steps.
    pub insight: Option<(u64, Insight)>,
}

/// An output, its labels, and what is told of it.
#[derive(Clone)]
pub struct Head {
    /// The layer it comes from.
    pub name: String,
    /// The labels.
    pub y: Value,
    /// Running totals of loss and accuracy, [`TOTALS`] numbers.
    pub totals: Value,
    /// Outputs in inference mode.
    pub predictions: Value,
    /// What is told of an epoch besides loss and accuracy.
    pub metrics: Vec<Watched>,
    /// Outputs a row has: the last axis.
    pub outputs: usize,
    /// What training lowers.
    pub loss: Arc<dyn Loss>,
    /// What the loss is multiplied by in the sum that is lowered.
    pub loss_weight: f64,
}

impl Compiled {
    /// The samples of the first input.
    pub fn x(&self) -> Value {
        self.inputs[0]
    }

    /// The labels of the first output.
    pub fn y(&self) -> Value {
        self.heads[0].y
    }

    /// The running totals of the first output.
    pub fn totals(&self) -> Value {
        self.heads[0].totals
    }
}

/// What is lowered and told of one output.
#[derive(Clone)]
pub(crate) struct Objective {
    pub loss: Arc<dyn Loss>,
    pub weight: f64,
    pub metrics: Metrics,
    /// Whether the accuracy that losses count anyway is told.
    pub accuracy: bool,
}

/// An objective as it is recorded.
struct Recorded {
    node: usize,
    name: String,
    y: Value,
    totals: Value,
    outputs: usize,
    /// The activation left to the loss.
    fused: Option<Activation>,
}

/// Records training and evaluation of `flat`.
///
/// A softmax or sigmoid at the end followed by its cross-entropy is computed from the logits, fused and stable; any other
/// pair works on the outputs as they are.
///
/// # Errors
/// No layer, a size of zero, a shape or hyper-parameter a layer, a loss or the optimizer cannot work with, another number
/// of losses than outputs.
pub(super) fn compile(
    flat: &Flat,
    optimizer: Arc<dyn Optimizer>,
    objectives: &[Objective],
    setup: &Setup,
) -> Result<Compiled> {
    let Setup { batch, seed, sample_weight, chunk, blank, observe_every, .. } = *setup;
    if batch == 0 {
        return Err(Error::request("batch size", "at least 1", 0, "give --batch-size a positive number"));
    }
    if flat.calls().next().is_none() {
        return Err(Error::request("model", "at least one layer", "none", "add a Dense layer"));
    }
    if objectives.len() != flat.outputs.len() {
        return Err(Error::request(
            "losses",
            format!("one for each of the outputs {}", flat.output_names.join(", ")),
            objectives.len(),
            "give each output a loss, in this order",
        ));
    }
    let mut tape = Tape::new(batch, seed);
    if let Some(numbers) = chunk {
        tape.cut_arenas(numbers);
    }
    if blank {
        tape.leave_variables_blank();
    }
    let xs = record::inputs(&mut tape, flat)?;
    let fusing: Vec<Option<Activation>> =
        objectives.iter().enumerate().map(|(i, o)| flat.last_activation(i).filter(|a| o.loss.fuses_with(a))).collect();
    let bare: Vec<usize> = flat.outputs.iter().zip(&fusing).filter(|(_, f)| f.is_some()).map(|(n, _)| *n).collect();
    let mut insight = observe_every.map(|every| (every, Insight::new()));
    let values = record::forward(&mut tape, flat, &xs, &bare, insight.as_mut().map(|(_, i)| i))?;
    let single = objectives.len() == 1;
    let mut heads = Vec::with_capacity(objectives.len());
    for (i, objective) in objectives.iter().enumerate() {
        let mut label_shape = tape.shape(values[flat.outputs[i]]).to_vec();
        let outputs = label_shape.pop().unwrap_or(0);
        objective.loss.check(outputs)?;
        objective.metrics.check(outputs)?;
        label_shape.push(objective.loss.label_width(outputs));
        let name = flat.output_names[i].clone();
        tape.enter(if single { "" } else { &name });
        let y = tape.input("y", &label_shape);
        heads.push(Recorded { node: flat.outputs[i], name, y, totals: y, outputs, fused: fusing[i] });
    }
    tape.enter("");
    let w = sample_weight.then(|| tape.input("sample_weight", &[batch]));
    let weights = w.unwrap_or_else(|| tape.table("ones", vec![1.0; batch]));
    for head in &mut heads {
        tape.enter(if single { "" } else { &head.name });
        head.totals = tape.auxiliary("totals", &[TOTALS]);
    }
    // Penalties find their totals by this name.
    tape.enter("");
    let penalties = (!single).then(|| tape.auxiliary("totals", &[TOTALS]));
    for (head, objective) in heads.iter().zip(objectives) {
        objective.record(&mut tape, head, values[head.node], weights)?;
        if !objective.metrics.is_empty() {
            objective.watch(&mut tape, head, values[head.node], weights, single)?;
        }
    }
    tape.differentiate()?;
    regularizer::record(&mut tape)?;
    if let Some((_, insight)) = &mut insight {
        insight.differentiated(&mut tape)?;
    }
    tape.enter(optimizer.name());
    optimizer.record(&mut tape)?;
    constraint::record(&mut tape)?;
    tape.begin(Program::Evaluate);
    let values = record::forward(&mut tape, flat, &xs, &bare, None)?;
    for (head, objective) in heads.iter().zip(objectives) {
        objective.record(&mut tape, head, values[head.node], weights)?;
    }
    regularizer::record(&mut tape)?;
    let mut told = Vec::with_capacity(heads.len());
    for (head, objective) in heads.into_iter().zip(objectives) {
        let (p, metrics) = objective.watch(&mut tape, &head, values[head.node], weights, single)?;
        let shape = tape.shape(p).to_vec();
        tape.enter(if single { "" } else { &head.name });
        let predictions = tape.output("predictions", &shape);
        tape.copy(p, predictions)?;
        let Recorded { name, y, totals, outputs, .. } = head;
        let (loss, loss_weight) = (objective.loss.clone(), objective.weight);
        told.push(Head { name, y, totals, predictions, metrics, outputs, loss, loss_weight });
    }
    Ok(Compiled { plan: tape.finish(), inputs: xs, heads: told, w, penalties, optimizer, insight })
}

impl Objective {
    /// Records the loss on `z`, weighted.
    fn record(&self, tape: &mut Tape, head: &Recorded, z: Value, weights: Value) -> Result<()> {
        tape.enter(self.loss.name());
        let (mut z, mut w) = (z, weights);
        if self.weight == 0.0 {
            // Told, but not lowered: the gradient of a copy nobody made by a layer goes nowhere.
            let shape = tape.shape(z).to_vec();
            let copy = tape.temp("outputs", &shape);
            tape.copy(z, copy)?;
            z = copy;
        } else if self.weight != 1.0 {
            let shape = tape.shape(w).to_vec();
            w = tape.temp("weights", &shape);
            tape.stage(weights, Stage::Map(&rescaling::MAP, [self.weight, 0.0, 0.0, 0.0]), None, w)?;
        }
        let fused = head.fused.is_some();
        self.loss.record(tape, &Operands { z, y: head.y, w, totals: head.totals, fused })
    }

    /// Records the predictions and the metrics of them.
    fn watch(
        &self,
        tape: &mut Tape,
        head: &Recorded,
        z: Value,
        w: Value,
        single: bool,
    ) -> Result<(Value, Vec<Watched>)> {
        tape.enter("");
        let p = head.fused.map_or(Ok(z), |activation| activation.call(tape, &[z]))?;
        let prefix = if single { String::new() } else { format!("{}_", head.name) };
        let metrics = self.metrics.record(tape, &prefix, p, head.y, w, head.outputs)?;
        Ok((p, metrics))
    }
}
