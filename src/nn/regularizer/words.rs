//! Regularizers from words: `l2:l2=1e-4`, `l1_l2:l1=1e-5,l2=1e-4`, `orthogonal_regularizer:mode=columns`.

use super::{L1, L1L2, L2, OrthogonalMode, OrthogonalRegularizer, Regularizer};
use crate::base::Result;
use crate::nn::words::{Entry, Words};
use std::sync::Arc;

type Named = Entry<fn(&Words) -> Result<Arc<dyn Regularizer>>>;

/// Keras's factors where words are silent.
const FACTOR: f64 = 0.01;

static NAMES: &[Named] = &[
    Entry { name: "l1", keys: &["l1"], make: |w| Ok(Arc::new(L1(w.number("l1")?.unwrap_or(FACTOR)))) },
    Entry { name: "l2", keys: &["l2"], make: |w| Ok(Arc::new(L2(w.number("l2")?.unwrap_or(FACTOR)))) },
    Entry {
        name: "l1_l2",
        keys: &["l1", "l2"],
        make: |w| {
            let (l1, l2) = (w.number("l1")?, w.number("l2")?);
            // Keras's word alone means both.
            let silent = if l1.is_none() && l2.is_none() { FACTOR } else { 0.0 };
            Ok(Arc::new(L1L2 { l1: l1.unwrap_or(silent), l2: l2.unwrap_or(silent) }))
        },
    },
    Entry {
        name: "orthogonal_regularizer",
        keys: &["factor", "mode"],
        make: |w| {
            let modes = [("rows", OrthogonalMode::Rows), ("columns", OrthogonalMode::Columns)];
            let mode = w.one_of("mode", &modes)?.unwrap_or(OrthogonalMode::Rows);
            Ok(Arc::new(OrthogonalRegularizer { factor: w.number("factor")?.unwrap_or(FACTOR), mode }))
        },
    },
];

/// The names [`named`] knows, with their parameters.
pub fn names() -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    NAMES.iter().map(|n| (n.name, n.keys))
}

/// The regularizer of `words`; its numbers are checked.
///
/// # Errors
/// An unknown name or parameter, with the nearest known one; a number outside its range.
pub fn named(words: &str) -> Result<Arc<dyn Regularizer>> {
    let words = Words::parse("regularizer", words)?;
    let made = (words.find(NAMES.iter())?.make)(&words)?;
    made.check("regularizer")?;
    Ok(made)
}
