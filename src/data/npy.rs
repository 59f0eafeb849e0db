//! NumPy's `.npy` files: one array of numbers each.

use super::Array;
use crate::base::{Error, Result, RowData, Rows};
use npyz::WriterBuilder;
use std::path::Path;

/// Most bytes of a header; NumPy writes some hundred.
const MOST_HEADER: usize = 1 << 16;

fn wrong(place: &str, what: impl std::fmt::Display, help: &str) -> Error {
    Error::Data(format!("{place}: {what}; {help}"))
}

const HELP: &str = "write it with numpy.save";

/// The text of the header and what stands behind it: NumPy's format gives its length two bytes, or four from version 2 on.
fn parted<'a>(place: &str, bytes: &'a [u8]) -> Result<(&'a [u8], &'a [u8])> {
    let (length, rest) = match bytes {
        [0x93, b'N', b'U', b'M', b'P', b'Y', 1, _, a, b, rest @ ..] => (u32::from_le_bytes([*a, *b, 0, 0]), rest),
        [0x93, b'N', b'U', b'M', b'P', b'Y', 2 | 3, _, a, b, c, d, rest @ ..] => {
            (u32::from_le_bytes([*a, *b, *c, *d]), rest)
        }
        _ => return Err(wrong(place, "no NumPy array", HELP)),
    };
    let length = usize::try_from(length).ok().filter(|length| *length <= MOST_HEADER);
    let parts = length.and_then(|length| rest.split_at_checked(length));
    parts.ok_or_else(|| wrong(place, "a header longer than any that NumPy writes", HELP))
}

/// An array as it is kept: bytes as bytes, all else as f32.
#[derive(Clone, Debug)]
pub struct Stored {
    /// The shape, samples first.
    pub shape: Vec<usize>,
    /// The numbers; bytes with scale 1.
    pub data: RowData,
}

/// Reads an array of numbers without widening them; `place` names the file in errors.
///
/// # Errors
/// As [`parse`].
pub fn stored(place: &str, bytes: &[u8]) -> Result<Stored> {
    let (kind, shape, numbers) = located(place, bytes)?;
    if kind.ends_with("u1") {
        return Ok(Stored { shape, data: RowData::Bytes { data: numbers.into(), scale: 1.0, shift: 0.0 } });
    }
    let array = parse(place, bytes)?;
    let floats = array.data.iter().map(|v| *v as f32).collect();
    Ok(Stored { shape, data: RowData::Floats(floats) })
}

/// Reads an array of numbers; `place` names the file in errors.
///
/// # Errors
/// No such file, one of something else than numbers, or one whose header does not say what is in it.
pub fn parse(place: &str, bytes: &[u8]) -> Result<Array> {
    let (kind, shape, stored) = located(place, bytes)?;
    macro_rules! numbers {
        ($($name:literal: $t:ty),*) => {
            match kind.split_at_checked(1) {
                $(Some(("<" | "|", $name)) => stored.as_chunks().0.iter().map(|b| <$t>::from_le_bytes(*b) as f64).collect(),
                Some((">", $name)) => stored.as_chunks().0.iter().map(|b| <$t>::from_be_bytes(*b) as f64).collect(),)*
                Some((_, "b1")) => stored.iter().map(|b| f64::from(u8::from(*b != 0))).collect(),
                _ => {
                    let what = format!("numbers of type {}", kind.trim_start_matches(['<', '>', '|', '=']));
                    return Err(wrong(place, what, "save float32, float64 or whole numbers"));
                }
            }
        };
    }
    let data: Vec<f64> = numbers!("f4": f32, "f8": f64, "i1": i8, "i2": i16, "i4": i32, "i8": i64, "u1": u8, "u2": u16, "u4": u32, "u8": u64);
    Ok(Array { shape, data })
}

/// Type, shape and bytes of an array, which fit each other.
fn located<'a>(place: &str, bytes: &'a [u8]) -> Result<(&'a str, Vec<usize>, &'a [u8])> {
    let (header, stored) = parted(place, bytes)?;
    let Header { kind, fortran, shape } = Header::read(header).map_err(|(what, help)| wrong(place, what, help))?;
    // Of an array of nothing, too, the other axes must be ones that can be multiplied.
    let Some(numbers) = shape.iter().try_fold(1_usize, |all, axis| all.checked_mul(*axis.max(&1))) else {
        return Err(wrong(place, "a shape of more numbers than memory can hold", HELP));
    };
    let numbers = if shape.contains(&0) { 0 } else { numbers };
    let width = kind.get(2..).and_then(|digits| digits.parse::<usize>().ok()).unwrap_or(1);
    // Before anything is allocated.
    let Some(stored) = numbers.checked_mul(width).and_then(|n| stored.get(..n)) else {
        let what = format!("a header of shape {shape:?} in a file of {} bytes", bytes.len());
        return Err(wrong(place, what, "give a file that was written whole"));
    };
    if fortran && shape.len() > 1 {
        return Err(wrong(place, "an array in Fortran order", "save numpy.ascontiguousarray(array)"));
    }
    Ok((kind, shape, stored))
}

