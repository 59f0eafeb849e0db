//! The training loop of a model: epochs, groups of steps, validation, and the callbacks in between.

use super::callback::{Callback, Every, Run};
use super::engine::Engine;
use super::fit::{Fit, weigh};
use super::logs::{History, Logs};
use super::model::{Model, evaluate, not_compiled};
use super::runner::Runner;
use crate::base::rng::permutation;
use crate::base::{Error, Result};
use crate::data::Samples;
use crate::exec::DataId;
use crate::plan::Program;
use std::time::{Duration, Instant};

/// How often a progress bar looks.
const LOOK: Duration = Duration::from_millis(250);

/// The data of a training on the device, and where it has come to.
struct Course {
    train: DataId,
    /// Samples trained on.
    samples: usize,
    /// Data set and the number of its samples to evaluate.
    validation: Option<(DataId, usize)>,
    /// Batches in one time through the data, and those of this time that are done.
    batches: usize,
    done: usize,
    /// Steps an epoch has, and where epochs end.
    steps: usize,
    epochs: usize,
    first: usize,
    stop: bool,
}

type Callbacks<'a> = [Box<dyn Callback + 'a>];

impl Model {
    /// Trains the model; what every epoch came to.
    ///
    /// # Errors
    /// The model is not compiled, samples or options that do not fit it, a loss that is no longer finite (unless a
    /// callback such as [`TerminateOnNan`](super::callback::TerminateOnNan) takes care of it), what a callback refuses,
    /// or the device was lost. Variables stay as they were when it happened.
    pub fn fit(&mut self, samples: impl Into<Samples>, mut fit: Fit<'_>) -> Result<History> {
        let samples = samples.into();
        self.state()?;
        self.not_within_fit("fit")?;
        fit.check(&samples)?;
        let mut trained = samples.clone();
        if !fit.class_weight.is_empty() {
            // Classes weigh in training alone: what is validated counts by its own weights.
            trained.weights = Some(weigh(&samples, &fit.class_weight)?);
        }
        let weighted = trained.weights.is_some() || fit.validation.as_ref().is_some_and(|v| v.weights.is_some());
        self.prepare(fit.batch, weighted)?;
        self.warn_of_freezing();
        let (engine, _) = self.parts()?;
        let train = engine.load(&trained)?;
        let mut course = Course {
            train,
            samples: samples.len(),
            validation: None,
            batches: 0,
            done: 0,
            steps: 0,
            epochs: fit.epochs,
            first: fit.initial_epoch,
            stop: false,
        };
        self.training = true;
        let done = self.divide(&samples, &fit, &mut course).and_then(|()| self.train(&mut fit, &mut course));
        self.training = false;
        if done.is_err() {
            // What went wrong first is what is told.
            let _ = self.unswap_averages();
        }
        let (engine, _) = self.parts()?;
        engine.unload(course.train);
        if let Some((data, _)) = course.validation {
            engine.unload(data);
        }
        self.state()?.judge = None;
        done
    }

    /// The engine and what drives it.
    fn parts(&mut self) -> Result<(&mut Engine, &mut Runner)> {
        let engine = self.compiled.as_mut().and_then(|s| s.engine.as_mut());
        Ok((engine.ok_or_else(not_compiled)?, &mut self.runner))
    }

    /// Settles what is trained on and what is evaluated.
    fn divide(&mut self, samples: &Samples, fit: &Fit<'_>, course: &mut Course) -> Result<()> {
        let (engine, _) = self.parts()?;
        if let Some(validation) = &fit.validation {
            course.validation = Some((engine.load(validation)?, validation.len()));
        } else if fit.validation_split > 0.0 {
            // As Keras: the number trained on is cut down to a whole one.
            course.samples = (samples.len() as f64 * (1.0 - fit.validation_split)) as usize;
            if course.samples == samples.len() {
                let got = format!("{} of {} samples", fit.validation_split, samples.len());
                return Err(Error::request("validation_split", "at least one sample", got, "give a larger share"));
            }
            let data = engine.load(samples)?;
            course.validation = Some((data, samples.len() - course.samples));
            let rest: Vec<u32> = (course.samples as u32..samples.len() as u32).collect();
            engine.order(data, &rest)?;
        }
        if course.samples == 0 {
            let help = "give more samples, or a smaller share for validation";
            return Err(Error::request("fit", "at least one sample to train on", 0, help));
        }
        if !fit.shuffle {
            engine.order(course.train, &(0..course.samples as u32).collect::<Vec<_>>())?;
        }
        course.batches = course.samples.div_ceil(fit.batch);
        course.done = course.batches;
        course.steps = fit.steps_per_epoch.unwrap_or(course.batches);
        Ok(())
    }

