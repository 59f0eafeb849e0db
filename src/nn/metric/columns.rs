//! Metrics that count four numbers for each of many columns, classes or thresholds: one lane a column, rows in order.

use crate::base::Real;
use crate::dims;
use crate::kernel::{Shader, Step};
use crate::nn::loss::frame::{Outputs, PAIR, ROWS, add_pair};

dims! {
    /// Outputs are m×n, `per` rows a sample; four sums for each of `columns`.
    pub struct Columns {
        /// Rows.
        m: u32,
        /// Outputs a row.
        n: u32,
        /// Rows a sample.
        per: u32,
        /// Classes or thresholds.
        columns: u32,
        /// First parameter.
        p0: f64,
        /// Second.
        p1: f64,
        /// Third.
        p2: f64,
        /// Fourth.
        p3: f64,
    }
}

impl Columns {
    pub(super) const fn new(m: u32, n: u32, per: u32, columns: u32, p: [f64; 4]) -> Self {
        let [p0, p1, p2, p3] = p;
        Self { m, n, per, columns, p0, p1, p2, p3 }
    }

    pub(super) const fn of(d: &Outputs, columns: u32, p: [f64; 4]) -> Self {
        Self::new(d.m, d.n, d.per, columns, p)
    }

    pub(super) const fn len(&self) -> usize {
        self.m as usize * self.n as usize
    }

    pub(super) const fn samples(&self) -> usize {
        self.m as usize / self.per as usize
    }

    pub(super) const fn state(&self) -> usize {
        8 * self.columns as usize
    }

    pub(super) fn p<T: Real>(&self) -> [T; 4] {
        [self.p0, self.p1, self.p2, self.p3].map(T::of)
    }
}

/// A text of one lane a column; `pieces` bind the operands and give `fn column(i: u32, c: u32) -> vec4<f32>`.
pub(super) fn text(d: &Columns, pieces: &[&str]) -> Shader {
    let main = include_str!("../../../shaders/metric/frame_columns.wgsl");
    Shader::flat(&[PAIR, ROWS, &pieces.join("\n"), main].join("\n"), d.columns as usize, 64)
}

/// Adds a batch: `column(i, c)` are the four numbers of row i.
pub(super) fn add<T: Real>(
    step: &Step,
    d: &Columns,
    w: &[T],
    state: &mut [T],
    column: impl Fn(usize, usize) -> [T; 4],
) {
    let live = d.samples().min(step.rows as usize) * d.per as usize;
    for (c, state) in state.chunks_mut(8).enumerate() {
        let mut sums = [T::ZERO; 4];
        for i in 0..live {
            let w = w[i / d.per as usize];
            for (sum, v) in sums.iter_mut().zip(column(i, c)) {
                *sum += w * v;
            }
        }
        for (s, sum) in sums.into_iter().enumerate() {
            add_pair(state, 2 * s, sum);
        }
    }
}
