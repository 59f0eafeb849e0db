//! Adafactor: v\[i,j\] = r\[i\] c\[j\] / mean r of mean squares by row and column; u = g/√v; θ ← θ − α u / max(1, RMS u / d).
//!
//! Shazeer & Stern 2018 (arXiv:1804.04235): the memory of a matrix is a row and a column. α = max(ε₂, RMS θ) · ρₜ with
//! ρₜ = min(η, 1/√t); r, c ← β₂ₜ · old + (1 − β₂ₜ) · mean (g² + ε₁) with β₂ₜ = 1 − t^decay. A vector keeps all of v.

use super::frame::{G, P, T as TABLE, Update, flat};
use super::rule::optimizer;
use super::{Arenas, Hyper, Hypers, Rule, Slots, trust};
use crate::base::{Allowed, Real, Result};
use crate::dims;
use crate::kernel::{AnyKernel, Domain, Kernel, Shader, Step, Tolerance, arg, arg_in};
use crate::plan::memory::ALIGN;
use crate::plan::{Tape, Value};
use crate::twin;

dims! {
    /// A variable of `outer` matrices.
    pub struct Matrices {
        /// Matrices: the axes before the last two.
        outer: u32,
        /// Rows.
        m: u32,
        /// Columns.
        n: u32,
    }
}

impl Matrices {
    fn len(&self) -> usize {
        self.rows() * self.n as usize
    }
    fn rows(&self) -> usize {
        self.outer as usize * self.m as usize
    }
    fn columns(&self) -> usize {
        self.outer as usize * self.n as usize
    }
    fn of(shape: &[usize]) -> Option<Self> {
        let [outer @ .., m, n] = shape else { return None };
        Some(Self { outer: outer.iter().product::<usize>() as u32, m: *m as u32, n: *n as u32 })
    }
}

const CASES: &[Matrices] = &[Matrices { outer: 1, m: 5, n: 3 }, Matrices { outer: 2, m: 33, n: 70 }];

/// coef = \[β₂ₜ, ε₁, ε₂, d, ρₜ\].
fn moved<T: Real>(step: &Step, old: T, mean: T) -> T {
    let stay = step.coef[0];
    T::of(stay) * old + T::of(1.0 - stay) * mean
}

fn rows<T: Real>(step: &Step, d: &Matrices, [g]: [&[T]; 1], [r]: [&mut [T]; 1]) {
    let (n, tiny) = (d.n as usize, T::of(step.coef[1]));
    for (r, g) in r.iter_mut().zip(g.chunks(n)) {
        let sum: T = g.iter().map(|g| *g * *g + tiny).sum();
        *r = moved(step, *r, sum / T::of(n as f64));
    }
}

fn columns<T: Real>(step: &Step, d: &Matrices, [g]: [&[T]; 1], [c]: [&mut [T]; 1]) {
    let (m, n, tiny) = (d.m as usize, d.n as usize, T::of(step.coef[1]));
    for (c, g) in c.chunks_mut(n).zip(g.chunks(m * n)) {
        for (j, c) in c.iter_mut().enumerate() {
            let sum: T = g.chunks(n).map(|row| row[j] * row[j] + tiny).sum();
            *c = moved(step, *c, sum / T::of(m as f64));
        }
    }
}

fn direction<T: Real>(_: &Step, d: &Matrices, [r, c]: [&[T]; 2], [g]: [&mut [T]; 1]) {
    let (m, n) = (d.m as usize, d.n as usize);
    for ((r, c), g) in r.chunks(m).zip(c.chunks(n)).zip(g.chunks_mut(m * n)) {
        let mean = r.iter().copied().sum::<T>() / T::of(m as f64);
        for (r, g) in r.iter().zip(g.chunks_mut(n)) {
            g.iter_mut().zip(c).for_each(|(g, c)| *g /= (*r / mean * *c).sqrt());
        }
    }
}

fn vector<T: Real>(step: &Step, _: &Update, []: [&[T]; 0], [g, v]: [&mut [T]; 2]) {
    let tiny = T::of(step.coef[1]);
    for (g, v) in g.iter_mut().zip(v) {
        *v = moved(step, *v, *g * *g + tiny);
        *g /= v.sqrt();
    }
}

fn prepare<T: Real>(step: &Step, d: &Update, [t]: [&[T]; 1], [g, p]: [&mut [T]; 2]) {
    let [rate, decay, clip] = [step.learning_rate, d.weight_decay, d.clip_value].map(T::of);
    let held = |g: T| {
        if g > clip {
            clip
        } else if g < -clip {
            -clip
        } else {
            g
        }
    };
    for ((p, g), row) in p.chunks_mut(ALIGN).zip(g.chunks_mut(ALIGN)).zip(t.chunks(4)) {
        let lost = decay * (rate * row[0]) * row[1];
        p.iter_mut().for_each(|p| *p -= *p * lost);
        for g in g {
            let scaled = *g * row[2];
            *g = if clip > T::ZERO { held(scaled) } else { scaled };
        }
    }
}

const REDUCTION: Tolerance = Tolerance::REDUCTION;

/// r = β₂ₜ r + (1 − β₂ₜ) · mean of g² + ε₁ along each row.
pub static ROWS: Kernel<Matrices, 1, 1> = Kernel {
    name: "adafactor_rows",
    shader: |d, _| Shader::flat(include_str!("../../../shaders/optim/adafactor_rows.wgsl"), d.rows(), 32),
    reads: [arg("g", Matrices::len)],
    writes: [arg_in("r", Matrices::rows, Domain::Positive)],
    open: false,
    flops: |d| 3 * d.len() as u64,
    twin: twin!(rows),
    cases: CASES,
    tolerance: REDUCTION,
};

