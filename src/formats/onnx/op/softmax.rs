//! Softmax and its logarithm along any axis.

use super::super::attributes::int;
use super::super::reader::{Op, Place, Reader, Value};
use super::super::writer::{Call, Writer};
use super::{Reads, Writes};
use crate::base::Result;
use crate::nn::act::Activation;
use crate::nn::layer::{LogSoftmax, Softmax};

pub(super) static WRITES: &[Writes] = &[
    Writes { class: "Softmax", write: |w, call| write(w, call, "Softmax") },
    Writes { class: "LogSoftmax", write: |w, call| write(w, call, "LogSoftmax") },
];
pub(super) static READS: &[Reads] = &[
    Reads::new("Softmax", |r, op| match axis(r, op)? {
        (x, None) => r.apply(op, Activation::Softmax, &[&x], x.shape.clone()).map(Value::Tensor),
        (x, Some(axis)) => r.apply(op, Softmax::new().axis(axis), &[&x], x.shape.clone()).map(Value::Tensor),
    }),
    Reads::new("LogSoftmax", |r, op| match axis(r, op)? {
        (x, None) => r.apply(op, Activation::LogSoftmax, &[&x], x.shape.clone()).map(Value::Tensor),
        (x, Some(axis)) => r.apply(op, LogSoftmax::new().axis(axis), &[&x], x.shape.clone()).map(Value::Tensor),
    }),
];

fn write(w: &mut Writer, call: &Call<'_>, op: &str) -> Result<String> {
    let axis = call.axis(call.field("axis")?, call.rank())?;
    Ok(w.node(op, &[&call.x()?.name], vec![int("axis", axis as i64)]))
}

/// x, and the axis where it is not the last.
fn axis(r: &Reader<'_>, op: &mut Op<'_>) -> Result<(Place, Option<isize>)> {
    let x = r.tensor(op, 0)?;
    let rank = x.shape.len() + 1;
    let axis = op.attributes.int("axis", if r.opset < 13 { 1 } else { -1 })?;
    let axis = op.axis(axis, rank)?;
    if r.opset < 13 && axis + 1 != rank {
        // It ran over all axes from this one on.
        let got = format!("axis {axis} of {rank} in opset {}", r.opset);
        return Err(op.wrong("the last axis", got, "convert the file to opset 13 with onnx.version_converter"));
    }
    Ok((x, (axis + 1 != rank).then_some(axis as isize)))
}