    fn train(&mut self, fit: &mut Fit<'_>, course: &mut Course) -> Result<History> {
        let mut names = self.names()?;
        if course.validation.is_some() {
            names.extend(names.clone().iter().map(|n| format!("val_{n}")));
        }
        let callbacks = &mut fit.callbacks;
        for c in callbacks.iter_mut() {
            c.check(&names)?;
            names.extend(c.tells());
        }
        let mut history = History::default();
        let nothing = Logs::default();
        self.tell(callbacks, course, [fit.initial_epoch, 0], Some(&nothing), |c, run| c.train_begin(run))?;
        let mut last = course.first;
        for epoch in course.first..fit.epochs {
            if course.stop {
                break;
            }
            last = epoch;
            self.tell(callbacks, course, [epoch, 0], Some(&nothing), |c, run| c.epoch_begin(run))?;
            if course.stop {
                break;
            }
            let (engine, _) = self.parts()?;
            engine.claim()?;
            engine.reset()?;
            let steps = self.steps(callbacks, course, epoch, fit.shuffle)?;
            let trained = self.running_logs()?;
            let mut logs = trained.clone();
            if let Some((data, len)) = course.validation {
                self.tell(callbacks, course, [epoch, steps], Some(&trained), |c, run| c.test_begin(run))?;
                let (engine, runner) = self.parts()?;
                engine.fetch()?;
                evaluate(engine, runner, data, 0..len, fit.validation_steps)?;
                logs.add_validation(&self.running_logs()?);
                self.tell(callbacks, course, [epoch, steps], Some(&trained), |c, run| c.test_end(run))?;
            }
            self.tell(callbacks, course, [epoch, steps], Some(&trained), |c, run| c.epoch_end(&mut logs, run))?;
            history.push(epoch, &logs);
            if !logs.loss().is_finite() && !callbacks.iter().any(|c| c.minds_divergence()) {
                return Err(self.diverged(logs.loss()));
            }
        }
        self.end_with_averages()?;
        self.tell(callbacks, course, [last, 0], Some(&nothing), |c, run| c.train_end(run))?;
        Ok(history)
    }

    /// The steps of an epoch; gives how many were done.
    fn steps(
        &mut self,
        callbacks: &mut Callbacks<'_>,
        course: &mut Course,
        epoch: usize,
        shuffle: bool,
    ) -> Result<usize> {
        let (mut at, mut clock) = (0, Instant::now());
        while at < course.steps && !course.stop {
            if course.done == course.batches {
                self.turn(course, shuffle)?;
            }
            let (engine, runner) = self.parts()?;
            let wanted = next_look(callbacks, at).min(course.steps) - at;
            let n = wanted.min(course.batches - course.done).min(engine.group());
            engine.run(runner, Program::Train, course.train, course.done..course.done + n, course.samples)?;
            course.done += n;
            at += n;
            let moment = clock.elapsed() >= LOOK || at == course.steps;
            if moment {
                clock = Instant::now();
            }
            let due = |every| match every {
                Every::Epoch => false,
                Every::Moment => moment,
                Every::Steps(n) => at.is_multiple_of(n.max(1)),
            };
            if callbacks.iter().any(|c| due(c.every())) {
                self.tell(
                    callbacks,
                    course,
                    [epoch, at],
                    None,
                    |c, run| if due(c.every()) { c.step_end(run) } else { Ok(()) },
                )?;
                self.parts()?.0.claim()?;
            }
        }
        Ok(at)
    }

    /// Lets every callback have its moment; `logs` are what the epoch came to, where it is over.
    fn tell(
        &mut self,
        callbacks: &mut Callbacks<'_>,
        course: &mut Course,
        [epoch, step]: [usize; 2],
        logs: Option<&Logs>,
        mut f: impl FnMut(&mut dyn Callback, &mut Run<'_>) -> Result<()>,
    ) -> Result<()> {
        let (epochs, steps) = (course.epochs, course.steps);
        let (stop, first) = (&mut course.stop, &mut course.first);
        let mut run = Run { model: self, epoch, epochs, steps, step, stop, first, logs: logs.cloned() };
        callbacks.iter_mut().try_for_each(|c| f(&mut **c, &mut run))
    }

    /// Begins another time through the data.
    fn turn(&mut self, course: &mut Course, shuffle: bool) -> Result<()> {
        if shuffle {
            let order = permutation(course.samples, self.runner.seed.0, self.passes);
            self.parts()?.0.order(course.train, &order)?;
        }
        self.passes += 1;
        course.done = 0;
        Ok(())
    }

    /// Names of what is told of an epoch.
    fn names(&mut self) -> Result<Vec<String>> {
        let state = self.state()?;
        let engine = state.engine.as_ref().ok_or_else(not_compiled)?;
        Ok(state.told.names(&engine.compiled))
    }

    /// What the epoch has come to so far; waits for the device.
    pub(super) fn running_logs(&mut self) -> Result<Logs> {
        let state = self.state()?;
        state.told.logs(state.engine.as_ref().ok_or_else(not_compiled)?)
    }
}

/// The first step after `at` after which somebody looks.
fn next_look(callbacks: &Callbacks<'_>, at: usize) -> usize {
    let next = callbacks.iter().filter_map(|c| match c.every() {
        Every::Steps(n) => Some((at / n.max(1) + 1) * n.max(1)),
        Every::Epoch | Every::Moment => None,
    });
    next.min().unwrap_or(usize::MAX)
}
