//! Orthogonal regularizer: penalty = factor · ½ Σ_{i≠j} |uᵢ · uⱼ| / pairs, uᵢ = wᵢ / ‖wᵢ‖ the m rows (or columns), k long, of w.
//!
//! Keras's `OrthogonalRegularizer`; pairs = m (m − 1) / 2. Backward: dwᵢ = (c Σⱼ sᵢⱼ uⱼ − uᵢ aᵢ) / ‖wᵢ‖ with c = factor / pairs,
//! sᵢⱼ the sign of uᵢ · uⱼ and aᵢ = c Σⱼ |uᵢ · uⱼ|.

use super::penalty::sign;
use super::{Regularizer, add_loss, wrong_shape};
use crate::base::{Allowed, Real, Result};
use crate::dims;
use crate::kernel::{AnyKernel, Domain, Kernel, Shader, Step, Tolerance, arg, arg_in};
use crate::nn::config::{Config, config, words};
use crate::plan::{Tape, Value};
use crate::twin;

dims! {
    /// m vectors of k numbers.
    pub struct Vectors {
        /// Vectors.
        m: u32,
        /// Numbers of each.
        k: u32,
        /// From a vector to the next in w.
        stride: u32,
        /// From a number of a vector to the next in w.
        inner: u32,
        /// factor / pairs.
        c: f64,
    }
}

impl Vectors {
    fn len(&self) -> usize {
        self.m as usize * self.k as usize
    }
    fn at(&self, i: usize, l: usize) -> usize {
        i * self.stride as usize + l * self.inner as usize
    }
}

/// The least norm a vector is divided by: Keras's.
const LEAST: f64 = 1e-7;

fn normalize<T: Real>(_: &Step, d: &Vectors, [w]: [&[T]; 1], [u, norm]: [&mut [T]; 2]) {
    let k = d.k as usize;
    for (i, (u, norm)) in u.chunks_mut(k).zip(norm).enumerate() {
        let sum: T = (0..k).map(|l| w[d.at(i, l)] * w[d.at(i, l)]).sum();
        let size = sum.sqrt();
        *norm = if size < T::of(LEAST) { T::of(LEAST) } else { size };
        (0..k).for_each(|l| u[l] = w[d.at(i, l)] / *norm);
    }
}

fn signs<T: Real>(_: &Step, d: &Vectors, [u]: [&[T]; 1], [s, a]: [&mut [T]; 2]) {
    let (m, k, c) = (d.m as usize, d.k as usize, T::of(d.c));
    for i in 0..m {
        let mut sum = T::ZERO;
        for j in 0..m {
            let dot: T = (0..k).map(|l| u[i * k + l] * u[j * k + l]).sum();
            let apart = if i == j { T::ZERO } else { dot };
            s[i * m + j] = sign(apart);
            sum += apart.abs();
        }
        a[i] = c * sum;
    }
}

fn gradient<T: Real>(_: &Step, d: &Vectors, [u, norm, s, a]: [&[T]; 4], [g]: [&mut [T]; 1]) {
    let (m, k, c) = (d.m as usize, d.k as usize, T::of(d.c));
    for i in 0..m {
        for l in 0..k {
            let toward: T = (0..m).map(|j| s[i * m + j] * u[j * k + l]).sum();
            // A vector shorter than the least norm is divided by a constant: nothing is taken off along it.
            let along = if norm[i] > T::of(LEAST) { u[i * k + l] * a[i] } else { T::ZERO };
            g[d.at(i, l)] = (c * toward - along) / norm[i];
        }
    }
}

fn half<T: Real>(_: &Step, _: &Vectors, [a]: [&[T]; 1], [s]: [&mut [T]; 1]) {
    s.iter_mut().zip(a).for_each(|(s, a)| *s = *a * T::of(0.5));
}

const CASES: &[Vectors] =
    &[Vectors { m: 5, k: 3, stride: 3, inner: 1, c: 0.25 }, Vectors { m: 9, k: 33, stride: 1, inner: 9, c: 0.5 }];

/// u and the norms.
pub static NORMALIZE: Kernel<Vectors, 1, 2> = Kernel {
    name: "orthogonal_normalize",
    shader: |d, _| {
        Shader::flat(include_str!("../../../shaders/regularizer/orthogonal_normalize.wgsl"), d.m as usize, 32)
    },
    reads: [arg("w", Vectors::len)],
    writes: [arg("u", Vectors::len), arg("norm", |d| d.m as usize)],
    open: false,
    flops: |d| 3 * d.len() as u64,
    twin: twin!(normalize),
    cases: CASES,
    tolerance: Tolerance::REDUCTION,
};

