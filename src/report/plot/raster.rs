//! Pictures as PNG: the SVG, drawn with a font that is in the program.

use super::Picture;
use super::color::DARK;
use crate::base::{Error, Result};
use resvg::tiny_skia::{Color, Pixmap, Transform};
use resvg::usvg::{self, Options, Tree, fontdb};
use std::sync::Arc;

/// The most pixels a side may have.
const SIDE: u32 = 16_384;

/// The fonts: Ubuntu's light face for texts, Hack for signs it has not.
fn fonts() -> fontdb::Database {
    let mut all = fontdb::Database::new();
    for font in [epaint_default_fonts::UBUNTU_LIGHT, epaint_default_fonts::HACK_REGULAR] {
        all.load_font_data(font.to_vec());
    }
    let family = all.faces().next().and_then(|face| face.families.first()).map(|(name, _)| name.clone());
    if let Some(family) = family {
        all.set_sans_serif_family(family);
    }
    all
}

/// The text of an SVG file as a PNG on white, `scale` pixels for a CSS pixel.
///
/// # Errors
/// What is no SVG, or a picture of more than 16,384 pixels a side.
pub fn svg_to_png(svg: &str, scale: f32) -> Result<Vec<u8>> {
    let options = Options { fontdb: Arc::new(fonts()), font_family: "sans-serif".to_owned(), ..Options::default() };
    // A file has no reader whose scheme it could follow.
    let failed = |error: usvg::Error| Error::request("picture", "a well-formed SVG", error, "give the text of one");
    let tree = Tree::from_str(&svg.replace(DARK, ""), &options).map_err(failed)?;
    let [width, height] = [tree.size().width(), tree.size().height()].map(|side| (side * scale).ceil());
    let fits = |side: f32| (1.0..=SIDE as f32).contains(&side);
    let map = if fits(width) && fits(height) { Pixmap::new(width as u32, height as u32) } else { None };
    let Some(mut map) = map else {
        let got = format!("{width} by {height}");
        return Err(Error::request("picture", format!("1 to {SIDE} pixels a side"), got, "write an .svg instead"));
    };
    map.fill(Color::WHITE);
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut map.as_mut());
    map.encode_png()
        .map_err(|error| Error::request("picture", "pixels that make a PNG", error, "write an .svg instead"))
}

/// The picture as a PNG on white, at twice its size in CSS pixels.
///
/// # Errors
/// As [`svg_to_png`].
pub fn to_png(picture: &impl Picture) -> Result<Vec<u8>> {
    svg_to_png(&picture.svg(), 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::plot::{Chart, Line};

    /// Share of pixels that are not white.
    fn inked(png: &[u8]) -> f64 {
        let map = Pixmap::decode_png(png).expect("a PNG");
        let dark = map.pixels().iter().filter(|p| p.red() < 250 || p.green() < 250 || p.blue() < 250).count();
        dark as f64 / map.pixels().len() as f64
    }

    #[test]
    fn texts_are_drawn() {
        let titled = |title: &str| to_png(&Chart::new(title).sized(300.0, 200.0)).expect("a picture");
        let [none, few, more] = ["", "net", "net 10⁻⁷ × α → ∞"].map(|title| inked(&titled(title)));
        // The signs are of both fonts; a title takes room from the grid.
        assert!(none > 0.0 && few > 0.0 && more > few, "{none} {few} {more}");
    }

    #[test]
    fn colours_are_those_of_the_style_sheet() {
        let png = to_png(&Chart::new("").line(Line::new("", [1.0, 2.0]))).expect("a picture");
        let map = Pixmap::decode_png(&png).expect("a PNG");
        let blue = map.pixels().iter().filter(|p| (p.red(), p.green(), p.blue()) == (0x00, 0x72, 0xb2)).count();
        assert!(blue > 100, "{blue} pixels of the line's blue");
    }

    #[test]
    fn what_is_no_picture_is_told() {
        assert!(svg_to_png("<svg", 1.0).is_err());
        let huge = Chart::new("").sized(20_000.0, 200.0);
        assert!(to_png(&huge).is_err_and(|error| error.to_string().contains("pixels a side")));
    }
}
