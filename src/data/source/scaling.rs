//! Scaling of inputs: measured on the training part, applied to all.

use super::prepared::Scaling;
use super::raw::wrong;
use super::words::Scale;
use crate::base::{Result, RowData, Rows};

/// Channels of an image at most: colours and transparency.
const MOST_CHANNELS: usize = 4;

/// Measures what `method` needs on training samples of one input of this shape. `free` says which numbers of a row are left
/// alone: those that stand for categories.
pub fn measured(method: Scale, rows: &Rows, shape: &[usize], free: &[bool]) -> Scaling {
    let natural = match &rows.data {
        RowData::Bytes { scale, .. } => Some(f64::from(*scale).recip().round()),
        RowData::Floats(_) => None,
    };
    let one = |method, offset, divisor| Scaling { method, offset: vec![offset], divisor: vec![divisor] };
    match (method, natural) {
        (Scale::None, _) | (Scale::Auto, None) => one(Scale::None, 0.0, 1.0),
        // Bytes that stand for themselves are scaled only where that is asked for.
        (Scale::Auto, Some(1.0)) => one(Scale::None, 0.0, 1.0),
        (Scale::Unit, Some(1.0)) => one(Scale::Unit, 0.0, 255.0),
        (Scale::Auto | Scale::Unit, Some(divisor)) => one(Scale::Unit, 0.0, divisor),
        (Scale::Unit, None) => {
            let moments = Moments::of(rows, axis(rows, shape), free);
            let range = |m: &Moment| (m.least, m.most - m.least);
            moments.scaling(Scale::Unit, range)
        }
        (Scale::Standardize, _) => {
            let moments = Moments::of(rows, axis(rows, shape), free);
            let deviation = |m: &Moment| (m.mean, (m.squares / m.count.max(1) as f64).sqrt());
            moments.scaling(Scale::Standardize, deviation)
        }
    }
}

/// How many numbers of scaling there are: one for each index of the last axis, as Keras's `Normalization` has it; of bytes
/// that are no colours, one for all.
fn axis(rows: &Rows, shape: &[usize]) -> usize {
    let last = shape.last().copied().unwrap_or(1);
    match (&rows.data, shape.len()) {
        (RowData::Bytes { .. }, 3) if last <= MOST_CHANNELS => last,
        (RowData::Bytes { .. }, _) => 1,
        (RowData::Floats(_), _) => last,
    }
}

/// Mean, squares of distances from it and range of some numbers (Welford 1962).
#[derive(Clone, Debug)]
pub struct Moment {
    /// Numbers counted in.
    pub count: u64,
    /// Their mean.
    pub mean: f64,
    /// The sum of the squares of their distances from the mean.
    pub squares: f64,
    /// The least of them.
    pub least: f64,
    /// The largest of them.
    pub most: f64,
}

impl Default for Moment {
    fn default() -> Self {
        Self { count: 0, mean: 0.0, squares: 0.0, least: f64::INFINITY, most: f64::NEG_INFINITY }
    }
}

impl Moment {
    /// Counts a number in; NaN is left out.
    pub fn add(&mut self, x: f64) {
        if x.is_nan() {
            return;
        }
        self.count += 1;
        let distance = x - self.mean;
        self.mean += distance / self.count as f64;
        self.squares += distance * (x - self.mean);
        self.least = self.least.min(x);
        self.most = self.most.max(x);
    }

    /// The standard deviation, as NumPy's `std` has it.
    pub fn deviation(&self) -> f64 {
        (self.squares / self.count.max(1) as f64).sqrt()
    }

    /// Whether all numbers are the same.
    pub fn is_constant(&self) -> bool {
        self.count > 0 && self.least == self.most
    }
}

/// Moments of the numbers at each index of the last axis.
struct Moments<'a> {
    all: Vec<Moment>,
    free: &'a [bool],
}

impl<'a> Moments<'a> {
    fn of(rows: &Rows, last: usize, free: &'a [bool]) -> Self {
        let all = moments(rows, last);
        Self { all, free: if free.len() == last { free } else { &[] } }
    }

    fn scaling(&self, method: Scale, pair: impl Fn(&Moment) -> (f64, f64)) -> Scaling {
        let free = |at: usize| self.free.get(at).copied().unwrap_or(false);
        let each = self.all.iter().enumerate().map(|(at, moment)| match pair(moment) {
            _ if free(at) || moment.count == 0 => (0.0, 1.0),
            (offset, _) if moment.is_constant() => (offset, 1.0),
            (offset, divisor) if divisor > 0.0 && divisor.is_finite() => (offset, divisor),
            (offset, _) => (offset, 1.0),
        });
        let (offset, divisor) = each.unzip();
        Scaling { method, offset, divisor }
    }
}

/// Moments of the stored numbers of a table, at each index modulo `last`.
pub fn moments(rows: &Rows, last: usize) -> Vec<Moment> {
    let last = last.max(1);
    let mut all = vec![Moment::default(); last];
    match &rows.data {
        RowData::Bytes { data, .. } => {
            // 256 different numbers: counted first, for there may be hundreds of millions.
            let mut counts = vec![[0_u64; 256]; last];
            for row in data.chunks(last) {
                for (count, byte) in counts.iter_mut().zip(row) {
                    count[usize::from(*byte)] += 1;
                }
            }
            for (moment, count) in all.iter_mut().zip(&counts) {
                *moment = of_counts(count);
            }
        }
        RowData::Floats(data) => {
            for row in data.chunks(last) {
                all.iter_mut().zip(row).for_each(|(moment, x)| moment.add(f64::from(*x)));
            }
        }
    }
    all
}

