//! A chart of lines.

use super::Picture;
use super::axes::{self, SIZE};
use super::canvas::{Anchor, Area, Canvas};
use super::color::Color;
use super::format::{self, Style};
use super::keys::{self, Key, PITCH};
use super::line::Line;
use super::scale::{Kind, Scale};
use super::trace::Frame;

/// One axis, as asked for.
#[derive(Clone, Debug, Default)]
struct Axis {
    label: String,
    kind: Kind,
    limits: Option<(f64, f64)>,
    style: Style,
}

/// Lines over one pair of axes, each named beside its end.
///
/// ```
/// use wgrad::report::plot::{Chart, Color, Line, Picture};
/// let svg = Chart::new("Learning rate")
///     .x("rate")
///     .y("loss")
///     .log_x()
///     .line(Line::points("", [(1e-4, 2.3), (1e-3, 1.1), (1e-2, 0.4), (1e-1, f64::NAN)]).markers().color(Color::Green))
///     .mark(1e-2, "chosen")
///     .svg();
/// assert!(svg.contains("chosen") && svg.contains("not drawn: 1 value that is NaN or infinite"));
/// ```
#[derive(Clone, Debug)]
pub struct Chart {
    title: String,
    x: Axis,
    y: Axis,
    lines: Vec<Line>,
    marks: Vec<(f64, String)>,
    notes: Vec<String>,
    size: Option<(f64, f64)>,
    /// Numbers that must be on the y axis.
    include: Vec<f64>,
}

