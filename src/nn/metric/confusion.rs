//! column(i, c) = (true positives, false positives, true negatives, false negatives) of row i at thresholds\[c\]; precision and recall

use super::columns::{self, Columns};
use super::mean::Listed;
use super::{Metric, Observed, check_thresholds, ratio, refused, sums, top_k};
use crate::base::{Real, Result};
use crate::kernel::{Domain, Kernel, Step, Tolerance, arg, arg_in};
use crate::nn::config::{Config, config};
use crate::nn::loss::frame::{Outputs, check_labels};
use crate::plan::Tape;
use crate::twin;

/// What is counted, besides the thresholds.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counted {
    /// The only class looked at.
    pub class: Option<usize>,
    /// Only the k largest of a row may be positive.
    pub top_k: Option<usize>,
    /// Whether predictions are logits.
    pub from_logits: bool,
}

impl Counted {
    /// Records the counting of a metric called `name` at `thresholds`.
    pub fn record(&self, name: &str, thresholds: &[f64], tape: &mut Tape, o: &Observed) -> Result<()> {
        let what = format!("metric {name}");
        let d = Outputs::of(tape, &what, o.z)?;
        check_labels(tape, &what, &d, o.y, d.n as usize)?;
        let table = tape.table("thresholds", thresholds.to_vec());
        let flag = |on: bool| f64::from(u8::from(on));
        let p = [
            self.class.map_or(-1.0, |c| c as f64),
            self.top_k.map_or(0.0, |k| k as f64),
            flag(self.from_logits),
            flag(evenly(thresholds)),
        ];
        let d = Columns::of(&d, thresholds.len() as u32, p);
        tape.run(&COUNT, d, [o.z, o.y, o.w, table], [o.state])
    }
}

/// Whether thresholds lie at equal distances over [0, 1]: Keras then keeps predictions within it.
fn evenly(thresholds: &[f64]) -> bool {
    let last = thresholds.len() as f64 - 1.0;
    // numpy.allclose with atol = ε and its own rtol.
    let near = |(i, t): (usize, &f64)| (t - i as f64 / last).abs() <= 1e-7 + 1e-5 * (i as f64 / last).abs();
    thresholds.len() >= 3 && thresholds.iter().enumerate().all(near)
}

fn score<T: Real>(v: T, p: &[T; 4]) -> T {
    let s = if p[2] == T::ONE { v.sigmoid() } else { v };
    if p[3] == T::ONE && s < T::ZERO {
        T::ZERO
    } else if p[3] == T::ONE && s > T::ONE {
        T::ONE
    } else {
        s
    }
}

/// Whether `row[j]` is among the k largest, the first of equals before the others; always where k is 0.
fn among<T: Real>(row: &[T], j: usize, k: T) -> bool {
    let before = |(o, v): &(usize, &T)| **v > row[j] || (**v == row[j] && *o < j);
    k == T::ZERO || T::of(row.iter().enumerate().filter(before).count() as f64) < k
}

fn count<T: Real>(step: &Step, d: &Columns, [z, y, w, thresholds]: [&[T]; 4], [state]: [&mut [T]; 1]) {
    let (n, p) = (d.n as usize, d.p::<T>());
    let classes = if p[0] < T::ZERO { 0..n } else { d.p0 as usize..d.p0 as usize + 1 };
    columns::add(step, d, w, state, |i, c| {
        let mut sums = [T::ZERO; 4];
        let row = &z[i * n..(i + 1) * n];
        for j in classes.clone() {
            let taken = score(row[j], &p) > thresholds[c] && among(row, j, p[1]);
            let at = match (taken, y[i * n + j] != T::ZERO) {
                (true, true) => 0,
                (true, false) => 1,
                (false, false) => 2,
                (false, true) => 3,
            };
            sums[at] += T::ONE;
        }
        sums
    });
}

