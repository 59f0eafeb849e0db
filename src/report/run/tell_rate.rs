//! The learning rate of each epoch, told where no schedule of epochs tells it.

use crate::base::Result;
use crate::train::Logs;
use crate::train::callback::{Callback, Run};

/// Sets `learning_rate` in the logs of each epoch: the rate of the step to come, where nothing before it has set it.
#[derive(Clone, Copy, Debug)]
pub(super) struct TellRate;

impl Callback for TellRate {
    fn tells(&self) -> Vec<String> {
        vec!["learning_rate".to_owned()]
    }

    fn epoch_end(&mut self, logs: &mut Logs, run: &mut Run<'_>) -> Result<()> {
        if logs.get("learning_rate").is_none() {
            logs.set("learning_rate", run.model.learning_rate()?);
        }
        Ok(())
    }
}
