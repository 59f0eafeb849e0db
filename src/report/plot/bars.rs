//! Horizontal bars, for comparisons.

use super::Picture;
use super::canvas::{Anchor, Area, Canvas};
use super::color::Color;
use super::format::{self, Style};
use super::scale::{Kind, Scale};

/// A named number, with how far it spreads to each side.
#[derive(Clone, Debug)]
struct Bar {
    name: String,
    value: f64,
    spread: f64,
}

/// One bar a name, from zero, with its number at the end.
///
/// ```
/// use wgrad::report::plot::{Bars, Picture};
/// let svg = Bars::new("Test accuracy after 10 epochs")
///     .percent()
///     .bar("sgd", 0.861)
///     .bar_spread("nadam", 0.893, 0.004)
///     .sorted()
///     .highlight("nadam")
///     .svg();
/// assert!(svg.find("nadam").unwrap() < svg.find("sgd").unwrap());
/// ```
#[derive(Clone, Debug)]
pub struct Bars {
    title: String,
    label: String,
    bars: Vec<Bar>,
    style: Style,
    highlight: Option<String>,
    dots: bool,
    width: f64,
}

/// Pixels from one bar to the next, and the height of one.
const PITCH: f64 = 24.0;
const THICK: f64 = 15.0;
const SIZE: f64 = 12.0;

impl Bars {
    /// No bars yet.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            label: String::new(),
            bars: Vec::new(),
            style: Style::Plain,
            highlight: None,
            dots: false,
            width: 640.0,
        }
    }

    /// Names what the bars measure, with its unit.
    pub fn x(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Adds a bar.
    pub fn bar(self, name: impl Into<String>, value: impl Into<f64>) -> Self {
        self.bar_spread(name, value, 0.0)
    }

    /// Adds a bar with a whisker of `spread` to each side.
    pub fn bar_spread(mut self, name: impl Into<String>, value: impl Into<f64>, spread: f64) -> Self {
        self.bars.push(Bar { name: name.into(), value: value.into(), spread: spread.abs() });
        self
    }

    /// Writes the numbers, shares of one, in hundredths.
    pub fn percent(mut self) -> Self {
        self.style = Style::Percent;
        self
    }

    /// Largest first, what is no number last.
    pub fn sorted(mut self) -> Self {
        let rank = |bar: &Bar| if bar.value.is_nan() { f64::NEG_INFINITY } else { bar.value };
        self.bars.sort_by(|a, b| rank(b).total_cmp(&rank(a)));
        self
    }

    /// Gives the bars of this name another colour.
    pub fn highlight(mut self, name: impl Into<String>) -> Self {
        self.highlight = Some(name.into());
        self
    }

    /// Dots instead of bars. The axis then begins near the least number and not at zero: for numbers close together.
    pub fn dots(mut self) -> Self {
        self.dots = true;
        self
    }

    /// Width in CSS pixels, at least 200.
    pub fn sized(mut self, width: f64) -> Self {
        self.width = width.max(200.0);
        self
    }

    fn written(&self, bar: &Bar) -> String {
        let value = self.style.value(bar.value);
        if bar.spread == 0.0 || !bar.value.is_finite() {
            return value;
        }
        // The unit is written once.
        format!("{} ± {}", value.trim_end_matches(" %"), self.style.value(bar.spread))
    }

    fn scale(&self) -> Scale {
        let ends = self.bars.iter().flat_map(|bar| {
            let spread = if bar.spread.is_finite() { bar.spread } else { 0.0 };
            [bar.value - spread, bar.value + spread]
        });
        if self.dots {
            return Scale::of(Kind::Linear, ends, None, 0.08);
        }
        Scale::of(Kind::Linear, ends.chain([0.0]), None, 0.0)
    }
}

impl Picture for Bars {
    fn title(&self) -> &str {
        &self.title
    }

