//! How fast a training goes, and how long it will take.

use crate::train::callback::Run;
use std::time::{Duration, Instant};

/// Times of a training's epochs.
#[derive(Clone, Debug)]
pub struct Clock {
    /// Samples of an epoch.
    samples: usize,
    /// When the epoch began, and its validation.
    start: Instant,
    validation: Option<Instant>,
    /// The step this epoch went on from.
    from: usize,
    /// Epochs that are done, and the seconds they took: in all, and of that validation.
    done: usize,
    pub took: f64,
    pub validated: f64,
}

impl Clock {
    /// Of a training whose epochs have this many samples.
    pub fn new(samples: usize) -> Self {
        let start = Instant::now();
        Self { samples, start, validation: None, from: 0, done: 0, took: 0.0, validated: 0.0 }
    }

    /// An epoch begins, or goes on at a step.
    pub fn begin(&mut self, step: usize) {
        (self.start, self.from, self.validation) = (Instant::now(), step, None);
    }

    /// Its validation begins.
    pub fn validate(&mut self) {
        self.validation = Some(Instant::now());
    }

    /// Nothing was done for a while.
    #[cfg_attr(not(feature = "tui"), allow(dead_code, reason = "the view asks for it"))]
    pub fn paused(&mut self, time: Duration) {
        self.start += time;
    }

    /// It is over: the seconds it took, in all and for validation.
    pub fn end(&mut self) -> (f64, f64) {
        let took = self.start.elapsed().as_secs_f64();
        let validated = self.validation.map_or(0.0, |begun| begun.elapsed().as_secs_f64());
        (self.done, self.took, self.validated) = (self.done + 1, self.took + took, self.validated + validated);
        (took, validated)
    }

    /// Seconds a step of this epoch takes.
    pub fn per_step(&self, run: &Run<'_>) -> f64 {
        let until = self.validation.unwrap_or_else(Instant::now);
        let seconds = until.saturating_duration_since(self.start).as_secs_f64();
        seconds / run.step.saturating_sub(self.from).max(1) as f64
    }

    /// Samples trained on in a second of this epoch.
    pub fn samples_per_second(&self, run: &Run<'_>) -> f64 {
        self.samples as f64 / run.steps.max(1) as f64 / self.per_step(run).max(1e-9)
    }

    /// Seconds left of the steps of this epoch.
    pub fn left_of_epoch(&self, run: &Run<'_>) -> f64 {
        self.per_step(run) * run.steps.saturating_sub(run.step) as f64
    }

    /// Seconds the epochs behind this one will take, as those before it did, and this one before any was done.
    pub fn left_of_epochs(&self, run: &Run<'_>, behind: usize) -> f64 {
        let each = if self.done == 0 { self.per_step(run) * run.steps as f64 } else { self.took / self.done as f64 };
        each * run.epochs.saturating_sub(behind) as f64
    }
}
