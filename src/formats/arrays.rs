//! Named arrays as safetensors bytes: little-endian, behind a header in JSON.
//!
//! Numbers that f32 holds are written as F32, others as F64: reading gives the same bits.

use crate::base::{Error, Result};
use half::{bf16, f16};
use safetensors::tensor::{Dtype, SafeTensors};
use serde_json::Value;
use std::collections::HashMap;

/// Names, shapes and values.
pub(super) type Arrays = Vec<crate::train::Array>;

/// How wide numbers are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Width {
    /// F32 where f32 holds them, else F64.
    #[default]
    Exact,
    /// Half precision: 11 bits, up to 65,504.
    F16,
    /// The upper half of f32: 8 bits, its range.
    BF16,
    /// f32, whatever it rounds off.
    F32,
}

impl Width {
    /// PyTorch's name, which the hub shows.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact | Self::F32 => "float32",
            Self::F16 => "float16",
            Self::BF16 => "bfloat16",
        }
    }

    /// The type of an array, its name in the header, and the bytes of a number.
    fn of(self, numbers: &[f64]) -> (Dtype, &'static str, usize) {
        let exact = || numbers.iter().all(|v| f64::from(*v as f32).to_bits() == v.to_bits());
        match self {
            Self::F16 => (Dtype::F16, "F16", 2),
            Self::BF16 => (Dtype::BF16, "BF16", 2),
            Self::F32 => (Dtype::F32, "F32", 4),
            Self::Exact if exact() => (Dtype::F32, "F32", 4),
            Self::Exact => (Dtype::F64, "F64", 8),
        }
    }
}

/// The bytes of a file, exact; see [`encode_as`].
pub(super) fn encode(all: &[(String, &[usize], &[f64])], metadata: &[(&str, String)]) -> Vec<u8> {
    encode_as(all, metadata, Width::Exact)
}

/// The bytes of a file; the metadata comes first and in its order, so that the same arrays are the same bytes.
pub(super) fn encode_as(all: &[(String, &[usize], &[f64])], metadata: &[(&str, String)], width: Width) -> Vec<u8> {
    let text = |text: &str| Value::from(text).to_string();
    let words: Vec<String> = metadata.iter().map(|(key, value)| format!("{}:{}", text(key), text(value))).collect();
    let mut entries = Vec::with_capacity(all.len() + 1);
    if !words.is_empty() {
        entries.push(format!(r#""__metadata__":{{{}}}"#, words.join(",")));
    }
    // The format wants the wider numbers first.
    let mut parts: Vec<_> = all.iter().enumerate().map(|(i, a)| (i, width.of(a.2))).collect();
    parts.sort_by_key(|(_, (_, _, size))| std::cmp::Reverse(*size));
    let mut at = 0;
    for (i, (_, dtype, size)) in &parts {
        let (name, shape, numbers) = &all[*i];
        let end = at + numbers.len() * size;
        entries.push(format!(r#"{}:{{"dtype":"{dtype}","shape":{shape:?},"data_offsets":[{at},{end}]}}"#, text(name)));
        at = end;
    }
    let mut header = format!("{{{}}}", entries.join(","));
    // Arrays begin at multiples of 8 bytes.
    header += &" ".repeat(header.len().next_multiple_of(8) - header.len());
    let mut bytes = Vec::with_capacity(8 + header.len() + at);
    bytes.extend((header.len() as u64).to_le_bytes());
    bytes.extend(header.as_bytes());
    for (i, (dtype, ..)) in parts {
        let numbers = all[i].2.iter();
        match dtype {
            Dtype::F16 => bytes.extend(numbers.flat_map(|v| f16::from_f64(*v).to_le_bytes())),
            Dtype::BF16 => bytes.extend(numbers.flat_map(|v| bf16::from_f64(*v).to_le_bytes())),
            Dtype::F32 => bytes.extend(numbers.flat_map(|v| (*v as f32).to_le_bytes())),
            _ => bytes.extend(numbers.flat_map(|v| v.to_le_bytes())),
        }
    }
    bytes
}

/// The arrays and metadata in `bytes`; `source` is what messages call them.
///
/// # Errors
/// Bytes that are no safetensors, or hold other numbers.
pub(super) fn decode(bytes: &[u8], source: &str) -> Result<(Arrays, HashMap<String, String>)> {
    let damaged =
        |what: String| Error::Data(format!("{source}: {what}; give a file that was written whole, or another one"));
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(|e| damaged(format!("no safetensors file: {e}")))?;
    let file = SafeTensors::deserialize(bytes).map_err(|e| damaged(format!("no safetensors file: {e}")))?;
    let mut arrays = Vec::new();
    for (name, view) in file.iter() {
        let data = view.data();
        let numbers: Vec<f64> = match view.dtype() {
            Dtype::F32 => data.as_chunks::<4>().0.iter().map(|b| f64::from(f32::from_le_bytes(*b))).collect(),
            Dtype::F16 => data.as_chunks::<2>().0.iter().map(|b| f16::from_le_bytes(*b).to_f64()).collect(),
            Dtype::BF16 => data.as_chunks::<2>().0.iter().map(|b| bf16::from_le_bytes(*b).to_f64()).collect(),
            Dtype::F64 => data.as_chunks::<8>().0.iter().map(|b| f64::from_le_bytes(*b)).collect(),
            other => return Err(damaged(format!("array `{name}`: expected F16, BF16, F32 or F64, got {other:?}"))),
        };
        arrays.push((name.to_owned(), view.shape().to_vec(), numbers));
    }
    Ok((arrays, header.metadata().clone().unwrap_or_default()))
}
