//! Pointwise functions without variables.

use super::super::attributes::{float, text};
use super::super::reader::{Op, Place, Reader, Value};
use super::super::writer::{Call, Writer};
use super::{Reads, Writes};
use crate::base::Result;
use crate::nn::act::{Activation, general_relu};
use crate::nn::layer::{Relu, Rescaling};

pub(super) static WRITES: &[Writes] = &[Writes { class: "Activation", write }];
pub(super) static READS: &[Reads] = &[
    Reads::new("Relu", |r, op| plain(r, op, Activation::RELU)),
    Reads::new("LeakyRelu", |r, op| {
        let slope = op.attributes.float("alpha", 0.01)?;
        plain(r, op, Activation::leaky_relu(slope))
    }),
    Reads::new("Elu", |r, op| {
        let alpha = op.attributes.float("alpha", 1.0)?;
        plain(r, op, Activation::elu(alpha))
    }),
    Reads::new("Celu", |r, op| {
        let alpha = op.attributes.float("alpha", 1.0)?;
        plain(r, op, Activation::celu(alpha))
    }),
    Reads::new("Selu", selu),
    Reads::new("Gelu", |r, op| {
        let approximate = op.attributes.text("approximate", "none")? == "tanh";
        plain(r, op, Activation::gelu(approximate))
    }),
    Reads::new("HardSigmoid", hard_sigmoid),
    Reads::new("Mish", |r, op| plain(r, op, Activation::MISH)),
    Reads::new("Softplus", |r, op| plain(r, op, Activation::SOFTPLUS)),
    Reads::new("Softsign", |r, op| plain(r, op, Activation::SOFTSIGN)),
    Reads::new("Sigmoid", |r, op| plain(r, op, Activation::SIGMOID)),
    Reads::new("Tanh", |r, op| plain(r, op, Activation::TANH)),
    Reads::new("Exp", |r, op| plain(r, op, Activation::EXPONENTIAL)),
    Reads::new("ThresholdedRelu", |r, op| {
        let threshold = op.attributes.float("alpha", 1.0)?;
        plain(r, op, Activation::relu(None, 0.0, threshold))
    }),
    Reads::new("Clip", clip),
];

fn write(w: &mut Writer, call: &Call<'_>) -> Result<String> {
    record(w, &call.x()?.name, call.field::<Activation>("activation")?, call)
}

/// Writes an activation of x, as the end of a layer or as one.
pub(super) fn record(w: &mut Writer, x: &str, activation: Activation, call: &Call<'_>) -> Result<String> {
    let (map, p) = match activation {
        Activation::Linear => return Ok(x.to_owned()),
        Activation::Softmax => return Ok(w.node("Softmax", &[x], Vec::new())),
        Activation::LogSoftmax => return Ok(w.node("LogSoftmax", &[x], Vec::new())),
        Activation::Map(map, p) => (map, p),
    };
    let found = MAPS.iter().find(|(name, _)| *name == map.name);
    let Some((_, write)) = found else {
        return Err(call.wrong("activation", "one that ONNX has operators for", map.name, "choose another activation"));
    };
    Ok(write(w, x, &p))
}

type WriteMap = fn(&mut Writer, &str, &[f64; 4]) -> String;

/// What writes each map, by its name.
static MAPS: &[(&str, WriteMap)] = &[
    ("celu", |w, x, p| w.node("Celu", &[x], vec![float("alpha", p[0])])),
    ("elu", |w, x, p| w.node("Elu", &[x], vec![float("alpha", p[0])])),
    ("exponential", |w, x, _| w.node("Exp", &[x], Vec::new())),
    ("gelu", |w, x, _| gelu(w, x, "none")),
    ("gelu_approximate", |w, x, _| gelu(w, x, "tanh")),
    ("general_relu", |w, x, [max, slope, threshold, _]| general(w, x, *max, *slope, *threshold)),
    ("hard_sigmoid", |w, x, _| w.node("HardSigmoid", &[x], vec![float("alpha", 1.0 / 6.0), float("beta", 0.5)])),
    ("leaky_relu", |w, x, p| w.node("LeakyRelu", &[x], vec![float("alpha", p[0])])),
    ("mish", |w, x, _| w.node("Mish", &[x], Vec::new())),
    ("relu", |w, x, _| w.node("Relu", &[x], Vec::new())),
    ("relu6", |w, x, _| clipped(w, x, 6.0)),
    ("selu", |w, x, _| w.node("Selu", &[x], Vec::new())),
    ("sigmoid", |w, x, _| w.node("Sigmoid", &[x], Vec::new())),
    ("silu", |w, x, _| {
        let s = w.node("Sigmoid", &[x], Vec::new());
        w.node("Mul", &[x, &s], Vec::new())
    }),
    ("softplus", |w, x, _| w.node("Softplus", &[x], Vec::new())),
    ("softsign", |w, x, _| w.node("Softsign", &[x], Vec::new())),
    ("tanh", |w, x, _| w.node("Tanh", &[x], Vec::new())),
];

fn gelu(w: &mut Writer, x: &str, approximate: &str) -> String {
    w.needs(20);
    w.node("Gelu", &[x], vec![text("approximate", approximate)])
}

fn clipped(w: &mut Writer, x: &str, max: f64) -> String {
    let (low, high) = (w.scalar("zero", 0.0), w.scalar("max_value", max));
    w.node("Clip", &[x, &low, &high], Vec::new())
}

