//! The same numbers under another shape, in another order, or side by side.

use super::super::attributes::int;
use super::super::reader::{MOST_AXES, Op, Place, Reader, Value};
use super::super::writer::{Call, Writer};
use super::{Reads, Writes, affine};
use crate::base::Result;
use crate::nn::layer::{Concatenate, Flatten};

pub(super) static WRITES: &[Writes] = &[
    Writes { class: "Flatten", write: flatten },
    Writes { class: "Reshape", write: reshape },
    Writes { class: "Permute", write: permute },
    Writes { class: "Concatenate", write: concatenate },
];
pub(super) static READS: &[Reads] = &[
    Reads::new("Flatten", read_flatten),
    Reads::new("Reshape", read_reshape),
    Reads::new("Transpose", read_transpose),
    Reads::new("Squeeze", squeeze),
    Reads::new("Unsqueeze", unsqueeze),
    Reads::new("Concat", concat),
];

fn flatten(w: &mut Writer, call: &Call<'_>) -> Result<String> {
    Ok(w.node("Flatten", &[&call.x()?.name], vec![int("axis", 1)]))
}

fn reshape(w: &mut Writer, call: &Call<'_>) -> Result<String> {
    let x = call.x()?;
    Ok(w.reshape(&x.name, &x.shape, call.shape))
}

fn permute(w: &mut Writer, call: &Call<'_>) -> Result<String> {
    let order: Vec<usize> = std::iter::once(0).chain(call.field::<Vec<usize>>("dims")?).collect();
    Ok(w.transpose(&call.x()?.name, &order))
}

fn concatenate(w: &mut Writer, call: &Call<'_>) -> Result<String> {
    let axis = call.axis(call.field("axis")?, call.rank())?;
    let names: Vec<&str> = call.inputs.iter().map(|x| x.name.as_str()).collect();
    Ok(w.node("Concat", &names, vec![int("axis", axis as i64)]))
}

fn flat(r: &Reader<'_>, op: &Op<'_>, x: &Place) -> Result<Value> {
    r.apply(op, Flatten, &[x], vec![x.shape.iter().product()]).map(Value::Tensor)
}

fn read_flatten(r: &mut Reader<'_>, op: &mut Op<'_>) -> Result<Value> {
    let x = r.place(op, 0)?;
    let axis = op.attributes.int("axis", 1)?;
    match op.axis(axis, x.shape.len() + 1)? {
        1 => flat(r, op, &x),
        _ => Err(op.wrong("axis 1", format!("axis {axis}"), "layers work on each sample by itself")),
    }
}

fn read_reshape(r: &mut Reader<'_>, op: &mut Op<'_>) -> Result<Value> {
    let literal = op.attributes.int("allowzero", 0)? != 0;
    let (x, target) = (r.place(op, 0)?, r.constant(op, 1)?);
    let numbers: usize = x.shape.iter().product();
    let wrong = || {
        let expected = format!("the batch, then a shape of the {numbers} numbers of a sample");
        op.wrong(expected, format!("{:?}", target.numbers), "keep the first axis of the input, as 0 or −1")
    };
    let Some((first, rest)) = target.numbers.split_first() else { return Err(wrong()) };
    // What a −1 in front stands for depends on the others: then they must be all the numbers there are.
    let batch = *first == -1.0 || (*first == 0.0 && !literal) || r.batch.is_some_and(|n| *first == n as f64);
    let kept = |i: usize| x.shape.get(i).filter(|_| !literal);
    let sizes = rest.iter().enumerate().map(|(i, n)| match *n {
        0.0 => kept(i).copied(),
        n if n >= 1.0 && n <= numbers as f64 => Some(n as usize),
        _ => None,
    });
    let sizes: Vec<Option<usize>> = sizes.collect();
    let known = sizes.iter().flatten().try_fold(1_usize, |all, n| all.checked_mul(*n)).filter(|n| *n > 0);
    let open = rest.iter().filter(|n| **n == -1.0).count();
    let lacking = sizes.iter().filter(|n| n.is_none()).count();
    let filled = match (known, open) {
        (Some(known), 0) if known == numbers => 1,
        (Some(known), 1) if *first != -1.0 && numbers.is_multiple_of(known) => numbers / known,
        _ => return Err(wrong()),
    };
    if !batch || lacking != open {
        return Err(wrong());
    }
    let shape: Vec<usize> = sizes.into_iter().map(|n| n.unwrap_or(filled)).collect();
    if shape == [numbers] {
        return flat(r, op, &x);
    }
    affine::reshaped(r, op, &x, shape).map(Value::Tensor)
}

