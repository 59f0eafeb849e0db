//! How the layers of a model are, from what the device found in a step.

use crate::nn::insight::Report;

/// A layer as it was in the last step that was looked at.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layer {
    /// Its name.
    pub name: String,
    /// What it gives: mean and standard deviation.
    pub mean: f64,
    pub deviation: f64,
    /// Norm of the gradient of its variables; none where it has none that learns.
    pub gradient: Option<f64>,
    /// Share of its units that are at the lower bound of the activation for every sample, 0 to 1.
    pub dead: f64,
    /// Whether everything in it is finite.
    pub finite: bool,
}

/// The layers of a report, first to last.
pub fn layers(report: &Report) -> Vec<Layer> {
    let of = |layer: &str| {
        let own = report.norms.iter().filter(move |n| n.variable.rsplit_once('/').is_some_and(|(l, _)| l == layer));
        own.map(|n| (n.norm * n.norm, n.not_finite)).fold(None, |sum, (square, spoilt)| {
            let (all, wrong) = sum.unwrap_or((0.0, 0));
            Some((all + square, wrong + spoilt))
        })
    };
    let layer = |(name, seen): &(String, crate::nn::insight::Statistics)| {
        let gradient: Option<(f64, u64)> = of(name);
        let backward = report.gradients.iter().find(|(n, _)| n == name).is_none_or(|(_, s)| s.is_finite());
        Layer {
            name: name.clone(),
            mean: seen.mean,
            deviation: seen.deviation(),
            gradient: gradient.map(|(square, _)| square.sqrt()),
            dead: seen.dead,
            finite: seen.is_finite() && backward && gradient.is_none_or(|(_, spoilt)| spoilt == 0),
        }
    };
    report.activations.iter().map(layer).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::insight::{Norm, Statistics};

    #[test]
    fn the_variables_of_a_layer_are_one_gradient() {
        let seen = Statistics { count: 4, mean: 0.5, variance: 4.0, dead: 0.25, ..Statistics::default() };
        let norm = |variable: &str, norm, not_finite| Norm {
            variable: variable.to_owned(),
            numbers: 4,
            norm,
            largest: norm,
            not_finite,
        };
        let report = Report {
            activations: vec![("dense".to_owned(), seen), ("relu".to_owned(), seen), ("dense_1".to_owned(), seen)],
            gradients: Vec::new(),
            norms: vec![
                norm("all variables", 9.0, 1),
                norm("dense/kernel", 3.0, 0),
                norm("dense/bias", 4.0, 0),
                norm("dense_1/kernel", 1.0, 1),
            ],
        };
        let found = layers(&report);
        assert_eq!(found.iter().map(|l| l.gradient).collect::<Vec<_>>(), [Some(5.0), None, Some(1.0)]);
        assert_eq!(found.iter().map(|l| l.finite).collect::<Vec<_>>(), [true, true, false]);
        assert_eq!((found[0].deviation, found[0].dead), (2.0, 0.25));
    }
}