    fn size(&self) -> (f64, f64) {
        let area = Area { x: 0.0, y: 0.0, width: self.width - 20.0, height: 0.0 };
        let title = Canvas::default().title(area, 16.0, &self.title);
        let label = if self.label.is_empty() { 0.0 } else { 17.0 };
        (self.width, title + self.bars.len().max(1) as f64 * PITCH + 46.0 + label)
    }

    fn panel_size(&self) -> (f64, f64) {
        (400.0, self.size().1)
    }

    fn draw(&self, canvas: &mut Canvas, area: Area, _keys: bool) {
        let area = Area { x: area.x + 10.0, y: area.y + 8.0, width: area.width - 20.0, height: area.height - 16.0 };
        let top = area.y + canvas.title(area, if area.width > 500.0 { 16.0 } else { 14.0 }, &self.title) + 10.0;
        let widest =
            |texts: &mut dyn Iterator<Item = String>| texts.map(|text| format::width(&text, SIZE)).fold(0.0, f64::max);
        let names = widest(&mut self.bars.iter().map(|bar| bar.name.clone())).min(area.width * 0.38);
        let values = widest(&mut self.bars.iter().map(|bar| self.written(bar))).min(area.width * 0.3);
        let scale = self.scale();
        let (left, right) = (area.x + names + 10.0, area.right() - values - 10.0);
        let x = |value: f64| left + scale.at(value).clamp(0.0, 1.0) * (right - left).max(10.0);
        let bottom = top + self.bars.len().max(1) as f64 * PITCH;

        let wanted = ((right - left) / 55.0).round().clamp(2.0, 8.0) as usize;
        for tick in scale.ticks(wanted, false, self.style) {
            let at = x(tick.value);
            canvas.open("grid");
            canvas.segment((at, top), (at, bottom), 1.0, "");
            canvas.close();
            canvas.text("dim", (at, bottom + 15.0), Anchor::Middle, 11.0, &tick.label);
        }
        canvas.text("dim", ((left + right) / 2.0, bottom + 32.0), Anchor::Middle, SIZE, &self.label);
        if self.bars.is_empty() {
            canvas.text("dim", ((left + right) / 2.0, top + 16.0), Anchor::Middle, SIZE, "no data");
        }
        // Bars begin at zero, which is on their axis.
        let zero = x(0.0);
        for (nth, bar) in self.bars.iter().enumerate() {
            let middle = top + (nth as f64 + 0.5) * PITCH;
            let name = format::fit(&bar.name, SIZE, names);
            canvas.text("ink", (left - 8.0, middle + 4.0), Anchor::End, SIZE, &name);
            let mut end = left;
            if bar.value.is_finite() {
                let chosen = self.highlight.as_ref() == Some(&bar.name);
                canvas.open(if chosen { Color::Vermilion } else { Color::Blue }.class());
                let at = x(bar.value);
                if self.dots {
                    canvas.disc((at, middle), 4.5, "");
                } else {
                    let width = (at - zero).abs().max(1.0);
                    canvas.rectangle(Area { x: at.min(zero), y: middle - THICK / 2.0, width, height: THICK }, 1.0);
                }
                canvas.close();
                end = at.max(if self.dots { left } else { zero }) + if self.dots { 4.0 } else { 0.0 };
                if bar.spread > 0.0 && bar.spread.is_finite() {
                    let (from, to) = (x(bar.value - bar.spread), x(bar.value + bar.spread));
                    canvas.open("ink");
                    canvas.segment((from, middle), (to, middle), 1.2, "");
                    for edge in [from, to] {
                        canvas.segment((edge, middle - 3.5), (edge, middle + 3.5), 1.2, "");
                    }
                    canvas.close();
                    end = end.max(to);
                }
            }
            canvas.text("dim", (end + 6.0, middle + 4.0), Anchor::Start, SIZE, &self.written(bar));
        }
        if !self.dots {
            canvas.open("dim");
            canvas.segment((zero, top), (zero, bottom), 1.0, "");
            canvas.close();
        }
    }
}
