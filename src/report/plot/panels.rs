//! Several pictures under one title.

use super::Picture;
use super::canvas::{Area, Canvas};
use super::keys::{self, Key};

/// Pictures in a grid, row after row. Where all of them have the same keys, these are shown once, above.
///
/// ```
/// use wgrad::report::plot::{Chart, Line, Panels, Picture};
/// let curve = |title, values: [f64; 3]| Chart::new(title).x("epoch").line(Line::new("nadam", values));
/// let svg = Panels::new("Training")
///     .panel(curve("loss", [0.9, 0.4, 0.3]))
///     .panel(curve("accuracy", [0.7, 0.85, 0.9]).percent())
///     .svg();
/// assert_eq!(svg.matches("nadam").count(), 1);
/// ```
pub struct Panels {
    title: String,
    columns: usize,
    pictures: Vec<Box<dyn Picture>>,
}

const MARGIN: f64 = 10.0;
const TITLE: f64 = 17.0;

impl Panels {
    /// No pictures yet, in two columns.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), columns: 2, pictures: Vec::new() }
    }

    /// How many pictures stand side by side, at least one.
    pub fn columns(mut self, columns: usize) -> Self {
        self.columns = columns.max(1);
        self
    }

    /// Adds a picture.
    pub fn panel(mut self, picture: impl Picture + 'static) -> Self {
        self.pictures.push(Box::new(picture));
        self
    }

    /// The keys that all pictures that have any have alike.
    fn shared(&self) -> Option<Vec<Key>> {
        let mut all = self.pictures.iter().map(|picture| picture.keys()).filter(|keys| !keys.is_empty());
        let first = all.next()?;
        let count = self.pictures.len();
        (count > 1 && all.all(|keys| keys == first)).then_some(first)
    }

    /// Widths of the columns and heights of the rows: those of the largest picture in them.
    fn grid(&self) -> (Vec<f64>, Vec<f64>) {
        let columns = self.columns.min(self.pictures.len());
        let (mut widths, mut heights) = (vec![0.0_f64; columns], Vec::new());
        for row in self.pictures.chunks(self.columns) {
            let mut highest = 0.0_f64;
            for (widest, picture) in widths.iter_mut().zip(row) {
                let (width, height) = picture.panel_size();
                *widest = widest.max(width);
                highest = highest.max(height);
            }
            heights.push(highest);
        }
        (widths, heights)
    }

    /// Draws title and common keys; returns the height they took.
    fn head(&self, canvas: &mut Canvas, area: Area) -> f64 {
        let inner = Area { x: area.x + MARGIN, y: area.y + MARGIN, width: area.width - 2.0 * MARGIN, ..area };
        let mut height = MARGIN + canvas.title(inner, TITLE, &self.title);
        if let Some(keys) = self.shared() {
            height += 6.0;
            height += keys::row(canvas, Area { y: area.y + height, ..inner }, &keys);
        }
        height
    }
}

impl Picture for Panels {
    fn title(&self) -> &str {
        &self.title
    }

    fn size(&self) -> (f64, f64) {
        let (widths, heights) = self.grid();
        let width = widths.iter().sum::<f64>().max(200.0);
        // The head is as high as it turns out to be at this width.
        let head = self.head(&mut Canvas::default(), Area { x: 0.0, y: 0.0, width, height: 0.0 });
        (width, head + heights.iter().sum::<f64>() + 4.0)
    }

    fn keys(&self) -> Vec<Key> {
        self.shared().unwrap_or_default()
    }

    fn draw(&self, canvas: &mut Canvas, area: Area, _keys: bool) {
        let own_keys = self.shared().is_none();
        let (widths, heights) = self.grid();
        let mut y = area.y + self.head(canvas, area);
        for (row, height) in self.pictures.chunks(self.columns).zip(heights) {
            let mut x = area.x;
            for (picture, width) in row.iter().zip(&widths) {
                picture.draw(canvas, Area { x, y, width: *width, height }, own_keys);
                x += width;
            }
            y += height;
        }
    }
}
