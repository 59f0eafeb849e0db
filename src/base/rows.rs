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
    /// A table of numbers, `width` a row; what is left over behind the last whole row is left out.
    pub fn floats(width: usize, numbers: Vec<f32>) -> Self {
        Self { width, data: RowData::Floats(numbers.into()) }
    }

    /// A copy of the rows of these numbers, in this order; numbers past the end are left out.
    pub fn select(&self, rows: &[usize]) -> Self {
        fn pick<T: Copy>(data: &[T], width: usize, rows: &[usize]) -> Arc<[T]> {
            let row = |i: &usize| data.get(i * width..(i + 1) * width);
            rows.iter().filter_map(row).flatten().copied().collect()
        }
        let data = match &self.data {
            RowData::Bytes { data, scale, shift } => {
                RowData::Bytes { data: pick(data, self.width, rows), scale: *scale, shift: *shift }
            }
            RowData::Floats(data) => RowData::Floats(pick(data, self.width, rows)),
        };
        Self { width: self.width, data }
    }

    /// A copy of at most `rows` rows from `first` on.
    pub fn range(&self, first: usize, rows: usize) -> Self {
        self.select(&(first..first.saturating_add(rows).min(self.len())).collect::<Vec<_>>())
    }

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
