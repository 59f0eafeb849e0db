//! Inputs of merging layers brought to one shape, as Keras does: an axis of size 1 is repeated, and inputs with fewer axes
//! get axes of size 1 behind the batch.
//!
//! Backward: the sums over what was repeated.

use super::permute::{self, PERMUTE, Strided};
use super::{check_output, one, sum_rows};
use crate::base::{Error, Result};
use crate::plan::{Tape, Value};

/// The inputs, at least one, all of one shape.
pub(super) fn aligned(tape: &mut Tape, inputs: &[Value]) -> Result<Vec<Value>> {
    let Some(first) = inputs.first() else { return one(tape, inputs).map(|x| vec![x]) };
    let rank = inputs.iter().map(|x| tape.shape(*x).len()).max().unwrap_or(0);
    let padded = |tape: &Tape, x: Value| {
        let shape = tape.shape(x);
        let (batch, rest) = shape.split_at(shape.len().min(1));
        [batch, &vec![1; rank - shape.len()], rest].concat()
    };
    let mut shape = padded(tape, *first);
    for x in inputs {
        let other = padded(tape, *x);
        let pairs = shape.iter().zip(&other);
        let one_of = |(a, b): (&usize, &usize)| a == b || *a == 1 || *b == 1;
        let fits = pairs.clone().all(one_of) && shape[..rank.min(1)] == other[..rank.min(1)];
        if !fits || other.contains(&0) {
            return Err(Error::request(
                format!("layer `{}`: inputs", tape.scope()),
                format!(
                    "inputs of one shape, or with axes of size 1, none of size 0, the first being {:?}",
                    tape.shape(*first)
                ),
                format!("{:?}", tape.shape(*x)),
                "bring the inputs to one shape before they are merged",
            ));
        }
        shape = pairs.map(|(a, b)| *a.max(b)).collect();
    }
    check_output(tape, &shape)?;
    inputs.iter().map(|x| repeat(tape, *x, &padded(tape, *x), &shape)).collect()
}

/// x, whose shape is `from` but for axes of size 1, repeated to `to`.
fn repeat(tape: &mut Tape, x: Value, from: &[usize], to: &[usize]) -> Result<Value> {
    if from == to {
        return if tape.shape(x) == to { Ok(x) } else { tape.reshape(x, to) };
    }
    let repeated: Vec<usize> = (0..to.len()).filter(|a| from[*a] != to[*a]).collect();
    let stride = |(a, stride)| if repeated.contains(&a) { 0 } else { stride };
    let strides = permute::strides(from).into_iter().enumerate().map(stride);
    let axes: Vec<_> = to.iter().copied().zip(strides).collect();
    let Some(d) = Strided::of(&axes) else {
        return Err(Error::request(
            format!("layer `{}`: inputs", tape.scope()),
            "at most 6 changes between repeated and other axes",
            format!("{from:?} for {to:?}"),
            "reshape neighbouring axes into one",
        ));
    };
    let y = tape.temp("repeated", to);
    tape.run(&PERMUTE, d, [x], [y])?;
    tape.backward(move |t| {
        let Some(dy) = t.gradient(y) else { return Ok(()) };
        t.contribute(x, |t, dx| sum_rows::over_axes(t, dy, &repeated, dx))
    });
    Ok(y)
}
