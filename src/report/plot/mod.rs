//! Pictures as SVG: curves, panels of curves, bars, histograms and small images.
//!
//! A picture is text, needs no fonts and no crate to draw it, has a transparent background and follows the reader's
//! light or dark scheme. Its colours are told apart by colour-blind eyes too.
//!
//! ```
//! use wgrad::report::plot::{Chart, Line, Picture};
//!
//! let chart = Chart::new("Digits")
//!     .x("epoch")
//!     .y("loss")
//!     .log_y()
//!     .line(Line::new("training", [1.2, 0.5, 0.3, 0.21]))
//!     .line(Line::new("validation", [0.9, 0.5, 0.36, 0.33]).dashed());
//! let path = std::env::temp_dir().join("wgrad-doc-loss.svg");
//! chart.save(&path)?;
//! # std::fs::remove_file(path).unwrap();
//! # Ok::<(), wgrad::base::Error>(())
//! ```
//!
//! Numbers that are NaN or infinite, or not above zero on a logarithmic axis, leave a gap, a cross at the edge and a note
//! under the picture.

mod axes;
mod bars;
mod canvas;
mod chart;
mod color;
mod format;
mod histogram;
mod images;
mod keys;
mod line;
mod panels;
mod png;
#[cfg(feature = "png")]
mod raster;
mod scale;
#[cfg(test)]
mod tests;
mod trace;

pub use bars::Bars;
pub use canvas::{Area, Canvas};
pub use chart::Chart;
pub use color::Color;
pub use histogram::Histogram;
pub use images::{Image, Images};
pub use keys::Key;
pub use line::Line;
pub use panels::Panels;
#[cfg(feature = "png")]
pub use raster::{svg_to_png, to_png};

use crate::base::Result;
use std::path::Path;

/// A number by itself, to four digits, as all pictures write it.
pub(crate) fn short(value: f64) -> String {
    format::Style::Plain.value(value)
}

/// What can be drawn, by itself or in [`Panels`].
pub trait Picture {
    /// Its title; empty for none.
    fn title(&self) -> &str;

    /// Width and height by itself, in CSS pixels.
    fn size(&self) -> (f64, f64);

    /// Width and height as one of several [`Panels`], in CSS pixels.
    fn panel_size(&self) -> (f64, f64) {
        self.size()
    }

    /// What its colours stand for. Panels of the same keys show them once.
    fn keys(&self) -> Vec<Key> {
        Vec::new()
    }

    /// Draws everything within `area`; the keys only if `keys` is true.
    fn draw(&self, canvas: &mut Canvas, area: Area, keys: bool);

    /// The picture as the text of an SVG file, which may also stand within a page of HTML.
    fn svg(&self) -> String {
        let (width, height) = self.size();
        let mut canvas = Canvas::default();
        self.draw(&mut canvas, Area { x: 0.0, y: 0.0, width, height }, true);
        canvas.finish(self.title(), width, height)
    }

    /// Writes the picture to a file, whole or not at all. The folder must exist.
    fn save(&self, path: impl AsRef<Path>) -> Result<()>
    where
        Self: Sized,
    {
        crate::train::save::save(path, self.svg().as_bytes())
    }
}
