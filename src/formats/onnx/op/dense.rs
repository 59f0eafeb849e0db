//! Products with a kernel: `Dense`, from MatMul and Add or from Gemm.

use super::super::reader::{Op, Place, Reader, Value};
use super::super::tensor::Constant;
use super::super::writer::{Call, Writer};
use super::{Reads, Writes, activation, dot};
use crate::base::Result;
use crate::nn::act::Activation;
use crate::nn::layer::Dense;

pub(super) static WRITES: &[Writes] = &[Writes { class: "Dense", write }];
pub(super) static READS: &[Reads] =
    &[Reads { name: "MatMul", read: matmul, find: Some(dot::find) }, Reads::new("Gemm", gemm)];

fn write(w: &mut Writer, call: &Call<'_>) -> Result<String> {
    let kernel = w.variable(call, "kernel", None)?;
    let mut y = w.node("MatMul", &[&call.x()?.name, &kernel], Vec::new());
    if call.field("use_bias")? {
        let bias = w.variable(call, "bias", None)?;
        y = w.node("Add", &[&y, &bias], Vec::new());
    }
    activation::record(w, &y, call.field::<Activation>("activation")?, call)
}

/// Rows and columns of a kernel.
fn sizes(op: &Op<'_>, kernel: &Constant) -> Result<[usize; 2]> {
    match kernel.shape[..] {
        [k, n] if k > 0 && n > 0 => Ok([k, n]),
        _ => {
            let got = format!("shape {:?}", kernel.shape);
            Err(op.wrong("a kernel of two axes, inputs and outputs, none of them 0", got, "reshape it beforehand"))
        }
    }
}

/// The shape of what comes out of `n` columns.
fn shape(op: &Op<'_>, x: &Place, k: usize, n: usize) -> Result<Vec<usize>> {
    match x.shape.split_last() {
        Some((last, before)) if *last == k => Ok([before, &[n]].concat()),
        _ => {
            let got = format!("samples of shape {:?}", x.shape);
            Err(op.wrong(format!("{k} numbers along the last axis"), got, "give a file that onnx.checker passes"))
        }
    }
}

/// The later node that adds a bias of `n` numbers to what `op` gives, and the bias.
fn bias<'a>(r: &Reader<'a>, op: &Op<'a>, n: usize, rank: usize) -> Option<(usize, &'a str, Vec<f64>)> {
    let (index, add) = r.sole_user(op, "Add")?;
    let name = add.input.iter().find(|name| *name != op.output())?;
    let bias = r.constant_of(name)?;
    let fits = bias.shape.last() == Some(&n) && bias.numbers.len() == n && bias.shape.len() <= rank;
    fits.then(|| (index, name.as_str(), bias.numbers.clone()))
}

fn matmul(r: &mut Reader<'_>, op: &mut Op<'_>) -> Result<Value> {
    if matches!((r.input(op, 0)?, r.input(op, 1)?), (Value::Tensor(_), Value::Tensor(_))) {
        return dot::product(r, op);
    }
    let (x, kernel) = (r.tensor(op, 0)?, r.constant(op, 1)?);
    let [k, n] = sizes(op, &kernel)?;
    let shape = shape(op, &x, k, n)?;
    let found = bias(r, op, n, shape.len() + 1);
    let added = found.as_ref().and_then(|(index, ..)| r.output_of(*index));
    let end = activation::behind(r, added.unwrap_or(op.output()), shape.len() + 1);
    let made_of = (op.input(1), found.as_ref().map(|(_, name, _)| *name), end.map(|(_, a)| key(a)));
    let y = r.weighted(op, &made_of, &x, shape, || {
        let layer = Dense::new(n).use_bias(found.is_some()).activation(ending(end));
        let bias = found.as_ref().map(|(.., bias)| bias.clone());
        (layer, std::iter::once(kernel.numbers.clone()).chain(bias).collect())
    })?;
    if let Some((index, ..)) = found {
        r.merge(index, Value::Tensor(y.clone()));
    }
    if let Some((index, _)) = end {
        r.merge(index, Value::Tensor(y.clone()));
    }
    Ok(Value::Tensor(y))
}

/// The activation a layer ends in.
fn ending(end: Option<(usize, Activation)>) -> Activation {
    end.map_or(Activation::Linear, |(_, activation)| activation)
}

/// What tells activations apart.
fn key(activation: Activation) -> (&'static str, [u64; 4]) {
    match activation {
        Activation::Map(map, p) => (map.name, p.map(f64::to_bits)),
        other => (other.name(), [0; 4]),
    }
}

/// y = α x · w + β c.
fn gemm(r: &mut Reader<'_>, op: &mut Op<'_>) -> Result<Value> {
    let [alpha, beta] = [op.attributes.float("alpha", 1.0)?, op.attributes.float("beta", 1.0)?];
    let [turned_x, turned] = [op.attributes.int("transA", 0)?, op.attributes.int("transB", 0)?];
    if turned_x != 0 {
        return Err(op.wrong("the batch along the first axis of x", "transA = 1", "turn the input around beforehand"));
    }
    let (x, kernel, c) = (r.tensor(op, 0)?, r.constant(op, 1)?, r.optional(op, 2)?);
    let [rows, columns] = sizes(op, &kernel)?;
    let [k, n] = if turned == 0 { [rows, columns] } else { [columns, rows] };
    if x.shape.len() != 1 {
        let got = format!("samples of shape {:?}", x.shape);
        return Err(op.wrong("one axis behind the batch", got, "give a file that onnx.checker passes"));
    }
    let shape = shape(op, &x, k, n)?;
    if let Some(c) = &c
        && !(matches!(c.shape[..], [] | [_] | [1, _]) && [1, n].contains(&c.numbers.len()))
    {
        let got = format!("shape {:?}", c.shape);
        return Err(op.wrong(format!("a bias of 1 or {n} numbers, the same for each sample"), got, "leave it out"));
    }
    let end = activation::behind(r, op.output(), shape.len() + 1);
    let made_of = (op.input(1), op.input(2), turned, alpha.to_bits(), beta.to_bits(), end.map(|(_, a)| key(a)));
    let y = r.weighted(op, &made_of, &x, shape, || {
        let at = |i: usize| if turned == 0 { i } else { i % n * k + i / n };
        let number = |i: usize| kernel.numbers.get(at(i)).map_or(0.0, |w| alpha * w);
        let bias = c.map(|c| (0..n).filter_map(|j| c.numbers.get(j % c.numbers.len())).map(|b| beta * b).collect());
        let layer = Dense::new(n).use_bias(bias.is_some()).activation(ending(end));
        (layer, std::iter::once((0..k * n).map(number).collect()).chain(bias).collect())
    })?;
    if let Some((index, _)) = end {
        r.merge(index, Value::Tensor(y.clone()));
    }
    Ok(Value::Tensor(y))
}
