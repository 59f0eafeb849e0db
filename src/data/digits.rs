//! The UCI optical digits, inside the program: `assets/NOTICE` names authors and licence.

use super::idx::Idx;
use super::{DataError, Dataset};
use crate::base::RowData;
use std::path::Path;

/// IDX, 1,797 × 65 bytes: 64 pixels row by row, then the label.
static DIGITS: &[u8] = include_bytes!("assets/digits-idx2-ubyte.gz");

/// Pixels of an image.
const PIXELS: usize = 8 * 8;

/// Training samples; the other 360 are the test.
const TRAIN: usize = 1_437;

/// 1,797 handwritten digits of 8 × 8 pixels, scaled from 0..16 to 0..1; the first 1,437 train, the last 360 test.
///
/// Values and order are scikit-learn's `load_digits`; the split is the same each time.
pub fn digits() -> Result<(Dataset, Dataset), DataError> {
    let table = Idx::decode(Path::new("digits (built in)"), DIGITS)?;
    let (mut pixels, mut labels) = (Vec::with_capacity(table.data.len()), Vec::new());
    for row in table.data.chunks_exact(PIXELS + 1) {
        let (image, label) = row.split_at(PIXELS);
        pixels.extend_from_slice(image);
        labels.extend(label.iter().map(|label| u32::from(*label)));
    }
    let features = RowData::Bytes { data: pixels.into(), scale: 1.0 / 16.0, shift: 0.0 };
    Dataset::new("digits", features, labels, 10, &[8, 8])?.split(TRAIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sums and counts of scikit-learn's copy.
    #[test]
    fn digits_are_scikit_learns() {
        let (train, test) = digits().unwrap();
        assert_eq!((train.len(), test.len()), (1_437, 360));
        assert_eq!(train.labels[..12], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]);
        let sum = |data: &Dataset| -> f32 { (0..data.len()).flat_map(|i| data.row(i).unwrap().0).sum() };
        assert_eq!(sum(&train) + sum(&test), 561_718.0 / 16.0);
        let mut counts = [0; 10];
        train.labels.iter().chain(&test.labels).for_each(|label| counts[*label as usize] += 1);
        assert_eq!(counts, [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
        assert_eq!(train.row(0).unwrap().0[2..6], [5.0 / 16.0, 13.0 / 16.0, 9.0 / 16.0, 1.0 / 16.0]);
    }
}
