//! Callbacks from closures.

use super::{Callback, Every, Run};
use crate::base::Result;
use crate::train::Logs;

type Hook<'a> = Box<dyn FnMut(&mut Run<'_>) -> Result<()> + 'a>;

/// Keras's `LambdaCallback`: closures called at the moments of training.
///
/// ```
/// use wgrad::prelude::*;
///
/// let tell = LambdaCallback::new().on_epoch_end(|logs, run| {
///     println!("epoch {}: {logs}", run.epoch);
///     Ok(())
/// });
/// let how = Fit::epochs(3).callback(tell);
/// ```
#[derive(Default)]
pub struct LambdaCallback<'a> {
    train_begin: Option<Hook<'a>>,
    epoch_begin: Option<Hook<'a>>,
    steps: Option<(usize, Hook<'a>)>,
    #[allow(clippy::type_complexity, reason = "the closure's form is the documentation")]
    epoch_end: Option<Box<dyn FnMut(&mut Logs, &mut Run<'_>) -> Result<()> + 'a>>,
    train_end: Option<Hook<'a>>,
    tells: Vec<String>,
}

impl<'a> LambdaCallback<'a> {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Before the first epoch.
    pub fn on_train_begin(mut self, f: impl FnMut(&mut Run<'_>) -> Result<()> + 'a) -> Self {
        self.train_begin = Some(Box::new(f));
        self
    }

    /// Before each epoch.
    pub fn on_epoch_begin(mut self, f: impl FnMut(&mut Run<'_>) -> Result<()> + 'a) -> Self {
        self.epoch_begin = Some(Box::new(f));
        self
    }

    /// After every `every` steps of an epoch; see [`Every::Steps`].
    pub fn on_step_end(mut self, every: usize, f: impl FnMut(&mut Run<'_>) -> Result<()> + 'a) -> Self {
        self.steps = Some((every, Box::new(f)));
        self
    }

    /// After each epoch.
    pub fn on_epoch_end(mut self, f: impl FnMut(&mut Logs, &mut Run<'_>) -> Result<()> + 'a) -> Self {
        self.epoch_end = Some(Box::new(f));
        self
    }

    /// States that the closure at the end of an epoch sets this name in the logs.
    pub fn telling(mut self, name: &str) -> Self {
        self.tells.push(name.to_owned());
        self
    }

    /// After the last epoch.
    pub fn on_train_end(mut self, f: impl FnMut(&mut Run<'_>) -> Result<()> + 'a) -> Self {
        self.train_end = Some(Box::new(f));
        self
    }
}

impl Callback for LambdaCallback<'_> {
    fn tells(&self) -> Vec<String> {
        self.tells.clone()
    }
    fn every(&self) -> Every {
        self.steps.as_ref().map_or(Every::Epoch, |(n, _)| Every::Steps(*n))
    }
    fn train_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        self.train_begin.as_mut().map_or(Ok(()), |f| f(run))
    }
    fn epoch_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        self.epoch_begin.as_mut().map_or(Ok(()), |f| f(run))
    }
    fn step_end(&mut self, run: &mut Run<'_>) -> Result<()> {
        self.steps.as_mut().map_or(Ok(()), |(_, f)| f(run))
    }
    fn epoch_end(&mut self, logs: &mut Logs, run: &mut Run<'_>) -> Result<()> {
        self.epoch_end.as_mut().map_or(Ok(()), |f| f(logs, run))
    }
    fn train_end(&mut self, run: &mut Run<'_>) -> Result<()> {
        self.train_end.as_mut().map_or(Ok(()), |f| f(run))
    }
}
