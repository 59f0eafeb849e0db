//! Normalisations of each sample by itself: over axes, or over groups of channels.

use super::super::attributes::{float, int};
use super::super::reader::{Op, Place, Reader, Value};
use super::super::tensor::Constant;
use super::super::writer::{Call, Writer};
use super::{Reads, Writes};
use crate::base::Result;
use crate::nn::layer::{GroupNormalization, LayerNormalization};

pub(super) static WRITES: &[Writes] =
    &[Writes { class: "LayerNormalization", write: layer }, Writes { class: "GroupNormalization", write: group }];
pub(super) static READS: &[Reads] = &[
    Reads::new("LayerNormalization", read_layer),
    Reads::new("GroupNormalization", |r, op| {
        let groups = op.attributes.int("num_groups", 0)?;
        read_groups(r, op, groups)
    }),
    Reads::new("InstanceNormalization", |r, op| read_groups(r, op, -1)),
];

/// The order that undoes `order`.
pub(super) fn inverse(order: &[usize]) -> Vec<usize> {
    let mut places: Vec<usize> = (0..order.len()).collect();
    places.sort_unstable_by_key(|place| order.get(*place));
    places
}

fn layer(w: &mut Writer, call: &Call<'_>) -> Result<String> {
    let (axes, x) = (call.axes("axis")?, call.x()?);
    let rank = call.rank();
    // Those normalised over go to the end.
    let order: Vec<usize> = (0..rank).filter(|a| !axes.contains(a)).chain(axes.iter().copied()).collect();
    let sizes: Vec<usize> = axes.iter().filter_map(|a| x.shape.get(a - 1).copied()).collect();
    let turned = w.transpose(&x.name, &order);
    let gamma = w.variable_or(call, "gamma", &sizes, 1.0)?;
    let beta = call.variable("beta").map(|_| w.variable(call, "beta", None)).transpose()?;
    let inputs: Vec<&str> = [&turned, &gamma].into_iter().chain(&beta).map(String::as_str).collect();
    let from = int("axis", (rank - axes.len()) as i64);
    let y = w.node("LayerNormalization", &inputs, vec![from, float("epsilon", call.field("epsilon")?)]);
    Ok(w.transpose(&y, &inverse(&order)))
}

fn group(w: &mut Writer, call: &Call<'_>) -> Result<String> {
    let (axis, x) = (call.axis(call.field("axis")?, call.rank())?, call.x()?);
    let channels = x.shape.get(axis - 1).copied().unwrap_or(1);
    let groups = match call.field::<isize>("groups")? {
        -1 => channels as i64,
        groups => groups as i64,
    };
    w.needs(21);
    let order = channels_first(axis, call.rank());
    let turned = w.transpose(&x.name, &order);
    let gamma = w.variable_or(call, "gamma", &[channels], 1.0)?;
    let beta = w.variable_or(call, "beta", &[channels], 0.0)?;
    let options = vec![int("num_groups", groups), float("epsilon", call.field("epsilon")?)];
    let y = w.node("GroupNormalization", &[&turned, &gamma, &beta], options);
    let shape: Vec<usize> = order.iter().skip(1).filter_map(|a| x.shape.get(a - 1).copied()).collect();
    w.known(&y, &shape);
    Ok(w.transpose(&y, &inverse(&order)))
}

/// The order that brings `axis` behind the batch.
pub(super) fn channels_first(axis: usize, rank: usize) -> Vec<usize> {
    [0, axis].into_iter().chain((1..rank).filter(|a| *a != axis)).collect()
}

/// The axes from `axis` on, and one factor for each index of them.
pub(super) fn trailing(op: &Op<'_>, x: &Place, axis: i64, scale: &Constant) -> Result<(Vec<isize>, Vec<f64>)> {
    let rank = x.shape.len() + 1;
    let axis = op.axis(axis, rank)?;
    let numbers: usize = x.shape.iter().skip(axis - 1).product();
    Ok(((axis as isize..rank as isize).collect(), each(op, scale, numbers)?))
}

/// As many numbers as there are indices.
fn each(op: &Op<'_>, given: &Constant, numbers: usize) -> Result<Vec<f64>> {
    if given.numbers.len() == numbers {
        return Ok(given.numbers.clone());
    }
    let got = format!("{} of shape {:?}", given.numbers.len(), given.shape);
    Err(op.wrong(format!("{numbers} numbers, one for each index normalised over"), got, "repeat them beforehand"))
}

fn read_layer(r: &mut Reader<'_>, op: &mut Op<'_>) -> Result<Value> {
    let (axis, epsilon) = (op.attributes.int("axis", -1)?, op.attributes.float("epsilon", 1e-5)?);
    op.attributes.ignore(&["stash_type"]);
    let (x, scale, beta) = (r.tensor(op, 0)?, r.constant(op, 1)?, r.optional(op, 2)?);
    let (over, gamma) = trailing(op, &x, axis, &scale)?;
    let beta = beta.map(|b| each(op, &b, gamma.len())).transpose()?;
    let made_of = (op.input(1), op.input(2), epsilon.to_bits(), &over, &x.shape);
    let y = r.weighted(op, &made_of, &x, x.shape.clone(), || {
        let layer = LayerNormalization::new().axis(&over).epsilon(epsilon).center(beta.is_some());
        (layer, std::iter::once(gamma).chain(beta).collect())
    })?;
    Ok(Value::Tensor(y))
}

/// Channels along axis 1, in `groups` groups, or in one each where it is −1.
fn read_groups(r: &mut Reader<'_>, op: &mut Op<'_>, groups: i64) -> Result<Value> {
    let epsilon = op.attributes.float("epsilon", 1e-5)?;
    op.attributes.ignore(&["stash_type"]);
    let (x, scale, beta) = (r.tensor(op, 0)?, r.constant(op, 1)?, r.constant(op, 2)?);
    let channels = x.shape.first().copied().unwrap_or(0);
    let count = if groups == -1 { channels } else { usize::try_from(groups).unwrap_or(0) };
    if count == 0 || !channels.is_multiple_of(count) {
        let help = "give a file that onnx.checker passes";
        return Err(op.wrong(format!("a divisor of the {channels} channels as num_groups"), groups, help));
    }
    // Before opset 21 there was one number a group.
    let repeat = if r.opset < 21 && groups != -1 { channels / count } else { 1 };
    let of = |c: &Constant| -> Result<Vec<f64>> {
        let all = each(op, c, channels / repeat)?;
        Ok(all.iter().flat_map(|v| std::iter::repeat_n(*v, repeat)).collect())
    };
    let (gamma, beta) = (of(&scale)?, of(&beta)?);
    let made_of = (op.input(1), op.input(2), epsilon.to_bits(), groups);
    let y = r.weighted(op, &made_of, &x, x.shape.clone(), || {
        (GroupNormalization::new(groups as isize).axis(1).epsilon(epsilon), vec![gamma, beta])
    })?;
    Ok(Value::Tensor(y))
}
