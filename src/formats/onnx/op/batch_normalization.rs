//! Batch normalisation by the moving statistics. ONNX's channels are along axis 1.

use super::super::attributes::float;
use super::super::reader::{Op, Reader, Value};
use super::super::writer::{Call, Writer};
use super::normalize::{channels_first, inverse};
use super::{Reads, Writes};
use crate::base::Result;
use crate::nn::layer::BatchNormalization;

pub(super) static WRITES: &[Writes] = &[Writes { class: "BatchNormalization", write }];
pub(super) static READS: &[Reads] = &[Reads::new("BatchNormalization", read)];

fn write(w: &mut Writer, call: &Call<'_>) -> Result<String> {
    let (axis, x) = (call.axis(call.field("axis")?, call.rank())?, call.x()?);
    let channels = [x.shape.get(axis - 1).copied().unwrap_or(1)];
    let order = channels_first(axis, call.rank());
    let turned = w.transpose(&x.name, &order);
    let gamma = w.variable_or(call, "gamma", &channels, 1.0)?;
    let beta = w.variable_or(call, "beta", &channels, 0.0)?;
    let mean = w.variable(call, "moving_mean", None)?;
    let variance = w.variable(call, "moving_variance", None)?;
    let options = vec![float("epsilon", call.field("epsilon")?)];
    let y = w.node("BatchNormalization", &[&turned, &gamma, &beta, &mean, &variance], options);
    Ok(w.transpose(&y, &inverse(&order)))
}

fn read(r: &mut Reader<'_>, op: &mut Op<'_>) -> Result<Value> {
    let epsilon = op.attributes.float("epsilon", 1e-5)?;
    let momentum = op.attributes.float("momentum", 0.9)?;
    let (training, spatial) = (op.attributes.int("training_mode", 0)?, op.attributes.int("spatial", 1)?);
    if training != 0 || spatial != 1 {
        let got = format!("training_mode = {training}, spatial = {spatial}");
        return Err(op.wrong(
            "a normalisation of channels by moving statistics",
            got,
            "export the model for inference",
        ));
    }
    let x = r.tensor(op, 0)?;
    let channels = x.shape.first().copied().unwrap_or(0);
    let mut values = Vec::new();
    for i in 1..5 {
        let numbers = r.constant(op, i)?;
        if numbers.numbers.len() != channels {
            let (expected, got) = (format!("{channels} numbers as input {i}"), numbers.numbers.len());
            return Err(op.wrong(expected, got, "give a file that onnx.checker passes"));
        }
        values.push(numbers.numbers.clone());
    }
    let made_of = ([1, 2, 3, 4].map(|i| op.input(i)), epsilon.to_bits());
    let y = r.weighted(op, &made_of, &x, x.shape.clone(), || {
        (BatchNormalization::new().axis(1).epsilon(epsilon).momentum(momentum), values)
    })?;
    Ok(Value::Tensor(y))
}
