//! Optimizers from words: `adam`, `sgd:momentum=0.9,nesterov=true,clipnorm=1`.

use super::updater::Made;
use super::{NAMES, Optimizer, Rule, Updater};
use crate::base::{Allowed, Error, Result};
use crate::nn::schedule::Schedule;
use crate::nn::words::Words;
use std::sync::Arc;

type Rates = [Option<Arc<dyn Schedule>>; 2];
type Make = fn(&Words, Rates) -> Result<Arc<dyn Optimizer>>;

/// A name and what makes the optimizer.
pub(super) struct Named {
    name: &'static str,
    make: Make,
}

impl Named {
    pub const fn of<M: Made>() -> Self {
        Self { name: M::Rule::NAME, make: make::<M::Rule> }
    }
}

/// The names [`named`] knows.
pub fn names() -> impl Iterator<Item = &'static str> {
    NAMES.iter().map(|n| n.name)
}

/// The optimizer of `words`, as in `sgd:momentum=0.9,nesterov=true`; without a learning rate it takes Keras's. A
/// schedule of `momentum` moves the hyper-parameter of this name, or `beta_1`.
///
/// Besides its own hyper-parameters each takes `weight_decay exclude_from_weight_decay clipnorm clipvalue global_clipnorm
/// use_ema ema_momentum ema_overwrite_frequency gradient_accumulation_steps`. Ranges are checked when a model is compiled with it.
///
/// # Errors
/// An unknown name or parameter, with the nearest known one.
pub fn named(
    words: &str,
    learning_rate: Option<Arc<dyn Schedule>>,
    momentum: Option<Arc<dyn Schedule>>,
) -> Result<Arc<dyn Optimizer>> {
    let words = Words::parse("optimizer", words)?;
    match NAMES.iter().find(|n| n.name == words.name()) {
        Some(found) => (found.make)(&words, [learning_rate, momentum]),
        None => Err(Error::unknown("optimizer", words.name(), &names().collect::<Vec<_>>())),
    }
}

/// What all optimizers take.
const SHARED: [&str; 9] = [
    "weight_decay",
    "exclude_from_weight_decay",
    "clipnorm",
    "clipvalue",
    "global_clipnorm",
    "use_ema",
    "ema_momentum",
    "ema_overwrite_frequency",
    "gradient_accumulation_steps",
];

/// Keras's default.
pub(super) const EMA_MOMENTUM: f64 = 0.99;

fn make<R: Rule>(words: &Words, [learning_rate, momentum]: Rates) -> Result<Arc<dyn Optimizer>> {
    let known = || R::HYPERS.iter().map(|h| h.name).chain(SHARED);
    if let Some(key) = words.keys().find(|key| !known().any(|k| k == *key)) {
        let known: Vec<&str> = known().collect();
        return Err(Error::unknown(format!("optimizer `{}`: parameter", R::NAME), key, &known));
    }
    let mut made = learning_rate.map_or_else(Updater::<R>::default, Updater::<R>::of);
    for (i, hyper) in R::HYPERS.iter().enumerate() {
        let value = match hyper.allowed {
            Allowed::Flag => words.flag(hyper.name)?.map(f64::from),
            _ => words.number(hyper.name)?,
        };
        made = value.map_or(made.clone(), |v| made.hyper(i, v));
    }
    if let Some(decay) = words.number("weight_decay")? {
        made = made.weight_decay(decay);
    }
    if let Some(norm) = words.number("clipnorm")? {
        made = made.clipnorm(norm);
    }
    if let Some(value) = words.number("clipvalue")? {
        made = made.clipvalue(value);
    }
    if let Some(norm) = words.number("global_clipnorm")? {
        made = made.global_clipnorm(norm);
    }
    if let Some(names) = words.text("exclude_from_weight_decay") {
        made = made.exclude_from_weight_decay(&names.split(',').collect::<Vec<_>>());
    }
    if words.flag("use_ema")? == Some(true) {
        let momentum = words.number("ema_momentum")?.unwrap_or(EMA_MOMENTUM);
        made = made.use_ema(momentum, words.count("ema_overwrite_frequency")?);
    }
    if let Some(steps) = words.count("gradient_accumulation_steps")? {
        made = made.gradient_accumulation_steps(steps);
    }
    if let Some(schedule) = momentum {
        let kinds = ["momentum", "beta_1"];
        let hyper = R::HYPERS.iter().find(|h| kinds.contains(&h.name)).ok_or_else(|| {
            let what = format!("optimizer {}: a schedule of its momentum", R::NAME);
            Error::request(
                what,
                "an optimizer with momentum or beta_1",
                "one without",
                "choose sgd, rmsprop or adam's family",
            )
        })?;
        made = made.schedule(hyper.name, schedule);
    }
    Ok(Arc::new(made))
}
