//! Several inputs number by number; and arithmetic, of which one side may be a constant.

use super::super::reader::{Op, Place, Reader, Value};
use super::super::tensor::Constant;
use super::super::writer::{Call, Writer};
use super::{Reads, Writes, activation, affine, rms};
use crate::base::Result;
use crate::nn::act::Activation;
use crate::nn::layer::{Add, Average, Layer, Maximum, Minimum, Multiply, Subtract};
use std::rc::Rc;

pub(super) static WRITES: &[Writes] = &[
    Writes { class: "Add", write: |w, call| variadic(w, call, if call.inputs.len() > 2 { "Sum" } else { "Add" }) },
    Writes { class: "Subtract", write: |w, call| variadic(w, call, "Sub") },
    Writes { class: "Multiply", write: multiply },
    Writes { class: "Average", write: |w, call| variadic(w, call, "Mean") },
    Writes { class: "Maximum", write: |w, call| variadic(w, call, "Max") },
    Writes { class: "Minimum", write: |w, call| variadic(w, call, "Min") },
];
pub(super) static READS: &[Reads] = &[
    Reads::new("Add", |r, op| arithmetic(r, op, Add, |c| [1.0, c], Some(|c| [1.0, c]))),
    Reads::new("Sub", |r, op| arithmetic(r, op, Subtract, |c| [1.0, -c], Some(|c| [-1.0, c]))),
    Reads::new("Mul", multiplied),
    Reads { name: "Div", read: divided, find: Some(rms::find) },
    Reads::new("Sum", |r, op| all(r, op, Add)),
    Reads::new("Mean", |r, op| all(r, op, Average)),
    Reads::new("Max", maximum),
    Reads::new("Min", |r, op| all(r, op, Minimum)),
];

/// The inputs, those with fewer axes with axes of size 1 behind the batch, as layers merge them.
fn aligned(w: &mut Writer, call: &Call<'_>) -> Vec<String> {
    let rank = call.inputs.iter().map(|x| x.shape.len()).max().unwrap_or(0);
    let of = |w: &mut Writer, shape: &[usize], name: &str| {
        let full = [&vec![1; rank - shape.len()], shape].concat();
        w.reshape(name, shape, &full)
    };
    call.inputs.iter().map(|x| of(w, &x.shape, &x.name)).collect()
}

fn variadic(w: &mut Writer, call: &Call<'_>, op: &str) -> Result<String> {
    let inputs = aligned(w, call);
    let names: Vec<&str> = inputs.iter().map(String::as_str).collect();
    match names[..] {
        [only] => Ok(only.to_owned()),
        _ => Ok(w.node(op, &names, Vec::new())),
    }
}

/// ONNX has products of two alone.
fn multiply(w: &mut Writer, call: &Call<'_>) -> Result<String> {
    let inputs = aligned(w, call);
    let product = inputs.into_iter().reduce(|a, b| w.node("Mul", &[&a, &b], Vec::new()));
    product.ok_or_else(|| call.wrong("inputs", "at least 1 input", "none", "apply it to inputs"))
}

/// The two sides of an operator.
enum Sides {
    Both([Place; 2]),
    /// A tensor and a constant.
    Right(Place, Rc<Constant>),
    /// A constant and a tensor.
    Left(Rc<Constant>, Place),
}

fn sides(r: &Reader<'_>, op: &Op<'_>) -> Result<Sides> {
    match (r.input(op, 0)?, r.input(op, 1)?) {
        (Value::Constant(c), Value::Tensor(_)) => Ok(Sides::Left(c.clone(), r.tensor(op, 1)?)),
        (Value::Tensor(_), Value::Constant(c)) => Ok(Sides::Right(r.tensor(op, 0)?, c.clone())),
        _ => Ok(Sides::Both([r.tensor(op, 0)?, r.tensor(op, 1)?])),
    }
}

type Line = fn(f64) -> [f64; 2];

