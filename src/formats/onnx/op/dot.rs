//! Products of two inputs: `Dot`, as MatMul of three axes, of rows of length 1 where it is normalised.

use super::super::attributes::int;
use super::super::reader::{Op, Place, Reader, Value};
use super::super::writer::{Call, Writer};
use super::{Reads, Writes, rms};
use crate::base::Result;
use crate::nn::layer::Dot;

pub(super) static WRITES: &[Writes] = &[Writes { class: "Dot", write }];
/// MatMul is on the page on kernels.
pub(super) static READS: &[Reads] = &[];

/// Keras's `epsilon()`: smaller norms count as this.
const SMALLEST: f64 = 1e-7;

fn write(w: &mut Writer, call: &Call<'_>) -> Result<String> {
    let axes: Vec<isize> = call.field("axes")?;
    let ([a, b], [axis_a, axis_b]) = (&call.inputs[..], &axes[..]) else {
        return Err(call.wrong("inputs", "2 inputs and 2 axes", call.inputs.len(), "give it two inputs"));
    };
    let axis_a = call.axis(*axis_a, a.shape.len() + 1)?;
    let axis_b = call.axis(*axis_b, b.shape.len() + 1)?;
    let others = |axis: usize, rank: usize| (1..=rank).filter(move |i| *i != axis);
    let order_a: Vec<usize> = std::iter::once(0).chain(others(axis_a, a.shape.len())).chain([axis_a]).collect();
    let order_b: Vec<usize> = [0, axis_b].into_iter().chain(others(axis_b, b.shape.len())).collect();
    let k = a.shape.get(axis_a - 1).copied().unwrap_or(1);
    let rows: usize = others(axis_a, a.shape.len()).filter_map(|i| a.shape.get(i - 1)).product();
    let columns: usize = others(axis_b, b.shape.len()).filter_map(|i| b.shape.get(i - 1)).product();
    let normalize = call.field("normalize")?;
    let mut side = |x: &super::super::writer::Place, order: &[usize], shape: [usize; 2], along: usize| {
        let turned = w.transpose(&x.name, order);
        let from: Vec<usize> = order.iter().skip(1).filter_map(|i| x.shape.get(i - 1).copied()).collect();
        let flat = w.reshape(&turned, &from, &shape);
        if normalize { unit(w, &flat, along) } else { flat }
    };
    let left = side(a, &order_a, [rows, k], 2);
    let right = side(b, &order_b, [k, columns], 1);
    let y = w.node("MatMul", &[&left, &right], Vec::new());
    Ok(w.reshape(&y, &[rows, columns], call.shape))
}

/// x / max(‖x‖, ε) along an axis.
fn unit(w: &mut Writer, x: &str, axis: usize) -> String {
    let (axes, smallest) = (w.integers("axes", &[axis as i64]), w.scalar("epsilon", SMALLEST));
    let norm = w.node("ReduceL2", &[x, &axes], vec![int("keepdims", 1)]);
    let norm = w.node("Clip", &[&norm, &smallest], Vec::new());
    w.node("Div", &[x, &norm], Vec::new())
}

/// The product of two tensors of three axes, the batch among them.
pub(super) fn product(r: &mut Reader<'_>, op: &mut Op<'_>) -> Result<Value> {
    let (a, b) = (r.tensor(op, 0)?, r.tensor(op, 1)?);
    dot(r, op, &a, &b, false).map(Value::Tensor)
}

fn dot(r: &Reader<'_>, op: &Op<'_>, a: &Place, b: &Place, normalize: bool) -> Result<Place> {
    match (&a.shape[..], &b.shape[..]) {
        ([m, k], [other, n]) if k == other => {
            let layer = Dot::new([2, 1]).normalize(normalize);
            r.apply(op, layer, &[a, b], vec![*m, *n])
        }
        _ => {
            let got = format!("{:?} and {:?}", a.shape, b.shape);
            Err(op.wrong("samples of two axes, [m, k] and [k, n]", got, "reshape them beforehand"))
        }
    }
}

/// Looks for the product of rows and columns of length 1.
pub(super) fn find(r: &mut Reader<'_>, op: &mut Op<'_>) -> Result<Option<Value>> {
    match (row(r, op, 0), row(r, op, 1)) {
        (Some((a, 2)), Some((b, 1))) => dot(r, op, &a, &b, true).map(|y| Some(Value::Tensor(y))),
        _ => Ok(None),
    }
}

/// x and the axis where input `i` is x / max(‖x‖, ε) along it.
fn row(r: &Reader<'_>, op: &Op<'_>, i: usize) -> Option<(Place, usize)> {
    let quotient = rms::made_by(r, op.node, i, "Div")?;
    let x = quotient.input.first()?;
    let Some(Value::Tensor(place)) = r.value(x) else { return None };
    let clip = rms::made_by(r, quotient, 1, "Clip").or_else(|| rms::made_by(r, quotient, 1, "Max"))?;
    let smallest = r.constant_of(clip.input.get(1)?)?.scalar()?;
    let norm = rms::made_by(r, clip, 0, "ReduceL2").filter(|norm| norm.input.first() == Some(x))?;
    // The layer's own, within f32.
    let own = (smallest / SMALLEST - 1.0).abs() < 1e-6 && clip.input.len() == 2 && clip.attribute.is_empty();
    match rms::reduced(r, op, norm, place.shape.len() + 1)?[..] {
        [axis] if own => Some((place.clone(), axis)),
        _ => None,
    }
}
