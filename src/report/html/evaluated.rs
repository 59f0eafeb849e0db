//! What a model answered to a test set, and what would have been right.

use crate::base::Rows;
use crate::data::{Array, Dataset};

/// What a model answered to samples, and what would have been right.
///
/// ```
/// use wgrad::{data::Array, report::html::Evaluated};
/// let answers = Array { shape: vec![2, 3], data: vec![0.1, 0.8, 0.1, 0.2, 0.2, 0.6] };
/// let evaluated = Evaluated::classes(answers, vec![1, 0]).named("flowers, test part").outputs(["iris", "rose", "tulip"]);
/// # drop(evaluated);
/// ```
#[derive(Clone, Debug)]
pub struct Evaluated {
    /// What the samples are called: `digits, test part`.
    pub(super) name: String,
    pub(super) answers: Answers,
    /// Names of the classes, or of the numbers that are predicted.
    pub(super) outputs: Vec<String>,
    pub(super) samples: Option<Samples>,
}

/// Answers of one kind.
#[derive(Clone, Debug)]
pub(super) enum Answers {
    /// A row of outputs a sample, one a class, and the class that is right.
    Classes { predictions: Array, labels: Vec<u32> },
    /// Numbers a sample, and the numbers that are right.
    Numbers { predictions: Array, targets: Vec<f64> },
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
        Self::new(Answers::Classes { predictions, labels })
    }

    /// Of a regression: `predictions` and `targets` have a row a sample with as many numbers.
    pub fn numbers(predictions: Array, targets: Vec<f64>) -> Self {
        Self::new(Answers::Numbers { predictions, targets })
    }

    /// Of a classifier on a data set, under its name and with its samples.
    pub fn dataset(predictions: Array, data: &Dataset) -> Self {
        let samples = Samples { rows: data.x(), shape: data.sample_shape.clone(), features: Vec::new() };
        Self::classes(predictions, data.labels.clone()).named(&data.name).samples(samples)
    }

    fn new(answers: Answers) -> Self {
        Self { name: "test samples".to_owned(), answers, outputs: Vec::new(), samples: None }
    }

    /// What the samples are called: `digits, test part`.
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// The names of the classes, or of the numbers that are predicted, in their order; what has none is told by its number.
    pub fn outputs<T: Into<String>>(mut self, names: impl IntoIterator<Item = T>) -> Self {
        self.outputs = names.into_iter().map(Into::into).collect();
        self
    }

    /// The samples, in the order of the answers.
    pub fn samples(mut self, samples: Samples) -> Self {
        self.samples = Some(samples);
        self
    }
}
