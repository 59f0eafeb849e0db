//! What is seen of a training: lines, a bar, or with `--tui` the whole terminal.

use super::signals::Signals;
use super::talk::Talk;
use crate::base::Result;
use crate::data::Samples;
use crate::report::TensorBoard;
use crate::train::Fit;
use clap::Args;
use std::path::PathBuf;

/// Options of what trains.
#[derive(Args, Clone, Debug, Default)]
pub struct ViewOptions {
    /// Curves, layers, speed and memory in the whole terminal: q stops and saves, p pauses, h tells the other keys
    #[arg(long, conflicts_with = "quiet", help_heading = "What is said")]
    tui: bool,
    /// Folder for TensorBoard: numbers of each epoch, histograms of variables, gradients and activations
    #[arg(long, value_name = "FOLDER", help_heading = "What is said")]
    tensorboard: Option<PathBuf>,
}

/// Samples whose activations histograms are of.
const BOARD: usize = 64;

/// What is trained, in words and figures.
#[derive(Clone, Debug, Default)]
#[cfg_attr(not(feature = "tui"), allow(dead_code, reason = "the view tells it"))]
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
    /// Steps from one look into layers and gradients to the next, where somebody will see it.
    pub fn observe_every(&self) -> Option<u64> {
        #[cfg(feature = "tui")]
        if self.tui && super::tui::possible() {
            return Some(super::tui::OBSERVE);
        }
        None
    }

    /// Adds to `fit` what writes for TensorBoard, where it was asked for; activations are those of the first of `samples`.
    ///
    /// # Errors
    /// There is no sample.
    pub fn board<'a>(&self, fit: Fit<'a>, samples: &Samples) -> Result<Fit<'a>> {
        let Some(folder) = &self.tensorboard else { return Ok(fit) };
        let first: Vec<usize> = (0..samples.len().min(BOARD)).collect();
        Ok(fit.callback(TensorBoard::new(folder).histogram_freq(1).activations_of(samples.select(&first)?)))
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
