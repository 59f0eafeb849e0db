//! What of answers is worth keeping: counts, and the samples that were answered worst.

use super::evaluated::{Answers, Evaluated};
use super::shown::{Shower, Shown};
use crate::data::Array;

/// What a model answered, in short: what `evaluated.json` keeps and a report shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Digest {
    /// What the samples are called.
    pub name: String,
    /// How many there were.
    pub samples: usize,
    /// By kind.
    pub kind: DigestKind,
}

/// A digest of one kind.
#[derive(Clone, Debug, PartialEq)]
pub enum DigestKind {
    /// Of a classifier.
    Classes {
        /// The names of the classes.
        classes: Vec<String>,
        /// How many samples were taken for what they are.
        correct: u64,
        /// How often a sample of class `right` was taken for class `said`: number `right · classes + said`; empty where there
        /// are more than 1,000 classes.
        counts: Vec<u64>,
        /// The most wrong, the worst first.
        worst: Vec<WrongClass>,
    },
    /// Of a regression.
    Numbers {
        /// Each number that is predicted.
        outputs: Vec<Fitted>,
        /// The most wrong, the worst first.
        worst: Vec<WrongNumber>,
    },
}

/// A sample that was taken for another class.
#[derive(Clone, Debug, PartialEq)]
pub struct WrongClass {
    /// Its number, from 0.
    pub index: usize,
    /// The class that is right.
    pub right: usize,
    /// The class it was taken for.
    pub said: usize,
    /// The probability of the class that is right.
    pub of_right: f64,
    /// The probability of the class it was taken for.
    pub of_said: f64,
    /// The sample.
    pub shown: Shown,
}

/// A sample whose number was far off.
#[derive(Clone, Debug, PartialEq)]
pub struct WrongNumber {
    /// Its number, from 0.
    pub index: usize,
    /// Which of the outputs.
    pub output: usize,
    /// What was right.
    pub target: f64,
    /// What was predicted.
    pub predicted: f64,
    /// The sample.
    pub shown: Shown,
}

/// How well a number is predicted.
#[derive(Clone, Debug, PartialEq)]
pub struct Fitted {
    /// Its name.
    pub name: String,
    /// Mean absolute error, in the number's unit.
    pub mean_absolute_error: f64,
    /// Root of the mean squared error, in the number's unit.
    pub root_mean_squared_error: f64,
    /// Share of the variance that is explained: 1 − Σ(target − predicted)² / Σ(target − mean)².
    pub r2: f64,
    /// Some (target, predicted), evenly taken.
    pub points: Vec<(f64, f64)>,
}

/// How many of the worst samples are kept, and how many points of a regression.
const WORST: usize = 24;
const POINTS: usize = 400;
/// A matrix of more classes is of no use to anyone, and grows with their square.
const CLASSES: usize = 1000;

impl Digest {
    /// Of answers; samples without an answer or a label are left out, and so are labels beyond the classes.
    pub fn of(evaluated: &Evaluated) -> Self {
        let shower = Shower::of(evaluated.samples.as_ref());
        let (samples, kind) = match &evaluated.answers {
            Answers::Classes { predictions, labels } => classes(predictions, labels, &evaluated.outputs, &shower),
            Answers::Numbers { predictions, targets } => numbers(predictions, targets, &evaluated.outputs, &shower),
        };
        Self { name: evaluated.name.clone(), samples, kind }
    }
}

/// A row of outputs as probabilities of classes: one output is the probability of the second of two; what is no
/// distribution is taken for logits.
fn probabilities(row: &[f64], two: bool) -> Vec<f64> {
    let sigmoid = |v: f64| 1.0 / (1.0 + (-v).exp());
    match row {
        [one] if two => {
            let p = if (0.0..=1.0).contains(one) { *one } else { sigmoid(*one) };
            vec![1.0 - p, p]
        }
        row if row.iter().all(|v| (0.0..=1.0).contains(v)) => row.to_vec(),
        row => {
            let most = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let all: Vec<f64> = row.iter().map(|v| (v - most).exp()).collect();
            let sum: f64 = all.iter().sum();
            all.iter().map(|v| v / sum).collect()
        }
    }
}

