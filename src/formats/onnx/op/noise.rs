//! Layers that do nothing in inference.

use super::super::reader::{Op, Reader, Value};
use super::super::writer::{Call, Writer};
use super::{Reads, Writes};
use crate::base::Result;
use crate::nn::layer::Dropout;

pub(super) static WRITES: &[Writes] = &[
    Writes { class: "ActivityRegularization", write: pass },
    Writes { class: "AlphaDropout", write: pass },
    Writes { class: "Dropout", write: pass },
    Writes { class: "GaussianDropout", write: pass },
    Writes { class: "GaussianNoise", write: pass },
    Writes { class: "Identity", write: pass },
    Writes { class: "SpatialDropout1D", write: pass },
    Writes { class: "SpatialDropout2D", write: pass },
    Writes { class: "MCAlphaDropout", write: draws },
    Writes { class: "MCDropout", write: draws },
];
pub(super) static READS: &[Reads] =
    &[Reads::new("Identity", |r, op| r.input(op, 0).cloned()), Reads::new("Dropout", dropout)];

fn pass(_: &mut Writer, call: &Call<'_>) -> Result<String> {
    Ok(call.x()?.name.clone())
}

fn draws(_: &mut Writer, call: &Call<'_>) -> Result<String> {
    let help = "ONNX files are for inference that repeats: build the model with Dropout or AlphaDropout in its place, \
                and give it these weights";
    Err(call.wrong("inference", "a layer that draws in training alone", "Monte Carlo dropout", help))
}

fn dropout(r: &mut Reader<'_>, op: &mut Op<'_>) -> Result<Value> {
    op.attributes.ignore(&["seed", "is_test"]);
    // The rate was an attribute before opset 12.
    let old = op.attributes.float("ratio", 0.5)?;
    let rate = r.optional(op, 1)?.and_then(|c| c.scalar()).unwrap_or(old);
    if r.optional(op, 2)?.is_some_and(|training| training.numbers.iter().any(|v| *v != 0.0)) {
        let help = "export the model for inference";
        return Err(op.wrong("dropout that does nothing in inference", "training_mode = true", help));
    }
    let x = r.tensor(op, 0)?;
    r.apply(op, Dropout::new(rate), &[&x], x.shape.clone()).map(Value::Tensor)
}
