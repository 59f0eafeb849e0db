//! Losses: one dispatch gives the gradient of the mean loss and adds to the running totals.

super::pages! { categorical_crossentropy, mean_squared_error, sparse_categorical_crossentropy }

use crate::base::{Error, Result};
use crate::kernel::Shader;
use crate::plan::{Tape, Value};

/// Numbers in the running totals: Σ loss over samples, samples classified right, samples, mean loss of the last batch.
pub const TOTALS: usize = 4;

/// What training lowers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// −log p(label) from logits; labels are integers, one a sample.
    SparseCategoricalCrossentropy,
    /// −Σ target · log p from logits; targets are a row of probabilities a sample.
    CategoricalCrossentropy,
    /// Mean over the outputs of (p − t)².
    MeanSquaredError,
}

impl Loss {
    /// The loss of this Keras name.
    ///
    /// # Errors
    /// An unknown name; the message lists those there are.
    pub fn named(name: &str) -> Result<Self> {
        let all = [Self::SparseCategoricalCrossentropy, Self::CategoricalCrossentropy, Self::MeanSquaredError];
        all.into_iter().find(|l| l.name() == name).ok_or_else(|| {
            let known = all.map(Self::name).join(", ");
            Error::request("loss", format!("one of {known}"), name, "use one of these names")
        })
    }

    /// The Keras name.
    pub fn name(self) -> &'static str {
        match self {
            Self::SparseCategoricalCrossentropy => "sparse_categorical_crossentropy",
            Self::CategoricalCrossentropy => "categorical_crossentropy",
            Self::MeanSquaredError => "mean_squared_error",
        }
    }

    /// Whether it is computed from the logits, with a softmax inside.
    pub fn takes_logits(self) -> bool {
        self != Self::MeanSquaredError
    }

    /// Numbers a label takes for `outputs` outputs.
    pub fn label_width(self, outputs: usize) -> usize {
        if self == Self::SparseCategoricalCrossentropy { 1 } else { outputs }
    }

    /// Records the loss of outputs (or logits) `z` against `y`: its gradient is `z`'s first, the totals grow.
    ///
    /// # Errors
    /// Outputs that are not a matrix, labels of another shape.
    pub fn record(self, tape: &mut Tape, z: Value, y: Value, totals: Value) -> Result<()> {
        let [m, n] = *tape.shape(z) else {
            return Err(Error::request(
                format!("loss {}", self.name()),
                "outputs of shape [batch, outputs]",
                format!("{:?}", tape.shape(z)),
                "end the model in a Dense layer",
            ));
        };
        let d = Batch { m: m as u32, n: n as u32 };
        let dz = tape.gradient_place(z);
        match self {
            Self::SparseCategoricalCrossentropy => {
                tape.run(&sparse_categorical_crossentropy::LOSS, d, [z, y], [dz, totals])?;
            }
            Self::CategoricalCrossentropy => tape.run(&categorical_crossentropy::LOSS, d, [z, y], [dz, totals])?,
            Self::MeanSquaredError => tape.run(&mean_squared_error::LOSS, d, [z, y], [dz, totals])?,
        }
        if tape.training() { tape.settle(z, dz) } else { Ok(()) }
    }
}

crate::dims! {
    /// Outputs are m×n.
    pub struct Batch {
        /// Rows: the batch.
        m: u32,
        /// Outputs a sample.
        n: u32,
    }
}

impl Batch {
    /// Numbers in the outputs.
    pub fn len(&self) -> usize {
        self.m as usize * self.n as usize
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

const CASES: &[Batch] = &[Batch { m: 1, n: 2 }, Batch { m: 5, n: 3 }, Batch { m: 131, n: 10 }];

/// One workgroup takes the whole batch, so that the totals grow in a fixed order without a second dispatch.
fn whole_batch(body: &str) -> Shader {
    let totals = include_str!("../../../shaders/loss/totals.wgsl");
    Shader::new(&format!("{totals}{body}"), [1, 1, 1])
}

/// Adds one batch to the totals.
fn add<T: crate::base::Real>(totals: &mut [T], loss: T, right: T, rows: T) {
    totals[0] += loss;
    totals[1] += right;
    totals[2] += rows;
    totals[3] = loss / rows;
}

/// Index of the first largest number, as argmax gives it.
fn argmax<T: PartialOrd + Copy>(row: &[T]) -> usize {
    (1..row.len()).fold(0, |best, j| if row[j] > row[best] { j } else { best })
}
