//! A table of samples with a label each.

use super::DataError;
use crate::base::{RowData, Rows};
use std::sync::Arc;

/// The numbers of the samples: bytes kept as bytes, with a scale, or `f32`.
pub type Features = RowData;

/// Samples with a label each.
#[derive(Clone, Debug)]
pub struct Dataset {
    /// What messages call it.
    pub name: String,
    /// The samples one after another, `len()` times the product of `sample_shape` numbers.
    pub features: Features,
    /// The class of each sample, below `classes`.
    pub labels: Vec<u32>,
    /// Number of classes.
    pub classes: usize,
    /// The shape of one sample.
    pub sample_shape: Vec<usize>,
}

impl Dataset {
    /// A data set whose parts fit each other, or the reason why they do not.
    pub fn new(
        name: impl Into<String>,
        features: Features,
        labels: Vec<u32>,
        classes: usize,
        sample_shape: &[usize],
    ) -> Result<Self, DataError> {
        let name = name.into();
        let numbers = sample_shape.iter().try_fold(labels.len(), |n, d| n.checked_mul(*d));
        if numbers != Some(stored(&features)) {
            return Err(DataError::Mismatch {
                name,
                expected: format!("{} samples of shape {sample_shape:?}, one for each label", labels.len()),
                got: format!("{} numbers", stored(&features)),
            });
        }
        if let Some((at, label)) = labels.iter().enumerate().find(|(_, label)| **label as usize >= classes) {
            return Err(DataError::Mismatch {
                name,
                expected: format!("labels below {classes}, the number of classes"),
                got: format!("label {label} at sample {at}"),
            });
        }
        Ok(Self { name, features, labels, classes, sample_shape: sample_shape.to_vec() })
    }

    /// Number of samples.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is no sample.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// Numbers in one sample.
    pub fn width(&self) -> usize {
        self.sample_shape.iter().product()
    }

    /// Sample `index` as the numbers a model sees, and its label; `None` past the end.
    pub fn row(&self, index: usize) -> Option<(Vec<f32>, u32)> {
        let label = *self.labels.get(index)?;
        let mut numbers = vec![0.0; self.width()];
        self.x().gather(index, &mut numbers);
        Some((numbers, label))
    }

    /// The first `at` samples and the rest.
    pub fn split(&self, at: usize) -> Result<(Self, Self), DataError> {
        if at > self.len() {
            return Err(DataError::Mismatch {
                name: self.name.clone(),
                expected: format!("a split at 0 to {}, the number of samples", self.len()),
                got: at.to_string(),
            });
        }
        let cut = at * self.width();
        let (first, rest) = match &self.features {
            RowData::Bytes { data, scale, shift } => {
                let part = |p: &[u8]| RowData::Bytes { data: Arc::from(p), scale: *scale, shift: *shift };
                let (first, rest) = data.split_at(cut);
                (part(first), part(rest))
            }
            RowData::Floats(data) => {
                let (first, rest) = data.split_at(cut);
                (RowData::Floats(first.into()), RowData::Floats(rest.into()))
            }
        };
        let part = |features, labels: &[u32]| Self {
            name: self.name.clone(),
            features,
            labels: labels.to_vec(),
            classes: self.classes,
            sample_shape: self.sample_shape.clone(),
        };
        let (first_labels, rest_labels) = self.labels.split_at(at);
        Ok((part(first, first_labels), part(rest, rest_labels)))
    }

    /// The samples as executors take them; shared, not copied.
    pub fn x(&self) -> Rows {
        Rows { width: self.width(), data: self.features.clone() }
    }

    /// The labels as executors take them: one `f32` a sample, exact up to 2²⁴ classes.
    pub fn y(&self) -> Rows {
        Rows { width: 1, data: RowData::Floats(self.labels.iter().map(|label| *label as f32).collect()) }
    }
}

/// Numbers held.
fn stored(features: &Features) -> usize {
    match features {
        RowData::Bytes { data, .. } => data.len(),
        RowData::Floats(data) => data.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn three() -> Dataset {
        let data = Arc::from([0u8, 2, 4, 6, 8, 10]);
        Dataset::new("three", RowData::Bytes { data, scale: 0.5, shift: 0.0 }, vec![0, 1, 2], 3, &[2]).unwrap()
    }

    #[test]
    fn rows_are_scaled() {
        assert_eq!(three().row(1), Some((vec![2.0, 3.0], 1)));
        assert_eq!(three().row(3), None);
        assert_eq!((three().x().len(), three().y().len()), (3, 3));
    }

    #[test]
    fn splits_keep_order_and_labels() {
        let (first, rest) = three().split(1).unwrap();
        assert_eq!((first.len(), rest.len()), (1, 2));
        assert_eq!(first.row(0), three().row(0));
        assert_eq!(rest.row(1), three().row(2));
        assert!(three().split(0).unwrap().0.is_empty());
        assert!(three().split(3).unwrap().1.is_empty());
        assert!(three().split(4).unwrap_err().to_string().contains("0 to 3"));
    }

    #[test]
    fn parts_that_do_not_fit_are_refused() {
        let floats = |n: usize| RowData::Floats(vec![0.0; n].into());
        assert!(Dataset::new("a", floats(5), vec![0, 0], 1, &[2]).is_err());
        assert!(Dataset::new("a", floats(4), vec![0, 0], 1, &[usize::MAX]).is_err());
        let error = Dataset::new("a", floats(4), vec![0, 7], 7, &[2]).unwrap_err().to_string();
        assert_eq!(error, "data set a: expected labels below 7, the number of classes, got label 7 at sample 1");
    }
}
