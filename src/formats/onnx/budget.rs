//! Messages of a file, counted before they are read: an empty one takes two bytes in a file and hundreds in memory.

use crate::base::{Error, Result};

/// Most messages and texts of a file: some 100 MB in memory, and more than ten times those of large nets.
const MOST: usize = 1 << 18;

/// The fields of a message that are messages of interest; every other field of bytes or text counts without a look inside.
struct Schema(&'static [(u64, &'static Schema)]);

static LEAF: Schema = Schema(&[]);
static TENSOR: Schema = Schema(&[]);
static NODE: Schema = Schema(&[(5, &ATTRIBUTE)]);
static ATTRIBUTE: Schema = Schema(&[(5, &TENSOR)]);
static SHAPE: Schema = Schema(&[(1, &LEAF)]);
static TENSOR_TYPE: Schema = Schema(&[(2, &SHAPE)]);
static TYPE: Schema = Schema(&[(1, &TENSOR_TYPE)]);
static VALUE_INFO: Schema = Schema(&[(2, &TYPE)]);
static GRAPH: Schema = Schema(&[(1, &NODE), (5, &TENSOR), (11, &VALUE_INFO), (12, &VALUE_INFO), (13, &VALUE_INFO)]);
static MODEL: Schema = Schema(&[(7, &GRAPH), (8, &LEAF)]);

/// Fails for a file of more messages than any net has, and for one that is damaged.
pub(super) fn check(bytes: &[u8]) -> Result<()> {
    let mut left = MOST;
    if count(bytes, &MODEL, &mut left).is_some() {
        return Ok(());
    }
    let (expected, got) = match left {
        0 => (format!("at most {MOST} nodes, names and attributes"), format!("more, in {} bytes", bytes.len())),
        _ => ("protocol buffers".to_owned(), "a field that is cut off, or of no known kind".to_owned()),
    };
    Err(Error::request("ONNX file", expected, got, "give an ONNX file that was written whole"))
}

/// Counts down for each field of bytes; nothing where the wire format is broken or nothing is left.
fn count(mut bytes: &[u8], schema: &Schema, left: &mut usize) -> Option<()> {
    while !bytes.is_empty() {
        let key = varint(&mut bytes)?;
        match key & 7 {
            0 => drop(varint(&mut bytes)?),
            1 => bytes = bytes.get(8..)?,
            5 => bytes = bytes.get(4..)?,
            2 => {
                let length = usize::try_from(varint(&mut bytes)?).ok()?;
                let (inner, rest) = bytes.split_at_checked(length)?;
                *left = left.checked_sub(1)?;
                if let Some((_, schema)) = schema.0.iter().find(|(tag, _)| *tag == key >> 3) {
                    count(inner, schema, left)?;
                }
                bytes = rest;
            }
            _ => return None,
        }
    }
    Some(())
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}
