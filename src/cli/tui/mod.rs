//! A training in the whole terminal: what `wgrad train --tui` shows.
//!
//! The training tells a [`State`](state::State) a few times a second; a thread of its own draws it and listens to keys, so
//! that they are answered whatever the device is at.

mod draw;
mod keys;
mod layers;
mod panels;
mod state;
mod terminal;
#[cfg(test)]
mod tests;
mod watch;

use super::signals::Signals;
use super::view::About;
use crate::base::{Error, Result};
use crate::train::Fit;
use std::io::IsTerminal;
use std::path::PathBuf;

/// Steps from one look into layers and gradients to the next: those between cost what they cost without.
pub const OBSERVE: u64 = 50;

/// Whether there is a terminal to draw on. `NO_COLOR` takes the colours, not the view that was asked for.
pub fn possible() -> bool {
    std::io::stderr().is_terminal() && std::env::var("TERM").is_ok_and(|term| term != "dumb")
}

/// Covers the terminal until `fit` is over.
pub fn watch<'a>(fit: Fit<'a>, about: &About, signals: &Signals) -> Result<Fit<'a>> {
    let failed = |source| Error::Write { path: PathBuf::from("the terminal"), source, help: "leave --tui out" };
    signals.listen().map_err(failed)?;
    let view = watch::View::open(about, signals).map_err(failed)?;
    Ok(fit.callback(view).stop_handle(&signals.handle()))
}
