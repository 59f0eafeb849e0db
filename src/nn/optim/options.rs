//! What all optimizers take: decay, clipping, averaging, accumulation, and what differs per variable.

use super::clip::Clip;
use crate::base::{Allowed, Error, Result};
use crate::plan::Tape;

/// Averaged variables (Polyak & Juditsky 1992).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Average {
    pub momentum: f64,
    pub overwrite: Option<u32>,
}

/// What all optimizers take.
#[derive(Clone, Default)]
pub(super) struct Options {
    pub weight_decay: f64,
    /// Parts of the names of variables that do not decay.
    pub undecayed: Vec<String>,
    /// At most one, or `check` says so.
    pub clips: Vec<Clip>,
    pub average: Option<Average>,
    pub accumulation: Option<u32>,
    /// Parts of names, and what multiplies the learning rate of these variables.
    pub rates: Vec<(String, f64)>,
}

impl Options {
    /// Fails unless each option is within its range.
    pub fn check(&self, owner: &str) -> Result<()> {
        Allowed::NotNegative.check(owner, "weight_decay", self.weight_decay)?;
        if self.clips.len() > 1 {
            let got = self.clips.iter().map(|c| c.name()).collect::<Vec<_>>().join(" and ");
            let help = "choose one way of clipping";
            return Err(Error::request(owner, "one of clipnorm, clipvalue, global_clipnorm", got, help));
        }
        for clip in &self.clips {
            Allowed::Positive.check(owner, clip.name(), clip.limit())?;
        }
        if let Some(average) = self.average {
            Allowed::Share.check(owner, "ema_momentum", average.momentum)?;
            if average.overwrite == Some(0) {
                return Err(Error::request(
                    format!("{owner}: ema_overwrite_frequency"),
                    "at least 1",
                    0,
                    "or leave it out",
                ));
            }
        }
        for (name, rate) in &self.rates {
            Allowed::NotNegative.check(owner, &format!("learning_rate_multiplier of {name}"), *rate)?;
        }
        match self.accumulation {
            Some(steps) if steps < 2 => {
                let what = format!("{owner}: gradient_accumulation_steps");
                Err(Error::request(what, "at least 2", steps, "or leave it out"))
            }
            _ => Ok(()),
        }
    }

    /// Writes the options that differ per variable into the variables' tunings.
    pub fn tune(&self, optimizer: &str, tape: &mut Tape) -> Result<()> {
        let all: Vec<_> = tape.segments().into_iter().map(|(s, _)| (s.value, tape.name(s.value).to_owned())).collect();
        let multiplied = self.rates.iter().map(|(name, rate)| (name, Some(*rate)));
        for (part, rate) in multiplied.chain(self.undecayed.iter().map(|name| (name, None))) {
            let meant: Vec<_> = all.iter().filter(|(_, name)| name.contains(part.as_str())).collect();
            if meant.is_empty() {
                let names = all.iter().map(|(_, n)| n.as_str()).collect::<Vec<_>>().join(", ");
                let what = if rate.is_some() { "learning_rate_multiplier" } else { "exclude_from_weight_decay" };
                let help = "give a part of a variable's name";
                return Err(Error::request(
                    format!("optimizer {}: {what}", optimizer),
                    format!("a part of {names}"),
                    part,
                    help,
                ));
            }
            for (v, _) in meant {
                match rate {
                    Some(rate) => tape.tune(*v).rate *= rate,
                    None => tape.tune(*v).decay = 0.0,
                }
            }
        }
        Ok(())
    }
}
