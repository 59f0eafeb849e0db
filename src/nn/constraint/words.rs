//! Constraints from words: `max_norm:max_value=1`, `min_max_norm:min_value=0.5,axis=0`, `non_neg`, `unit_norm`.

use super::{Constraint, MaxNorm, MinMaxNorm, NonNeg, UnitNorm};
use crate::base::{Error, Result};
use crate::nn::words::{Entry, Words};
use std::sync::Arc;

type Named = Entry<fn(&Words) -> Result<Arc<dyn Constraint>>>;

fn axes(words: &Words) -> Result<Vec<isize>> {
    let Some(axes) = words.numbers("axis")? else { return Ok(vec![0]) };
    match axes.iter().find(|a| a.fract() != 0.0 || a.abs() > 64.0) {
        Some(a) => Err(Error::request(
            "constraint: axis",
            "whole numbers",
            a,
            "name axes of the variable, 0 for a dense kernel",
        )),
        None => Ok(axes.into_iter().map(|a| a as isize).collect()),
    }
}

static NAMES: &[Named] = &[
    Entry {
        name: "max_norm",
        keys: &["max_value", "axis"],
        make: |w| Ok(Arc::new(MaxNorm::new(w.number("max_value")?.unwrap_or(2.0)).axis(&axes(w)?))),
    },
    Entry {
        name: "min_max_norm",
        keys: &["min_value", "max_value", "rate", "axis"],
        make: |w| {
            let (least, most) = (w.number("min_value")?.unwrap_or(0.0), w.number("max_value")?.unwrap_or(1.0));
            Ok(Arc::new(MinMaxNorm::new(least, most).rate(w.number("rate")?.unwrap_or(1.0)).axis(&axes(w)?)))
        },
    },
    Entry { name: "non_neg", keys: &[], make: |_| Ok(Arc::new(NonNeg)) },
    Entry { name: "unit_norm", keys: &["axis"], make: |w| Ok(Arc::new(UnitNorm::new().axis(&axes(w)?))) },
];

/// The names [`named`] knows, with their parameters.
pub fn names() -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    NAMES.iter().map(|n| (n.name, n.keys))
}

/// The constraint of `words`; its numbers are checked.
///
/// # Errors
/// An unknown name or parameter, with the nearest known one; a number outside its range.
pub fn named(words: &str) -> Result<Arc<dyn Constraint>> {
    let words = Words::parse("constraint", words)?;
    let made = (words.find(NAMES.iter())?.make)(&words)?;
    made.check("constraint")?;
    Ok(made)
}