fn classes(predictions: &Array, labels: &[u32], names: &[String], shower: &Shower<'_>) -> (usize, DigestKind) {
    let two = predictions.width() == 1;
    let n = if two { 2 } else { predictions.width() };
    // One output below zero or above one is a logit, and so are all.
    let logit = two && predictions.data.iter().any(|v| !(0.0..=1.0).contains(v) && v.is_finite());
    let mut counts = vec![0_u64; if n <= CLASSES { n * n } else { 0 }];
    let (mut worst, mut samples, mut correct) = (Vec::new(), 0, 0);
    for (index, (row, right)) in predictions.rows().zip(labels).enumerate() {
        let right = *right as usize;
        if right >= n || row.len() != predictions.width() {
            continue;
        }
        samples += 1;
        let p = match row {
            [one] if logit => {
                let p = 1.0 / (1.0 + (-one).exp());
                vec![1.0 - p, p]
            }
            row => probabilities(row, two),
        };
        // NaN is no answer; it counts for the first class, as `argmax` has it.
        let said = (1..n).fold(0, |best, at| if p[at] > p[best] { at } else { best });
        if let Some(count) = counts.get_mut(right * n + said) {
            *count += 1;
        }
        if said == right {
            correct += 1;
        } else {
            worst.push(WrongClass { index, right, said, of_right: p[right], of_said: p[said], shown: Shown::Nothing });
        }
    }
    // Surest of what is wrong first; NaN before all, the order of samples where equal.
    let rank = |w: &WrongClass| if w.of_said.is_nan() { f64::NEG_INFINITY } else { w.of_right - w.of_said };
    worst.sort_by(|a, b| rank(a).total_cmp(&rank(b)));
    worst.truncate(WORST);
    let shown = shower.show(&worst.iter().map(|w| w.index).collect::<Vec<_>>());
    worst.iter_mut().zip(shown).for_each(|(w, shown)| w.shown = shown);
    (samples, DigestKind::Classes { classes: named(names, n), correct, counts, worst })
}

fn numbers(predictions: &Array, targets: &[f64], names: &[String], shower: &Shower<'_>) -> (usize, DigestKind) {
    let width = predictions.width().max(1);
    let samples = predictions.len().min(targets.len() / width);
    let pairs = |output: usize| {
        (0..samples).filter_map(move |at| {
            Some((*targets.get(at * width + output)?, *predictions.data.get(at * width + output)?))
        })
    };
    let names = named(names, width);
    let outputs: Vec<Fitted> = names.into_iter().enumerate().map(|(at, name)| fitted(name, pairs(at))).collect();
    let mut worst = Vec::new();
    for (output, fit) in outputs.iter().enumerate() {
        // Errors of outputs of different units are compared in multiples of their own.
        let unit = if fit.root_mean_squared_error > 0.0 { fit.root_mean_squared_error } else { 1.0 };
        worst.extend(pairs(output).enumerate().map(|(index, (target, predicted))| {
            let error = (target - predicted).abs() / unit;
            let rank = if error.is_nan() { f64::INFINITY } else { error };
            (rank, WrongNumber { index, output, target, predicted, shown: Shown::Nothing })
        }));
    }
    worst.sort_by(|a, b| b.0.total_cmp(&a.0));
    worst.truncate(WORST);
    let mut worst: Vec<WrongNumber> = worst.into_iter().map(|(_, w)| w).collect();
    let shown = shower.show(&worst.iter().map(|w| w.index).collect::<Vec<_>>());
    worst.iter_mut().zip(shown).for_each(|(w, shown)| w.shown = shown);
    (samples, DigestKind::Numbers { outputs, worst })
}

fn fitted(name: String, pairs: impl Iterator<Item = (f64, f64)>) -> Fitted {
    let pairs: Vec<(f64, f64)> = pairs.collect();
    let n = pairs.len().max(1) as f64;
    let sum = |of: &dyn Fn(f64, f64) -> f64| pairs.iter().map(|(t, p)| of(*t, *p)).sum::<f64>();
    let mean = sum(&|t, _| t) / n;
    let squares = sum(&|t, p| (t - p).powi(2));
    let stride = pairs.len().div_ceil(POINTS).max(1);
    Fitted {
        name,
        mean_absolute_error: sum(&|t, p| (t - p).abs()) / n,
        root_mean_squared_error: (squares / n).sqrt(),
        r2: 1.0 - squares / sum(&|t, _| (t - mean).powi(2)),
        points: pairs.iter().copied().step_by(stride).collect(),
    }
}

