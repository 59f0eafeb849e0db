//! One batch of CIFAR-10 or CIFAR-100, from either form of its files.

use super::super::DataError;
use super::pickle::{self, DAMAGED, OTHER, wrong};
use super::value::{Array, Kind, Value, What};
use super::{CHANNELS, NUMBERS, PIXELS, Set};
use std::path::Path;

/// Images and labels of one file.
#[derive(Debug)]
pub struct Batch {
    /// [images, 32, 32, 3]
    pub pixels: Vec<u8>,
    /// The class of each image.
    pub labels: Vec<u32>,
}

/// The binary form: records one after another, each its labels, of which the last counts, and the image channel by channel.
pub fn binary(set: &Set, path: &Path, bytes: &[u8]) -> Result<Batch, DataError> {
    let (before, length) = (set.label_bytes, set.label_bytes + NUMBERS);
    if bytes.is_empty() || !bytes.len().is_multiple_of(length) {
        let at = bytes.len() - bytes.len() % length;
        let got = format!("the end after {}", bytes.len() - at);
        return Err(wrong(path, at, format!("a record of {length} bytes"), got, DAMAGED));
    }
    let label = |(n, record): (usize, &[u8])| label(set, path, n * length + before - 1, i64::from(record[before - 1]));
    let labels: Vec<u32> = bytes.chunks_exact(length).enumerate().map(label).collect::<Result<_, _>>()?;
    Ok(Batch { pixels: channels_last(bytes, labels.len(), |image, number| image * length + before + number), labels })
}

/// The Python form: a pickled dictionary with `data`, bytes [images, 3072], and a list of labels.
pub fn python(set: &Set, path: &Path, bytes: &[u8]) -> Result<Batch, DataError> {
    let root = pickle::read(path, bytes)?;
    let Some(items) = root.what.items(Kind::Dictionary) else {
        return Err(wrong(path, root.at, "a dictionary", root.what.told(), OTHER));
    };
    let data = under(path, bytes, &root, items, "data")?;
    let What::Array(array) = &data.what else {
        return Err(wrong(path, data.at, "an array under the key data", data.what.told(), OTHER));
    };
    if array.columns != NUMBERS {
        let expected = format!("images of {NUMBERS} numbers");
        return Err(wrong(path, data.at, expected, array.columns.to_string(), OTHER));
    }
    let list = under(path, bytes, &root, items, set.labels)?;
    let Some(numbers) = list.what.items(Kind::List) else {
        let expected = format!("a list under the key {}", set.labels);
        return Err(wrong(path, list.at, expected, list.what.told(), OTHER));
    };
    if numbers.len() != array.rows {
        let expected = format!("{} labels, one for each image", array.rows);
        return Err(wrong(path, list.at, expected, numbers.len().to_string(), DAMAGED));
    }
    let number = |value: &Value| match value.what {
        What::Int(number) => label(set, path, value.at, number),
        ref other => Err(wrong(path, value.at, format!("a label below {}", set.classes), other.told(), DAMAGED)),
    };
    let labels = numbers.iter().map(number).collect::<Result<_, _>>()?;
    let Array { rows, columns, by_columns, .. } = *array;
    let (step, next) = if by_columns { (1, rows) } else { (columns, 1) };
    let pixels = channels_last(&bytes[array.bytes.clone()], rows, |image, number| image * step + number * next);
    Ok(Batch { pixels, labels })
}

/// What a dictionary holds under `key`, which is there once.
fn under<'a>(path: &Path, bytes: &[u8], root: &Value, items: &'a [Value], key: &str) -> Result<&'a Value, DataError> {
    let is_key = |what: &What| matches!(what, What::Text(text) if bytes[text.clone()] == *key.as_bytes());
    let mut found = items.chunks_exact(2).filter(|pair| is_key(&pair[0].what)).map(|pair| &pair[1]);
    let (first, more) = (found.next(), found.count());
    first.filter(|_| more == 0).ok_or_else(|| {
        let got = if first.is_some() { (more + 1).to_string() } else { "none".to_string() };
        wrong(path, root.at, format!("one key {key} in the dictionary"), got, OTHER)
    })
}

fn label(set: &Set, path: &Path, at: usize, number: i64) -> Result<u32, DataError> {
    u32::try_from(number).ok().filter(|label| (*label as usize) < set.classes).ok_or_else(|| {
        wrong(
            path,
            at,
            format!("a label below {}", set.classes),
            number.to_string(),
            "the file is damaged or of another data set; fetch it again",
        )
    })
}

/// [images, 32, 32, 3] of numbers stored channel by channel: `place` gives where number c · 1024 + pixel of an image is.
fn channels_last(stored: &[u8], images: usize, place: impl Fn(usize, usize) -> usize) -> Vec<u8> {
    let mut pixels = Vec::with_capacity(images * NUMBERS);
    for image in 0..images {
        for pixel in 0..PIXELS {
            pixels.extend((0..CHANNELS).map(|channel| stored[place(image, channel * PIXELS + pixel)]));
        }
    }
    pixels
}
