//! From files to bytes of one size.

use super::listing::Part;
use crate::base::{Error, Result, RowData, Rows};
use crate::data::Samples;
use crate::data::source::options::SourceOptions;
use crate::data::source::raw::wrong;
use crate::data::source::words::Resize;
use image::imageops::{FilterType, overlay};
use image::{DynamicImage, ImageDecoder, ImageReader, Limits};
use rayon::prelude::*;
use std::path::Path;

/// Pixels along a side of an image at most: a larger one is no training image, or a bomb.
const MOST_SIDE: u32 = 1 << 14;
/// Bytes that one image may take while it is unpacked.
const MOST_BYTES: u64 = 1 << 30;
/// Bytes of all images together at most, 16 GiB.
const MOST_TOGETHER: usize = 1 << 34;

/// The size all images are brought to.
pub struct Form {
    height: u32,
    width: u32,
    channels: usize,
    resize: Resize,
}

fn reader(path: &Path) -> Result<ImageReader<std::io::BufReader<std::fs::File>>> {
    let told = |e: std::io::Error| {
        wrong(path.display(), format!("cannot be read ({e})"), "check the file and its permissions")
    };
    let mut reader = ImageReader::open(path).map_err(told)?.with_guessed_format().map_err(told)?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(MOST_SIDE);
    limits.max_image_height = Some(MOST_SIDE);
    limits.max_alloc = Some(MOST_BYTES);
    reader.limits(limits);
    Ok(reader)
}

fn damaged(path: &Path, e: &image::ImageError) -> Error {
    wrong(path.display(), format!("no whole image ({e})"), "replace or remove this file")
}

/// Height and width of an image, and whether it has colours, from its header.
fn header(path: &Path) -> Result<([u32; 2], bool)> {
    let decoder = reader(path)?.into_decoder().map_err(|e| damaged(path, &e))?;
    let (width, height) = decoder.dimensions();
    Ok(([height, width], decoder.color_type().has_color()))
}

impl Form {
    /// The form asked for, or the one all images have.
    ///
    /// # Errors
    /// Options that are no size; images of different sizes where none was asked for; damaged headers.
    pub fn of(files: &[&Path], options: &SourceOptions, notes: &mut Vec<String>) -> Result<Self> {
        let headers: Vec<([u32; 2], bool)> = files.par_iter().map(|path| header(path)).collect::<Result<_>>()?;
        let asked = match options.image_size.as_slice() {
            [] => None,
            [side] => Some([*side, *side]),
            [height, width] => Some([*height, *width]),
            more => {
                let help = "say image_size = [64, 96]";
                return Err(Error::request("image_size", "height and width", format!("{more:?}"), help));
            }
        };
        let side = |side: usize| u32::try_from(side).ok().filter(|side| (1..=MOST_SIDE).contains(side));
        let [height, width] = match (asked, headers.first()) {
            (Some([h, w]), _) => match (side(h), side(w)) {
                (Some(h), Some(w)) => [h, w],
                _ => {
                    let expected = format!("1 to {MOST_SIDE} pixels a side");
                    return Err(Error::request(
                        "image_size",
                        expected,
                        format!("[{h}, {w}]"),
                        "choose a size in between",
                    ));
                }
            },
            (None, Some((size, _))) => *size,
            (None, None) => [1, 1],
        };
        let other = headers.iter().zip(files).find(|((size, _), _)| *size != [height, width]);
        if let (None, Some((([h, w], _), path)), Some(first)) = (asked, other, files.first()) {
            let what = format!("an image of {h} × {w} pixels, where {} has {height} × {width}", first.display());
            return Err(wrong(
                path.display(),
                what,
                format!("say image_size = [{height}, {width}], or another size, to bring all to one"),
            ));
        }
        let resized = headers.iter().filter(|(size, _)| *size != [height, width]).count();
        if resized > 0 {
            notes.push(format!(
                "{resized} of {} images are brought to {height} × {width} ({})",
                files.len(),
                options.resize.word()
            ));
        }
        let coloured = headers.iter().filter(|(_, colour)| *colour).count();
        let channels = match options.channels {
            None => {
                if coloured > 0 {
                    3
                } else {
                    1
                }
            }
            Some(channels @ (1 | 3 | 4)) => channels,
            Some(other) => {
                let help = "1 is grey, 3 colours, 4 colours and transparency";
                return Err(Error::request("channels", "1, 3 or 4", other, help));
            }
        };
        if channels == 1 && coloured > 0 {
            notes.push(format!("{coloured} images in colour are made grey"));
        }
        let all = [files.len(), height as usize, width as usize, channels];
        let bytes = all.iter().try_fold(1_usize, |product, n| product.checked_mul(*n));
        if bytes.is_none_or(|bytes| bytes > MOST_TOGETHER) {
            let expected = format!("images of at most {MOST_TOGETHER} bytes together");
            return Err(Error::request("image_size", expected, format!("{all:?}"), "choose a smaller size"));
        }
        Ok(Self { height, width, channels, resize: options.resize })
    }

    /// Height, width, channels.
    pub fn shape(&self) -> Vec<usize> {
        vec![self.height as usize, self.width as usize, self.channels]
    }

    /// The images of a part.
    ///
    /// # Errors
    /// A damaged image.
    pub fn samples(&self, part: &Part, labelled: bool) -> Result<Samples> {
        let size: usize = self.shape().iter().product();
        let mut data = vec![0_u8; part.files.len() * size];
        data.par_chunks_mut(size).zip(&part.files).try_for_each(|(out, (path, _))| {
            let pixels = self.pixels(path)?;
            if pixels.len() != size {
                return Err(wrong(
                    path.display(),
                    "an image of another size than its header says",
                    "replace this file",
                ));
            }
            out.copy_from_slice(&pixels);
            Ok(())
        })?;
        let rows = Rows { width: size, data: RowData::Bytes { data: data.into(), scale: 1.0 / 255.0, shift: 0.0 } };
        let samples = Samples::new([&rows]).named(&part.place);
        let labels = Rows::floats(1, part.files.iter().map(|(_, class)| *class as f32).collect());
        Ok(if labelled { samples.labels([&labels]) } else { samples })
    }

    fn pixels(&self, path: &Path) -> Result<Vec<u8>> {
        let image = reader(path)?.decode().map_err(|e| damaged(path, &e))?;
        let image = self.sized(image);
        Ok(match self.channels {
            1 => image.into_luma8().into_raw(),
            3 => image.into_rgb8().into_raw(),
            _ => image.into_rgba8().into_raw(),
        })
    }

    fn sized(&self, image: DynamicImage) -> DynamicImage {
        let (width, height) = (self.width, self.height);
        if (image.width(), image.height()) == (width, height) {
            return image;
        }
        match self.resize {
            Resize::Stretch => image.resize_exact(width, height, FilterType::Triangle),
            Resize::Crop => image.resize_to_fill(width, height, FilterType::Triangle),
            Resize::Pad => {
                let small = image.resize(width, height, FilterType::Triangle);
                let mut padded = DynamicImage::new(width, height, small.color());
                let middle = |all: u32, part: u32| i64::from(all.saturating_sub(part) / 2);
                overlay(&mut padded, &small, middle(width, small.width()), middle(height, small.height()));
                padded
            }
        }
    }
}