/// `n` names: those given, and numbers where there are none.
fn named(names: &[String], n: usize) -> Vec<String> {
    (0..n).map(|at| names.get(at).cloned().unwrap_or_else(|| at.to_string())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn array(width: usize, data: &[f64]) -> Array {
        Array { shape: vec![data.len() / width, width], data: data.to_vec() }
    }

    #[test]
    fn the_surest_mistake_is_the_worst() {
        let answers = array(3, &[0.8, 0.1, 0.1, 0.3, 0.4, 0.3, 0.0, 0.05, 0.95, 0.2, 0.2, 0.6]);
        let digest = Digest::of(&Evaluated::classes(answers, vec![0, 0, 1, 9]).outputs(["a"]));
        let DigestKind::Classes { classes, correct, counts, worst } = digest.kind else { unreachable!("of classes") };
        assert_eq!(correct, 1);
        assert_eq!(classes, ["a", "1", "2"]);
        assert_eq!((digest.samples, counts), (3, vec![1, 1, 0, 0, 0, 1, 0, 0, 0]));
        assert_eq!(worst.iter().map(|w| (w.index, w.right, w.said)).collect::<Vec<_>>(), [(2, 1, 2), (1, 0, 1)]);
    }

    #[test]
    fn logits_and_one_output_are_probabilities_too() {
        let said = |answers, labels: Vec<u32>| match Digest::of(&Evaluated::classes(answers, labels)).kind {
            DigestKind::Classes { counts, worst, .. } => (counts, worst.first().map(|w| w.of_said)),
            DigestKind::Numbers { .. } => (Vec::new(), None),
        };
        let (counts, sure) = said(array(1, &[0.9, 0.2]), vec![0, 0]);
        assert_eq!((counts, sure), (vec![1, 1, 0, 0], Some(0.9)));
        // A logit of 0.4 among others is above a half.
        let (counts, _) = said(array(1, &[0.4, -3.0]), vec![1, 0]);
        assert_eq!(counts, [1, 0, 0, 1]);
        let (counts, sure) = said(array(2, &[0.0, 2.0]), vec![0]);
        assert_eq!(counts, [0, 1, 0, 0]);
        assert!(sure.is_some_and(|p| (p - 1.0 / (1.0 + (-2.0_f64).exp())).abs() < 1e-12), "{sure:?}");
        let (counts, sure) = said(array(2, &[f64::NAN, f64::NAN]), vec![1]);
        assert!(counts == [0, 0, 1, 0] && sure.is_some_and(f64::is_nan));
    }

    #[test]
    fn so_many_classes_have_no_matrix() {
        let mut answers = array(2000, &[0.0; 4000]);
        answers.data[1999] = 1.0;
        let digest = Digest::of(&Evaluated::classes(answers, vec![1999, 3]));
        let DigestKind::Classes { correct, counts, worst, .. } = digest.kind else { unreachable!("of classes") };
        assert_eq!((correct, counts.len(), worst.len()), (1, 0, 1));
    }

    #[test]
    fn numbers_are_compared_in_their_unit() {
        let digest = Digest::of(&Evaluated::numbers(array(2, &[1.0, 100.0, 2.0, 90.0]), vec![1.0, 110.0, 4.0, 90.0]));
        let DigestKind::Numbers { outputs, worst } = digest.kind else { unreachable!("of numbers") };
        assert_eq!((outputs[0].mean_absolute_error, outputs[0].root_mean_squared_error), (1.0, 2.0_f64.sqrt()));
        assert!((outputs[0].r2 - (1.0 - 4.0 / 4.5)).abs() < 1e-12, "{}", outputs[0].r2);
        assert_eq!((worst[0].index, worst[0].output, worst[1].index, worst[1].output), (1, 0, 0, 1));
        // Nothing at all is told as nothing.
        assert_eq!(Digest::of(&Evaluated::numbers(array(1, &[]), Vec::new())).samples, 0);
    }
}
