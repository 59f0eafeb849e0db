//! What models are trained on: inputs, labels and weights of the same samples.

use super::{Array, Dataset};
use crate::base::{Error, Result, RowData, Rows};

/// Samples: a table for each input of a model, one for each of its outputs, and weights.
///
/// Tables are shared, not copied. A [`Dataset`] is one input and one label; a model with several takes [`Samples::new`]:
///
/// ```
/// use wgrad::{base::Rows, data::Samples};
///
/// let (wide, deep) = (Rows::floats(2, vec![0.0; 8]), Rows::floats(3, vec![0.0; 12]));
/// let price = Rows::floats(1, vec![1.0, 2.0, 3.0, 4.0]);
/// let samples = Samples::new([&wide, &deep]).labels([&price]).named("houses");
/// assert_eq!(samples.len(), 4);
/// ```
#[derive(Clone, Debug)]
pub struct Samples {
    /// What messages call them.
    pub name: String,
    /// A table for each input.
    pub inputs: Vec<Rows>,
    /// A table for each output.
    pub labels: Vec<Rows>,
    /// How much each sample counts, one number a row; 1 without.
    pub weights: Option<Rows>,
}

impl Samples {
    /// Samples of these inputs, without labels.
    pub fn new<'a>(inputs: impl IntoIterator<Item = &'a Rows>) -> Self {
        let inputs = inputs.into_iter().cloned().collect();
        Self { name: "data".to_owned(), inputs, labels: Vec::new(), weights: None }
    }

    /// With these labels, a table an output.
    pub fn labels<'a>(mut self, labels: impl IntoIterator<Item = &'a Rows>) -> Self {
        self.labels = labels.into_iter().cloned().collect();
        self
    }

    /// With these weights, one a sample.
    pub fn weights(mut self, weights: Vec<f32>) -> Self {
        self.weights = Some(Rows::floats(1, weights));
        self
    }

    /// Under this name in messages.
    pub fn named(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    /// Number of samples.
    pub fn len(&self) -> usize {
        self.inputs.first().map_or(0, Rows::len)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The samples of these numbers, in this order, copied.
    ///
    /// # Errors
    /// A number that is no sample's.
    pub fn select(&self, samples: &[usize]) -> Result<Self> {
        if let Some(bad) = samples.iter().find(|i| **i >= self.len()) {
            let expected = format!("numbers below {}", self.len());
            return Err(Error::request(format!("samples of {}", self.name), expected, bad, "count from 0"));
        }
        let take = |all: &[Rows]| all.iter().map(|r| r.select(samples)).collect();
        let weights = self.weights.as_ref().map(|w| w.select(samples));
        Ok(Self { name: self.name.clone(), inputs: take(&self.inputs), labels: take(&self.labels), weights })
    }
}

impl From<&Dataset> for Samples {
    fn from(data: &Dataset) -> Self {
        Self::new([&data.x()]).labels([&data.y()]).named(&data.name)
    }
}

impl From<&Samples> for Samples {
    fn from(samples: &Samples) -> Self {
        samples.clone()
    }
}

impl From<&Rows> for Samples {
    fn from(inputs: &Rows) -> Self {
        Self::new([inputs])
    }
}

impl From<(&Rows, &Rows)> for Samples {
    fn from((inputs, labels): (&Rows, &Rows)) -> Self {
        Self::new([inputs]).labels([labels])
    }
}

impl From<&Array> for Rows {
    fn from(array: &Array) -> Self {
        let numbers: Vec<f32> = array.data.iter().map(|v| *v as f32).collect();
        Self { width: array.width(), data: RowData::Floats(numbers.into()) }
    }
}

impl From<&Array> for Samples {
    fn from(array: &Array) -> Self {
        Self::new([&Rows::from(array)])
    }
}