fn of_counts(counts: &[u64; 256]) -> Moment {
    let numbers = || counts.iter().enumerate().filter(|(_, n)| **n > 0).map(|(byte, n)| (byte as f64, *n as f64));
    let count: u64 = counts.iter().sum();
    let mean = numbers().map(|(byte, n)| byte * n).sum::<f64>() / count.max(1) as f64;
    let squares = numbers().map(|(byte, n)| (byte - mean).powi(2) * n).sum();
    let (least, most) = (numbers().next(), numbers().next_back());
    let end = |of: Option<(f64, f64)>, none| of.map_or(none, |(byte, _)| byte);
    Moment { count, mean, squares, least: end(least, f64::INFINITY), most: end(most, f64::NEG_INFINITY) }
}

/// The samples, scaled.
///
/// # Errors
/// Another number of columns than those that were measured.
pub fn scaled(place: &str, rows: &Rows, scaling: &Scaling) -> Result<Rows> {
    let Scaling { offset, divisor, .. } = scaling;
    let count = offset.len();
    if count == 0 || divisor.len() != count || !rows.width.is_multiple_of(count) {
        let what = format!("rows of {} numbers, expected those scaling was measured on, {count} of them", rows.width);
        return Err(wrong(place, what, "give data of the same form as the training data"));
    }
    let data = match (&rows.data, offset.as_slice(), divisor.as_slice()) {
        (RowData::Bytes { data, .. }, [offset], [divisor]) => {
            let (scale, shift) = (divisor.recip() as f32, (-offset / divisor) as f32);
            RowData::Bytes { data: data.clone(), scale, shift: if shift == 0.0 { 0.0 } else { shift } }
        }
        (RowData::Floats(data), [0.0], [1.0]) => RowData::Floats(data.clone()),
        (RowData::Bytes { data, .. }, ..) => RowData::Floats(each(data.iter().map(|b| f64::from(*b)), offset, divisor)),
        (RowData::Floats(data), ..) => RowData::Floats(each(data.iter().map(|v| f64::from(*v)), offset, divisor)),
    };
    Ok(Rows { width: rows.width, data })
}

fn each(numbers: impl Iterator<Item = f64>, offset: &[f64], divisor: &[f64]) -> std::sync::Arc<[f32]> {
    let of = offset.iter().zip(divisor).cycle();
    numbers.zip(of).map(|(x, (offset, divisor))| ((x - offset) / divisor) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(width: usize, data: &[u8], scale: f32) -> Rows {
        Rows { width, data: RowData::Bytes { data: data.into(), scale, shift: 0.0 } }
    }

    fn row(rows: &Rows, at: usize) -> Vec<f64> {
        let mut out = vec![0.0; rows.width];
        rows.gather(at, &mut out);
        out
    }

    #[test]
    fn columns_get_mean_0_and_deviation_1() {
        let rows = Rows::floats(3, vec![1.0, 5.0, 0.0, 3.0, 5.0, 1.0]);
        let scaling = measured(Scale::Standardize, &rows, &[3], &[false, false, true]);
        assert_eq!(
            (scaling.offset.as_slice(), scaling.divisor.as_slice()),
            (&[2.0, 5.0, 0.0][..], &[1.0, 1.0, 1.0][..])
        );
        let done = scaled("x", &rows, &scaling).unwrap();
        assert_eq!((row(&done, 0), row(&done, 1)), (vec![-1.0, 0.0, 0.0], vec![1.0, 0.0, 1.0]));
        let unit = scaled("x", &rows, &measured(Scale::Unit, &rows, &[3], &[])).unwrap();
        assert_eq!((row(&unit, 0), row(&unit, 1)), (vec![0.0, 0.0, 0.0], vec![1.0, 0.0, 1.0]));
    }

    #[test]
    fn bytes_stay_bytes_unless_channels_differ() {
        let grey = bytes(4, &[0, 255, 0, 255], 1.0 / 255.0);
        let auto = scaled("x", &grey, &measured(Scale::Auto, &grey, &[2, 2], &[])).unwrap();
        assert!(matches!(auto.data, RowData::Bytes { scale, .. } if scale == 1.0 / 255.0));
        let standard = scaled("x", &grey, &measured(Scale::Standardize, &grey, &[2, 2], &[])).unwrap();
        assert!(matches!(standard.data, RowData::Bytes { .. }));
        assert_eq!(row(&standard, 0), [-1.0, 1.0, -1.0, 1.0]);
        let colour = bytes(3, &[0, 10, 20, 2, 30, 20], 1.0 / 255.0);
        let standard = scaled("x", &colour, &measured(Scale::Standardize, &colour, &[1, 1, 3], &[])).unwrap();
        assert_eq!((row(&standard, 0), row(&standard, 1)), (vec![-1.0, -1.0, 0.0], vec![1.0, 1.0, 0.0]));
        let none = scaled("x", &grey, &measured(Scale::None, &grey, &[2, 2], &[])).unwrap();
        assert_eq!(row(&none, 0), [0.0, 255.0, 0.0, 255.0]);
    }
}
