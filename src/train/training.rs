//! The training loop of a model: epochs, groups of steps, validation, and the callbacks in between.

use super::callback::{Callback, Every, Moment, Run};
use super::course::Course;
use super::engine::Engine;
use super::fit::{Fit, weigh};
use super::logs::{History, Interruption, Logs};
use super::model::{Model, evaluate, not_compiled};
use super::runner::Runner;
use crate::base::{Error, Result};
use crate::data::Samples;
use crate::plan::Program;
use std::time::{Duration, Instant};

/// How often a progress bar looks.
const LOOK: Duration = Duration::from_millis(250);

type Callbacks<'a> = [Box<dyn Callback + 'a>];

impl Model {
    /// Trains the model; what every epoch came to. Where training was asked to stop, the history so far, which says so.
    ///
    /// # Errors
    /// The model is not compiled, samples or options that do not fit it, a loss that is no longer finite (unless a
    /// callback such as [`TerminateOnNan`](super::callback::TerminateOnNan) takes care of it), what a callback refuses,
    /// a checkpoint of another training, or the device was lost. Variables stay as they were when it happened.
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
        let mut course = Course::new(train, trained, &fit);
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
    pub(super) fn parts(&mut self) -> Result<(&mut Engine, &mut Runner)> {
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
        for c in &mut fit.callbacks {
            c.check(&names)?;
            names.extend(c.tells());
        }
        self.begin(fit, course)?;
        let mut last = course.epoch;
        while course.goes_on() {
            last = course.epoch;
            self.epoch(fit, course)?;
        }
        let mut history = std::mem::take(&mut course.history);
        history.interrupted = course.interrupted;
        if history.interrupted.is_some() {
            self.unswap_averages()?;
            return Ok(history);
        }
        self.end_with_averages()?;
        (course.epoch, course.at) = (last, 0);
        self.tell(&mut fit.callbacks, course, Some(&Logs::default()), |c, run| c.train_end(run))?;
        Ok(history)
    }

    /// An epoch, or the rest of one.
    fn epoch(&mut self, fit: &mut Fit<'_>, course: &mut Course) -> Result<()> {
        if course.at == 0 {
            self.heed(fit, course)?;
            if course.interrupted.is_some() {
                return Ok(());
            }
            self.tell(&mut fit.callbacks, course, Some(&Logs::default()), |c, run| c.epoch_begin(run))?;
            if course.stop {
                return Ok(());
            }
            let (engine, _) = self.parts()?;
            engine.claim()?;
            engine.reset()?;
        }
        self.steps(fit, course)?;
        if course.interrupted.is_some() {
            return Ok(());
        }
        let trained = self.running_logs()?;
        let mut logs = trained.clone();
        let callbacks = &mut fit.callbacks;
        if let Some((data, len)) = course.validation {
            self.tell(callbacks, course, Some(&trained), |c, run| c.test_begin(run))?;
            let (engine, runner) = self.parts()?;
            engine.fetch()?;
            evaluate(engine, runner, data, 0..len, fit.validation_steps)?;
            logs.add_validation(&self.running_logs()?);
            self.tell(callbacks, course, Some(&trained), |c, run| c.test_end(run))?;
        }
        self.tell(callbacks, course, Some(&trained), |c, run| c.epoch_end(&mut logs, run))?;
        course.history.push(course.epoch, &logs);
        if !logs.loss().is_finite() && !callbacks.iter().any(|c| c.minds_divergence()) {
            return Err(self.diverged(logs.loss()));
        }
        (course.epoch, course.at) = (course.epoch + 1, 0);
        self.offer_checkpoint(fit, course, Moment::Epoch, |_| true)?;
        Ok(())
    }

    /// The steps of an epoch that are left.
    fn steps(&mut self, fit: &mut Fit<'_>, course: &mut Course) -> Result<()> {
        let mut clock = Instant::now();
        while course.at < course.steps && !course.stop && course.interrupted.is_none() {
            if course.done == course.batches {
                self.turn(fit, course)?;
            }
            let trained = self.runner.progress.steps;
            let (engine, runner) = self.parts()?;
            let wanted = next_look(&fit.callbacks, course.at, trained).min(course.steps) - course.at;
            let n = wanted.min(course.batches - course.done).min(engine.group());
            engine.run(runner, Program::Train, course.train, course.done..course.done + n, course.samples)?;
            course.done += n;
            course.at += n;
            let (at, trained) = (course.at, self.runner.progress.steps);
            let moment = clock.elapsed() >= LOOK || at == course.steps;
            if moment {
                clock = Instant::now();
            }
            let due = |c: &dyn Callback| match c.every() {
                Every::Epoch => false,
                Every::Moment => moment,
                Every::Steps(n) => at.is_multiple_of(n.max(1)),
                Every::StepsOfTraining(n) => trained.is_multiple_of(n.max(1) as u64),
            };
            if fit.callbacks.iter().any(|c| due(&**c)) {
                self.tell(&mut fit.callbacks, course, None, |c, run| if due(c) { c.step_end(run) } else { Ok(()) })?;
                self.offer_checkpoint(fit, course, Moment::Step, due)?;
                self.parts()?.0.claim()?;
            }
            self.heed(fit, course)?;
        }
        Ok(())
    }

    /// Saves and lets training end where it is, if somebody has asked for it.
    fn heed(&mut self, fit: &mut Fit<'_>, course: &mut Course) -> Result<()> {
        if !fit.stop.asked() {
            return Ok(());
        }
        let saved = self.offer_checkpoint(fit, course, Moment::Interruption, |_| true)?;
        course.interrupted = Some(Interruption { step: self.runner.progress.steps, saved });
        Ok(())
    }

    /// Lets every callback have its moment; `logs` are what the epoch came to, where it is over.
    pub(super) fn tell(
        &mut self,
        callbacks: &mut Callbacks<'_>,
        course: &mut Course,
        logs: Option<&Logs>,
        mut f: impl FnMut(&mut dyn Callback, &mut Run<'_>) -> Result<()>,
    ) -> Result<()> {
        let Course { epoch, at: step, epochs, steps, first, resumed, .. } = *course;
        let stop = &mut course.stop;
        let mut run = Run { model: self, epoch, epochs, steps, step, stop, first, resumed, logs: logs.cloned() };
        callbacks.iter_mut().try_for_each(|c| f(&mut **c, &mut run))
    }

    /// Begins another time through the data.
    fn turn(&mut self, fit: &Fit<'_>, course: &mut Course) -> Result<()> {
        self.passes += 1;
        course.done = 0;
        self.shuffle(fit, course)
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

/// The first step of the epoch after `at` after which somebody looks; `trained` are those of all epochs.
fn next_look(callbacks: &Callbacks<'_>, at: usize, trained: u64) -> usize {
    let after = |done: usize, n: usize| n.max(1) - done % n.max(1);
    let next = callbacks.iter().filter_map(|c| match c.every() {
        Every::Steps(n) => Some(at.saturating_add(after(at, n))),
        Every::StepsOfTraining(n) => Some(at.saturating_add(after((trained % n.max(1) as u64) as usize, n))),
        Every::Epoch | Every::Moment => None,
    });
    next.min().unwrap_or(usize::MAX)
}
