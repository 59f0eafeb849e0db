//! Numbers of ONNX files: how they are written, and how they are read without trusting what a file says of itself.

use super::proto::{TensorProto, data_type};
use crate::base::{Error, Result};
use half::{bf16, f16};

/// Numbers with a shape.
#[derive(Debug)]
pub(super) struct Constant {
    /// The shape; none for a single number.
    pub shape: Vec<usize>,
    /// The numbers, row-major.
    pub numbers: Vec<f64>,
}

impl Constant {
    /// The number, where there is just one.
    pub fn scalar(&self) -> Option<f64> {
        match self.numbers[..] {
            [one] => Some(one),
            _ => None,
        }
    }
}

/// f32 numbers of `shape`.
pub(super) fn floats(name: &str, shape: &[usize], numbers: &[f64]) -> TensorProto {
    let raw = numbers.iter().flat_map(|v| (*v as f32).to_le_bytes()).collect();
    tensor(name, shape.iter().map(|n| *n as i64).collect(), data_type::FLOAT, raw)
}

/// A list of int64.
pub(super) fn integers(name: &str, numbers: &[i64]) -> TensorProto {
    let raw = numbers.iter().flat_map(|v| v.to_le_bytes()).collect();
    tensor(name, vec![numbers.len() as i64], data_type::INT64, raw)
}

fn tensor(name: &str, dims: Vec<i64>, kind: i32, raw: Vec<u8>) -> TensorProto {
    TensorProto {
        dims,
        data_type: Some(kind),
        name: Some(name.to_owned()),
        raw_data: Some(raw),
        ..TensorProto::default()
    }
}

/// An f32 as the shortest decimal that stands for it: 0.001, not 0.0010000000474974513.
pub(super) fn shortest(value: f32) -> f64 {
    value.to_string().parse().unwrap_or(f64::from(value))
}

/// The numbers of a tensor; `what` names it in errors.
pub(super) fn read(what: &str, tensor: &TensorProto) -> Result<Constant> {
    let wrong = |expected: String, got: String, help: &str| Err(Error::request(what, expected, got, help));
    if tensor.data_location.is_some_and(|place| place != 0) {
        let help = "save the model again with its weights inside: onnx.save_model(…, save_as_external_data=False)";
        return wrong("numbers within the file".to_owned(), "external data".to_owned(), help);
    }
    if tensor.segment.is_some() {
        return wrong("a whole tensor".to_owned(), "a segment of one".to_owned(), "save the model in one piece");
    }
    let shape: Option<Vec<usize>> = tensor.dims.iter().map(|n| usize::try_from(*n).ok()).collect();
    let wanted = shape.as_ref().and_then(|s| s.iter().try_fold(1_usize, |all, n| all.checked_mul(*n)));
    let (Some(shape), Some(wanted)) = (shape, wanted) else {
        let help = "give a file that was written whole";
        return wrong("a shape".to_owned(), format!("{:?}", tensor.dims), help);
    };
    let have = held(what, tensor)?;
    if have != wanted {
        let help = "give a file that was written whole";
        return wrong(format!("{wanted} numbers of shape {shape:?}"), format!("{have}"), help);
    }
    Ok(Constant { shape, numbers: numbers(tensor) })
}

/// Bytes of one number where it is raw; nothing for types that are not read.
fn size(kind: i32) -> Option<usize> {
    match kind {
        data_type::UINT8 | data_type::INT8 => Some(1),
        data_type::FLOAT16 | data_type::BFLOAT16 => Some(2),
        data_type::FLOAT | data_type::INT32 => Some(4),
        data_type::DOUBLE | data_type::INT64 => Some(8),
        _ => None,
    }
}

/// Numbers the file holds for a tensor, whatever its shape says.
fn held(what: &str, tensor: &TensorProto) -> Result<usize> {
    let kind = tensor.data_type.unwrap_or(0);
    let Some(size) = size(kind) else {
        let expected = "float, double, float16, bfloat16, int64, int32, int8 or uint8 numbers";
        return Err(Error::request(what, expected, format!("data type {kind}"), "convert the model to float32"));
    };
    if let Some(raw) = &tensor.raw_data {
        if !raw.len().is_multiple_of(size) {
            let expected = format!("numbers of {size} bytes");
            let help = "give a file that was written whole";
            return Err(Error::request(what, expected, format!("{} bytes", raw.len()), help));
        }
        return Ok(raw.len() / size);
    }
    Ok(match kind {
        data_type::FLOAT => tensor.float_data.len(),
        data_type::DOUBLE => tensor.double_data.len(),
        data_type::INT64 => tensor.int64_data.len(),
        _ => tensor.int32_data.len(),
    })
}

/// The numbers, as many as [`held`] says.
fn numbers(tensor: &TensorProto) -> Vec<f64> {
    let kind = tensor.data_type.unwrap_or(0);
    if let Some(raw) = &tensor.raw_data {
        return match kind {
            data_type::FLOAT => each(raw, f32::from_le_bytes),
            data_type::DOUBLE => each(raw, f64::from_le_bytes),
            data_type::INT32 => each(raw, i32::from_le_bytes),
            data_type::FLOAT16 => each(raw, |b| f32::from(f16::from_le_bytes(b))),
            data_type::BFLOAT16 => each(raw, |b| f32::from(bf16::from_le_bytes(b))),
            data_type::INT8 => each(raw, i8::from_le_bytes),
            data_type::UINT8 => each(raw, u8::from_le_bytes),
            // i64 is not in Into<f64>: whole numbers here are sizes and indices, exact below 2⁵³.
            _ => raw.as_chunks().0.iter().map(|b| i64::from_le_bytes(*b) as f64).collect(),
        };
    }
    match kind {
        data_type::FLOAT => tensor.float_data.iter().map(|v| f64::from(*v)).collect(),
        data_type::DOUBLE => tensor.double_data.clone(),
        data_type::INT64 => tensor.int64_data.iter().map(|v| *v as f64).collect(),
        // Both halves come as their bits.
        data_type::FLOAT16 => tensor.int32_data.iter().map(|v| f16::from_bits(*v as u16).to_f64()).collect(),
        data_type::BFLOAT16 => tensor.int32_data.iter().map(|v| bf16::from_bits(*v as u16).to_f64()).collect(),
        _ => tensor.int32_data.iter().map(|v| f64::from(*v)).collect(),
    }
}

fn each<T: Into<f64>, const N: usize>(raw: &[u8], read: impl Fn([u8; N]) -> T) -> Vec<f64> {
    raw.as_chunks().0.iter().map(|bytes| read(*bytes).into()).collect()
}