/// x above the threshold, clipped to 0..max, less slope · max(threshold − x, 0).
fn general(w: &mut Writer, x: &str, max: f64, slope: f64, threshold: f64) -> String {
    let mut y = if threshold == 0.0 {
        w.node("Relu", &[x], Vec::new())
    } else {
        w.node("ThresholdedRelu", &[x], vec![float("alpha", threshold)])
    };
    if max < general_relu::UNLIMITED {
        y = clipped(w, &y, max);
    }
    if slope == 0.0 {
        return y;
    }
    let (threshold, slope) = (w.scalar("threshold", threshold), w.scalar("negative_slope", slope));
    let below = w.node("Sub", &[&threshold, x], Vec::new());
    let below = w.node("Relu", &[&below], Vec::new());
    let below = w.node("Mul", &[&below, &slope], Vec::new());
    w.node("Sub", &[&y, &below], Vec::new())
}

/// The later node that does nothing but apply an activation to the value `name`, of samples of `rank` axes with the batch:
/// the layer that gives the value ends in it.
pub(super) fn behind(r: &Reader<'_>, name: &str, rank: usize) -> Option<(usize, Activation)> {
    let (index, node) = r.only_user(name)?;
    let mut op = Op::of(index, node);
    let last = |op: &mut Op<'_>| {
        let axis = op.attributes.int("axis", if r.opset < 13 { 1 } else { -1 }).ok()?;
        (op.axis(axis, rank).ok()? + 1 == rank).then_some(())
    };
    let activation = match op.name() {
        "Relu" => Activation::RELU,
        "Elu" => Activation::elu(op.attributes.float("alpha", 1.0).ok()?),
        "LeakyRelu" => Activation::leaky_relu(op.attributes.float("alpha", 0.01).ok()?),
        "Selu" if node.attribute.is_empty() => Activation::SELU,
        "Mish" => Activation::MISH,
        "Softplus" => Activation::SOFTPLUS,
        "Softsign" => Activation::SOFTSIGN,
        "Sigmoid" => Activation::SIGMOID,
        "Tanh" => Activation::TANH,
        "Exp" => Activation::EXPONENTIAL,
        "Softmax" => last(&mut op).map(|()| Activation::Softmax)?,
        "LogSoftmax" => last(&mut op).map(|()| Activation::LogSoftmax)?,
        _ => return None,
    };
    op.attributes.finish().ok()?;
    activation.check("").ok()?;
    Some((index, activation))
}

fn plain(r: &mut Reader<'_>, op: &mut Op<'_>, activation: Activation) -> Result<Value> {
    let x = r.tensor(op, 0)?;
    pointwise(r, op, &x, activation).map(Value::Tensor)
}

/// An activation of x.
pub(super) fn pointwise(r: &Reader<'_>, op: &Op<'_>, x: &Place, activation: Activation) -> Result<Place> {
    activation.check(op.node.name.as_deref().unwrap_or_default())?;
    r.apply(op, activation, &[x], x.shape.clone())
}

/// ONNX's formula with its α and scale: an ELU, scaled, unless they are those of the paper.
fn selu(r: &mut Reader<'_>, op: &mut Op<'_>) -> Result<Value> {
    use crate::nn::act::selu::{ALPHA, SCALE};
    let (alpha, scale) = (op.attributes.float("alpha", ALPHA)?, op.attributes.float("gamma", SCALE)?);
    let near = |a: f64, b: f64| (a - b).abs() < 1e-6;
    if near(alpha, ALPHA) && near(scale, SCALE) {
        return plain(r, op, Activation::SELU);
    }
    let x = r.tensor(op, 0)?;
    let y = pointwise(r, op, &x, Activation::elu(alpha))?;
    r.apply(op, Rescaling::new(scale), &[&y], x.shape.clone()).map(Value::Tensor)
}

/// α x + β, clipped to 0..1.
fn hard_sigmoid(r: &mut Reader<'_>, op: &mut Op<'_>) -> Result<Value> {
    let (alpha, beta) = (op.attributes.float("alpha", 0.2)?, op.attributes.float("beta", 0.5)?);
    if (alpha - 1.0 / 6.0).abs() < 1e-7 && beta == 0.5 {
        return plain(r, op, Activation::HARD_SIGMOID);
    }
    let x = r.tensor(op, 0)?;
    let line = r.apply(op, Rescaling::new(alpha).offset(beta), &[&x], x.shape.clone())?;
    r.apply(op, Relu::new().max_value(1.0), &[&line], x.shape.clone()).map(Value::Tensor)
}

fn clip(r: &mut Reader<'_>, op: &mut Op<'_>) -> Result<Value> {
    let x = r.tensor(op, 0)?;
    let end = |op: &mut Op<'_>, i: usize, name: &'static str| {
        // The numbers were attributes before opset 11.
        let old = op.attributes.has(name).then(|| op.attributes.float(name, 0.0)).transpose()?;
        let given = r.optional(op, i)?;
        Ok::<Option<f64>, crate::base::Error>(old.or(given.and_then(|c| c.scalar())))
    };
    let (low, high) = (end(op, 1, "min")?, end(op, 2, "max")?);
    let activation = match (low, high) {
        (Some(0.0), None) => Activation::RELU,
        (Some(0.0), Some(max)) => Activation::relu(Some(max), 0.0, 0.0),
        _ => {
            let got = format!("{low:?} to {high:?}");
            return Err(op.wrong("a range that begins at 0", got, "there is no such layer: leave this node out"));
        }
    };
    pointwise(r, op, &x, activation).map(Value::Tensor)
}
