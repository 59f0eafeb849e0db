//! An optimizer: a rule, its hyper-parameters, and the options all optimizers share.

use super::options::{Average, Options};
use super::rule::{Hypers, MOST_HYPERS, Rule};
use super::{Arenas, accumulation, average, clip, clip::Clip};
use crate::base::{Allowed, Error, Result};
use crate::kernel::Step;
use crate::nn::config::Config;
use crate::nn::schedule::Schedule;
use crate::plan::{Tape, When};
use std::marker::PhantomData;
use std::sync::Arc;

/// What an optimizer remembers on the host from step to step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Steps done.
    pub steps: u64,
    /// What the rule carries on, such as Nadam's product of μ.
    pub carry: f64,
    /// A learning rate that holds instead of the schedule's.
    pub learning_rate: Option<f64>,
}

impl Default for Progress {
    fn default() -> Self {
        Self { steps: 0, carry: 1.0, learning_rate: None }
    }
}

/// A rule with its hyper-parameters and options: what `Adam` and the others are.
pub struct Updater<R> {
    rule: PhantomData<R>,
    pub(super) hypers: Hypers,
    pub(super) learning_rate: Arc<dyn Schedule>,
    pub(super) scheduled: Vec<(String, Option<usize>, Arc<dyn Schedule>)>,
    pub(super) options: Options,
}

impl<R> Clone for Updater<R> {
    fn clone(&self) -> Self {
        Self {
            rule: PhantomData,
            hypers: self.hypers,
            learning_rate: self.learning_rate.clone(),
            scheduled: self.scheduled.clone(),
            options: self.options.clone(),
        }
    }
}

impl<R: Rule> Default for Updater<R> {
    fn default() -> Self {
        Self::of(R::LEARNING_RATE)
    }
}

impl<R: Rule> Updater<R> {
    /// The rule with Keras's defaults and this learning rate, a number or a schedule of the steps done.
    pub fn of(learning_rate: impl Schedule + 'static) -> Self {
        let mut hypers = [0.0; MOST_HYPERS];
        hypers.iter_mut().zip(R::HYPERS).for_each(|(h, hyper)| *h = hyper.default);
        let options = Options { weight_decay: R::WEIGHT_DECAY, ..Options::default() };
        Self { rule: PhantomData, hypers, learning_rate: Arc::new(learning_rate), scheduled: Vec::new(), options }
    }

    /// Sets hyper-parameter number `index` of [`Rule::HYPERS`].
    pub fn hyper(mut self, index: usize, value: f64) -> Self {
        self.hypers[index] = value;
        self
    }

    /// Lets a hyper-parameter follow a schedule of the steps done, as one-cycle does with the momentum.
    pub fn schedule(mut self, hyper: &str, schedule: impl Schedule + 'static) -> Self {
        let index = R::HYPERS.iter().position(|h| h.name == hyper && h.allowed != Allowed::Flag);
        self.scheduled.push((hyper.to_owned(), index, Arc::new(schedule)));
        self
    }

    /// θ ← θ − θ · decay · η before each update (Loshchilov & Hutter 2019); ≥ 0. Default: 0, AdamW 0.004.
    pub fn weight_decay(mut self, decay: f64) -> Self {
        self.options.weight_decay = decay;
        self
    }

    /// Leaves variables out of the weight decay whose names contain one of `names`, for example `bias`.
    pub fn exclude_from_weight_decay(mut self, names: &[&str]) -> Self {
        self.options.undecayed.extend(names.iter().map(ToString::to_string));
        self
    }

    /// Multiplies the learning rate of the variables whose names contain `name`; 0 freezes them.
    pub fn learning_rate_multiplier(mut self, name: &str, multiplier: f64) -> Self {
        self.options.rates.push((name.to_owned(), multiplier));
        self
    }

    /// Scales each variable's gradient down to this norm where it is longer; > 0.
    pub fn clipnorm(mut self, norm: f64) -> Self {
        self.options.clips.push(Clip::Norm(norm));
        self
    }

    /// Holds each number of the gradients within ±value; > 0.
    pub fn clipvalue(mut self, value: f64) -> Self {
        self.options.clips.push(Clip::Value(value));
        self
    }

    /// Scales all gradients together down to this norm where they are longer (Pascanu et al. 2013); > 0.
    pub fn global_clipnorm(mut self, norm: f64) -> Self {
        self.options.clips.push(Clip::GlobalNorm(norm));
        self
    }

    /// Keeps an average of the variables, ema ← momentum · ema + (1 − momentum) · θ after each step; 0 ≤ momentum ≤ 1
    /// (Keras: 0.99). With `overwrite` it replaces the variables every so many updates; ≥ 1.
    pub fn use_ema(mut self, momentum: f64, overwrite: Option<u32>) -> Self {
        self.options.average = Some(Average { momentum, overwrite });
        self
    }

    /// Moves the variables every `steps` steps, along the mean of their gradients; ≥ 2.
    pub fn gradient_accumulation_steps(mut self, steps: u32) -> Self {
        self.options.accumulation = Some(steps);
        self
    }

