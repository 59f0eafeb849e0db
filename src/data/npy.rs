//! NumPy's `.npy` files: one array of numbers each.

use super::Array;
use crate::base::{Error, Result, RowData, Rows};
use npyz::{DType, NpyFile, Order, WriterBuilder};
use std::path::Path;

/// Most bytes of a header; NumPy writes some hundred.
const MOST_HEADER: usize = 1 << 16;

fn wrong(place: &str, what: impl std::fmt::Display, help: &str) -> Error {
    Error::Data(format!("{place}: {what}; {help}"))
}

/// Length of the header, from the bytes before it: NumPy's format gives it two bytes, or four from version 2 on.
fn header(bytes: &[u8]) -> Option<usize> {
    match bytes {
        [0x93, b'N', b'U', b'M', b'P', b'Y', 1, _, a, b, ..] => Some(usize::from(u16::from_le_bytes([*a, *b]))),
        [0x93, b'N', b'U', b'M', b'P', b'Y', 2 | 3, _, a, b, c, d, ..] => {
            usize::try_from(u32::from_le_bytes([*a, *b, *c, *d])).ok()
        }
        _ => None,
    }
}

/// Reads an array of numbers; `place` names the file in errors.
///
/// # Errors
/// No such file, one of something else than numbers, or one whose header does not say what is in it.
pub fn parse(place: &str, bytes: &[u8]) -> Result<Array> {
    let help = "write it with numpy.save";
    match header(bytes) {
        Some(length) if length <= MOST_HEADER && length <= bytes.len() => {}
        Some(_) => return Err(wrong(place, "a header longer than any that NumPy writes", help)),
        None => return Err(wrong(place, "no NumPy array", help)),
    }
    let file = NpyFile::new(bytes).map_err(|e| wrong(place, format!("no NumPy array ({e})"), help))?;
    let shape = file.shape().iter().map(|n| usize::try_from(*n).ok()).collect::<Option<Vec<usize>>>();
    let numbers = shape.as_ref().and_then(|s| s.iter().try_fold(1_usize, |all, axis| all.checked_mul(*axis)));
    let (Some(shape), Some(numbers)) = (shape, numbers) else {
        return Err(wrong(place, "a shape of more numbers than memory can hold", help));
    };
    let DType::Plain(kind) = file.dtype() else {
        return Err(wrong(place, "an array of records", "save an array of numbers"));
    };
    let size = kind.size_field() as usize;
    // Before anything is allocated.
    if numbers.checked_mul(size).is_none_or(|n| n > bytes.len()) {
        let what = format!("a header of shape {shape:?} in a file of {} bytes", bytes.len());
        return Err(wrong(place, what, "give a file that was written whole"));
    }
    if file.order() != Order::C && shape.len() > 1 {
        return Err(wrong(place, "an array in Fortran order", "save numpy.ascontiguousarray(array)"));
    }
    let failed = |e: &dyn std::fmt::Display| wrong(place, format!("cannot be read ({e})"), help);
    macro_rules! numbers {
        ($($name:literal: $t:ty),*) => {
            match kind.to_string().trim_start_matches(['<', '>', '|', '=']) {
                $($name => file.into_vec::<$t>().map_err(|e| failed(&e))?.into_iter().map(|v| v as f64).collect(),)*
                "b1" => file.into_vec::<bool>().map_err(|e| failed(&e))?.into_iter().map(|v| f64::from(u8::from(v))).collect(),
                other => return Err(wrong(place, format!("numbers of type {other}"), "save float32, float64 or whole numbers")),
            }
        };
    }
    let data: Vec<f64> = numbers!("f4": f32, "f8": f64, "i1": i8, "i2": i16, "i4": i32, "i8": i64, "u1": u8, "u2": u16, "u4": u32, "u8": u64);
    if data.len() != numbers {
        return Err(wrong(
            place,
            format!("{} numbers for shape {shape:?}", data.len()),
            "give a file that was written whole",
        ));
    }
    Ok(Array { shape, data })
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
