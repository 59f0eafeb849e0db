//! Norms: w = w · (rate · clip(‖w‖, least, most) + (1 − rate) ‖w‖) / (ε + ‖w‖) along some axes, m×n×inner, n numbers each.
//!
//! Keras's `MaxNorm` (Srebro & Shraibman 2005), `MinMaxNorm` and `UnitNorm`, ε = 10⁻⁷: one formula.

use super::Constraint;
use crate::base::{Allowed, Error, Real, Result};
use crate::dims;
use crate::kernel::{AnyKernel, Kernel, Shader, Step, Tolerance, arg};
use crate::nn::config::{Config, config};
use crate::plan::{Tape, Value};
use crate::twin;

dims! {
    /// Norms are over n; m · inner of them.
    pub struct Norms {
        /// Product of the axes before.
        m: u32,
        /// Product of the axes of a norm.
        n: u32,
        /// Product of the axes after.
        inner: u32,
        /// Least norm.
        least: f64,
        /// Largest norm.
        most: f64,
        /// How much of the way is gone at once.
        rate: f64,
    }
}

impl Norms {
    fn norms(&self) -> usize {
        self.m as usize * self.inner as usize
    }
    fn len(&self) -> usize {
        self.norms() * self.n as usize
    }
}

const EPSILON: f64 = 1e-7;

fn hold<T: Real>(_: &Step, d: &Norms, []: [&[T]; 0], [w]: [&mut [T]; 1]) {
    let ([least, most, rate], inner) = ([d.least, d.most, d.rate].map(T::of), d.inner as usize);
    for i in 0..d.norms() {
        let start = i / inner * d.n as usize * inner + i % inner;
        let at = |l: usize| start + l * inner;
        let norm = (0..d.n as usize).map(|l| w[at(l)] * w[at(l)]).sum::<T>().sqrt();
        let held = if norm < least {
            least
        } else if norm > most {
            most
        } else {
            norm
        };
        let wanted = rate * held + (T::ONE - rate) * norm;
        let scale = wanted / (T::of(EPSILON) + norm);
        (0..d.n as usize).for_each(|l| w[at(l)] *= scale);
    }
}

/// Scales each vector to a norm allowed.
pub static HOLD: Kernel<Norms, 0, 1> = Kernel {
    name: "hold_norm",
    shader: |d, _| Shader::flat(include_str!("../../../shaders/constraint/hold_norm.wgsl"), d.norms(), 32),
    reads: [],
    writes: [arg("w", Norms::len)],
    open: false,
    flops: |d| 3 * d.len() as u64,
    twin: twin!(hold),
    cases: &[
        Norms { m: 1, n: 5, inner: 3, least: 0.0, most: 2.0, rate: 1.0 },
        Norms { m: 3, n: 33, inner: 7, least: 1.0, most: 5.0, rate: 0.5 },
    ],
    tolerance: Tolerance::REDUCTION,
};

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&HOLD];

/// The axes of a norm; together they must stand side by side.
#[derive(Clone, Debug, PartialEq)]
struct Axes(Vec<isize>);

impl Axes {
    /// m, n and inner of `w`.
    fn view(&self, tape: &Tape, name: &str, w: Value) -> Result<[u32; 3]> {
        let shape = tape.shape(w);
        let rank = shape.len() as isize;
        let mut axes: Vec<isize> = self.0.iter().map(|a| if *a < 0 { a.saturating_add(rank) } else { *a }).collect();
        axes.sort_unstable();
        let inside = axes.iter().all(|a| (0..rank).contains(a));
        let adjacent = axes.windows(2).all(|w| w[1] == w[0] + 1);
        let (Some(first), Some(last), true, true) = (axes.first(), axes.last(), inside, adjacent) else {
            return Err(Error::request(
                format!("{name} of `{}`: axis", tape.name(w)),
                format!("axes of its shape {shape:?}, side by side"),
                format!("{:?}", self.0),
                "name the axes of one unit's weights, 0 for a dense kernel",
            ));
        };
        let (first, last) = (*first as usize, *last as usize);
        let product = |axes: &[usize]| axes.iter().product::<usize>() as u32;
        Ok([product(&shape[..first]), product(&shape[first..=last]), product(&shape[last + 1..])])
    }
}

