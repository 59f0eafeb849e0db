//! A stack of layers, and what compiling it gives: a plan that knows its inputs, outputs and optimizer.

use super::setup::{Setup, Watched};
use crate::base::{Error, Result, Seed};
use crate::nn::act::Activation;
use crate::nn::layer::Layer;
use crate::nn::loss::{Loss, Operands, TOTALS};
use crate::nn::optim::Optimizer;
use crate::nn::{constraint, regularizer};
use crate::plan::{MOST_NUMBERS, Plan, Program, Role, Tape, Value};
use std::sync::Arc;

/// Layers one after the other.
pub struct Sequential {
    input: Vec<usize>,
    layers: Vec<(String, Box<dyn Layer>)>,
}

/// A compiled model: the plan and what it is fed and asked by.
#[derive(Clone)]
pub struct Compiled {
    /// What to run.
    pub plan: Plan,
    /// The samples.
    pub x: Value,
    /// The labels.
    pub y: Value,
    /// Weights of the samples, where the model was compiled to take them.
    pub w: Option<Value>,
    /// Running totals of loss and accuracy, [`TOTALS`] numbers.
    pub totals: Value,
    /// Outputs of the last layer in inference mode.
    pub predictions: Value,
    /// What is told of an epoch besides loss and accuracy.
    pub metrics: Vec<Watched>,
    /// Outputs a row has: the last axis.
    pub outputs: usize,
    /// What training lowers.
    pub loss: Arc<dyn Loss>,
    /// The rule behind the update.
    pub optimizer: Arc<dyn Optimizer>,
}

impl Sequential {
    /// An empty stack for samples of this shape (without the batch).
    pub fn new(input: &[usize]) -> Self {
        Self { input: input.to_vec(), layers: Vec::new() }
    }

    /// Puts a layer on top. It is named after its kind as Keras does: `dense`, `dense_1`, ….
    #[allow(clippy::should_implement_trait, reason = "Keras's word")]
    pub fn add(mut self, layer: impl Layer + 'static) -> Self {
        let kind = layer.kind();
        let same = self.layers.iter().filter(|(_, l)| l.kind() == kind).count();
        let name = if same == 0 { kind.to_owned() } else { format!("{kind}_{same}") };
        self.layers.push((name, Box::new(layer)));
        self
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

    fn forward(&self, tape: &mut Tape, x: Value, fuse: bool) -> Result<Value> {
        let mut at = x;
        for (i, (name, layer)) in self.layers.iter().enumerate() {
            tape.enter(name);
            let last = i + 1 == self.layers.len();
            at = if last && fuse { layer.call_without_activation(tape, &[at])? } else { layer.call(tape, &[at])? };
        }
        Ok(at)
    }

    /// Records the model for batches of `batch` samples, each of weight 1.
    ///
    /// A softmax or sigmoid at the end followed by its cross-entropy is computed from the logits, fused and stable; any
    /// other pair works on the outputs as they are.
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

    /// Records the model as `setup` says.
    ///
    /// # Errors
    /// As [`Sequential::compile`].
    pub fn compile_with(
        &self,
        optimizer: impl Optimizer + 'static,
        loss: impl Loss + 'static,
        setup: Setup,
    ) -> Result<Compiled> {
        let Setup { batch, seed, sample_weight, metrics: watched, chunk } = setup;
        let loss: Arc<dyn Loss> = Arc::new(loss);
        if batch == 0 {
            return Err(Error::request("batch size", "at least 1", 0, "give --batch-size a positive number"));
        }
        if self.input.is_empty() || self.input.contains(&0) {
            return Err(Error::request(
                "model input",
                "a shape of at least one axis, none of them 0",
                format!("{:?}", self.input),
                "give the shape of one sample, without the batch",
            ));
        }
        let numbers = self.input.iter().try_fold(batch, |all, axis| all.checked_mul(*axis));
        if numbers.is_none_or(|n| n > MOST_NUMBERS) {
            return Err(Error::request(
                "batch size times model input",
                format!("at most {MOST_NUMBERS} numbers"),
                format!("{batch} samples of shape {:?}", self.input),
                "choose a smaller --batch-size",
            ));
        }
        let Some((_, last)) = self.layers.last() else {
            return Err(Error::request("model", "at least one layer", "none", "add a Dense layer"));
        };
        let fused = last.activation().filter(|a| loss.fuses_with(a));
        let fuse = fused.is_some();
        let mut tape = Tape::new(batch, seed);
        if let Some(numbers) = chunk {
            tape.cut_arenas(numbers);
        }
        let mut shape = vec![batch];
        shape.extend(&self.input);
        let x = tape.input("x", &shape);
        let z = self.forward(&mut tape, x, fuse)?;
        let mut label_shape = tape.shape(z).to_vec();
        let outputs = label_shape.pop().unwrap_or(0);
        loss.check(outputs)?;
        watched.check(outputs)?;
        label_shape.push(loss.label_width(outputs));
        tape.enter("");
        let y = tape.input("y", &label_shape);
        let w = sample_weight.then(|| tape.input("sample_weight", &[batch]));
        let weights = w.unwrap_or_else(|| tape.table("ones", vec![1.0; batch]));
        let totals = tape.auxiliary("totals", &[TOTALS]);
        tape.enter(loss.name());
        loss.record(&mut tape, &Operands { z, y, w: weights, totals, fused: fuse })?;
        if !watched.is_empty() {
            let p = activate(&mut tape, fused, z)?;
            watched.record(&mut tape, p, y, weights, outputs)?;
        }
        tape.differentiate()?;
        regularizer::record(&mut tape)?;
        tape.enter(optimizer.name());
        optimizer.record(&mut tape)?;
        constraint::record(&mut tape)?;
        tape.begin(Program::Evaluate);
        let z = self.forward(&mut tape, x, fuse)?;
        tape.enter(loss.name());
        loss.record(&mut tape, &Operands { z, y, w: weights, totals, fused: fuse })?;
        regularizer::record(&mut tape)?;
        let p = activate(&mut tape, fused, z)?;
        let metrics = watched.record(&mut tape, p, y, weights, outputs)?;
        let shape = tape.shape(p).to_vec();
        let predictions = tape.output("predictions", &shape);
        tape.copy(p, predictions)?;
        let plan = tape.finish();
        let optimizer = Arc::new(optimizer);
        Ok(Compiled { plan, x, y, w, totals, predictions, metrics, outputs, loss, optimizer })
    }
}

/// The model's predictions: what the activation the loss had fused with gives, or `z` itself.
fn activate(tape: &mut Tape, fused: Option<Activation>, z: Value) -> Result<Value> {
    tape.enter("");
    fused.map_or(Ok(z), |activation| activation.call(tape, &[z]))
}
