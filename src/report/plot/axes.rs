//! The frame of a chart: grid, ticks and the names of the axes.

use super::canvas::{Anchor, Canvas};
use super::format::{self, Style};
use super::scale::Tick;
use super::trace::Frame;

/// Size of the text at the ticks.
pub(super) const SIZE: f64 = 11.0;

/// About how many ticks fit into a height, or a width where the widest label is `widest` pixels.
pub(super) fn fitting(length: f64, widest: f64) -> usize {
    (length / widest.max(34.0)).round().clamp(2.0, 10.0) as usize
}

/// The ticks of an axis of `width` pixels, no more than their labels leave room for.
pub(super) fn across(frame: &Frame, whole: bool, style: Style) -> Vec<Tick> {
    let mut wanted = fitting(frame.area.width, 60.0);
    loop {
        let ticks = frame.x.ticks(wanted, whole, style);
        let named: Vec<_> = ticks.iter().filter(|tick| !tick.label.is_empty()).collect();
        let clear = named.windows(2).all(|pair| {
            let room = frame.x(pair[1].value) - frame.x(pair[0].value);
            room > (format::width(&pair[0].label, SIZE) + format::width(&pair[1].label, SIZE)) / 2.0 + 8.0
        });
        if clear || wanted <= 2 {
            return ticks;
        }
        wanted -= 1;
    }
}

/// Draws grid, ticks and both axes.
pub(super) fn draw(canvas: &mut Canvas, frame: &Frame, x_ticks: &[Tick], y_ticks: &[Tick]) {
    let area = frame.area;
    canvas.open("grid");
    for tick in y_ticks {
        let y = frame.y(tick.value);
        let width = if tick.label.is_empty() { 0.5 } else { 1.0 };
        canvas.segment((area.x, y), (area.right(), y), width, "");
    }
    for tick in x_ticks {
        let x = frame.x(tick.value);
        let width = if tick.label.is_empty() { 0.5 } else { 1.0 };
        canvas.segment((x, area.y), (x, area.bottom()), width, "");
    }
    canvas.close();
    canvas.open("dim");
    canvas.segment((area.x, area.y), (area.x, area.bottom()), 1.0, "");
    canvas.segment((area.x, area.bottom()), (area.right(), area.bottom()), 1.0, "");
    canvas.close();
    for tick in y_ticks {
        canvas.text("dim", (area.x - 7.0, frame.y(tick.value) + 4.0), Anchor::End, SIZE, &tick.label);
    }
    for tick in x_ticks {
        let x = frame.x(tick.value);
        if !tick.label.is_empty() {
            canvas.open("dim");
            canvas.segment((x, area.bottom()), (x, area.bottom() + 4.0), 1.0, "");
            canvas.close();
        }
        canvas.text("dim", (x, area.bottom() + 17.0), Anchor::Middle, SIZE, &tick.label);
    }
}
