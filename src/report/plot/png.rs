//! Small images as PNG within a text.

use flate2::{Compression, Crc, write::ZlibEncoder};
use std::io::Write;

/// A PNG of 8 bits a channel, one (gray) or three (red, green, blue) channels a pixel, rows from the top.
/// `bytes` has `width * height * channels` numbers, `width` and `height` are above zero.
pub(super) fn encode(width: u32, height: u32, channels: u8, bytes: &[u8]) -> Vec<u8> {
    let mut rows = Vec::with_capacity(bytes.len() + height as usize);
    for row in bytes.chunks(width as usize * usize::from(channels)) {
        // Each row begins with its filter; 0 is none.
        rows.push(0);
        rows.extend_from_slice(row);
    }
    let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
    let kind = if channels == 1 { 0 } else { 2 };
    // Bits a channel, colour type, then the only compression, filtering and the order without interlacing.
    header.extend([8, kind, 0, 0, 0]);
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut out, b"IHDR", &header);
    chunk(&mut out, b"IDAT", &deflate(&rows));
    chunk(&mut out, b"IEND", &[]);
    out
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    // Writing to memory does not fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

/// Length, name, data and check sum.
fn chunk(out: &mut Vec<u8>, name: &[u8; 4], data: &[u8]) {
    out.extend((data.len() as u32).to_be_bytes());
    let mut sum = Crc::new();
    sum.update(name);
    sum.update(data);
    out.extend_from_slice(name);
    out.extend_from_slice(data);
    out.extend(sum.sum().to_be_bytes());
}

/// Bytes in the alphabet of RFC 4648.
pub(super) fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let byte = |at: usize| u32::from(three.get(at).copied().unwrap_or(0));
        let word = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4 {
            let digit = ALPHABET[(word >> (18 - 6 * at)) as usize & 63];
            text.push(if at <= three.len() { char::from(digit) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn base64_of_the_rfc() {
        for (bytes, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }

    /// The chunks of a PNG; their check sums are those of another reading of the standard, CRC-32 bit by bit.
    fn chunks(mut png: &[u8]) -> Vec<(String, Vec<u8>)> {
        png = png.strip_prefix(b"\x89PNG\r\n\x1a\n").unwrap();
        let mut found = Vec::new();
        while !png.is_empty() {
            let length = u32::from_be_bytes(png[..4].try_into().unwrap()) as usize;
            let (body, rest) = png[4..].split_at(4 + length);
            let sum = body.iter().fold(u32::MAX, |sum, byte| {
                (0..8).fold(sum ^ u32::from(*byte), |c, _| if c & 1 == 1 { 0xedb8_8320 ^ (c >> 1) } else { c >> 1 })
            });
            assert_eq!((!sum).to_be_bytes(), rest[..4]);
            found.push((String::from_utf8(body[..4].to_vec()).unwrap(), body[4..].to_vec()));
            png = &rest[4..];
        }
        found
    }

    #[test]
    fn pixels_come_back() {
        let bytes: Vec<u8> = (0..2 * 3 * 3).map(|v| v * 14).collect();
        let found = chunks(&encode(3, 2, 3, &bytes));
        assert_eq!(found.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["IHDR", "IDAT", "IEND"]);
        assert_eq!(found[0].1, [0, 0, 0, 3, 0, 0, 0, 2, 8, 2, 0, 0, 0]);
        let mut rows = Vec::new();
        flate2::read::ZlibDecoder::new(&found[1].1[..]).read_to_end(&mut rows).unwrap();
        assert_eq!(rows, [&[0], &bytes[..9], &[0], &bytes[9..]].concat());
    }
}
