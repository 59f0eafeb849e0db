//! Root-mean-square normalisation, which ONNX has no operator for before opset 23: Mul, ReduceMean, Add, Sqrt, Div, Mul.

use super::super::attributes::{Attributes, int};
use super::super::proto::NodeProto;
use super::super::reader::{Op, Place, Reader, Value};
use super::super::tensor::shortest;
use super::super::writer::{Call, Writer};
use super::{Reads, Writes, affine};
use crate::base::Result;
use crate::nn::layer::RmsNormalization;

pub(super) static WRITES: &[Writes] = &[Writes { class: "RMSNormalization", write }];
/// The first four are no layers by themselves.
pub(super) static READS: &[Reads] = &[
    Reads::new("ReduceMean", defer),
    Reads::new("ReduceL2", defer),
    Reads::new("Pow", defer),
    Reads::new("Sqrt", defer),
    Reads::new("RMSNormalization", read),
];

fn write(w: &mut Writer, call: &Call<'_>) -> Result<String> {
    let (axes, x) = (call.axes("axis")?, call.x()?);
    let square = w.node("Mul", &[&x.name, &x.name], Vec::new());
    let over: Vec<i64> = axes.iter().map(|a| *a as i64).collect();
    let over = w.integers("axes", &over);
    let mean = w.node("ReduceMean", &[&square, &over], vec![int("keepdims", 1)]);
    let epsilon = w.scalar("epsilon", call.field("epsilon")?);
    let raised = w.node("Add", &[&mean, &epsilon], Vec::new());
    let root = w.node("Sqrt", &[&raised], Vec::new());
    let y = w.node("Div", &[&x.name, &root], Vec::new());
    // As the samples, from the first axis normalised over on.
    let first = axes.first().copied().unwrap_or(1);
    let sizes = x.shape.iter().enumerate().skip(first - 1);
    let shape: Vec<usize> = sizes.map(|(a, n)| if axes.contains(&(a + 1)) { *n } else { 1 }).collect();
    let scale = w.variable(call, "scale", Some(&shape))?;
    Ok(w.node("Mul", &[&y, &scale], Vec::new()))
}

fn defer(_: &mut Reader<'_>, op: &mut Op<'_>) -> Result<Value> {
    Ok(Value::Deferred(op.index))
}

/// The axes a reduction keeps with size 1, in ascending order, of a tensor of `rank` axes.
pub(super) fn reduced(r: &Reader<'_>, op: &Op<'_>, node: &NodeProto, rank: usize) -> Option<Vec<usize>> {
    let mut attributes = Attributes::of(&op.what, node);
    let keeps = attributes.int("keepdims", 1).ok()? == 1;
    // They were an attribute before opset 18.
    let given: Vec<i64> = match attributes.ints("axes").ok()? {
        Some(axes) => axes.to_vec(),
        None => r.constant_of(node.input.get(1)?)?.numbers.iter().map(|v| *v as i64).collect(),
    };
    let mut axes = given.iter().map(|a| op.axis(*a, rank).ok()).collect::<Option<Vec<usize>>>()?;
    axes.sort_unstable();
    axes.dedup();
    (keeps && !axes.is_empty() && attributes.finish_knowing(&["noop_with_empty_axes"])).then_some(axes)
}

/// The node that makes input `i` of `node`, of this operator.
pub(super) fn made_by<'a>(r: &Reader<'a>, node: &NodeProto, i: usize, operator: &str) -> Option<&'a NodeProto> {
    r.maker(node.input.get(i)?).filter(|maker| maker.op_type.as_deref() == Some(operator))
}

/// The axes and ε of x / √(mean x² + ε), which ends in `op`.
fn root(r: &Reader<'_>, op: &Op<'_>, x: &Place) -> Option<(Vec<usize>, f64)> {
    let sum = made_by(r, made_by(r, op.node, 1, "Sqrt")?, 0, "Add")?;
    let (mean, epsilon) = [(0, 1), (1, 0)].into_iter().find_map(|(mean, epsilon)| {
        let epsilon = r.constant_of(sum.input.get(epsilon)?)?.scalar()?;
        Some((made_by(r, sum, mean, "ReduceMean")?, epsilon))
    })?;
    let is_x = |name: Option<&String>| name.map(String::as_str) == op.input(0);
    let squared = match (made_by(r, mean, 0, "Mul"), made_by(r, mean, 0, "Pow")) {
        (Some(product), _) => is_x(product.input.first()) && is_x(product.input.get(1)),
        (_, Some(power)) => is_x(power.input.first()) && r.constant_of(power.input.get(1)?)?.scalar() == Some(2.0),
        _ => false,
    };
    let axes = reduced(r, op, mean, x.shape.len() + 1)?;
    squared.then_some((axes, shortest(epsilon as f32)))
}

/// The later product of what `op` gives with one number for each index of the axes, and these.
fn scale<'a>(r: &Reader<'a>, op: &Op<'a>, x: &Place, axes: &[usize]) -> Option<(usize, &'a str, Vec<f64>)> {
    let (index, product) = r.sole_user(op, "Mul")?;
    let name = product.input.iter().find(|name| *name != op.output())?;
    let scale = r.constant_of(name)?;
    let sizes = affine::aligned(op, &scale, &x.shape).ok()?;
    let own = |(a, (scale, x)): (usize, (&usize, &usize))| *scale == if axes.contains(&(a + 1)) { *x } else { 1 };
    sizes.iter().zip(&x.shape).enumerate().all(own).then(|| (index, name.as_str(), scale.numbers.clone()))
}

/// Looks for a normalisation that ends in a quotient.
pub(super) fn find(r: &mut Reader<'_>, op: &mut Op<'_>) -> Result<Option<Value>> {
    let Value::Tensor(_) = r.input(op, 0)? else { return Ok(None) };
    let x = r.tensor(op, 0)?;
    let Some((axes, epsilon)) = root(r, op, &x) else { return Ok(None) };
    let scale = scale(r, op, &x, &axes);
    let count = axes.iter().filter_map(|a| x.shape.get(a - 1)).product();
    let over: Vec<isize> = axes.iter().map(|a| *a as isize).collect();
    // Without a scale of the file it is a layer of its own.
    let named = scale.as_ref().map_or_else(|| op.output(), |(_, name, _)| name);
    let made_of = (scale.is_some(), named, epsilon.to_bits(), &over);
    let y = r.weighted(op, &made_of, &x, x.shape.clone(), || {
        let values = scale.as_ref().map_or_else(|| vec![1.0; count], |(.., scale)| scale.clone());
        (RmsNormalization::new().axis(&over).epsilon(epsilon), vec![values])
    })?;
    if let Some((index, ..)) = scale {
        r.merge(index, Value::Tensor(y.clone()));
    }
    Ok(Some(Value::Tensor(y)))
}

/// The operator of opset 23.
fn read(r: &mut Reader<'_>, op: &mut Op<'_>) -> Result<Value> {
    let (axis, epsilon) = (op.attributes.int("axis", -1)?, op.attributes.float("epsilon", 1e-5)?);
    op.attributes.ignore(&["stash_type"]);
    let (x, scale) = (r.tensor(op, 0)?, r.constant(op, 1)?);
    let (over, scale) = super::normalize::trailing(op, &x, axis, &scale)?;
    let made_of = (op.input(1), epsilon.to_bits(), &over);
    let y = r.weighted(op, &made_of, &x, x.shape.clone(), || {
        (RmsNormalization::new().axis(&over).epsilon(epsilon), vec![scale])
    })?;
    Ok(Value::Tensor(y))
}