fn record(tape: &mut Tape, name: &str, w: Value, axes: &Axes, [least, most, rate]: [f64; 3]) -> Result<()> {
    let [m, n, inner] = axes.view(tape, name, w)?;
    tape.run(&HOLD, Norms { m, n, inner, least, most, rate }, [], [w])
}

/// The option every norm has.
macro_rules! axis {
    () => {
        /// The axes a norm is taken along, side by side. Default: 0, the weights of a dense unit.
        pub fn axis(mut self, axes: &[isize]) -> Self {
            self.axes = Axes(axes.to_vec());
            self
        }
    };
}

/// Keras's `MaxNorm(max_value = 2, axis = 0)`: longer vectors are scaled down.
#[derive(Clone, Debug, PartialEq)]
pub struct MaxNorm {
    max_value: f64,
    axes: Axes,
}

impl MaxNorm {
    /// Norms of at most `max_value` > 0.
    pub fn new(max_value: f64) -> Self {
        Self { max_value, axes: Axes(vec![0]) }
    }
    axis!();
}

impl Constraint for MaxNorm {
    fn name(&self) -> &'static str {
        "max_norm"
    }
    fn check(&self, what: &str) -> Result<()> {
        Allowed::Positive.check(format!("{what} max_norm"), "max_value", self.max_value)
    }
    fn record(&self, tape: &mut Tape, w: Value) -> Result<()> {
        record(tape, self.name(), w, &self.axes, [0.0, self.max_value, 1.0])
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

/// Keras's `MinMaxNorm(min_value = 0, max_value = 1, rate = 1, axis = 0)`: vectors are scaled into a range, or towards it.
#[derive(Clone, Debug, PartialEq)]
pub struct MinMaxNorm {
    min_value: f64,
    max_value: f64,
    rate: f64,
    axes: Axes,
}

impl MinMaxNorm {
    /// Norms within 0 ≤ `min_value` ≤ `max_value`, the latter above 0.
    pub fn new(min_value: f64, max_value: f64) -> Self {
        Self { min_value, max_value, rate: 1.0, axes: Axes(vec![0]) }
    }

    /// How much of the way is gone at each update: 0 ≤ rate ≤ 1. Default: 1.
    pub fn rate(mut self, rate: f64) -> Self {
        self.rate = rate;
        self
    }
    axis!();
}

impl Constraint for MinMaxNorm {
    fn name(&self) -> &'static str {
        "min_max_norm"
    }
    fn check(&self, what: &str) -> Result<()> {
        let what = format!("{what} min_max_norm");
        Allowed::NotNegative.check(&what, "min_value", self.min_value)?;
        Allowed::Positive.check(&what, "max_value", self.max_value)?;
        Allowed::Share.check(&what, "rate", self.rate)?;
        if self.min_value <= self.max_value {
            return Ok(());
        }
        let wanted = format!("min_value ≤ max_value, {}", self.max_value);
        Err(Error::request(format!("{what}: min_value"), wanted, self.min_value, "exchange the two"))
    }
    fn record(&self, tape: &mut Tape, w: Value) -> Result<()> {
        record(tape, self.name(), w, &self.axes, [self.min_value, self.max_value, self.rate])
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

/// Keras's `UnitNorm(axis = 0)`: every vector has norm 1.
#[derive(Clone, Debug, PartialEq)]
pub struct UnitNorm {
    axes: Axes,
}

impl Default for UnitNorm {
    fn default() -> Self {
        Self::new()
    }
}

impl UnitNorm {
    /// Norms of 1.
    pub fn new() -> Self {
        Self { axes: Axes(vec![0]) }
    }
    axis!();
}

impl Constraint for UnitNorm {
    fn name(&self) -> &'static str {
        "unit_norm"
    }
    fn record(&self, tape: &mut Tape, w: Value) -> Result<()> {
        record(tape, self.name(), w, &self.axes, [1.0, 1.0, 1.0])
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

config! {
    MaxNorm = "MaxNorm", Self::new(2.0);
    takes max_value;
    lists axis at axes.0;
}

config! {
    MinMaxNorm = "MinMaxNorm", Self::new(0.0, 1.0);
    takes min_value, max_value, rate;
    lists axis at axes.0;
}

config! {
    UnitNorm = "UnitNorm", Self::new();
    lists axis at axes.0;
}
