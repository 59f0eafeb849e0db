//! SVG as text.

use super::{color::STYLE, format};
use std::fmt::Write;

/// A rectangle in CSS pixels, from its upper left corner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Area {
    /// Left edge.
    pub x: f64,
    /// Upper edge.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

impl Area {
    /// The right edge.
    pub fn right(&self) -> f64 {
        self.x + self.width
    }

    /// The lower edge.
    pub fn bottom(&self) -> f64 {
        self.y + self.height
    }
}

/// What has been drawn so far. Shapes are painted in the colour of the group they are in.
#[derive(Clone, Debug, Default)]
pub struct Canvas {
    body: String,
}

/// On which side of its point a text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

impl Canvas {
    /// Opens a group of shapes of a class: a colour of [`super::Color`], or `ink`, `dim`, `grid`.
    pub fn open(&mut self, class: &str) {
        self.put(&format!("<g class=\"{}\">", format::escape(class)));
    }

    /// Closes the group opened last.
    pub fn close(&mut self) {
        self.put("</g>");
    }

    /// Adds an element as it is written here; texts within must be escaped already.
    pub fn put(&mut self, element: &str) {
        self.body.push_str(element);
        self.body.push('\n');
    }

    /// Opens a window: what is drawn outside `area` is not seen.
    pub(super) fn clip(&mut self, area: Area) {
        let [x, y, w, h] = [area.x, area.y, area.width, area.height].map(format::pixels);
        // An inner svg cuts by itself and needs no name, which would have to differ between the pictures of a page.
        self.put(&format!("<svg x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" viewBox=\"{x} {y} {w} {h}\">"));
    }

    /// Closes the window opened last.
    pub(super) fn unclip(&mut self) {
        self.put("</svg>");
    }

    /// A straight line of a width, with further attributes.
    pub(super) fn segment(&mut self, from: (f64, f64), to: (f64, f64), width: f64, more: &str) {
        let [x1, y1, x2, y2, width] = [from.0, from.1, to.0, to.1, width].map(format::pixels);
        let ends = format!("x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\"");
        self.put(&format!("<line {ends} stroke=\"currentColor\" stroke-width=\"{width}\"{more}/>"));
    }

    /// A line through points.
    pub(super) fn polyline(&mut self, points: &[(f64, f64)], width: f64, more: &str) {
        let (points, width) = (coordinates(points), format::pixels(width));
        self.put(&format!(
            "<polyline points=\"{points}\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"{width}\" \
             stroke-linejoin=\"round\" stroke-linecap=\"round\"{more}/>"
        ));
    }

    /// A filled shape, of which the background shows through.
    pub(super) fn polygon(&mut self, points: &[(f64, f64)], opacity: f64) {
        self.put(&format!(
            "<polygon points=\"{}\" fill=\"currentColor\" fill-opacity=\"{}\"/>",
            coordinates(points),
            format::pixels(opacity)
        ));
    }

    /// A filled disc, told by `title` where the reader points at it.
    pub(super) fn disc(&mut self, at: (f64, f64), radius: f64, title: &str) {
        let [x, y, r] = [at.0, at.1, radius].map(format::pixels);
        let title = if title.is_empty() { String::new() } else { format!("<title>{}</title>", format::escape(title)) };
        self.put(&format!("<circle cx=\"{x}\" cy=\"{y}\" r=\"{r}\" fill=\"currentColor\">{title}</circle>"));
    }

    /// A filled rectangle.
    pub(super) fn rectangle(&mut self, area: Area, opacity: f64) {
        let [x, y, w, h, opacity] = [area.x, area.y, area.width, area.height, opacity].map(format::pixels);
        let place = format!("x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\"");
        self.put(&format!("<rect {place} rx=\"1.5\" fill=\"currentColor\" fill-opacity=\"{opacity}\"/>"));
    }

    /// A text of a class, at a point on its baseline.
    pub(super) fn text(&mut self, class: &str, at: (f64, f64), anchor: Anchor, size: f64, text: &str) {
        if text.is_empty() {
            return;
        }
        let [x, y, size] = [at.0, at.1, size].map(format::pixels);
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        let text = format::escape(text);
        self.put(&format!("<text class=\"{class}\" x=\"{x}\" y=\"{y}\" font-size=\"{size}\"{anchor}>{text}</text>"));
    }

    /// The title of a picture, in as many lines as it needs; returns the height it took.
    pub(super) fn title(&mut self, area: Area, size: f64, title: &str) -> f64 {
        let mut height = 0.0;
        for line in format::wrap(title, size * 1.08, area.width) {
            height += size * 1.3;
            let [x, y, size] = [area.x, area.y + height - 0.25 * size, size].map(format::pixels);
            let line = format::escape(&line);
            self.put(&format!(
                "<text class=\"ink\" x=\"{x}\" y=\"{y}\" font-size=\"{size}\" font-weight=\"600\">{line}</text>"
            ));
        }
        height
    }

    /// The text of the file.
    pub(super) fn finish(self, title: &str, width: f64, height: f64) -> String {
        let ([w, h], title) = ([width, height].map(format::pixels), format::escape(title));
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"wgrad-plot\" width=\"{w}\" height=\"{h}\" \
             viewBox=\"0 0 {w} {h}\" role=\"img\" aria-label=\"{title}\">\n<style>\n{STYLE}\n</style>\n{}</svg>\n",
            self.body
        )
    }
}

fn coordinates(points: &[(f64, f64)]) -> String {
    let mut text = String::with_capacity(points.len() * 12);
    for (at, (x, y)) in points.iter().enumerate() {
        let between = if at == 0 { "" } else { " " };
        // Writing to a String does not fail.
        let _ = write!(text, "{between}{},{}", format::pixels(*x), format::pixels(*y));
    }
    text
}
