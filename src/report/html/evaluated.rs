//! What a model answered to a test set, and what would have been right.

use crate::base::Rows;
use crate::data::Array;

/// What a model answered to samples, and what would have been right.
#[derive(Clone, Debug)]
pub struct Evaluated {
    /// What the samples are called: `digits, test part`.
    pub(super) name: String,
    pub(super) answers: Answers,
    pub(super) samples: Option<Samples>,
}

/// Answers of one kind.
#[derive(Clone, Debug)]
pub(super) enum Answers {
    /// A row of outputs a sample, one an class, and the class that is right.
    Classes { predictions: Array, labels: Vec<u32>, names: Vec<String> },
    /// Numbers a sample, and the numbers that are right.
    Numbers { predictions: Array, targets: Vec<f64>, names: Vec<String> },
}

/// The samples themselves, so that the report can show some.
#[derive(Clone, Debug)]
pub struct Samples {
    /// A row a sample.
    pub rows: Rows,
    /// The shape of a sample: rows, columns and channels of an image, or one axis of features.
    pub shape: Vec<usize>,
    /// Names of the features, of samples that are no images; may be empty.
    pub features: Vec<String>,
}

impl Evaluated {
    /// Of a classifier: `predictions` has a row a sample with a number a class, probabilities or logits, or one number a
    /// sample, the probability of the second of two classes; `labels` are the classes that are right, counted from 0.
    pub fn classes(predictions: Array, labels: Vec<u32>) -> Self {
        Self { name: "test".to_owned(), answers: Answers::Classes { predictions, labels, names: Vec::new() }, samples: None }
    }

    /// Of a regression: `predictions` and `targets` have a row a sample with as many numbers.
    pub fn numbers(predictions: Array, targets: Vec<f64>) -> Self {
        Self { name: "test".to_owned(), answers: Answers::Numbers { predictions, targets, names: Vec::new() }, samples: None }
    }

    /// What the samples are called: `digits, test part`.
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// The names of the classes, or of the numbers that are predicted, in their order; what has none is told by its number.
    pub fn outputs<T: Into<String>>(mut self, all: impl IntoIterator<Item = T>) -> Self {
        let (Answers::Classes { names, .. } | Answers::Numbers { names, .. }) = &mut self.answers;
        *names = all.into_iter().map(Into::into).collect();
        self
    }

    /// The samples, in the order of the answers.
    pub fn samples(mut self, samples: Samples) -> Self {
        self.samples = Some(samples);
        self
    }
}
