//! A table of samples as executors take it: one row a sample, bytes kept as bytes.

use std::sync::Arc;

/// The numbers of a table, row after row.
#[derive(Clone, Debug)]
pub enum RowData {
    /// Bytes, read as `byte * scale + shift`.
    Bytes {
        /// The bytes, `rows * width` of them.
        data: Arc<[u8]>,
        /// Multiplier, for example 1/255.
        scale: f32,
        /// Added after scaling.
        shift: f32,
    },
    /// Numbers as they are, `rows * width` of them.
    Floats(Arc<[f32]>),
}

/// A table of `len()` rows, each `width` numbers.
#[derive(Clone, Debug)]
pub struct Rows {
    /// Numbers a row.
    pub width: usize,
    /// The numbers.
    pub data: RowData,
}

impl Rows {
    /// Number of rows.
    pub fn len(&self) -> usize {
        let n = match &self.data {
            RowData::Bytes { data, .. } => data.len(),
            RowData::Floats(data) => data.len(),
        };
        n.checked_div(self.width).unwrap_or(0)
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Writes row `index` into `out` (`width` numbers); the arithmetic is f32's on every device.
    pub fn gather<T: super::Real>(&self, index: usize, out: &mut [T]) {
        let range = index * self.width..(index + 1) * self.width;
        match &self.data {
            RowData::Bytes { data, scale, shift } => {
                for (o, v) in out.iter_mut().zip(&data[range]) {
                    *o = T::of(f64::from(f32::from(*v) * scale + shift));
                }
            }
            RowData::Floats(data) => {
                for (o, v) in out.iter_mut().zip(&data[range]) {
                    *o = T::of(f64::from(*v));
                }
            }
        }
    }
}
