//! What is seen of a training: lines, a bar, or with `--tui` the whole terminal.

use super::signals::Signals;
use super::talk::Talk;
use crate::base::Result;
use crate::train::{Compile, Fit};
use clap::Args;

/// Options of what trains.
#[derive(Args, Clone, Debug, Default)]
pub struct ViewOptions {
    /// Curves, layers, speed and memory in the whole terminal: q stops and saves, p pauses, h tells the other keys
    #[arg(long, conflicts_with = "quiet", help_heading = "What is said")]
    tui: bool,
}

/// What is trained, in words and figures.
#[derive(Clone, Debug, Default)]
pub struct About {
    /// The data and the model.
    pub title: String,
    /// The device.
    pub device: String,
    /// Bytes on it.
    pub memory: u64,
    /// Samples of an epoch.
    pub samples: usize,
}

impl ViewOptions {
    /// Lets the device look into layers and gradients where somebody will see it.
    pub fn observe(&self, how: Compile) -> Compile {
        #[cfg(feature = "tui")]
        if self.tui && super::tui::possible() {
            return how.observe_every(super::tui::OBSERVE);
        }
        how
    }

    /// Adds to `fit` what tells of it. It has to come behind the callbacks whose numbers it shall tell.
    ///
    /// # Errors
    /// The terminal or the signals cannot be had.
    pub fn watch<'a>(&self, fit: Fit<'a>, talk: &Talk, about: &About, signals: &Signals) -> Result<Fit<'a>> {
        if !self.tui {
            return Ok(fit.callback(talk.progress(about.samples)));
        }
        #[cfg(feature = "tui")]
        if super::tui::possible() {
            let fit = super::tui::watch(fit, about, signals)?;
            return Ok(fit.callback(talk.lines(about.samples)));
        }
        let _ = signals;
        talk.note(if cfg!(feature = "tui") {
            "--tui: stderr is no terminal that can be drawn on; lines instead"
        } else {
            "--tui: this program was built without the feature `tui`; lines instead"
        });
        Ok(fit.callback(talk.progress(about.samples)))
    }
}
