//! IDX, the format of MNIST and its kin: a header of big-endian sizes, then the numbers.
//!
//! Layout (Y. LeCun, "The MNIST database"): two zero bytes, one byte element type, one byte number of dimensions,
//! each dimension in four bytes, the elements with the last dimension fastest. Files may be gzipped.

use super::DataError;
use flate2::bufread::MultiGzDecoder;
use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};

/// The element type read: unsigned bytes.
const UNSIGNED_BYTE: u8 = 0x08;

/// Elements at most, 1 GiB: far above any data set of this format, far below a machine's memory.
const MOST: u64 = 1 << 30;

/// No deflate stream grows more than 1,032 times (zlib, "Technical details").
const MOST_GROWTH: u64 = 1_032;

const DAMAGED: &str = "the file is damaged or was cut off; fetch it again";
const OTHER: &str = "the file is of another kind; give an IDX file of unsigned bytes, gzipped or not";

/// An array of bytes from an IDX file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idx {
    /// Lengths of the dimensions, at least one, none of them 0.
    pub shape: Vec<usize>,
    /// The elements, row-major: the product of `shape`.
    pub data: Vec<u8>,
}

impl Idx {
    /// Reads a file, gzipped or not.
    ///
    /// Memory is bounded by what the file really holds, whatever its header claims.
    pub fn open(path: &Path) -> Result<Self, DataError> {
        let io = |source| DataError::Io { path: path.to_path_buf(), offset: 0, source };
        let file = File::open(path).map_err(io)?;
        let stored = file.metadata().map_err(io)?.len();
        read(path, BufReader::new(file), stored)
    }

    /// Reads bytes in memory, gzipped or not; `path` names them in messages.
    pub fn decode(path: &Path, bytes: &[u8]) -> Result<Self, DataError> {
        read(path, bytes, bytes.len() as u64)
    }

    /// The array itself if it has `rank` dimensions.
    pub(super) fn of_rank(self, path: &Path, rank: usize) -> Result<Self, DataError> {
        if self.shape.len() == rank {
            return Ok(self);
        }
        Err(DataError::Format {
            path: path.to_path_buf(),
            offset: 3,
            expected: format!("{rank} dimensions"),
            got: self.shape.len().to_string(),
            help: "the file holds something else; check which file has which name",
        })
    }
}

/// `stored` is the number of bytes behind `input`.
fn read(path: &Path, mut input: impl BufRead, stored: u64) -> Result<Idx, DataError> {
    let start = input.fill_buf().map_err(|source| DataError::Io { path: path.to_path_buf(), offset: 0, source })?;
    if start.starts_with(&[0x1f, 0x8b]) {
        let most = stored.saturating_mul(MOST_GROWTH);
        Source { path: path.to_path_buf(), input: MultiGzDecoder::new(input), offset: 0, most }.array()
    } else {
        Source { path: path.to_path_buf(), input, offset: 0, most: stored }.array()
    }
}

/// A stream that knows where it is and how much it can hold.
struct Source<R> {
    path: PathBuf,
    input: R,
    offset: u64,
    most: u64,
}

impl<R: Read> Source<R> {
    fn array(mut self) -> Result<Idx, DataError> {
        let shape = self.shape()?;
        let wanted = self.count(&shape)?;
        let data = self.up_to(wanted)?;
        if (data.len() as u64) < wanted {
            let end = self.offset;
            return Err(self.wrong(
                end,
                format!("{wanted} elements"),
                format!("the end after {}", data.len()),
                DAMAGED,
            ));
        }
        // Reading on also lets gzip compare its checksum, which comes last.
        if !self.up_to(1)?.is_empty() {
            let end = self.offset - 1;
            return Err(self.wrong(end, format!("the end after {wanted} elements"), "more bytes".to_string(), DAMAGED));
        }
        Ok(Idx { shape, data })
    }

    fn shape(&mut self) -> Result<Vec<usize>, DataError> {
        let magic = self.exactly::<4>("the IDX header")?;
        if magic[..2] != [0, 0] {
            let got = format!("{:#04x} {:#04x}", magic[0], magic[1]);
            return Err(self.wrong(0, "two zero bytes, which begin every IDX file".to_string(), got, OTHER));
        }
        if magic[2] != UNSIGNED_BYTE {
            let expected = "element type 0x08, unsigned bytes".to_string();
            return Err(self.wrong(2, expected, format!("{:#04x}", magic[2]), OTHER));
        }
        if magic[3] == 0 {
            return Err(self.wrong(3, "at least one dimension".to_string(), "0".to_string(), OTHER));
        }
        (0..magic[3]).map(|_| Ok(u32::from_be_bytes(self.exactly("a dimension")?) as usize)).collect()
    }

    /// The product of the dimensions, if the stream can hold as much.
    fn count(&self, shape: &[usize]) -> Result<u64, DataError> {
        let room = self.most.saturating_sub(self.offset).min(MOST);
        let count = shape.iter().try_fold(1u64, |n, d| n.checked_mul(*d as u64));
        match count {
            Some(count) if count > 0 && count <= room => Ok(count),
            _ => {
                let expected =
                    format!("dimensions, none of them 0, of at most {room} elements together, what the file can hold");
                Err(self.wrong(4, expected, format!("{shape:?}"), DAMAGED))
            }
        }
    }

    fn exactly<const N: usize>(&mut self, what: &str) -> Result<[u8; N], DataError> {
        let at = self.offset;
        let bytes = self.up_to(N as u64)?;
        let got = bytes.len();
        bytes
            .try_into()
            .map_err(|_| self.wrong(at, format!("{N} bytes of {what}"), format!("the end after {got}"), DAMAGED))
    }

