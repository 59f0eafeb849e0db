//! What `fit` takes.

use super::callback::Callback;
use super::model::BATCH;
use super::stop::StopHandle;
use super::weights::class_weights;
use crate::base::{Error, Result, RowData, Rows};
use crate::data::Samples;

/// How a model is trained: Keras's arguments of `fit`.
///
/// ```
/// use wgrad::prelude::*;
///
/// let how = Fit::epochs(20).batch(64).validation_split(0.1).callback(EarlyStopping::on("val_loss").patience(3));
/// ```
pub struct Fit<'a> {
    pub(super) epochs: usize,
    pub(super) batch: usize,
    pub(super) shuffle: bool,
    pub(super) initial_epoch: usize,
    pub(super) steps_per_epoch: Option<usize>,
    pub(super) validation: Option<Samples>,
    pub(super) validation_split: f64,
    pub(super) validation_steps: Option<usize>,
    pub(super) class_weight: Vec<(u32, f64)>,
    pub(super) callbacks: Vec<Box<dyn Callback + 'a>>,
    pub(super) stop: StopHandle,
}

impl<'a> Fit<'a> {
    /// Up to this many times through the data, in shuffled batches of 32.
    pub fn epochs(epochs: usize) -> Self {
        Self {
            epochs,
            batch: BATCH,
            shuffle: true,
            initial_epoch: 0,
            steps_per_epoch: None,
            validation: None,
            validation_split: 0.0,
            validation_steps: None,
            class_weight: Vec::new(),
            callbacks: Vec::new(),
            stop: StopHandle::new(),
        }
    }

    /// Samples a step. Default: 32.
    pub fn batch(mut self, batch: usize) -> Self {
        self.batch = batch;
        self
    }

    /// Whether samples are drawn in a new order each time through. Default: true.
    pub fn shuffle(mut self, shuffle: bool) -> Self {
        self.shuffle = shuffle;
        self
    }

    /// The number of the first epoch, from 0: for going on with a training. Default: 0.
    pub fn initial_epoch(mut self, epoch: usize) -> Self {
        self.initial_epoch = epoch;
        self
    }

    /// Steps that make an epoch; the data goes on where the epoch before ended. Default: once through the data.
    pub fn steps_per_epoch(mut self, steps: usize) -> Self {
        self.steps_per_epoch = Some(steps);
        self
    }

    /// Samples evaluated after each epoch, told with `val_` before their names.
    pub fn validation(mut self, samples: impl Into<Samples>) -> Self {
        self.validation = Some(samples.into());
        self
    }

    /// The share of the samples, the last ones before shuffling, that is evaluated after each epoch instead of being
    /// trained on; 0 ≤ share < 1. Default: 0.
    pub fn validation_split(mut self, share: f64) -> Self {
        self.validation_split = share;
        self
    }

    /// At most this many batches are evaluated. Default: all.
    pub fn validation_steps(mut self, steps: usize) -> Self {
        self.validation_steps = Some(steps);
        self
    }

    /// (class, weight): samples count by the weight of their class, 1 for a class not named, times their own.
    pub fn class_weight(mut self, weights: &[(u32, f64)]) -> Self {
        self.class_weight = weights.to_vec();
        self
    }

    /// Adds what is asked and told during training; a `&mut` to it, to look at it afterwards.
    pub fn callback(mut self, callback: impl Callback + 'a) -> Self {
        self.callbacks.push(Box::new(callback));
        self
    }

    /// What may ask this training to stop and save.
    pub fn stop_handle(mut self, handle: &StopHandle) -> Self {
        self.stop = handle.clone();
        self
    }

    pub(super) fn check(&self, samples: &Samples) -> Result<()> {
        if self.batch == 0 || self.batch > samples.len() {
            return Err(Error::request(
                "batch size",
                format!("1 to {}, the samples of {}", samples.len(), samples.name),
                self.batch,
                "give Fit::batch a smaller number, or more samples",
            ));
        }
        if self.steps_per_epoch == Some(0) {
            return Err(Error::request("steps_per_epoch", "at least 1", 0, "or leave it out"));
        }
        if self.validation_steps == Some(0) {
            return Err(Error::request("validation_steps", "at least 1", 0, "or leave it out"));
        }
        crate::base::Allowed::Fraction.check("fit", "validation_split", self.validation_split)?;
        if self.validation_split > 0.0 && self.validation.is_some() {
            let help = "leave one of them out";
            return Err(Error::request("fit", "validation or validation_split", "both", help));
        }
        Ok(())
    }
}

/// The weights of samples: their own times those of their class.
pub(super) fn weigh(samples: &Samples, classes: &[(u32, f64)]) -> Result<Rows> {
    let [labels] = &samples.labels[..] else {
        let help = "give sample weights instead";
        return Err(Error::request(
            "class_weight",
            "one output",
            format!("{} tables of labels", samples.labels.len()),
            help,
        ));
    };
    let tables = [("labels", Some(labels)), ("sample weights", samples.weights.as_ref())];
    for (what, rows) in tables.into_iter().filter_map(|(what, table)| Some((what, table?.len()))) {
        if rows != samples.len() {
            let expected = format!("{} samples, as the first input has", samples.len());
            return Err(Error::request(format!("{what} of {}", samples.name), expected, rows, "give every sample one"));
        }
    }
    let by_class = class_weights(labels, classes)?;
    let Some(own) = &samples.weights else { return Ok(by_class) };
    let (RowData::Floats(a), mut weight) = (&by_class.data, [0.0_f32]) else { return Ok(by_class) };
    let product = a.iter().enumerate().map(|(i, class)| {
        own.gather(i, &mut weight);
        weight[0] * class
    });
    Ok(Rows::floats(1, product.collect()))
}