impl Chart {
    /// A chart without lines.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            x: Axis::default(),
            y: Axis::default(),
            lines: Vec::new(),
            marks: Vec::new(),
            notes: Vec::new(),
            size: None,
            include: Vec::new(),
        }
    }

    /// Names the x axis.
    pub fn x(mut self, label: impl Into<String>) -> Self {
        self.x.label = label.into();
        self
    }

    /// Names the y axis.
    pub fn y(mut self, label: impl Into<String>) -> Self {
        self.y.label = label.into();
        self
    }

    /// A logarithmic x axis.
    pub fn log_x(mut self) -> Self {
        self.x.kind = Kind::Log;
        self
    }

    /// A logarithmic y axis.
    pub fn log_y(mut self) -> Self {
        self.y.kind = Kind::Log;
        self
    }

    /// The ends of the x axis, instead of those of the data. Ends that make no axis are not taken.
    pub fn x_range(mut self, low: f64, high: f64) -> Self {
        self.x.limits = Some((low, high));
        self
    }

    /// The ends of the y axis, instead of those of the data. Ends that make no axis are not taken.
    pub fn y_range(mut self, low: f64, high: f64) -> Self {
        self.y.limits = Some((low, high));
        self
    }

    /// Widens the y axis until `value` is on it.
    pub fn y_include(mut self, value: f64) -> Self {
        self.include.push(value);
        self
    }

    /// Writes the numbers of y, shares of one, in hundredths.
    pub fn percent(mut self) -> Self {
        self.y.style = Style::Percent;
        self
    }

    /// Adds a line.
    pub fn line(mut self, line: Line) -> Self {
        self.lines.push(line);
        self
    }

    /// Marks a place on the x axis with a dotted line and a text above it.
    pub fn mark(mut self, x: f64, text: impl Into<String>) -> Self {
        self.marks.push((x, text.into()));
        self
    }

    /// Adds a note under the picture.
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// Width and height in CSS pixels, at least 160 by 120.
    pub fn sized(mut self, width: f64, height: f64) -> Self {
        self.size = Some((width.max(160.0), height.max(120.0)));
        self
    }

    /// Colour and dashes of line `at`: the palette's next, dashed where the palette begins again.
    fn look(&self, at: usize) -> (Color, bool) {
        let line = &self.lines[at];
        let nth = self.lines[..at].iter().filter(|line| line.color.is_none()).count();
        let again = nth / Color::ALL.len() % 2 == 1 && line.color.is_none();
        (line.color.unwrap_or(Color::nth(nth)), line.dashed != again)
    }

    fn scales(&self) -> (Scale, Scale) {
        let points = || self.lines.iter().flat_map(|line| &line.points).filter(|(x, y)| self.takes(*x, *y));
        let edges = self.lines.iter().flat_map(|line| {
            let around = line.points.iter().zip(&line.spread).filter(|((x, y), _)| self.takes(*x, *y));
            around.flat_map(|((_, y), spread)| [y - spread.abs(), y + spread.abs()])
        });
        let marked = self.lines.iter().any(|line| line.markers);
        let marks = self.marks.iter().map(|(x, _)| *x);
        // The x axis has the gaps too.
        let all = self.lines.iter().flat_map(|line| &line.points).map(|(x, _)| *x);
        let x = all.chain(marks);
        let y = points().map(|(_, y)| *y).chain(edges).chain(self.include.iter().copied());
        let x = Scale::of(self.x.kind, x, self.x.limits, if marked { 0.02 } else { 0.0 });
        (x, Scale::of(self.y.kind, y, self.y.limits, 0.05))
    }

    fn takes(&self, x: f64, y: f64) -> bool {
        self.x.kind.takes(x) && self.y.kind.takes(y)
    }

    /// What is said under the picture: what could not be drawn, then the notes.
    fn told(&self) -> Vec<String> {
        let mut told = Vec::new();
        for line in &self.lines {
            let bad = line.points.iter().filter(|(x, y)| !x.is_finite() || !y.is_finite()).count();
            let low = line.points.iter().filter(|(x, y)| x.is_finite() && y.is_finite() && !self.takes(*x, *y)).count();
            for (count, what) in [(bad, "NaN or infinite"), (low, "not above zero")] {
                let of = if line.name.is_empty() { String::new() } else { format!(" of {}", line.name) };
                match count {
                    0 => {}
                    1 => told.push(format!("not drawn: 1 value{of} that is {what}")),
                    n => told.push(format!("not drawn: {n} values{of} that are {what}")),
                }
            }
        }
        told.extend(self.notes.iter().cloned());
        told
    }

    fn draw_keys(&self, canvas: &mut Canvas, frame: &Frame, room: f64) {
        let named: Vec<usize> = (0..self.lines.len()).filter(|at| !self.lines[*at].name.is_empty()).collect();
        let (top, right, bottom) = (frame.area.y, frame.area.right(), frame.area.bottom());
        // A line is named at its end, a shaded shape at its top.
        let end = |at: &usize| {
            let line = &self.lines[*at];
            let mut there = line.points.iter().rev().filter(|(x, y)| self.takes(*x, *y));
            if line.filled { there.max_by(|a, b| a.1.total_cmp(&b.1)) } else { there.next() }
        };
        let wanted = |at: &usize| end(at).map_or(bottom, |(_, y)| frame.y(*y).clamp(top, bottom));
        let wanted: Vec<f64> = named.iter().map(wanted).collect();
        let places = keys::apart(&wanted, top + 4.0, bottom - 4.0);
        let all = self.keys();
        for ((at, key), (wanted, place)) in named.iter().zip(&all).zip(wanted.iter().zip(places)) {
            let ends_here = !key.filled && end(at).is_some_and(|(x, _)| frame.x(*x) > right - 0.03 * frame.area.width);
            if ends_here && (place - wanted).abs() > 2.0 {
                canvas.open(key.color.class());
                canvas.segment((right + 4.0, *wanted), (right + 14.0, place), 0.8, " stroke-opacity=\"0.7\"");
                canvas.close();
            }
            key.draw(canvas, (right + 16.0, place), room - 16.0);
        }
    }

    fn draw_marks(&self, canvas: &mut Canvas, frame: &Frame) {
        let area = frame.area;
        let taken = area.x + if self.y.label.is_empty() { 0.0 } else { format::width(&self.y.label, 12.0) };
        for (x, text) in self.marks.iter().filter(|(x, _)| self.x.kind.takes(*x)) {
            let x = frame.x(*x);
            if !(area.x - 1.0..=area.right() + 1.0).contains(&x) {
                continue;
            }
            canvas.open("dim");
            canvas.segment((x, area.y - 2.0), (x, area.bottom()), 1.2, " stroke-dasharray=\"1.5 3\"");
            canvas.close();
            let half = format::width(text, SIZE) / 2.0;
            let middle = x.max(taken + half).min(area.right() - half);
            canvas.text("dim", (middle, area.y - 7.0), Anchor::Middle, SIZE, text);
        }
    }

    /// Notes below `area`, in lines of its width.
    fn note_lines(&self, width: f64) -> Vec<String> {
        self.told().iter().flat_map(|note| format::wrap(note, SIZE, width)).collect()
    }

    /// How high it must be for all keys to have a place.
    fn grown(&self, (width, height): (f64, f64)) -> (f64, f64) {
        let around = 90.0 + 14.0 * self.note_lines(width - 20.0).len() as f64;
        (width, height.max(around + PITCH * self.keys().len() as f64))
    }
}