/// The signs of the products of different vectors, and c times the sum of their sizes for each vector.
pub static SIGNS: Kernel<Vectors, 1, 2> = Kernel {
    name: "orthogonal_signs",
    shader: |d, _| Shader::flat(include_str!("../../../shaders/regularizer/orthogonal_signs.wgsl"), d.m as usize, 32),
    reads: [arg("u", Vectors::len)],
    writes: [arg("s", |d| d.m as usize * d.m as usize), arg("a", |d| d.m as usize)],
    open: false,
    flops: |d| 2 * u64::from(d.m) * d.len() as u64,
    twin: twin!(signs),
    cases: CASES,
    tolerance: Tolerance::REDUCTION,
};

/// What w's gradient grows by.
pub static GRAD: Kernel<Vectors, 4, 1> = Kernel {
    name: "orthogonal_grad",
    shader: |d, _| Shader::flat(include_str!("../../../shaders/regularizer/orthogonal_grad.wgsl"), d.len(), 64),
    reads: [
        arg("u", Vectors::len),
        arg_in("norm", |d| d.m as usize, Domain::Between(0.5, 1.5)),
        arg("s", |d| d.m as usize * d.m as usize),
        arg("a", |d| d.m as usize),
    ],
    writes: [arg("g", Vectors::len)],
    open: false,
    flops: |d| 2 * u64::from(d.m) * d.len() as u64,
    twin: twin!(gradient),
    cases: CASES,
    tolerance: Tolerance::REDUCTION,
};

/// Each pair was counted from both sides.
pub static HALF: Kernel<Vectors, 1, 1> = Kernel {
    name: "orthogonal_half",
    shader: |d, _| Shader::flat(include_str!("../../../shaders/regularizer/orthogonal_half.wgsl"), d.m as usize, 64),
    reads: [arg("a", |d| d.m as usize)],
    writes: [arg("s", |d| d.m as usize)],
    open: false,
    flops: |d| u64::from(d.m),
    twin: twin!(half),
    cases: CASES,
    tolerance: Tolerance::POINTWISE,
};

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&NORMALIZE, &SIGNS, &GRAD, &HALF];

/// Which vectors of a matrix are to be orthogonal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OrthogonalMode {
    /// Its rows.
    #[default]
    Rows,
    /// Its columns.
    Columns,
}

/// Keras's `OrthogonalRegularizer(factor = 0.01, mode = "rows")`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OrthogonalRegularizer {
    /// What the mean size of the products is multiplied by: ≥ 0.
    pub factor: f64,
    /// Which vectors.
    pub mode: OrthogonalMode,
}

impl Default for OrthogonalRegularizer {
    fn default() -> Self {
        Self { factor: 0.01, mode: OrthogonalMode::Rows }
    }
}

impl Regularizer for OrthogonalRegularizer {
    fn name(&self) -> &'static str {
        "orthogonal_regularizer"
    }

    fn check(&self, what: &str) -> Result<()> {
        Allowed::NotNegative.check(format!("{what} {}", self.name()), "factor", self.factor)
    }

    fn record(&self, tape: &mut Tape, w: Value) -> Result<()> {
        let [rows, columns] = *tape.shape(w) else {
            return Err(wrong_shape(tape, self.name(), "a matrix", w));
        };
        let (rows, columns) = (rows as u32, columns as u32);
        let (m, k, stride, inner) = match self.mode {
            OrthogonalMode::Rows => (rows, columns, columns, 1),
            OrthogonalMode::Columns => (columns, rows, 1, columns),
        };
        if m < 2 {
            return Err(wrong_shape(tape, self.name(), "at least two vectors to compare", w));
        }
        let pairs = f64::from(m) * (f64::from(m) - 1.0) / 2.0;
        let d = Vectors { m, k, stride, inner, c: self.factor / pairs };
        let u = tape.temp("unit vectors", &[d.len()]);
        let norm = tape.temp("norms", &[m as usize]);
        let s = tape.temp("signs", &[m as usize * m as usize]);
        let a = tape.temp("sizes", &[m as usize]);
        tape.run(&NORMALIZE, d, [w], [u, norm])?;
        tape.run(&SIGNS, d, [u], [s, a])?;
        if tape.training() {
            tape.contribute(w, |t, g| t.run(&GRAD, d, [u, norm, s, a], [g]))?;
        }
        let halves = tape.temp("penalty", &[m as usize]);
        tape.run(&HALF, d, [a], [halves])?;
        add_loss(tape, halves)
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

words! { OrthogonalMode: "rows" = Rows, "columns" = Columns }

config! {
    OrthogonalRegularizer = "OrthogonalRegularizer", Self { factor: 0.01, mode: OrthogonalMode::Rows };
    takes factor, mode;
}
