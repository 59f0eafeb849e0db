//! How often a callback saves.

use crate::base::{Error, Result};
use crate::train::callback::{Every, Moment};
use std::time::{Duration, Instant};

/// How often a callback saves: Keras's `save_freq`. A number is [`SaveFreq::Steps`], a duration [`SaveFreq::Time`].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum SaveFreq {
    /// After every epoch.
    #[default]
    Epoch,
    /// After every so many steps, counted since the model was compiled and over epochs; at least 1.
    Steps(usize),
    /// Once this time has passed, at the next step or epoch that is looked at (a few times a second).
    Time(Duration),
}

impl From<usize> for SaveFreq {
    fn from(steps: usize) -> Self {
        Self::Steps(steps)
    }
}

impl From<Duration> for SaveFreq {
    fn from(time: Duration) -> Self {
        Self::Time(time)
    }
}

/// A frequency, and when it was last met.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    freq: SaveFreq,
    last: Instant,
}

impl Pace {
    pub fn new(freq: SaveFreq) -> Self {
        Self { freq, last: Instant::now() }
    }

    /// Fails where it is never met.
    pub fn check(&self, callback: &str) -> Result<()> {
        match self.freq {
            SaveFreq::Steps(0) => Err(Error::request(
                format!("callback {callback}: save_freq"),
                "at least 1 step",
                0,
                "or leave it out to save after every epoch",
            )),
            _ => Ok(()),
        }
    }

    /// How often it has to be asked within an epoch.
    pub fn every(&self) -> Every {
        match self.freq {
            SaveFreq::Epoch => Every::Epoch,
            SaveFreq::Steps(n) => Every::StepsOfTraining(n),
            SaveFreq::Time(_) => Every::Moment,
        }
    }

    /// Whether it is met, asked as often as that.
    pub fn is_due(&self, moment: Moment) -> bool {
        match (self.freq, moment) {
            (_, Moment::Interruption) | (SaveFreq::Epoch, Moment::Epoch) | (SaveFreq::Steps(_), Moment::Step) => true,
            (SaveFreq::Time(time), _) => self.last.elapsed() >= time,
            _ => false,
        }
    }

    /// States that it was met now.
    pub fn met(&mut self) {
        self.last = Instant::now();
    }
}
