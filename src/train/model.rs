//! A stack of layers, and what compiling it gives: a plan that knows its inputs, outputs and optimizer.

use crate::base::{Error, Result, Seed};
use crate::nn::act::Activation;
use crate::nn::layer::Layer;
use crate::nn::loss::{Loss, TOTALS};
use crate::nn::optim::Optimizer;
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
    /// Running totals of loss and accuracy, [`TOTALS`] numbers.
    pub totals: Value,
    /// Outputs of the last layer in inference mode.
    pub predictions: Value,
    /// Labels a sample has.
    pub label_width: usize,
    /// Outputs a sample has.
    pub outputs: usize,
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
    pub fn parameters(&self, optimizer: impl Optimizer + 'static, loss: Loss) -> Result<(usize, usize)> {
        let compiled = self.compile(optimizer, loss, 1, Seed(0))?;
        let count = |role| compiled.plan.of_role(role).map(|v| compiled.plan.values[v.0].len()).sum::<usize>();
        Ok((count(Role::Param), count(Role::State)))
    }

    fn forward(&self, tape: &mut Tape, x: Value, fuse_softmax: bool) -> Result<Value> {
        let mut at = x;
        for (i, (name, layer)) in self.layers.iter().enumerate() {
            tape.enter(name);
            let last = i + 1 == self.layers.len();
            at = if last && fuse_softmax {
                layer.call_without_activation(tape, &[at])?
            } else {
                layer.call(tape, &[at])?
            };
        }
        Ok(at)
    }

    /// Records the model for batches of `batch` samples.
    ///
    /// A softmax at the end followed by its cross-entropy is computed from the logits, fused and stable; without
    /// the softmax the outputs are taken for logits.
    ///
    /// # Errors
    /// No layer, a size of zero, a shape or hyper-parameter a layer, the loss or the optimizer cannot work with.
    pub fn compile(
        &self,
        optimizer: impl Optimizer + 'static,
        loss: Loss,
        batch: usize,
        seed: Seed,
    ) -> Result<Compiled> {
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
        let Some((last_name, last)) = self.layers.last() else {
            return Err(Error::request("model", "at least one layer", "none", "add a Dense layer"));
        };
        let ends_in = last.activation();
        let softmax = matches!(ends_in, Some(Activation::Softmax));
        if loss.takes_logits() && !softmax && !matches!(ends_in, Some(Activation::Linear) | None) {
            return Err(Error::request(
                format!("layer `{last_name}`: activation before {}", loss.name()),
                "softmax, or linear for logits",
                ends_in.map_or("none", |a| a.name()),
                "let the last layer end in softmax",
            ));
        }
        let fuse = loss.takes_logits() && softmax;
        let mut tape = Tape::new(batch, seed);
        let mut shape = vec![batch];
        shape.extend(&self.input);
        let x = tape.input("x", &shape);
        let z = self.forward(&mut tape, x, fuse)?;
        let outputs = tape.shape(z).last().copied().unwrap_or(0);
        let label_width = loss.label_width(outputs);
        tape.enter("");
        let y = tape.input("y", &[batch, label_width]);
        let totals = tape.auxiliary("totals", &[TOTALS]);
        tape.enter(loss.name());
        loss.record(&mut tape, z, y, totals)?;
        tape.differentiate()?;
        tape.enter(optimizer.name());
        optimizer.record(&mut tape)?;
        tape.begin(Program::Evaluate);
        let z = self.forward(&mut tape, x, fuse)?;
        tape.enter(loss.name());
        loss.record(&mut tape, z, y, totals)?;
        tape.enter("");
        let predictions = self.predictions(&mut tape, z, fuse, outputs)?;
        let plan = tape.finish();
        let optimizer = Arc::new(optimizer);
        Ok(Compiled { plan, x, y, totals, predictions, label_width, outputs, optimizer })
    }

    fn predictions(&self, tape: &mut Tape, z: Value, softmax: bool, outputs: usize) -> Result<Value> {
        let p = if softmax { Activation::Softmax.call(tape, &[z])? } else { z };
        let out = tape.output("predictions", &[tape.batch(), outputs]);
        tape.copy(p, out)?;
        Ok(out)
    }
}
