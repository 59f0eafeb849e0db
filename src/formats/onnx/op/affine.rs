//! Scales and offsets that are no variables: `Rescaling` and `Normalization`, and arithmetic with constants.

use super::super::reader::{Op, Place, Reader};
use super::super::tensor::Constant;
use super::super::writer::{Call, Writer};
use super::normalize::inverse;
use super::{Reads, Writes};
use crate::base::Result;
use crate::nn::layer::{Permute, Rescaling, Reshape};

pub(super) static WRITES: &[Writes] =
    &[Writes { class: "Rescaling", write: rescaling }, Writes { class: "Normalization", write: normalization }];
/// Sums and products of any kind are read by the page on merging.
pub(super) static READS: &[Reads] = &[];

/// Keras's `epsilon()`: a smaller deviation counts as this.
const SMALLEST: f64 = 1e-7;

fn rescaling(w: &mut Writer, call: &Call<'_>) -> Result<String> {
    let (scale, offset): (Vec<f64>, Vec<f64>) = (call.field("scale")?, call.field("offset")?);
    let shape = |numbers: &[f64]| if numbers.len() == 1 { Vec::new() } else { vec![numbers.len()] };
    let factor = w.floats(call, "scale", &shape(&scale), &scale);
    let y = w.node("Mul", &[&call.x()?.name, &factor], Vec::new());
    if offset.iter().all(|v| *v == 0.0) {
        return Ok(y);
    }
    let shift = w.floats(call, "offset", &shape(&offset), &offset);
    Ok(w.node("Add", &[&y, &shift], Vec::new()))
}

fn normalization(w: &mut Writer, call: &Call<'_>) -> Result<String> {
    let axes = call.axes("axis")?;
    let x = call.x()?;
    // From the first axis with statistics on.
    let from = axes.first().map_or(x.shape.len(), |first| first - 1);
    let kept = |a: usize| axes.contains(&(a + 1));
    let sizes: Vec<usize> =
        (from..x.shape.len()).map(|a| if kept(a) { x.shape.get(a).copied().unwrap_or(1) } else { 1 }).collect();
    let statistics = |name: &str| -> Result<(Vec<usize>, Vec<f64>)> {
        if let Some(variable) = call.variable(name) {
            // A variable has the axes between the first and the last with statistics, and no more.
            let behind = (from + variable.shape().len()..x.shape.len()).map(|_| 1);
            return Ok((variable.shape().iter().copied().chain(behind).collect(), variable.values()?));
        }
        let given: Vec<f64> = call.field(name)?;
        let numbers = (0..sizes.iter().product()).filter_map(|j: usize| given.get(j % given.len().max(1)).copied());
        Ok((sizes.clone(), numbers.collect()))
    };
    let ((mean_shape, mean), (shape, variance)) = (statistics("mean")?, statistics("variance")?);
    let deviation: Vec<f64> = variance.iter().map(|v| v.sqrt().max(SMALLEST)).collect();
    let mean = w.floats(call, "mean", &mean_shape, &mean);
    let deviation = w.floats(call, "deviation", &shape, &deviation);
    if call.field("invert")? {
        let y = w.node("Mul", &[&x.name, &deviation], Vec::new());
        return Ok(w.node("Add", &[&y, &mean], Vec::new()));
    }
    let y = w.node("Sub", &[&x.name, &mean], Vec::new());
    Ok(w.node("Div", &[&y, &deviation], Vec::new()))
}

/// The size of a constant along each axis of samples of `shape`, 1 where it is the same for each index.
pub(super) fn aligned(op: &Op<'_>, c: &Constant, shape: &[usize]) -> Result<Vec<usize>> {
    let rank = shape.len();
    let sizes = match &c.shape[..] {
        // The batch.
        [1, rest @ ..] if rest.len() == rank => Some(rest.to_vec()),
        all if all.len() <= rank => Some([&vec![1; rank - all.len()], all].concat()),
        _ => None,
    };
    let fits = |sizes: &Vec<usize>| sizes.iter().zip(shape).all(|(c, x)| *c == 1 || c == x);
    sizes.filter(fits).ok_or_else(|| {
        let expected = format!("a constant that is repeated to samples of shape {shape:?}");
        op.wrong(expected, format!("one of shape {:?}", c.shape), "give it the samples' axes, or axes of size 1")
    })
}

/// A number of the constant as factor and offset.
type Line = fn(f64) -> [f64; 2];

/// Records factor · x + offset with those `line` makes of each number of `c`, which is input `at`.
pub(super) fn record(
    r: &mut Reader<'_>,
    op: &Op<'_>,
    x: &Place,
    (at, c): (usize, &Constant),
    line: Line,
) -> Result<Place> {
    let sizes = aligned(op, c, &x.shape)?;
    if let Some(number) = c.numbers.iter().find(|v| !line(**v).iter().all(|v| (*v as f32).is_finite())) {
        return Err(op.wrong("a factor and an offset that are finite", format!("those of {number}"), "leave it out"));
    }
    if let Some([scale, offset]) = c.scalar().map(line) {
        return r.apply(op, Rescaling::new(scale).offset(offset), &[x], x.shape.clone());
    }
    let lines = || c.numbers.iter().map(|v| line(*v));
    let make = || {
        let (scale, offset): (Vec<f64>, Vec<f64>) = lines().map(|[scale, offset]| (scale, offset)).unzip();
        Rescaling::each(&scale).offset_each(&offset)
    };
    let own: Vec<usize> = (0..sizes.len()).filter(|a| sizes.get(*a).is_some_and(|n| *n > 1)).collect();
    let numbers = 2 * c.numbers.len();
    let made_of = (op.input(at), at);
    if matches!(own[..], [last] if last + 1 == sizes.len()) {
        return r.fixed(op, &made_of, x, numbers, make);
    }
    // The axes with numbers of their own become one, the last.
    let order: Vec<usize> = (0..sizes.len()).filter(|a| !own.contains(a)).chain(own.iter().copied()).collect();
    let turned = permuted(r, op, x, &order)?;
    let (shared, _) = turned.shape.split_at(sizes.len() - own.len());
    let joined = reshaped(r, op, &turned, [shared, &[c.numbers.len()]].concat())?;
    let y = r.fixed(op, &made_of, &joined, numbers, make)?;
    let apart = reshaped(r, op, &y, turned.shape.clone())?;
    permuted(r, op, &apart, &inverse(&order))
}

/// Samples with their axes, counted from 0, in another order.
pub(super) fn permuted(r: &Reader<'_>, op: &Op<'_>, x: &Place, order: &[usize]) -> Result<Place> {
    if order.is_sorted() {
        return Ok(x.clone());
    }
    let dims: Vec<usize> = order.iter().map(|a| a + 1).collect();
    let shape = order.iter().filter_map(|a| x.shape.get(*a).copied()).collect();
    r.apply(op, Permute::new(&dims), &[x], shape)
}

/// Samples under another shape of as many numbers.
pub(super) fn reshaped(r: &Reader<'_>, op: &Op<'_>, x: &Place, shape: Vec<usize>) -> Result<Place> {
    if x.shape == shape {
        return Ok(x.clone());
    }
    let target: Vec<i64> = shape.iter().map(|n| *n as i64).collect();
    r.apply(op, Reshape::new(&target), &[x], shape)
}