    fn check(&self) -> Result<()> {
        let owner = format!("optimizer {}", R::NAME);
        Allowed::NotNegative.check(&owner, "learning_rate", self.learning_rate.at(0))?;
        self.learning_rate.check()?;
        for (hyper, value) in R::HYPERS.iter().zip(self.hypers) {
            hyper.allowed.check(&owner, hyper.name, value)?;
        }
        let known = || R::HYPERS.iter().filter(|h| h.allowed != Allowed::Flag).map(|h| h.name).collect::<Vec<_>>();
        for (name, index, schedule) in &self.scheduled {
            schedule.check()?;
            let Some(hyper) = index.and_then(|i| R::HYPERS.get(i)) else {
                let help = "schedule one of these";
                return Err(Error::request(
                    format!("{owner}: schedule"),
                    format!("one of {}", known().join(", ")),
                    name,
                    help,
                ));
            };
            hyper.allowed.check(&owner, hyper.name, schedule.at(0))?;
        }
        self.options.check(&owner)
    }
}

/// What moves the variables of a model.
pub trait Optimizer: Send + Sync {
    /// The Keras name.
    fn name(&self) -> &'static str;

    /// Records everything done with the gradients, once all of them are on the tape.
    ///
    /// # Errors
    /// A hyper-parameter or option outside its range, with the range; nothing to train.
    fn record(&self, tape: &mut Tape) -> Result<()>;

    /// Fills in what the next step needs of the optimizer, and counts it.
    fn fill(&self, progress: &mut Progress, step: &mut Step);

    /// η of the schedule after `steps` steps.
    fn learning_rate(&self, steps: u64) -> f64;

    /// Names of what it remembers of each variable, in groups as in [`Rule::slots`].
    fn slots(&self) -> Vec<&'static [&'static str]> {
        Vec::new()
    }

    /// Class and fields, for files.
    ///
    /// # Errors
    /// One of your own, which no file has a word for, or one that follows a schedule of your own.
    fn config(&self) -> Result<Config> {
        Config::none("optimizer", self.name())
    }
}

impl<O: Optimizer + ?Sized> Optimizer for Arc<O> {
    fn name(&self) -> &'static str {
        (**self).name()
    }
    fn record(&self, tape: &mut Tape) -> Result<()> {
        (**self).record(tape)
    }
    fn fill(&self, progress: &mut Progress, step: &mut Step) {
        (**self).fill(progress, step);
    }
    fn learning_rate(&self, steps: u64) -> f64 {
        (**self).learning_rate(steps)
    }
    fn slots(&self) -> Vec<&'static [&'static str]> {
        (**self).slots()
    }
    fn config(&self) -> Result<Config> {
        (**self).config()
    }
}

/// A type that is an [`Updater`]; how a list of names finds the rule behind each.
pub(super) trait Made {
    /// The rule.
    type Rule: Rule;
}

impl<R: Rule> Made for Updater<R> {
    type Rule = R;
}

impl<R: Rule> Optimizer for Updater<R> {
    fn name(&self) -> &'static str {
        R::NAME
    }

    fn record(&self, tape: &mut Tape) -> Result<()> {
        self.check()?;
        self.options.tune(R::NAME, tape)?;
        let o = &self.options;
        let clip = o.clips.first().copied();
        let value = if let Some(Clip::Value(v)) = clip { v } else { 0.0 };
        let Some(arenas) = Arenas::of(tape, value, o.weight_decay) else {
            return Err(Error::request("model", "at least one trainable variable", "none", "add a Dense layer"));
        };
        if let Some(steps) = o.accumulation {
            accumulation::record(tape, &arenas, steps)?;
        }
        tape.during(When::Update, |t| {
            if let Some(clip) = clip {
                clip::record(t, &arenas, clip)?;
            }
            R::record(t, &self.hypers, !self.scheduled.is_empty(), &arenas)
        })?;
        match o.average {
            Some(average) => average::record(tape, &arenas, average.overwrite.is_some()),
            None => Ok(()),
        }
    }

    fn fill(&self, progress: &mut Progress, step: &mut Step) {
        let every = u64::from(self.options.accumulation.unwrap_or(1).max(1));
        let (steps, updates) = (progress.steps, progress.steps / every);
        progress.steps += 1;
        step.update = progress.steps.is_multiple_of(every);
        if let Some(Average { momentum, overwrite }) = self.options.average {
            step.average = if updates == 0 { 1.0 } else { 1.0 - momentum };
            step.overwrite = overwrite.is_some_and(|f| (updates + 1).is_multiple_of(u64::from(f)));
        }
        let rate = progress.learning_rate.unwrap_or_else(|| self.learning_rate.at(steps));
        let mut h = self.hypers;
        for (_, index, schedule) in &self.scheduled {
            if let Some(h) = index.and_then(|i| h.get_mut(i)) {
                *h = schedule.at(steps);
            }
        }
        step.learning_rate = rate;
        if step.update {
            step.coef = R::coefficients(&h, rate, updates + 1, &mut progress.carry);
        }
    }

    fn learning_rate(&self, steps: u64) -> f64 {
        self.learning_rate.at(steps)
    }

    fn slots(&self) -> Vec<&'static [&'static str]> {
        let o = &self.options;
        let average: Option<&'static [&'static str]> = o.average.map(|_| [average::NAME].as_slice());
        let sums: Option<&'static [&'static str]> = o.accumulation.map(|_| [accumulation::NAME].as_slice());
        average.into_iter().chain(sums).chain(R::slots(&self.hypers).iter().copied()).collect()
    }

    fn config(&self) -> Result<Config> {
        let mut config = Config::of(self)?;
        config.own = self.has_own_options();
        Ok(config)
    }
}
