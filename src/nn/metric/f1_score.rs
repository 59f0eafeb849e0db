//! column(i, c) = (p y, p (1 − y), (1 − p) y, y), p = \[z\[i,c\] > threshold\], or \[z\[i,c\] is the row's largest, |z| > 10⁻⁹\]

use super::columns::{self, Columns};
use super::mean::Listed;
use super::{Metric, Observed, refused, sums};
use crate::base::{Real, Result};
use crate::kernel::{Domain, Kernel, Step, Tolerance, arg, arg_in};
use crate::nn::config::{Config, config, words};
use crate::nn::loss::EPSILON;
use crate::nn::loss::frame::{Outputs, argmax, check_labels};
use crate::plan::Tape;
use crate::twin;

/// How the scores of the classes come together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Average {
    /// Not: one score a class.
    None,
    /// One score of the counts of all classes.
    Micro,
    /// The mean of the classes' scores.
    Macro,
    /// The mean weighted by how often each class is the label.
    Weighted,
}

/// 2 · precision · recall / (precision + recall), for each class; a label is a row of 0 and 1, one a class.
#[derive(Clone, Copy, Debug)]
pub struct F1Score {
    average: Average,
    threshold: Option<f64>,
}

impl F1Score {
    /// One score a class; the row's largest prediction is the class.
    pub const fn new() -> Self {
        Self { average: Average::None, threshold: None }
    }

    /// How the classes come together. Default: not.
    pub const fn average(mut self, average: Average) -> Self {
        self.average = average;
        self
    }

    /// Every class whose prediction is above is taken, 0 < threshold ≤ 1. Default: the largest alone is.
    pub const fn threshold(mut self, threshold: f64) -> Self {
        self.threshold = Some(threshold);
        self
    }
}

impl Default for F1Score {
    fn default() -> Self {
        Self::new()
    }
}

impl Metric for F1Score {
    fn name(&self) -> &'static str {
        "f1_score"
    }
    fn check(&self, _: usize) -> Result<()> {
        match self.threshold {
            Some(t) if !(t > 0.0 && t <= 1.0) => {
                Err(refused("f1_score", "threshold", "a number in 0 < threshold ≤ 1", t))
            }
            _ => Ok(()),
        }
    }
    fn state_len(&self, outputs: usize) -> usize {
        8 * outputs
    }
    fn record(&self, tape: &mut Tape, o: &Observed) -> Result<()> {
        let d = Outputs::of(tape, "metric f1_score", o.z)?;
        check_labels(tape, "metric f1_score", &d, o.y, d.n as usize)?;
        let p = self.threshold.map_or([0.0, 1.0, 0.0, 0.0], |t| [t, 0.0, 0.0, 0.0]);
        tape.run(&COUNT, Columns::of(&d, d.n, p), [o.z, o.y, o.w], [o.state])
    }
    fn result(&self, state: &[f64]) -> Vec<f64> {
        let sums = sums(state);
        let score = |c: &[f64]| {
            let (precision, recall) = (c[0] / (c[0] + c[1] + EPSILON), c[0] / (c[0] + c[2] + EPSILON));
            2.0 * (precision * recall / (precision + recall + EPSILON))
        };
        let classes = || sums.chunks_exact(4);
        let all: Vec<f64> = classes().map(score).collect();
        match self.average {
            Average::None => all,
            Average::Micro => {
                let sum = |at: usize| classes().map(|c| c[at]).sum::<f64>();
                vec![score(&[sum(0), sum(1), sum(2), sum(3)])]
            }
            Average::Macro => vec![all.iter().sum::<f64>() / all.len() as f64],
            Average::Weighted => {
                let mass: f64 = classes().map(|c| c[3]).sum::<f64>() + EPSILON;
                vec![all.iter().zip(classes()).map(|(f, c)| f * (c[3] / mass)).sum()]
            }
        }
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

fn count<T: Real>(step: &Step, d: &Columns, [z, y, w]: [&[T]; 3], [state]: [&mut [T]; 1]) {
    let (n, p) = (d.n as usize, d.p::<T>());
    columns::add(step, d, w, state, |i, c| {
        let (row, t) = (&z[i * n..(i + 1) * n], y[i * n + c]);
        let v = row[c];
        let taken = if p[1] == T::ONE { v >= row[argmax(row)] && v.abs() > T::of(1e-9) } else { v > p[0] };
        if taken { [t, T::ONE - t, T::ZERO, t] } else { [T::ZERO, T::ZERO, t, t] }
    });
}

/// Adds a batch to the counts of the classes.
static COUNT: Kernel<Columns, 3, 1> = Kernel {
    name: "f1_score",
    shader: |d, _| {
        let bindings = include_str!("../../../shaders/metric/columns.wgsl");
        columns::text(d, &[bindings, include_str!("../../../shaders/metric/f1_score.wgsl")])
    },
    reads: [
        arg_in("z", Columns::len, Domain::Positive),
        arg_in("y", Columns::len, Domain::Labels(2)),
        arg_in("w", Columns::samples, Domain::Positive),
    ],
    writes: [arg("state", Columns::state)],
    open: false,
    flops: |d| 8 * d.len() as u64,
    twin: twin!(count),
    cases: &[Columns::new(5, 3, 1, 3, [0.5, 0.0, 0.0, 0.0]), Columns::new(134, 4, 2, 4, [0.0, 1.0, 0.0, 0.0])],
    tolerance: Tolerance::REDUCTION,
};

/// The kernels of this page.
pub(super) static KERNELS: &[Listed] = &[&COUNT];

words! { Average: "micro" = Micro, "macro" = Macro, "weighted" = Weighted; null = None }

config! {
    F1Score = "F1Score", Self::new();
    takes average, threshold;
}
