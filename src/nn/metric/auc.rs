//! AUC: the area under a curve of rates over thresholds, summed as Riemann does (or, of precision over recall, as Davis and Goadrich 2006)

use super::confusion::Counted;
use super::{Metric, Observed, check_thresholds, ratio, refused, sums};
use crate::base::Result;
use crate::nn::config::{Config, config, words};
use crate::nn::loss::EPSILON;
use crate::plan::Tape;

/// What is drawn over what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Curve {
    /// True-positive rate over false-positive rate.
    Roc,
    /// Precision over recall.
    Pr,
}

/// The height between two thresholds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Summation {
    /// The mean of the two; for [`Curve::Pr`], the true positives are interpolated, not the precision.
    Interpolation,
    /// The smaller.
    Minoring,
    /// The larger.
    Majoring,
}

/// The area under the curve of a classifier of 0 and 1; outputs are probabilities, each a class of its own.
#[derive(Clone, Debug)]
pub struct Auc {
    curve: Curve,
    summation: Summation,
    number: usize,
    given: Option<Vec<f64>>,
    from_logits: bool,
}

impl Auc {
    /// ROC by interpolation between 200 thresholds.
    pub const fn new() -> Self {
        Self { curve: Curve::Roc, summation: Summation::Interpolation, number: 200, given: None, from_logits: false }
    }

    /// What is drawn. Default: [`Curve::Roc`].
    pub const fn curve(mut self, curve: Curve) -> Self {
        self.curve = curve;
        self
    }

    /// How it is summed. Default: [`Summation::Interpolation`].
    pub const fn summation_method(mut self, summation: Summation) -> Self {
        self.summation = summation;
        self
    }

    /// Thresholds at equal distances, 2 ≤ num_thresholds ≤ 65,536. Default: 200.
    pub const fn num_thresholds(mut self, number: usize) -> Self {
        self.number = number;
        self
    }

    /// Thresholds between 0 and 1, which are added at the ends; instead of a number of them.
    pub fn thresholds(mut self, thresholds: &[f64]) -> Self {
        self.given = Some(thresholds.to_vec());
        self
    }

    /// Whether predictions are logits. Default: false.
    pub const fn from_logits(mut self, from_logits: bool) -> Self {
        self.from_logits = from_logits;
        self
    }

    /// In ascending order; the outer ones lie beyond 0 and 1, so that they take all and none.
    fn all_thresholds(&self) -> Vec<f64> {
        let inner = self.given.clone().map_or_else(
            || (1..self.number.saturating_sub(1)).map(|i| i as f64 / (self.number - 1) as f64).collect(),
            |mut given| {
                given.sort_by(f64::total_cmp);
                given
            },
        );
        [vec![-EPSILON], inner, vec![1.0 + EPSILON]].concat()
    }
}

impl Default for Auc {
    fn default() -> Self {
        Self::new()
    }
}

impl Metric for Auc {
    fn name(&self) -> &'static str {
        "auc"
    }
    fn check(&self, _: usize) -> Result<()> {
        match &self.given {
            Some(given) => check_thresholds("auc", given),
            None if !(2..=1 << 16).contains(&self.number) => {
                Err(refused("auc", "num_thresholds", "a number in 2 ≤ num_thresholds ≤ 65536", self.number))
            }
            None => Ok(()),
        }
    }
    fn state_len(&self, _: usize) -> usize {
        8 * self.all_thresholds().len()
    }
    fn record(&self, tape: &mut Tape, o: &Observed) -> Result<()> {
        let counted = Counted { from_logits: self.from_logits, ..Counted::default() };
        counted.record("auc", &self.all_thresholds(), tape, o)
    }
    fn result(&self, state: &[f64]) -> Vec<f64> {
        let sums = sums(state);
        let counts: Vec<[f64; 4]> = sums.chunks_exact(4).map(|c| [c[0], c[1], c[2], c[3]]).collect();
        let pairs = || counts.windows(2).map(|pair| (pair[0], pair[1]));
        if self.curve == Curve::Pr && self.summation == Summation::Interpolation {
            return vec![pairs().map(|(a, b)| interpolated(a, b)).sum()];
        }
        let point = |[tp, fp, tn, fn_]: [f64; 4]| match self.curve {
            Curve::Roc => (ratio(fp, fp + tn), ratio(tp, tp + fn_)),
            Curve::Pr => (ratio(tp, tp + fn_), ratio(tp, tp + fp)),
        };
        let area = |(a, b)| {
            let ((x, y), (next_x, next_y)) = (point(a), point(b));
            let height = match self.summation {
                Summation::Interpolation => (y + next_y) / 2.0,
                Summation::Minoring => y.min(next_y),
                Summation::Majoring => y.max(next_y),
            };
            (x - next_x) * height
        };
        vec![pairs().map(area).sum()]
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

/// The area under precision over recall between two thresholds: true positives grow in a line with all positives.
fn interpolated([tp, fp, _, _]: [f64; 4], [next_tp, next_fp, _, next_fn]: [f64; 4]) -> f64 {
    let (dtp, p, next_p) = (tp - next_tp, tp + fp, next_tp + next_fp);
    let slope = ratio(dtp, (p - next_p).max(0.0));
    let intercept = next_tp - slope * next_p;
    let safe = if p > 0.0 && next_p > 0.0 { ratio(p, next_p) } else { 1.0 };
    ratio(slope * (dtp + intercept * safe.ln()), (next_tp + next_fn).max(0.0))
}

words! { Curve: "ROC" = Roc, "PR" = Pr }
words! { Summation: "interpolation" = Interpolation, "minoring" = Minoring, "majoring" = Majoring }

config! {
    Auc = "AUC", Self::new();
    takes num_thresholds at number, curve, summation_method at summation, thresholds at given, from_logits;
    only "multi_label" = false, "num_labels" = null, "label_weights" = null;
}
