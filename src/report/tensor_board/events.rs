//! The bytes of an event file.
//!
//! It is a list of records: length (u64), its checksum, the bytes, their checksum; the checksum is CRC-32C, turned right by
//! 15 bits plus 0xa282ead8. The bytes are an `Event` of protocol buffers: wall_time = 1 (double), step = 2 (int64),
//! file_version = 3 (text) or summary = 5, whose values = 1 have tag = 1 (text) and simple_value = 2 (float) or histo = 5.
//! Source: tensorflow/core/lib/io/record_writer.h, tensorflow/core/util/event.proto.

use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since 1970.
pub fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |t| t.as_secs_f64())
}

/// An event's fields with its time before them, as a record.
pub fn record(fields: &[u8]) -> Vec<u8> {
    let event = [&[1 << 3 | 1], &now().to_le_bytes()[..], fields].concat();
    let length = (event.len() as u64).to_le_bytes();
    [&length[..], &masked(&length), &event, &masked(&event)].concat()
}

fn masked(bytes: &[u8]) -> [u8; 4] {
    crc32c(bytes).rotate_right(15).wrapping_add(0xa282_ead8).to_le_bytes()
}

/// CRC-32C (Castagnoli), bit by bit: an epoch has a few kilobytes.
fn crc32c(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |c, _| if c & 1 == 1 { c >> 1 ^ 0x82f6_3b78 } else { c >> 1 })
    };
    !bytes.iter().fold(!0, step)
}

/// A number in groups of seven bits, lowest first.
fn variable(mut v: u64) -> Vec<u8> {
    let mut out = Vec::new();
    while v >= 0x80 {
        out.push(v as u8 | 0x80);
        v >>= 7;
    }
    out.push(v as u8);
    out
}

pub fn number(field: u8, v: u64) -> Vec<u8> {
    [vec![field << 3], variable(v)].concat()
}

pub fn float(field: u8, v: f32) -> Vec<u8> {
    [&[field << 3 | 5], &v.to_le_bytes()[..]].concat()
}

/// Doubles side by side.
pub fn doubles(field: u8, numbers: &[f64]) -> Vec<u8> {
    bytes(field, &numbers.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>())
}

pub fn double(field: u8, v: f64) -> Vec<u8> {
    [&[field << 3 | 1], &v.to_le_bytes()[..]].concat()
}

pub fn bytes(field: u8, content: &[u8]) -> Vec<u8> {
    [&[field << 3 | 2], &variable(content.len() as u64)[..], content].concat()
}

pub fn text(field: u8, content: &str) -> Vec<u8> {
    bytes(field, content.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::{crc32c, variable};

    #[test]
    fn known_answers() {
        // RFC 3720, B.4: 32 bytes of zeros, and of ones.
        assert_eq!(crc32c(&[0; 32]), 0x8a91_36aa);
        assert_eq!(crc32c(&[0xff; 32]), 0x62a8_ab43);
        assert_eq!(variable(300), [0xac, 0x02]);
    }
}
