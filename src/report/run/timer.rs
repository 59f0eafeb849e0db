//! How long a run takes.

use crate::base::Result;
use crate::train::Logs;
use crate::train::callback::{Callback, Run};
use std::time::{Duration, Instant};

/// Measures a training: give `fit` a `&mut` to it, and ask it afterwards. Of a training that went on from a checkpoint it
/// tells the part since then.
///
/// ```
/// use wgrad::{prelude::*, report::run::RunTimer};
/// let mut timer = RunTimer::default();
/// let how = Fit::epochs(3).callback(&mut timer);
/// # drop(how);
/// assert_eq!(timer.samples_per_second(32), None, "nothing was trained");
/// ```
#[derive(Clone, Debug, Default)]
pub struct RunTimer {
    since: Option<Instant>,
    training: Duration,
    validation: Duration,
    steps: u64,
    /// Steps that were done when the epoch, or what is left of it, began.
    before: usize,
}

impl RunTimer {
    /// Seconds of training and validation.
    pub fn seconds(&self) -> f64 {
        (self.training + self.validation).as_secs_f64()
    }

    /// Steps trained.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Training samples a second in batches of `batch`, validation not counted; a short last batch counts as a whole one.
    pub fn samples_per_second(&self, batch: usize) -> Option<f64> {
        let seconds = self.training.as_secs_f64();
        (seconds > 0.0 && self.steps > 0).then(|| self.steps as f64 * batch as f64 / seconds)
    }

    /// The time since the last call, or none.
    fn lap(&mut self) -> Duration {
        self.since.replace(Instant::now()).map_or(Duration::ZERO, |since| since.elapsed())
    }

    fn trained(&mut self, run: &Run<'_>) {
        let lap = self.lap();
        self.training += lap;
        self.steps += run.step.saturating_sub(self.before) as u64;
        self.before = run.step;
    }
}

impl Callback for RunTimer {
    fn train_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        *self = Self { since: Some(Instant::now()), before: run.step, ..Self::default() };
        Ok(())
    }

    fn epoch_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        self.lap();
        self.before = run.step;
        Ok(())
    }

    fn test_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        self.trained(run);
        Ok(())
    }

    fn test_end(&mut self, _: &mut Run<'_>) -> Result<()> {
        let lap = self.lap();
        self.validation += lap;
        Ok(())
    }

    fn epoch_end(&mut self, _: &mut Logs, run: &mut Run<'_>) -> Result<()> {
        self.trained(run);
        Ok(())
    }
}
