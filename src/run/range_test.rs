//! Which learning rate suits a run: Smith's range test.

use super::file::RunFile;
use super::session::Session;
use super::words::object;
use crate::base::{Error, Result};
use crate::data::Loaded;
use crate::nn::config::Json;
use crate::nn::schedule::{RangeTest, Schedule, suggest};
use crate::train::callback::{LambdaCallback, TerminateOnNan};
use crate::train::{Device, Fit};
use serde_json::json;
use std::sync::Arc;

/// A loss this many times the first one ends the test.
const ENOUGH: f64 = 5.0;

/// The losses of steps whose learning rate grows.
#[derive(Clone, Debug, PartialEq)]
pub struct Readings {
    /// The rate of each step.
    pub rates: Vec<f64>,
    /// Its loss.
    pub losses: Vec<f64>,
}

impl Readings {
    /// The rate at which the loss fell fastest; none where it never fell.
    pub fn suggestion(&self) -> Option<f64> {
        suggest(&self.rates, &self.losses)
    }
}

impl RunFile {
    /// Trains for some steps while the learning rate grows from `least` to `most` by equal factors; ends early once the loss
    /// explodes. The run's own schedule and callbacks are left out.
    ///
    /// # Errors
    /// As [`RunFile::prepare`] and [`Session::train`]; a range that is none.
    pub fn range_test(
        &self,
        data: Loaded,
        device: &Device,
        [least, most]: [f64; 2],
        steps: usize,
        add: impl FnOnce(Fit<'static>) -> Result<Fit<'static>>,
    ) -> Result<Readings> {
        let growing = RangeTest::new(least, most, steps as f64);
        growing.check()?;
        if self.train.optimizer.is_null() {
            let help = "say optimizer = \"…\" under [train], and the loss if it is not the usual one";
            let error = Error::request("train.optimizer", "the optimizer the rate is for", "none", help);
            return Err(self.document.placed(error));
        }
        let object = object("train.optimizer", &self.train.optimizer);
        let (class, mut fields) = object.map_err(|error| self.document.placed(error))?;
        let schedule: Arc<dyn Schedule> = Arc::new(growing);
        fields.remove(crate::nn::config::Node::ALONE);
        fields.insert("learning_rate".to_owned(), crate::nn::config::Field::write(&schedule)?);
        let mut file = self.with("train.optimizer", json!({ (class): fields }))?;
        for key in ["schedule", "learning_rate", "callbacks"] {
            file = file.with(&format!("train.{key}"), Json::Null)?;
        }
        // One step an epoch: the history then holds the loss of each step.
        let whole = [("cycle_momentum", json!(false)), ("steps_per_epoch", json!(1)), ("observe_every", json!(0))];
        for (key, value) in whole.into_iter().chain([("epochs", json!(steps)), ("metrics", json!([]))]) {
            file = file.with(&format!("train.{key}"), value)?;
        }
        let mut session: Session = file.prepare_with(Loaded { validation: None, test: None, ..data }, device)?;
        let mut first = None;
        let enough = LambdaCallback::new().on_epoch_end(move |logs, run| {
            let first = *first.get_or_insert(logs.loss());
            if logs.loss() > first + ENOUGH * first.abs() {
                run.stop_training();
            }
            Ok(())
        });
        let history = session.train(None, |fit| add(fit.callback(TerminateOnNan).callback(enough)))?;
        let losses = history.get("loss").unwrap_or_default().to_vec();
        let rates = (0..losses.len() as u64).map(|step| growing.at(step)).collect();
        Ok(Readings { rates, losses })
    }
}
