//! Random losses, metrics, optimizers and schedules.

use crate::choices::Choices;
use crate::layers::words;
use std::sync::Arc;
use wgrad::base::Result;
use wgrad::nn::loss::{self, Loss};
use wgrad::nn::metric::{self, BinaryAccuracy, SparseTopKCategoricalAccuracy, TopKCategoricalAccuracy};
use wgrad::nn::optim;
use wgrad::nn::schedule::{self, Run, Schedule};
use wgrad::prelude::*;

pub fn loss(c: &mut Choices<'_>) -> Arc<dyn Loss> {
    if !c.once_in(3) {
        return c
            .one_of(&[4, 13, 16, 0, 2, 1, 3, 5, 6, 7, 8, 9, 10, 11, 12, 14, 15, 17, 18].map(Some))
            .map_or_else(|| Arc::new(Hinge) as Arc<dyn Loss>, |i: usize| loss::all().swap_remove(i));
    }
    let (p, smoothing, logits) = (c.number(&[1.0, 0.5]), c.number(&[0.0, 0.1]), c.once_in(2));
    match c.below(8) {
        0 => Arc::new(Huber::new().delta(p)),
        1 => Arc::new(BinaryCrossentropy::new().from_logits(logits).label_smoothing(smoothing)),
        2 => Arc::new(CategoricalCrossentropy::new().from_logits(logits).label_smoothing(smoothing)),
        3 => Arc::new(SparseCategoricalCrossentropy::new().from_logits(logits).ignore_class(c.axis(&[0, -1]) as i32)),
        4 => Arc::new(BinaryFocalCrossentropy::new().gamma(p).alpha(c.number(&[0.25])).apply_class_balancing(logits)),
        5 => Arc::new(CategoricalFocalCrossentropy::new().gamma(p).alpha(c.number(&[0.25])).from_logits(logits)),
        6 => Arc::new(Contrastive::new().margin(p)),
        _ => Arc::new(Triplet::new().margin(p)),
    }
}

/// With the loss of one more output and what is told of it.
pub fn objective(c: &mut Choices<'_>, how: Compile, loss: Arc<dyn Loss>) -> Compile {
    c.tell(loss.name());
    let mut how = how.loss(loss);
    if c.once_in(6) {
        how = how.loss_weight(c.number(&[0.5, 0.0]));
    }
    for _ in 0..c.below(3) {
        let t = c.number(&[0.5, 0.1]);
        how = match c.below(8) {
            0 => how.metrics("accuracy"),
            1..=3 => {
                let all = metric::all();
                how.metrics(all[c.below(all.len())].name())
            }
            4 => how.metrics(Auc::new().num_thresholds(c.size(&[5, 2])).from_logits(c.once_in(2))),
            5 => how.weighted_metric(Precision::new().thresholds(&[t]).class_id(c.size(&[0, 1]))),
            6 => match c.below(3) {
                0 => how.metrics(Recall::new().top_k(c.size(&[1, 2]))),
                1 => how.metrics(TopKCategoricalAccuracy::new().k(c.size(&[1, 2]))),
                _ => how.weighted_metric(SparseTopKCategoricalAccuracy::new().k(c.size(&[1, 2]))),
            },
            _ if c.once_in(2) => how.metrics(F1Score::new().threshold(t)),
            _ => how.metrics(BinaryAccuracy::new().threshold(t)),
        };
    }
    if c.odd() {
        how = how.metrics(["acuracy", ""]);
    }
    how
}

/// Parameters of each optimizer.
const KEYS: [(&str, &[&str]); 12] = [
    ("sgd", &["momentum", "nesterov"]),
    ("adam", &["beta_1", "beta_2", "epsilon", "amsgrad"]),
    ("nadam", &["beta_1", "beta_2", "epsilon"]),
    ("rmsprop", &["rho", "momentum", "epsilon", "centered"]),
    ("adadelta", &["rho", "epsilon"]),
    ("adafactor", &["epsilon_1", "epsilon_2", "clip_threshold"]),
    ("adagrad", &["initial_accumulator_value", "epsilon"]),
    ("adamw", &["beta_1", "weight_decay"]),
    ("adamax", &["beta_1", "beta_2", "epsilon"]),
    ("ftrl", &["initial_accumulator_value", "l1_regularization_strength", "beta"]),
    ("lamb", &["beta_1", "beta_2", "epsilon"]),
    ("lion", &["beta_1", "beta_2"]),
];

/// One way of clipping and the other shared options.
const SHARED: [&[&str]; 7] = [
    &[],
    &["clipnorm"],
    &["clipvalue", "weight_decay"],
    &["global_clipnorm"],
    &["use_ema", "ema_momentum"],
    &["weight_decay"],
    &["clipnorm", "clipvalue"],
];

pub fn optimizer(c: &mut Choices<'_>) -> Result<Arc<dyn Optimizer>> {
    let (name, own) = c.one_of(&KEYS);
    let shared = if c.once_in(2) { c.one_of(&SHARED[..6]) } else { &[] };
    let shared = if c.odd() { c.one_of(&SHARED) } else { shared };
    let mut words = words(c, name, &[own, shared].concat(), &[0.5, 0.1, 0.9]);
    if c.once_in(6) {
        let more = c.one_of(&["gradient_accumulation_steps=2", "use_ema=true,ema_overwrite_frequency=1"]);
        let odd = c.one_of(&["gradient_accumulation_steps=4294967295", "ema_overwrite_frequency=0,use_ema=true"]);
        let more = if c.odd() { odd } else { more };
        words = format!("{words}{}{more}", if words.contains(':') { "," } else { ":" });
    }
    c.tell(&words);
    let rate = c.number(&[0.01, 0.001, 0.1]);
    c.tell(rate);
    let learning_rate: Arc<dyn Schedule> = if c.once_in(3) { schedule(c, rate)? } else { Arc::new(rate) };
    let momentum: Option<Arc<dyn Schedule>> = match c.odd() {
        true => Some(Arc::new(|step: u64| 0.5 + step as f64)),
        false => None,
    };
    optim::named(&words, Some(learning_rate), momentum)
}

fn schedule(c: &mut Choices<'_>, rate: f64) -> Result<Arc<dyn Schedule>> {
    let all: Vec<_> = schedule::names().collect();
    let (name, keys) = c.one_of(&all);
    let words = if name == "piecewise_constant_decay" {
        c.one_of(&["piecewise_constant_decay:boundaries=1;2,values=0.1;0.01;0.001", "piecewise_constant_decay"])
            .to_owned()
    } else {
        words(c, name, keys, &[0.1, 0.5, 1.0])
    };
    c.tell(&words);
    schedule::named(&words, &Run { learning_rate: rate, total_steps: c.number(&[4.0, 100.0]) })
}