/// An operator of two sides: a layer that merges them, or a scale and offset.
fn arithmetic(
    r: &mut Reader<'_>,
    op: &mut Op<'_>,
    both: impl Layer + 'static,
    right: Line,
    left: Option<Line>,
) -> Result<Value> {
    let y = match (sides(r, op)?, left) {
        (Sides::Both(xs), _) => merged(r, op, &xs, both)?,
        (Sides::Right(x, c), _) => affine::record(r, op, &x, (1, &c), right)?,
        (Sides::Left(c, x), Some(left)) => affine::record(r, op, &x, (0, &c), left)?,
        (Sides::Left(..), None) => {
            let help = "there is no such layer: leave this node out";
            return Err(op.wrong("a constant on the right", "one on the left", help));
        }
    };
    Ok(Value::Tensor(y))
}

/// x · σ(x) is an activation of its own.
fn multiplied(r: &mut Reader<'_>, op: &mut Op<'_>) -> Result<Value> {
    let gate = |gate: usize, x: usize| {
        let maker = r.maker(op.input(gate)?)?;
        let own = maker.op_type.as_deref() == Some("Sigmoid") && maker.input.first().map(String::as_str) == op.input(x);
        own.then_some(x)
    };
    if let (Some(x), Sides::Both(xs)) = (gate(1, 0).or_else(|| gate(0, 1)), sides(r, op)?)
        && let Some(x) = xs.get(x)
    {
        return activation::pointwise(r, op, x, Activation::SILU).map(Value::Tensor);
    }
    arithmetic(r, op, Multiply, |c| [c, 0.0], Some(|c| [c, 0.0]))
}

fn divided(r: &mut Reader<'_>, op: &mut Op<'_>) -> Result<Value> {
    if matches!(sides(r, op)?, Sides::Both(_)) {
        let help = "there is no such layer: leave this node out";
        return Err(op.wrong("a constant on the right", "a quotient of two inputs", help));
    }
    arithmetic(r, op, Multiply, |c| [1.0 / c, 0.0], None)
}

fn maximum(r: &mut Reader<'_>, op: &mut Op<'_>) -> Result<Value> {
    if let ([_, _], Sides::Right(x, c) | Sides::Left(c, x)) = (&op.node.input[..], sides_of_pair(r, op)?)
        && c.scalar() == Some(0.0)
    {
        return activation::pointwise(r, op, &x, Activation::RELU).map(Value::Tensor);
    }
    all(r, op, Maximum)
}

/// [`sides`] where there are two.
fn sides_of_pair(r: &Reader<'_>, op: &Op<'_>) -> Result<Sides> {
    match op.node.input.len() {
        1 => r.tensor(op, 0).map(|x| Sides::Both([x.clone(), x])),
        _ => sides(r, op),
    }
}

/// A layer that merges all inputs, none of them a constant.
fn all(r: &mut Reader<'_>, op: &mut Op<'_>, layer: impl Layer + 'static) -> Result<Value> {
    let count = op.node.input.len().max(1);
    let xs = (0..count).map(|i| r.tensor(op, i)).collect::<Result<Vec<Place>>>()?;
    merged(r, op, &xs, layer).map(Value::Tensor)
}

fn merged(r: &Reader<'_>, op: &Op<'_>, xs: &[Place], layer: impl Layer + 'static) -> Result<Place> {
    let first = xs.first().map(|x| x.shape.clone()).unwrap_or_default();
    let mut shape = first.clone();
    for x in xs {
        let fits =
            x.shape.len() == shape.len() && shape.iter().zip(&x.shape).all(|(a, b)| a == b || *a == 1 || *b == 1);
        if !fits {
            // With fewer axes ONNX would take the batch for another axis.
            let expected = format!("inputs of as many axes, of the sizes {first:?} or 1");
            return Err(op.wrong(expected, format!("{:?}", x.shape), "reshape them beforehand"));
        }
        shape = shape.iter().zip(&x.shape).map(|(a, b)| *a.max(b)).collect();
    }
    let xs: Vec<&Place> = xs.iter().collect();
    r.apply(op, layer, &xs, shape)
}