/// What stands before the numbers: `{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }`, in any order.
struct Header<'a> {
    /// Order of bytes, kind, bytes: `<f8`.
    kind: &'a str,
    fortran: bool,
    shape: Vec<usize>,
}

impl<'a> Header<'a> {
    /// Takes the text apart: NumPy writes no more of Python than this, so no more is read.
    fn read(text: &'a [u8]) -> std::result::Result<Self, (&'static str, &'static str)> {
        let text = std::str::from_utf8(text).ok().and_then(|t| t.trim().strip_prefix('{')?.strip_suffix('}'));
        if text.is_some_and(|text| text.contains('[')) {
            return Err(("an array of records", "save an array of numbers"));
        }
        text.and_then(|text| Self::parse(text.trim())).ok_or(("no NumPy array: its header is of another form", HELP))
    }

    fn parse(mut rest: &'a str) -> Option<Self> {
        let (mut kind, mut fortran, mut shape) = (None, None, None);
        while !rest.is_empty() {
            let (key, behind) = quoted(rest)?;
            let value = behind.trim_start().strip_prefix(':')?.trim_start();
            let behind = match key {
                "descr" => {
                    let (text, behind) = quoted(value)?;
                    kind = Some(text);
                    behind
                }
                "fortran_order" => {
                    fortran = Some(value.starts_with("True"));
                    value.strip_prefix("True").or_else(|| value.strip_prefix("False"))?
                }
                "shape" => {
                    let (axes, behind) = value.strip_prefix('(')?.split_once(')')?;
                    let axes = axes.split(',').map(str::trim).filter(|axis| !axis.is_empty());
                    shape = Some(axes.map(|axis| axis.parse().ok()).collect::<Option<Vec<usize>>>()?);
                    behind
                }
                _ => return None,
            };
            rest = behind.trim_start();
            rest = if rest.is_empty() { rest } else { rest.strip_prefix(',')?.trim_start() };
        }
        Some(Self { kind: kind?, fortran: fortran?, shape: shape? })
    }
}

/// A text in quotes, and what stands behind it.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    text.strip_prefix(quote)?.split_once(quote)
}

/// Reads the file at `path`.
///
/// # Errors
/// As [`parse`].
pub fn read(path: &Path) -> Result<Array> {
    let place = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|e| wrong(&place, format!("cannot be read ({e})"), "check the path"))?;
    parse(&place, &bytes)
}

/// The samples of an array: its first axis counts them.
///
/// # Errors
/// A single number, or an axis of 0 other than the first.
pub fn rows(place: &str, array: &Array) -> Result<Rows> {
    if array.shape.is_empty() || array.width() == 0 {
        return Err(wrong(
            place,
            format!("an array of shape {:?}", array.shape),
            "its first axis counts samples, none of the others is 0",
        ));
    }
    let floats: Vec<f32> = array.data.iter().map(|v| *v as f32).collect();
    Ok(Rows { width: array.width(), data: RowData::Floats(floats.into()) })
}

/// The bytes of a file of f32, or of f64 where f32 would lose something and `double` asks for it.
///
/// # Errors
/// None in practice: memory takes any number of bytes.
pub fn bytes(array: &Array, double: bool) -> Result<Vec<u8>> {
    let shape: Vec<u64> = array.shape.iter().map(|n| *n as u64).collect();
    let mut all = Vec::new();
    let failed = |e: std::io::Error| Error::Data(format!("the array cannot be written: {e}"));
    macro_rules! write {
        ($t:ty) => {{
            let mut writer = npyz::WriteOptions::<$t>::new()
                .default_dtype()
                .shape(&shape)
                .writer(&mut all)
                .begin_nd()
                .map_err(failed)?;
            writer.extend(array.data.iter().map(|v| *v as $t)).map_err(failed)?;
            writer.finish().map_err(failed)?;
        }};
    }
    if double {
        write!(f64)
    } else {
        write!(f32)
    }
    Ok(all)
}
