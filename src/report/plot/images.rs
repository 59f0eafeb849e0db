//! Small images with captions.

use super::canvas::{Anchor, Area, Canvas};
use super::{Picture, format, png};
use crate::base::{Error, Result};

/// A small image: rows from the top, each pixel one byte of gray or three of red, green and blue.
#[derive(Clone, Debug, PartialEq)]
pub struct Image {
    width: u32,
    height: u32,
    channels: u8,
    bytes: Vec<u8>,
}

impl Image {
    /// Bytes of gray: 0 is black, 255 white.
    pub fn gray(width: usize, height: usize, bytes: &[u8]) -> Result<Self> {
        Self::new(width, height, 1, bytes.to_vec())
    }

    /// Bytes of red, green and blue, pixel by pixel.
    pub fn rgb(width: usize, height: usize, bytes: &[u8]) -> Result<Self> {
        Self::new(width, height, 3, bytes.to_vec())
    }

    /// Numbers from `low` (black) to `high` (white), as gray or, if there are three a pixel, as red, green and blue. What is
    /// beyond is cut, what is NaN becomes black.
    ///
    /// ```
    /// use wgrad::report::plot::Image;
    /// assert_eq!(Image::floats(2, 1, &[-1.0, 1.0], -1.0, 1.0)?, Image::gray(2, 1, &[0, 255])?);
    /// # Ok::<(), wgrad::base::Error>(())
    /// ```
    pub fn floats(width: usize, height: usize, values: &[f32], low: f32, high: f32) -> Result<Self> {
        // From a float to a byte Rust cuts, and NaN becomes 0.
        let byte = |v: &f32| ((v - low) / (high - low) * 255.0).round() as u8;
        let rgb = width.checked_mul(height).and_then(|n| n.checked_mul(3)) == Some(values.len());
        Self::new(width, height, if rgb { 3 } else { 1 }, values.iter().map(byte).collect())
    }

    fn new(width: usize, height: usize, channels: u8, bytes: Vec<u8>) -> Result<Self> {
        let sides = [width, height];
        let what = || format!("image of {width}×{height}");
        if sides.iter().any(|side| !(1..=4096).contains(side)) {
            return Err(Error::request(what(), "sides from 1 to 4,096", "another size", "show smaller images"));
        }
        let expected = width * height * usize::from(channels);
        if bytes.len() != expected {
            let expected = format!("{expected} numbers, {channels} a pixel");
            return Err(Error::request(what(), expected, bytes.len(), "give width and height of this image"));
        }
        Ok(Self { width: width as u32, height: height as u32, channels, bytes })
    }

    /// The image as an address that holds all of it: a PNG in `data:`.
    pub fn address(&self) -> String {
        let bytes = png::encode(self.width, self.height, self.channels, &self.bytes);
        format!("data:image/png;base64,{}", png::base64(&bytes))
    }
}

/// Images in a grid, row after row, each with a caption under it.
///
/// ```
/// use wgrad::report::plot::{Image, Images, Picture};
/// let image = Image::gray(2, 2, &[0, 255, 255, 0])?;
/// let svg = Images::new("Least certain").image(image, "3, or 8").svg();
/// assert!(svg.contains("data:image/png;base64,") && svg.contains("3, or 8"));
/// # Ok::<(), wgrad::base::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Images {
    title: String,
    columns: usize,
    side: f64,
    images: Vec<(Image, String)>,
}

const GAP: f64 = 10.0;
const SIZE: f64 = 11.0;

impl Images {
    /// No images yet; eight columns, 64 pixels wide.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), columns: 8, side: 64.0, images: Vec::new() }
    }

    /// How many images stand side by side, at least one.
    pub fn columns(mut self, columns: usize) -> Self {
        self.columns = columns.max(1);
        self
    }

    /// How wide each image is shown, in CSS pixels, from 8 to 1,024.
    pub fn side(mut self, pixels: f64) -> Self {
        self.side = pixels.clamp(8.0, 1024.0);
        self
    }

    /// Adds an image; the caption may be empty.
    pub fn image(mut self, image: Image, caption: impl Into<String>) -> Self {
        self.images.push((image, caption.into()));
        self
    }

    fn shown_height(&self, image: &Image) -> f64 {
        self.side * f64::from(image.height) / f64::from(image.width)
    }

    /// Each row: the height of its images and whether it has captions.
    fn rows(&self) -> impl Iterator<Item = (&[(Image, String)], f64, f64)> {
        self.images.chunks(self.columns).map(|row| {
            let height = row.iter().map(|(image, _)| self.shown_height(image)).fold(0.0, f64::max);
            let lines = row.iter().map(|(_, caption)| self.caption(caption).len()).max().unwrap_or(0);
            (row, height, lines as f64 * 14.0)
        })
    }

    /// A caption in lines under its image.
    fn caption(&self, caption: &str) -> Vec<String> {
        format::wrap(caption, SIZE, self.side + GAP - 2.0)
    }

    fn width(&self) -> f64 {
        let columns = self.columns.min(self.images.len().max(1)) as f64;
        (20.0 + columns * (self.side + GAP) - GAP).max(160.0)
    }
}

impl Picture for Images {
    fn title(&self) -> &str {
        &self.title
    }

    fn size(&self) -> (f64, f64) {
        let width = self.width();
        let area = Area { x: 0.0, y: 0.0, width: width - 20.0, height: 0.0 };
        let title = Canvas::default().title(area, 16.0, &self.title);
        let rows: f64 = self.rows().map(|(_, height, captions)| height + captions + GAP).sum();
        (width, title + 26.0 + rows.max(20.0))
    }

    fn draw(&self, canvas: &mut Canvas, area: Area, _keys: bool) {
        let area = Area { x: area.x + 10.0, y: area.y + 8.0, width: area.width - 20.0, height: area.height - 16.0 };
        let mut y = area.y + canvas.title(area, 16.0, &self.title) + 10.0;
        if self.images.is_empty() {
            canvas.text("dim", (area.x, y + 12.0), Anchor::Start, SIZE, "no images");
        }
        for (row, height, captions) in self.rows() {
            for (nth, (image, caption)) in row.iter().enumerate() {
                let x = area.x + nth as f64 * (self.side + GAP);
                let [left, top, w, h] = [x, y, self.side, self.shown_height(image)].map(format::pixels);
                let told = format::escape(caption);
                canvas.put(&format!(
                    "<image x=\"{left}\" y=\"{top}\" width=\"{w}\" height=\"{h}\" style=\"image-rendering:pixelated\" \
                     href=\"{}\"><title>{told}</title></image>",
                    image.address()
                ));
                for (line, text) in self.caption(caption).iter().enumerate() {
                    let at = (x + self.side / 2.0, y + height + 13.0 + line as f64 * 14.0);
                    canvas.text("ink", at, Anchor::Middle, SIZE, text);
                }
            }
            y += height + captions + GAP;
        }
    }
}
