//! Optimizers in files: the fields of Keras's, and a few that Keras's files have no place for.

use super::clip::Clip;
use super::options::Average;
use super::updater::Updater;
use super::{Rule, words::EMA_MOMENTUM};
use crate::base::{Allowed, Result};
use crate::nn::config::{Configured, Field, Fields, Json, Node};
use crate::nn::schedule::Schedule;
use std::sync::Arc;

/// A learning rate: a number or a schedule.
struct Rate(Arc<dyn Schedule>);

impl Field for Rate {
    fn read(node: &Node<'_>) -> Result<Self> {
        match node.value.as_f64() {
            Some(rate) => Ok(Self(Arc::new(rate))),
            None => Arc::<dyn Schedule>::read(node).map(Self),
        }
    }
    fn write(&self) -> Result<Json> {
        match self.0.name() {
            "constant" => self.0.at(0).write(),
            _ => self.0.write(),
        }
    }
    fn schema() -> Json {
        serde_json::json!({ "anyOf": [{ "type": "number" }, Arc::<dyn Schedule>::schema()] })
    }
}

impl<R: Rule> Updater<R> {
    /// Whether it has options Keras's files have no place for.
    pub(super) fn has_own_options(&self) -> bool {
        let o = &self.options;
        !(o.undecayed.is_empty() && o.rates.is_empty() && self.scheduled.is_empty())
    }

    /// The hyper-parameters of the rule.
    fn hyper_fields(&mut self, fields: &mut Fields<'_>) -> Result<()> {
        for (hyper, value) in R::HYPERS.iter().zip(&mut self.hypers) {
            if hyper.allowed == Allowed::Flag {
                let mut flag = *value != 0.0;
                fields.takes(hyper.name, &mut flag)?;
                *value = flag.into();
            } else {
                fields.takes(hyper.name, value)?;
            }
        }
        Ok(())
    }

    /// The three ways of clipping, each null where it is not the one.
    fn clip_fields(&mut self, fields: &mut Fields<'_>) -> Result<()> {
        let ways: [fn(f64) -> Clip; 3] = [Clip::Norm, Clip::Value, Clip::GlobalNorm];
        for way in ways {
            let name = way(0.0).name();
            let mut limit = self.options.clips.iter().find(|c| c.name() == name).map(|c| c.limit());
            fields.takes(name, &mut limit)?;
            if fields.reads() {
                self.options.clips.extend(limit.map(way));
            }
        }
        Ok(())
    }

    fn average_fields(&mut self, fields: &mut Fields<'_>) -> Result<()> {
        let average = self.options.average;
        let (mut used, mut momentum) = (average.is_some(), average.map_or(EMA_MOMENTUM, |a| a.momentum));
        let mut overwrite = average.and_then(|a| a.overwrite);
        fields.takes("use_ema", &mut used)?;
        fields.takes("ema_momentum", &mut momentum)?;
        fields.takes("ema_overwrite_frequency", &mut overwrite)?;
        self.options.average = used.then_some(Average { momentum, overwrite });
        Ok(())
    }

    /// What Keras's files have no place for: written where it is used.
    fn own_fields(&mut self, fields: &mut Fields<'_>) -> Result<()> {
        if !fields.reads() && !self.has_own_options() {
            return Ok(());
        }
        fields.takes("exclude_from_weight_decay", &mut self.options.undecayed)?;
        let (mut names, mut rates): (Vec<String>, Vec<f64>) = self.options.rates.iter().cloned().unzip();
        fields.takes("multiplied", &mut names)?;
        fields.takes("learning_rate_multipliers", &mut rates)?;
        self.options.rates = names.into_iter().zip(rates).collect();
        let (mut names, mut schedules): (Vec<String>, Vec<Arc<dyn Schedule>>) =
            self.scheduled.iter().map(|(name, _, schedule)| (name.clone(), schedule.clone())).unzip();
        fields.takes("scheduled", &mut names)?;
        fields.takes("schedules", &mut schedules)?;
        if fields.reads() {
            for (name, schedule) in names.iter().zip(schedules) {
                *self = self.clone().schedule(name, schedule);
            }
        }
        Ok(())
    }
}

impl<R: Rule> Configured for Updater<R> {
    const CLASS: &'static str = R::CLASS;

    fn plain() -> Self {
        Self::default()
    }

    fn fields(&mut self, fields: &mut Fields<'_>) -> Result<()> {
        let mut rate = Rate(self.learning_rate.clone());
        fields.either(&["learning_rate", "lr"], &mut rate)?;
        self.learning_rate = rate.0;
        self.hyper_fields(fields)?;
        // Keras says null for none, except where decay is what the class is for.
        let decays = R::WEIGHT_DECAY != 0.0 || self.options.weight_decay != 0.0;
        let mut decay = (decays && !fields.reads()).then_some(self.options.weight_decay);
        if fields.reads() {
            decay = Some(self.options.weight_decay);
        }
        fields.takes("weight_decay", &mut decay)?;
        self.options.weight_decay = decay.unwrap_or(0.0);
        self.clip_fields(fields)?;
        self.average_fields(fields)?;
        fields.takes("gradient_accumulation_steps", &mut self.options.accumulation)?;
        self.own_fields(fields)?;
        fields.only("loss_scale_factor", &Json::Null)?;
        fields.ignores(&["name", "jit_compile", "is_legacy_optimizer"]);
        Ok(())
    }
}