impl Picture for Chart {
    fn title(&self) -> &str {
        &self.title
    }

    fn size(&self) -> (f64, f64) {
        self.size.unwrap_or_else(|| self.grown((640.0, 380.0)))
    }

    fn panel_size(&self) -> (f64, f64) {
        self.size.unwrap_or_else(|| self.grown((400.0, 260.0)))
    }

    fn keys(&self) -> Vec<Key> {
        let named = self.lines.iter().enumerate().filter(|(_, line)| !line.name.is_empty());
        let key = |(at, line): (usize, &Line)| {
            let (color, dashed) = self.look(at);
            Key { name: line.name.clone(), color, dashed, markers: line.markers, filled: line.filled }
        };
        named.map(key).collect()
    }

    fn draw(&self, canvas: &mut Canvas, area: Area, keys: bool) {
        let area = Area { x: area.x + 10.0, y: area.y + 8.0, width: area.width - 20.0, height: area.height - 16.0 };
        let mut top = area.y + canvas.title(area, if area.width > 500.0 { 16.0 } else { 14.0 }, &self.title);
        let headed = !self.y.label.is_empty() || !self.marks.is_empty();
        top += if headed { 26.0 } else { 10.0 };
        let notes = self.note_lines(area.width);
        let below = 20.0 + if self.x.label.is_empty() { 0.0 } else { 17.0 } + notes.len() as f64 * 14.0;
        let height = (area.bottom() - below - top).max(20.0);

        let (x, y) = self.scales();
        let y_ticks = y.ticks(axes::fitting(height, 42.0), false, self.y.style);
        let widest = y_ticks.iter().map(|tick| format::width(&tick.label, SIZE)).fold(0.0, f64::max);
        let left = widest + 9.0;
        let room = match self.keys().iter().map(Key::width).reduce(f64::max) {
            Some(widest) if keys => (widest + 18.0).min(area.width * 0.42),
            _ => 8.0,
        };
        let inner = Area { x: area.x + left, y: top, width: (area.width - left - room).max(20.0), height };
        let frame = Frame { area: inner, x, y };
        let mut points = self.lines.iter().flat_map(|line| &line.points).peekable();
        let whole = points.peek().is_some() && points.all(|(x, _)| x.fract() == 0.0);
        let x_ticks = axes::across(&frame, whole, self.x.style);

        axes::draw(canvas, &frame, &x_ticks, &y_ticks);
        if headed {
            let label = format::fit(&self.y.label, 12.0, area.width);
            canvas.text("dim", (area.x, top - 10.0), Anchor::Start, 12.0, &label);
        }
        self.draw_marks(canvas, &frame);
        let cut = self.x.limits.is_some() || self.y.limits.is_some();
        if cut {
            canvas.clip(inner);
        }
        for (at, line) in self.lines.iter().enumerate() {
            let (color, dashed) = self.look(at);
            frame.trace(canvas, line, color, dashed);
        }
        if cut {
            canvas.unclip();
        }
        for (at, line) in self.lines.iter().enumerate() {
            frame.crosses(canvas, line, self.look(at).0);
        }
        if !self.lines.iter().flat_map(|line| &line.points).any(|(x, y)| self.takes(*x, *y)) {
            let middle = (inner.x + inner.width / 2.0, inner.y + inner.height / 2.0);
            canvas.text("dim", middle, Anchor::Middle, 12.0, "no data");
        }
        if keys {
            self.draw_keys(canvas, &frame, room);
        }
        let label = format::fit(&self.x.label, 12.0, inner.width);
        let middle = inner.x + inner.width / 2.0;
        canvas.text("dim", (middle, inner.bottom() + 34.0), Anchor::Middle, 12.0, &label);
        for (at, note) in notes.iter().rev().enumerate() {
            canvas.text("dim", (area.x, area.bottom() - 14.0 * at as f64), Anchor::Start, SIZE, note);
        }
    }
}
