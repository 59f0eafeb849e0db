//! A learning rate found by trying a few.

use wgrad::prelude::*;

/// The rate with the least number that `try_it` gives; rates at which training diverges are out.
///
/// # Errors
/// All of them diverged, or something else went wrong.
pub fn best_rate(what: &str, rates: &[f64], mut try_it: impl FnMut(f64) -> anyhow::Result<f64>) -> anyhow::Result<f64> {
    let mut best: Option<(f64, f64)> = None;
    let mut told = Vec::new();
    for &rate in rates {
        let loss = match try_it(rate) {
            Err(error) if matches!(error.downcast_ref(), Some(Error::Diverged { .. })) => f64::INFINITY,
            other => other?,
        };
        told.push(format!("{rate}: {loss:.4}"));
        if loss.is_finite() && best.is_none_or(|(_, least)| loss < least) {
            best = Some((rate, loss));
        }
    }
    eprintln!("  rates of {what}: {}", told.join(", "));
    best.map(|(rate, _)| rate).ok_or_else(|| anyhow::anyhow!("{what}: training diverged at every rate of {rates:?}"))
}
