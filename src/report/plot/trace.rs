//! The shapes of one line: what has a place on both axes, in pieces between gaps.

use super::canvas::{Area, Canvas};
use super::color::Color;
use super::format::Style;
use super::keys::DASHES;
use super::line::Line;
use super::scale::{Kind, Scale};

/// Both axes and the area they span.
pub(super) struct Frame {
    pub(super) area: Area,
    pub(super) x: Scale,
    pub(super) y: Scale,
}

impl Frame {
    pub(super) fn x(&self, value: f64) -> f64 {
        self.area.x + self.x.at(value) * self.area.width
    }

    pub(super) fn y(&self, value: f64) -> f64 {
        // Far outside, a place is cut: renderers count in single precision.
        self.area.bottom() - self.y.at(value).clamp(-10.0, 11.0) * self.area.height
    }

    fn takes(&self, (x, y): (f64, f64)) -> bool {
        self.x.kind.takes(x) && self.y.kind.takes(y)
    }

    /// The line's colour area, band, stroke and points.
    pub(super) fn trace(&self, canvas: &mut Canvas, line: &Line, color: Color, dashed: bool) {
        canvas.open(color.class());
        let pieces: Vec<_> = line.points.split(|point| !self.takes(*point)).filter(|piece| !piece.is_empty()).collect();
        if line.filled {
            for piece in &pieces {
                let mut shape = self.places(piece);
                let floor = self.area.bottom();
                shape.extend([(self.x(piece[piece.len() - 1].0), floor), (self.x(piece[0].0), floor)]);
                canvas.polygon(&shape, 0.22);
            }
        }
        self.band(canvas, line);
        let more = if dashed { DASHES } else { "" };
        for piece in pieces.iter().filter(|_| !line.loose) {
            match self.places(piece).as_slice() {
                // A point by itself is no line.
                [point] if !line.markers => canvas.disc(*point, 3.0, ""),
                [_] => {}
                points => canvas.polyline(points, self.stroke(points), more),
            }
        }
        if line.markers {
            for (x, y) in line.points.iter().filter(|point| self.takes(**point)) {
                let told = format!("{}: {}", Style::Plain.value(*x), Style::Plain.value(*y));
                canvas.disc((self.x(*x), self.y(*y)), if line.loose { 2.2 } else { 3.2 }, &told);
            }
        }
        canvas.close();
    }

    /// Crosses where a line has no place, one for each gap: at the lower edge for what is too low for a logarithm, at the
    /// upper edge for what is no finite number.
    pub(super) fn crosses(&self, canvas: &mut Canvas, line: &Line, color: Color) {
        let gap = |at: usize| {
            let (x, y) = line.points[at];
            self.x.kind.takes(x) && (0.0..=1.0).contains(&self.x.at(x)) && !self.y.kind.takes(y)
        };
        canvas.open(color.class());
        for at in (0..line.points.len()).filter(|at| gap(*at) && (*at == 0 || !gap(at - 1))) {
            let (x, value) = line.points[at];
            let (x, y) = (self.x(x), if value.is_finite() { self.area.bottom() } else { self.area.y });
            for (from, to) in [((x - 3.5, y - 3.5), (x + 3.5, y + 3.5)), ((x - 3.5, y + 3.5), (x + 3.5, y - 3.5))] {
                canvas.segment(from, to, 1.6, " class=\"gap\"");
            }
        }
        canvas.close();
    }

    fn band(&self, canvas: &mut Canvas, line: &Line) {
        let around: Vec<_> = line.points.iter().zip(&line.spread).collect();
        let whole = |((x, y), spread): &(&(f64, f64), &f64)| self.takes((*x, *y)) && spread.is_finite();
        for piece in around.split(|entry| !whole(entry)).filter(|piece| piece.len() > 1) {
            let edge = |sign: f64| piece.iter().map(move |((x, y), spread)| (*x, y + sign * spread.abs()));
            // Below zero a logarithmic axis has no place: the band ends at the lower edge.
            let place = |(x, y): (f64, f64)| {
                let y = if y > 0.0 || self.y.kind == Kind::Linear { y } else { self.y.low };
                (self.x(x), self.y(y.clamp(f64::MIN, f64::MAX)))
            };
            let shape: Vec<_> = edge(1.0).chain(edge(-1.0).rev()).map(place).collect();
            canvas.polygon(&shape, 0.18);
        }
    }

    /// Width of the stroke through points: thin where it goes up and down so often that its inside would not show.
    fn stroke(&self, points: &[(f64, f64)]) -> f64 {
        let travel: f64 = points.windows(2).map(|pair| (pair[1].1 - pair[0].1).abs()).sum();
        if travel > 12.0 * (self.area.width + self.area.height) { 1.0 } else { 2.0 }
    }

    /// Whether a piece has more points than the picture has room for.
    fn crowded(&self, points: usize) -> bool {
        points as f64 > 4.0 * self.area.width
    }

    /// Where the points are; of the points within half a pixel only the first, lowest, highest and last are kept, because
    /// a picture of a million steps looks the same without the rest.
    fn places(&self, piece: &[(f64, f64)]) -> Vec<(f64, f64)> {
        let all: Vec<_> = piece.iter().map(|(x, y)| (self.x(*x), self.y(*y))).collect();
        if !self.crowded(all.len()) {
            return all;
        }
        let column = |point: &(f64, f64)| (point.0 * 2.0).floor();
        let mut kept = Vec::new();
        for group in all.chunk_by(|a, b| column(a) == column(b)) {
            let by = |extreme: fn(f64, f64) -> bool| {
                (0..group.len()).fold(0, |best, at| if extreme(group[at].1, group[best].1) { at } else { best })
            };
            let mut chosen = [0, by(|a, b| a < b), by(|a, b| a > b), group.len() - 1];
            chosen.sort_unstable();
            let mut last = usize::MAX;
            for at in chosen {
                if at != last {
                    kept.push(group[at]);
                }
                last = at;
            }
        }
        kept
    }
}