/// Adds a batch to the counts at each threshold.
static COUNT: Kernel<Columns, 4, 1> = Kernel {
    name: "confusion",
    shader: |d, _| columns::text(d, &[include_str!("../../../shaders/metric/confusion.wgsl")]),
    reads: [
        arg_in("z", Columns::len, Domain::Positive),
        arg_in("y", Columns::len, Domain::Labels(2)),
        arg_in("w", Columns::samples, Domain::Positive),
        arg_in("thresholds", |d| d.columns as usize, Domain::Positive),
    ],
    writes: [arg("state", Columns::state)],
    open: false,
    flops: |d| 4 * d.len() as u64 * u64::from(d.columns),
    twin: twin!(count),
    cases: &[
        Columns::new(5, 1, 1, 1, [-1.0, 0.0, 0.0, 0.0]),
        Columns::new(131, 3, 1, 70, [-1.0, 2.0, 1.0, 1.0]),
        Columns::new(12, 4, 2, 3, [1.0, 0.0, 0.0, 0.0]),
    ],
    tolerance: Tolerance::REDUCTION,
};

/// The kernels of this page.
pub(super) static KERNELS: &[Listed] = &[&COUNT];

/// True positives / all taken for positive. Outputs are classes of their own, labels 0 or 1.
#[derive(Clone, Debug, Default)]
pub struct Precision(Cut);

/// True positives / all that are positive. Outputs are classes of their own, labels 0 or 1.
#[derive(Clone, Debug, Default)]
pub struct Recall(Cut);

/// The options of precision and recall.
#[derive(Clone, Debug, Default)]
struct Cut {
    thresholds: Option<Vec<f64>>,
    counted: Counted,
}

impl Cut {
    fn check(&self, name: &str, outputs: usize) -> Result<()> {
        if let Some(thresholds) = &self.thresholds {
            check_thresholds(name, thresholds)?;
        }
        if let Some(k) = self.counted.top_k {
            top_k::check(name, k, outputs)?;
        }
        match self.counted.class {
            Some(c) if c >= outputs => {
                Err(refused(name, "class_id", format!("a class below {outputs}, the outputs of the last layer"), c))
            }
            _ => Ok(()),
        }
    }

    fn thresholds(&self) -> Vec<f64> {
        // Keras's −10¹⁰: among the k largest, every prediction is taken.
        let default = if self.counted.top_k.is_none() { 0.5 } else { -1e10 };
        self.thresholds.clone().unwrap_or_else(|| vec![default])
    }
}

macro_rules! cut {
    ($($metric:ident $name:literal $other:literal),*) => {$(
        impl $metric {
            /// At the threshold 0.5, over all classes.
            pub fn new() -> Self {
                Self::default()
            }

            /// Predictions above are positive; one result a threshold, each within [0, 1]. Default: 0.5.
            pub fn thresholds(mut self, thresholds: &[f64]) -> Self {
                self.0.thresholds = Some(thresholds.to_vec());
                self
            }

            /// The only class looked at, below the outputs. Default: all.
            pub fn class_id(mut self, class: usize) -> Self {
                self.0.counted.class = Some(class);
                self
            }

            /// Only the k largest predictions of a row may be positive, 1 ≤ k ≤ outputs; without thresholds they are.
            pub fn top_k(mut self, k: usize) -> Self {
                self.0.counted.top_k = Some(k);
                self
            }
        }

        impl Metric for $metric {
            fn name(&self) -> &'static str {
                $name
            }
            fn check(&self, outputs: usize) -> Result<()> {
                self.0.check($name, outputs)
            }
            fn state_len(&self, _: usize) -> usize {
                8 * self.0.thresholds().len()
            }
            fn record(&self, tape: &mut Tape, o: &Observed) -> Result<()> {
                self.0.counted.record($name, &self.0.thresholds(), tape, o)
            }
            fn result(&self, state: &[f64]) -> Vec<f64> {
                sums(state).chunks_exact(4).map(|c| ratio(c[0], c[0] + c[$other])).collect()
            }
            fn config(&self) -> Result<Config> {
                Config::of(self)
            }
        }
    )*};
}
cut! { Precision "precision" 1, Recall "recall" 3 }

config! {
    Precision = "Precision", Self::new();
    takes thresholds at 0.thresholds, top_k at 0.counted.top_k, class_id at 0.counted.class;
}

config! {
    Recall = "Recall", Self::new();
    takes thresholds at 0.thresholds, top_k at 0.counted.top_k, class_id at 0.counted.class;
}