    /// The next `wanted` bytes, fewer at the end. Grows with what arrives, not with what was promised.
    fn up_to(&mut self, wanted: u64) -> Result<Vec<u8>, DataError> {
        let mut bytes = Vec::new();
        let outcome = self.input.by_ref().take(wanted).read_to_end(&mut bytes);
        self.offset += bytes.len() as u64;
        match outcome {
            Ok(_) => Ok(bytes),
            // What the decompressor says of a stream that breaks its format.
            Err(e)
                if matches!(e.kind(), ErrorKind::UnexpectedEof | ErrorKind::InvalidData | ErrorKind::InvalidInput) =>
            {
                Err(self.wrong(self.offset, "a whole gzip stream".to_string(), e.to_string(), DAMAGED))
            }
            Err(source) => Err(DataError::Io { path: self.path.clone(), offset: self.offset, source }),
        }
    }

    fn wrong(&self, offset: u64, expected: String, got: String, help: &'static str) -> DataError {
        DataError::Format { path: self.path.clone(), offset, expected, got, help }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use proptest::prelude::*;
    use std::io::Write;

    /// [2, 3]
    const SMALL: [u8; 18] = [0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6];

    fn gz(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn decode(bytes: &[u8]) -> Result<Idx, DataError> {
        Idx::decode(Path::new("x"), bytes)
    }

    #[track_caller]
    fn fails(bytes: &[u8], offset: u64, part: &str) {
        let error = decode(bytes).unwrap_err();
        assert!(matches!(error, DataError::Format { offset: at, .. } if at == offset), "{error}");
        assert!(error.to_string().contains(part), "{error}");
    }

    #[test]
    fn plain_and_gzipped_are_the_same() {
        let want = Idx { shape: vec![2, 3], data: vec![1, 2, 3, 4, 5, 6] };
        assert_eq!(decode(&SMALL).unwrap(), want);
        assert_eq!(decode(&gz(&SMALL)).unwrap(), want);
    }

    #[test]
    fn every_cut_is_found() {
        for end in 0..SMALL.len() {
            assert!(matches!(decode(&SMALL[..end]), Err(DataError::Format { .. })), "cut at {end}");
        }
        let packed = gz(&SMALL);
        for end in 0..packed.len() {
            assert!(matches!(decode(&packed[..end]), Err(DataError::Format { .. })), "cut at {end}");
        }
        fails(&SMALL[..9], 8, "4 bytes of a dimension, got the end after 1");
    }

    #[test]
    fn trailing_bytes_are_found() {
        let more = [&SMALL[..], &[0]].concat();
        fails(&more, 18, "the end after 6 elements");
        fails(&gz(&more), 18, "the end after 6 elements");
        assert!(decode(&[&gz(&SMALL)[..], b"junk"].concat()).is_err());
    }

    #[test]
    fn damage_inside_gzip_is_found() {
        let mut packed = gz(&SMALL);
        let checksum = packed.len() - 8;
        packed[checksum] ^= 1;
        fails(&packed, 18, "a whole gzip stream");
    }

    #[test]
    fn other_kinds_of_file_are_told() {
        fails(b"\x89PNG\r\n", 0, "two zero bytes");
        fails(&[0, 0, 0x0d, 1, 0, 0, 0, 1, 0, 0, 0, 0], 2, "0x0d");
        fails(&[0, 0, 8, 0], 3, "at least one dimension");
    }

    #[test]
    fn headers_that_promise_too_much_are_refused_before_reading() {
        let huge = [0, 0, 8, 2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
        fails(&huge, 4, "what the file can hold");
        fails(&gz(&huge), 4, "what the file can hold");
        fails(&[&[0, 0, 8, 255][..], &[0xff; 255 * 4]].concat(), 4, "what the file can hold");
        fails(&[0, 0, 8, 1, 0, 0, 0, 0], 4, "[0]");
    }

    #[test]
    fn a_bomb_is_left_at_the_first_byte_too_many() {
        // A stream without end: returning at all shows that no more is read than was promised.
        let endless = SMALL.chain(std::io::repeat(7));
        let error = read(Path::new("x"), BufReader::new(endless), u64::MAX).unwrap_err();
        assert!(error.to_string().contains("more bytes"), "{error}");
        // 64 MiB in 64 kB.
        let bomb = gz(&[&SMALL[..], &vec![0; 64 << 20]].concat());
        fails(&bomb, 18, "more bytes");
    }

    #[test]
    fn a_promise_beyond_the_bound_is_refused() {
        let endless = [0u8, 0, 8, 1, 0x40, 0, 0, 1].chain(std::io::repeat(7));
        let error = read(Path::new("x"), BufReader::new(endless), u64::MAX).unwrap_err();
        assert!(error.to_string().contains("1073741824"), "{error}");
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = decode(&bytes);
        }

        #[test]
        fn no_header_panics(rank in 0u8.., kind in 7u8..10, rest in proptest::collection::vec(0u8..4, 0..64)) {
            let bytes = [&[0, 0, kind, rank][..], &rest].concat();
            for bytes in [gz(&bytes), bytes] {
                if let Ok(idx) = decode(&bytes) {
                    prop_assert_eq!(idx.shape.iter().product::<usize>(), idx.data.len());
                }
            }
        }

        #[test]
        fn no_flipped_bit_panics(at in 0usize..38, bit in 0u8..8) {
            let mut packed = gz(&SMALL);
            let at = at % packed.len();
            packed[at] ^= 1 << bit;
            let _ = decode(&packed);
        }
    }
}
