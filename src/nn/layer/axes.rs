//! Axes as layers name them: Keras's numbers, the batch being 0 and the last axis −1.

use crate::base::{Error, Result};
use crate::plan::{Tape, Value};

/// The number of `axis` of `x`, counted from the end where it is negative. The batch is not one to ask for.
pub(super) fn axis_of(tape: &Tape, x: Value, axis: isize) -> Result<usize> {
    let rank = tape.shape(x).len();
    let from_front = if axis < 0 { axis.saturating_add(rank as isize) } else { axis };
    match usize::try_from(from_front) {
        Ok(a) if (1..rank).contains(&a) => Ok(a),
        _ => Err(Error::request(
            format!("layer `{}`: axis", tape.scope()),
            format!("an axis of the input of shape {:?} other than the batch, axis 0", tape.shape(x)),
            axis,
            "count from 1, or back from −1",
        )),
    }
}

/// The numbers of `axes` of `x` in ascending order.
pub(super) fn axes_of(tape: &Tape, x: Value, axes: &[isize]) -> Result<Vec<usize>> {
    let mut found = axes.iter().map(|a| axis_of(tape, x, *a)).collect::<Result<Vec<usize>>>()?;
    found.sort_unstable();
    if found.is_empty() || found.windows(2).any(|w| w[0] == w[1]) {
        return Err(Error::request(
            format!("layer `{}`: axis", tape.scope()),
            "at least one axis, each once",
            format!("{axes:?}"),
            "name the axes to normalise over",
        ));
    }
    Ok(found)
}

/// `x` seen as outer × n × inner, n being the axes `from..to`; none of them 0.
pub(super) fn view(tape: &Tape, x: Value, from: usize, to: usize) -> Result<[u32; 3]> {
    let shape = tape.shape(x);
    if shape.contains(&0) {
        return Err(Error::request(
            format!("layer `{}`", tape.scope()),
            "an input with no axis of size 0",
            format!("{shape:?}"),
            "give each axis at least one number",
        ));
    }
    Ok([&shape[..from], &shape[from..to], &shape[to..]].map(|axes| axes.iter().product::<usize>() as u32))
}