fn read_transpose(r: &mut Reader<'_>, op: &mut Op<'_>) -> Result<Value> {
    let x = r.place(op, 0)?;
    let rank = x.shape.len() + 1;
    let order: Vec<i64> = op.attributes.ints("perm")?.map_or_else(|| (0..rank as i64).rev().collect(), <[i64]>::to_vec);
    let mut sorted = order.clone();
    sorted.sort_unstable();
    if order.first() != Some(&0) || !sorted.into_iter().eq(0..rank as i64) {
        let expected = format!("each of {rank} axes once, the batch in front");
        return Err(op.wrong(expected, format!("{order:?}"), "layers work on each sample by itself"));
    }
    let order: Vec<usize> = order.iter().skip(1).map(|a| (a - 1) as usize).collect();
    affine::permuted(r, op, &x, &order).map(Value::Tensor)
}

/// The axes a node names, which were an attribute before opset 13, of a tensor of `rank` axes; in ascending order.
fn axes(r: &Reader<'_>, op: &mut Op<'_>, rank: impl Fn(usize) -> usize) -> Result<Vec<usize>> {
    let given: Vec<i64> = match op.attributes.ints("axes")? {
        Some(axes) => axes.to_vec(),
        None => r.constant(op, 1)?.numbers.iter().map(|v| *v as i64).collect(),
    };
    if given.len() > MOST_AXES {
        return Err(op.wrong(format!("at most {MOST_AXES} axes"), given.len(), "reshape it at once"));
    }
    let rank = rank(given.len());
    let mut axes = given.iter().map(|a| op.axis(*a, rank)).collect::<Result<Vec<usize>>>()?;
    axes.sort_unstable();
    axes.dedup();
    Ok(axes)
}

fn squeeze(r: &mut Reader<'_>, op: &mut Op<'_>) -> Result<Value> {
    let x = r.place(op, 0)?;
    let axes = axes(r, op, |_| x.shape.len() + 1)?;
    if axes.iter().any(|a| x.shape.get(a - 1) != Some(&1)) {
        let got = format!("axes {axes:?} of samples of shape {:?}", x.shape);
        return Err(op.wrong("axes of size 1", got, "give a file that onnx.checker passes"));
    }
    let left = x.shape.iter().enumerate().filter(|(a, _)| !axes.contains(&(a + 1)));
    let shape = left.map(|(_, n)| *n).collect();
    affine::reshaped(r, op, &x, shape).map(Value::Tensor)
}

fn unsqueeze(r: &mut Reader<'_>, op: &mut Op<'_>) -> Result<Value> {
    let x = r.place(op, 0)?;
    let axes = axes(r, op, |more| x.shape.len() + 1 + more)?;
    let mut shape = x.shape.clone();
    for axis in axes {
        // In ascending order each finds the axes before it in place.
        shape.insert((axis - 1).min(shape.len()), 1);
    }
    affine::reshaped(r, op, &x, shape).map(Value::Tensor)
}

fn concat(r: &mut Reader<'_>, op: &mut Op<'_>) -> Result<Value> {
    let count = op.node.input.len().max(1);
    let xs = (0..count).map(|i| r.tensor(op, i)).collect::<Result<Vec<Place>>>()?;
    let first = xs.first().map(|x| x.shape.clone()).unwrap_or_default();
    let axis = op.attributes.int("axis", 1)?;
    let axis = op.axis(axis, first.len() + 1)?;
    let mut shape = first.clone();
    let mut sum = 0_usize;
    for x in &xs {
        let alike = |(a, (x, first)): (usize, (&usize, &usize))| a + 1 == axis || x == first;
        if x.shape.len() != first.len() || !x.shape.iter().zip(&first).enumerate().all(alike) {
            let expected = format!("inputs like the first, {first:?}, but for axis {axis}");
            return Err(op.wrong(expected, format!("{:?}", x.shape), "give a file that onnx.checker passes"));
        }
        sum = sum.saturating_add(x.shape.get(axis - 1).copied().unwrap_or(0));
    }
    if let Some(size) = shape.get_mut(axis - 1) {
        *size = sum;
    }
    let xs: Vec<&Place> = xs.iter().collect();
    r.apply(op, Concatenate::new().axis(axis as isize), &xs, shape).map(Value::Tensor)
}
