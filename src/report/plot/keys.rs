//! What the colours of a picture stand for, told beside the ends of its lines or in a row above its panels.

use super::canvas::{Anchor, Area, Canvas};
use super::color::Color;
use super::format;

/// A name and how its line looks.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// The name.
    pub name: String,
    /// The colour.
    pub color: Color,
    /// Whether the line is dashed.
    pub dashed: bool,
    /// Whether the points are discs.
    pub markers: bool,
    /// Whether the ground under the line is shaded.
    pub filled: bool,
}

/// Pixels from one key to the next below it.
pub(super) const PITCH: f64 = 16.0;
/// Length of the piece of line before a name.
const SAMPLE: f64 = 16.0;
/// Between the sample and the name.
const GAP: f64 = 6.0;
const SIZE: f64 = 12.0;

/// The dashes of dashed lines.
pub(super) const DASHES: &str = " stroke-dasharray=\"5 5\"";

impl Key {
    /// How wide the key is, sample and name, in pixels.
    pub(super) fn width(&self) -> f64 {
        SAMPLE + GAP + format::width(&self.name, SIZE)
    }

    /// Draws it with the middle of the sample's left end at a point, the name cut to `room` pixels in all.
    pub(super) fn draw(&self, canvas: &mut Canvas, at: (f64, f64), room: f64) {
        canvas.open(self.color.class());
        let more = if self.dashed { DASHES } else { "" };
        if self.filled {
            canvas.rectangle(Area { x: at.0, y: at.1 - 5.0, width: SAMPLE, height: 10.0 }, 0.6);
        } else {
            canvas.segment(at, (at.0 + SAMPLE, at.1), 2.0, &format!("{more} stroke-linecap=\"round\""));
        }
        if self.markers {
            canvas.disc((at.0 + SAMPLE / 2.0, at.1), 3.0, "");
        }
        canvas.close();
        let name = format::fit(&self.name, SIZE, room - SAMPLE - GAP);
        canvas.text("ink", (at.0 + SAMPLE + GAP, at.1 + 4.0), Anchor::Start, SIZE, &name);
    }
}

/// Draws the keys in rows from the upper left corner of `area`; returns the height they took.
pub(super) fn row(canvas: &mut Canvas, area: Area, keys: &[Key]) -> f64 {
    let (mut x, mut y) = (area.x, area.y + PITCH / 2.0);
    for key in keys {
        let width = key.width().min(area.width);
        if x > area.x && x + width > area.right() {
            (x, y) = (area.x, y + PITCH);
        }
        key.draw(canvas, (x, y), width);
        x += width + 20.0;
    }
    y + PITCH / 2.0 - area.y
}

/// The places nearest to `wanted` that are `PITCH` apart and between `top` and `bottom`, as far as these allow it.
pub(super) fn apart(wanted: &[f64], top: f64, bottom: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|a, b| wanted[*a].total_cmp(&wanted[*b]));
    // Neighbours too close become one block around the mean of what its members want; blocks merge until none overlap.
    let mut blocks: Vec<(f64, Vec<usize>)> = Vec::new();
    let start = |middle: f64, n: usize| {
        let height = (n - 1) as f64 * PITCH;
        (middle - height / 2.0).min(bottom - height).max(top)
    };
    for at in order {
        let mut block = (wanted[at], vec![at]);
        while let Some((middle, members)) = blocks.last() {
            let end = start(*middle, members.len()) + members.len() as f64 * PITCH;
            if end <= start(block.0, block.1.len()) {
                break;
            }
            let (n, m) = (members.len() as f64, block.1.len() as f64);
            block.0 = (middle * n + block.0 * m) / (n + m);
            block.1.splice(0..0, members.iter().copied());
            blocks.pop();
        }
        blocks.push(block);
    }
    let mut places = vec![0.0; wanted.len()];
    for (middle, members) in blocks {
        let first = start(middle, members.len());
        for (nth, at) in members.into_iter().enumerate() {
            places[at] = first + nth as f64 * PITCH;
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_do_not_cover_each_other() {
        assert_eq!(apart(&[50.0, 10.0], 0.0, 100.0), [50.0, 10.0]);
        let crowded = apart(&[99.0, 98.0, 97.0, 20.0], 0.0, 100.0);
        assert_eq!(crowded[3], 20.0);
        let mut sorted = crowded.clone();
        sorted.sort_by(f64::total_cmp);
        assert!(sorted.windows(2).all(|pair| pair[1] - pair[0] >= PITCH), "{crowded:?}");
        assert!(sorted[3] <= 100.0, "{crowded:?}");
    }
}
