//! A training at any step: everything it goes on from, and what must be as it was when it was begun.

use super::callback::State;
use super::logs::History;
use super::snapshot::{Array, Snapshot};
use crate::base::{Error, Result, Seed};

/// A training after any step, to the bit.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    /// Variables, what the optimizer remembers, counters.
    pub snapshot: Snapshot,
    /// Running totals and metrics of the epoch, as the device holds them.
    pub totals: Vec<Array>,
    /// What masks and shuffles are drawn from.
    pub seed: Seed,
    /// The epoch, counted from 0.
    pub epoch: usize,
    /// Steps of the epoch that are done; 0: the epoch has not begun.
    pub step: usize,
    /// Batches of this time through the data that are done.
    pub batch: usize,
    /// Whether a callback has ended training.
    pub stopped: bool,
    /// What the epochs before came to.
    pub history: History,
    /// What callbacks remember.
    pub states: Vec<State>,
    /// Names and texts of what must be the same when it goes on.
    pub facts: Facts,
    /// The version of wgrad it was taken by.
    pub version: String,
    /// The device it was trained on.
    pub device: String,
    /// What messages call it: the file.
    pub source: String,
}

/// Names and texts of what a training is: two that agree come to the same bits.
pub type Facts = Vec<(String, String)>;

/// The version of this crate.
pub(super) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What is compared only between trainings of one version of wgrad: the next may record the same otherwise.
pub(super) const RECORDED: &str = "options of layers, losses and optimizer";

/// The names of data among the facts.
pub(super) const DATA: [&str; 2] = ["training data", "validation data"];

impl Checkpoint {
    /// Steps trained so far.
    pub fn steps(&self) -> u64 {
        self.snapshot.progress.steps
    }

    /// Fails unless a training of these facts is the one it was taken of.
    pub(super) fn agree(&self, now: &Facts) -> Result<()> {
        let of = |facts: &Facts, name: &str| facts.iter().find(|(n, _)| n == name).map(|(_, text)| text.clone());
        let new = now.iter().filter(|(name, _)| of(&self.facts, name).is_none());
        let mut names: Vec<&str> = self.facts.iter().chain(new).map(|(name, _)| name.as_str()).collect();
        // What has a name of its own is told before what has none.
        names.sort_by_key(|name| *name == RECORDED);
        names.retain(|name| *name != RECORDED || self.version == VERSION);
        for name in names {
            let (saved, given) = (of(&self.facts, name), of(now, name));
            if saved == given {
                continue;
            }
            let help = match DATA.contains(&name) {
                true => "train on the samples it was begun with, or begin a training of its own elsewhere",
                false => "build, compile and train as when it was begun, or begin a training of its own elsewhere",
            };
            let [saved, given] = [saved, given].map(|text| text.unwrap_or_else(|| "none".to_owned()));
            return Err(Error::request(format!("going on from {}: {name}", self.source), saved, given, help));
        }
        Ok(())
    }

    /// What may lead to other bits without being wrong, as a note for people.
    pub(super) fn notes(&self, device: &str) -> Vec<String> {
        let mut notes = Vec::new();
        if self.version != VERSION {
            notes.push(format!("it was saved by wgrad {}, this is {VERSION}", self.version));
        }
        if self.device != device {
            notes.push(format!("it was trained on {}, this is {device}", self.device));
        }
        notes
    }

    /// The place among callbacks of one name is part of the name.
    pub(super) fn numbered(states: impl IntoIterator<Item = State>) -> Vec<State> {
        let mut all: Vec<State> = Vec::new();
        for mut state in states {
            let free = (0..).map(|i| if i == 0 { state.name.clone() } else { format!("{}_{i}", state.name) });
            state.name = free.filter(|name| !all.iter().any(|s| s.name == *name)).take(1).collect();
            all.push(state);
        }
        all
    }
}
