//! Learning rates set between epochs: by a function, or where a number no longer improves.

use super::early_stopping::check_monitor;
use super::{Callback, Run, State};
use crate::base::Result;
use crate::nn::schedule::{LearningRateScheduler, PlateauState, ReduceLrOnPlateau};
use crate::train::Logs;

impl Callback for LearningRateScheduler {
    fn tells(&self) -> Vec<String> {
        vec!["learning_rate".to_owned()]
    }
    fn epoch_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        let rate = LearningRateScheduler::epoch_begin(self, run.epoch as u32, run.model.learning_rate()?)?;
        run.model.set_learning_rate(rate)
    }
    fn epoch_end(&mut self, logs: &mut Logs, run: &mut Run<'_>) -> Result<()> {
        logs.set("learning_rate", run.model.learning_rate()?);
        Ok(())
    }
}

impl Callback for ReduceLrOnPlateau {
    fn tells(&self) -> Vec<String> {
        vec!["learning_rate".to_owned()]
    }
    fn check(&mut self, names: &[String]) -> Result<()> {
        ReduceLrOnPlateau::check(self)?;
        check_monitor("reduce_lr_on_plateau", &self.monitor, self.mode, names)
    }
    fn train_begin(&mut self, _: &mut Run<'_>) -> Result<()> {
        self.reset();
        Ok(())
    }
    fn state(&self) -> Option<State> {
        let PlateauState { best, wait, cooldown_counter } = self.state;
        let state = State::new("reduce_lr_on_plateau").maybe("best", best).number("wait", wait as f64);
        Some(state.number("cooldown", cooldown_counter as f64))
    }
    fn restore(&mut self, state: &State, _: &mut Run<'_>) -> Result<()> {
        let [wait, cooldown_counter] = ["wait", "cooldown"].map(|name| state.count(name) as u64);
        self.state = PlateauState { best: state.get("best"), wait, cooldown_counter };
        Ok(())
    }
    fn epoch_end(&mut self, logs: &mut Logs, run: &mut Run<'_>) -> Result<()> {
        let rate = run.model.learning_rate()?;
        logs.set("learning_rate", rate);
        if let Some(current) = logs.get(&self.monitor) {
            let next = ReduceLrOnPlateau::epoch_end(self, current, rate);
            if next != rate {
                run.model.set_learning_rate(next)?;
            }
        }
        Ok(())
    }
}
