//! Numbers with a shape: what models answer with.

/// Numbers with a shape, row-major; the first axis counts samples.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    /// The shape, samples first.
    pub shape: Vec<usize>,
    /// The numbers.
    pub data: Vec<f64>,
}

impl Array {
    /// Number of samples.
    pub fn len(&self) -> usize {
        self.shape.first().copied().unwrap_or(0)
    }

    /// Whether there is no sample.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Numbers a sample.
    pub fn width(&self) -> usize {
        self.shape.iter().skip(1).product()
    }

    /// The numbers of sample `index`; none past the end.
    pub fn row(&self, index: usize) -> &[f64] {
        let width = self.width();
        self.data.get(index * width..(index + 1) * width).unwrap_or_default()
    }

    /// The samples' numbers, one after the other.
    pub fn rows(&self) -> impl Iterator<Item = &[f64]> {
        self.data.chunks(self.width().max(1))
    }

    /// Where each sample's largest number stands, the first of equals: the class, of probabilities.
    pub fn argmax(&self) -> Vec<usize> {
        let first_largest = |row: &[f64]| (1..row.len()).fold(0, |best, j| if row[j] > row[best] { j } else { best });
        self.rows().map(first_largest).collect()
    }
}
