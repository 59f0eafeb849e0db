//! Named arrays as safetensors bytes: little-endian, behind a header in JSON.
//!
//! Numbers that f32 holds are written as F32, others as F64: reading gives the same bits.

use crate::base::{Error, Result};
use safetensors::tensor::{Dtype, SafeTensors};
use serde_json::Value;
use std::collections::HashMap;

/// Names, shapes and values.
pub(super) type Arrays = Vec<crate::train::Array>;

/// The bytes of a file; the metadata comes first and in its order, so that the same arrays are the same bytes.
pub(super) fn encode(all: &[(String, &[usize], &[f64])], metadata: &[(&str, String)]) -> Vec<u8> {
    let exact = |numbers: &[f64]| numbers.iter().all(|v| f64::from(*v as f32).to_bits() == v.to_bits());
    let text = |text: &str| Value::from(text).to_string();
    let words: Vec<String> = metadata.iter().map(|(key, value)| format!("{}:{}", text(key), text(value))).collect();
    let mut entries = Vec::with_capacity(all.len() + 1);
    if !words.is_empty() {
        entries.push(format!(r#""__metadata__":{{{}}}"#, words.join(",")));
    }
    // The format wants the wider numbers first.
    let mut parts: Vec<(usize, bool)> = all.iter().enumerate().map(|(i, a)| (i, exact(a.2))).collect();
    parts.sort_by_key(|(_, narrow)| *narrow);
    let mut at = 0;
    for (i, narrow) in &parts {
        let (name, shape, numbers) = &all[*i];
        let end = at + numbers.len() * if *narrow { 4 } else { 8 };
        let dtype = if *narrow { "F32" } else { "F64" };
        entries.push(format!(r#"{}:{{"dtype":"{dtype}","shape":{shape:?},"data_offsets":[{at},{end}]}}"#, text(name)));
        at = end;
    }
    let mut header = format!("{{{}}}", entries.join(","));
    // Arrays begin at multiples of 8 bytes.
    header += &" ".repeat(header.len().next_multiple_of(8) - header.len());
    let mut bytes = Vec::with_capacity(8 + header.len() + at);
    bytes.extend((header.len() as u64).to_le_bytes());
    bytes.extend(header.as_bytes());
    for (i, narrow) in parts {
        match narrow {
            true => bytes.extend(all[i].2.iter().flat_map(|v| (*v as f32).to_le_bytes())),
            false => bytes.extend(all[i].2.iter().flat_map(|v| v.to_le_bytes())),
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
            Dtype::F64 => data.as_chunks::<8>().0.iter().map(|b| f64::from_le_bytes(*b)).collect(),
            other => return Err(damaged(format!("array `{name}`: expected F32 or F64, got {other:?}"))),
        };
        arrays.push((name.to_owned(), view.shape().to_vec(), numbers));
    }
    Ok((arrays, header.metadata().clone().unwrap_or_default()))
}