/// c = β₂ₜ c + (1 − β₂ₜ) · mean of g² + ε₁ along each column.
pub static COLUMNS: Kernel<Matrices, 1, 1> = Kernel {
    name: "adafactor_columns",
    shader: |d, _| Shader::flat(include_str!("../../../shaders/optim/adafactor_columns.wgsl"), d.columns(), 32),
    reads: [arg("g", Matrices::len)],
    writes: [arg_in("c", Matrices::columns, Domain::Positive)],
    open: false,
    flops: |d| 3 * d.len() as u64,
    twin: twin!(columns),
    cases: CASES,
    tolerance: REDUCTION,
};

/// g = g / √(r c / mean r): the direction takes the gradient's place.
pub static DIRECTION: Kernel<Matrices, 2, 1> = Kernel {
    name: "adafactor_direction",
    shader: |d, _| Shader::flat(include_str!("../../../shaders/optim/adafactor_direction.wgsl"), d.rows(), 32),
    reads: [
        arg_in("r", Matrices::rows, Domain::Between(0.5, 1.5)),
        arg_in("c", Matrices::columns, Domain::Between(0.5, 1.5)),
    ],
    writes: [arg("g", Matrices::len)],
    open: false,
    flops: |d| 4 * d.len() as u64,
    twin: twin!(direction),
    cases: CASES,
    tolerance: REDUCTION,
};

/// v = β₂ₜ v + (1 − β₂ₜ)(g² + ε₁); g = g / √v.
pub static VECTOR: Kernel<Update, 0, 2> = Kernel {
    name: "adafactor_vector",
    shader: |d, _| Shader::flat(include_str!("../../../shaders/optim/adafactor_vector.wgsl"), d.len(), 64),
    reads: [],
    writes: [G, arg_in("v", Update::len, Domain::Between(0.5, 1.5))],
    open: false,
    flops: |d| 6 * u64::from(d.n),
    twin: twin!(vector),
    cases: super::frame::CASES,
    tolerance: Tolerance::POINTWISE,
};

/// g scaled and held within ±clip_value, p decayed: what the frame does before other rules.
pub static PREPARE: Kernel<Update, 1, 2> = Kernel {
    name: "adafactor_prepare",
    shader: |d, _| flat(include_str!("../../../shaders/optim/adafactor_prepare.wgsl"), d.len()),
    reads: [TABLE],
    writes: [G, P],
    open: false,
    flops: |d| 3 * u64::from(d.n),
    twin: twin!(prepare),
    cases: super::frame::CASES,
    tolerance: Tolerance::POINTWISE,
};

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&ROWS, &COLUMNS, &DIRECTION, &VECTOR, &PREPARE];

optimizer! {
    /// Keras's `Adafactor`: little memory, and moves in proportion to the variable. Keras's default rate is 0.001.
    Adafactor, AdafactorRule, HYPERS;
    /// Power of the step by which β₂ₜ nears 1: ≤ 0. Default: −0.8.
    beta_2_decay: f64 = -0.8, Allowed::NotPositive;
    /// ε₁, added to the squared gradient: > 0. Default: 10⁻³⁰.
    epsilon_1: f64 = 1e-30, Allowed::Positive;
    /// ε₂, the least size a variable counts for: ≥ 0. Default: 10⁻³.
    epsilon_2: f64 = 1e-3, Allowed::NotNegative;
    /// d, the root mean square above which a direction is shortened: > 0. Default: 1.
    clip_threshold: f64 = 1.0, Allowed::Positive;
    /// Keras's switch for η ≤ 1/√t. Both ways ρₜ = min(η, 1/√t), as in Keras. Default: true.
    relative_step: bool = 1.0, Allowed::Flag;
}

/// Records one variable's direction in the place of its gradient.
fn variable(tape: &mut Tape, variable: Value) -> Result<()> {
    let Some(g) = tape.gradient(variable) else { return Ok(()) };
    let (shape, name) = (tape.shape(variable).to_vec(), tape.name(variable).to_owned());
    if let Some(d) = Matrices::of(&shape) {
        let r = tape.auxiliary(&format!("r of {name}"), &[d.rows()]);
        let c = tape.auxiliary(&format!("c of {name}"), &[d.columns()]);
        tape.run(&ROWS, d, [g], [r])?;
        tape.run(&COLUMNS, d, [g], [c])?;
        return tape.run(&DIRECTION, d, [r, c], [g]);
    }
    let v = tape.auxiliary(&format!("v of {name}"), &shape);
    let d = super::frame::case(tape.len(variable) as u32, 0, 0.0, 0.0);
    tape.run(&VECTOR, d, [], [g, v])
}

impl Rule for AdafactorRule {
    const NAME: &'static str = "adafactor";
    const CLASS: &'static str = "Adafactor";
    const HYPERS: &'static [Hyper] = HYPERS;

    fn record(tape: &mut Tape, _: &Hypers, _: bool, arenas: &Arenas) -> Result<()> {
        arenas.each(tape, |t, c| t.run(&PREPARE, c.update(0), [c.table], [c.grads, c.params]))?;
        arenas.variables.iter().try_for_each(|(s, _)| variable(tape, s.value))?;
        trust::record(tape, arenas, trust::ADAFACTOR, |_, c| c.grads)
    }

    fn slots(_: &Hypers) -> Slots {
        &[&["r", "c", "v"]]
    }

    fn coefficients(h: &Hypers, rate: f64, t: u64, _: &mut f64) -> [f64; 8] {
        let ([decay, epsilon_1, epsilon_2, threshold, ..], t) = (*h, t as f64);
        [1.0 - t.powf(decay), epsilon_1, epsilon_2, threshold, rate.min(1.0 / t.sqrt()), 0.0, 0.0, 0.0]
    }
}
