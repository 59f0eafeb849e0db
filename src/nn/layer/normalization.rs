//! Normalization: y = (x − mean) / max(√variance, 10⁻⁷) with statistics of the data, given or worked out beforehand;
//! inverted, y = mean + x · max(√variance, 10⁻⁷).
//!
//! Backward: the same without the mean.

use super::axes::axis_of;
use super::{Layer, one};
use crate::base::{Error, Real, Result, Rows};
use crate::dims;
use crate::kernel::{AnyKernel, Domain, Kernel, Shader, Step, Tolerance, arg, arg_in};
use crate::nn::config::{Config, Configured, Fields};
use crate::plan::{Tape, Value};
use crate::twin;

dims! {
    /// Number `at` has statistics number at / inner mod n.
    pub struct Statistics {
        /// Numbers.
        len: u32,
        /// Means.
        n: u32,
        /// How far apart numbers with neighbouring means are.
        inner: u32,
        /// 1 where it is undone.
        invert: u32,
        /// 1 where the mean counts; 0 for the gradient.
        shift: u32,
    }
}

impl Statistics {
    fn len(&self) -> usize {
        self.len as usize
    }
    fn width(&self) -> usize {
        self.n as usize
    }
}

/// Keras's `epsilon()`: a smaller deviation counts as this.
const SMALLEST: f64 = 1e-7;

fn normalization<T: Real>(_: &Step, d: &Statistics, [x, mean, variance]: [&[T]; 3], [y]: [&mut [T]; 1]) {
    for (run, (y, x)) in y.chunks_mut(d.inner as usize).zip(x.chunks(d.inner as usize)).enumerate() {
        let j = run % d.width();
        let root = variance[j].sqrt();
        let deviation = if root < T::of(SMALLEST) { T::of(SMALLEST) } else { root };
        let level = if d.shift == 1 { mean[j] } else { T::ZERO };
        for (y, x) in y.iter_mut().zip(x) {
            *y = if d.invert == 1 { level + *x * deviation } else { (*x - level) / deviation };
        }
    }
}

/// y.
pub static NORMALIZATION: Kernel<Statistics, 3, 1> = Kernel {
    name: "normalization",
    shader: |d, _| Shader::flat(include_str!("../../../shaders/layer/normalization.wgsl"), d.len(), 64),
    reads: [
        arg("x", Statistics::len),
        arg("mean", Statistics::width),
        arg_in("variance", Statistics::width, Domain::Positive),
    ],
    writes: [arg("y", Statistics::len)],
    open: true,
    flops: |d| 3 * u64::from(d.len),
    twin: twin!(normalization),
    cases: &[
        Statistics { len: 35, n: 7, inner: 1, invert: 0, shift: 1 },
        Statistics { len: 60, n: 3, inner: 4, invert: 1, shift: 1 },
        Statistics { len: 60, n: 3, inner: 4, invert: 0, shift: 0 },
    ],
    tolerance: Tolerance { bound: 1e-5, reason: "division by a root of a small variance" },
};

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&NORMALIZATION];

/// Keras's `Normalization(axis = −1, mean, variance, invert = false)`.
///
/// Without statistics given or adapted to data, mean 0 and variance 1.
#[derive(Clone, Debug)]
pub struct Normalization {
    axis: Vec<isize>,
    mean: Vec<f64>,
    variance: Vec<f64>,
    invert: bool,
    adapted: bool,
    /// Samples it was adapted to.
    count: usize,
}

super::default_is_new! { Normalization }

impl Normalization {
    /// A mean and variance for each index of the last axis.
    pub fn new() -> Self {
        Self { axis: vec![-1], mean: vec![0.0], variance: vec![1.0], invert: false, adapted: false, count: 0 }
    }

    /// The axes with a mean and variance for each index, the batch being 0; none at all for a single mean and variance.
    /// Default: −1, the last.
    pub fn axis(mut self, axes: &[isize]) -> Self {
        self.axis = axes.to_vec();
        self
    }

    /// The statistics: one number each, or one for each index of the axes (or of the last of them), row-major.
    pub fn statistics(mut self, mean: &[f64], variance: &[f64]) -> Self {
        (self.mean, self.variance) = (mean.to_vec(), variance.to_vec());
        self
    }

    /// Whether it undoes a normalisation instead. Default: false.
    pub fn invert(mut self, invert: bool) -> Self {
        self.invert = invert;
        self
    }

    /// Works the statistics out of samples of `shape` (without the batch), in f64; the variance is the biased one.
    ///
    /// # Errors
    /// No sample, samples of another size, axes that are not the samples'.
    pub fn adapt(mut self, samples: &Rows, shape: &[usize]) -> Result<Self> {
        let width: usize = shape.iter().product();
        if samples.is_empty() || samples.width != width || width == 0 {
            return Err(Error::request(
                "layer `normalization`: samples to adapt to",
                format!("at least one of shape {shape:?}, {width} numbers"),
                format!("{} of {} numbers", samples.len(), samples.width),
                "give the shape of one sample, without the batch",
            ));
        }
        let mut full = vec![samples.len()];
        full.extend(shape);
        let mut tape = Tape::new(samples.len(), crate::base::Seed(0));
        tape.enter("normalization");
        let x = tape.input("samples", &full);
        let kept = self.kept(&tape, x)?;
        let place = places(shape, &kept);
        let count: usize = kept.iter().map(|a| shape[a - 1]).product();
        let share = (count as f64) / (width as f64 * samples.len() as f64);
        let mut row = vec![0.0; width];
        let mut sum = |of: &dyn Fn(f64, usize) -> f64| {
            let mut sums = vec![0.0; count];
            for i in 0..samples.len() {
                samples.gather(i, &mut row);
                row.iter().zip(&place).for_each(|(v, j)| sums[*j] += of(*v, *j) * share);
            }
            sums
        };
        let mean = sum(&|v, _| v);
        self.variance = sum(&|v, j| (v - mean[j]) * (v - mean[j]));
        (self.mean, self.adapted, self.count) = (mean, true, samples.len());
        Ok(self)
    }

    /// The axes, in ascending order.
    fn kept(&self, tape: &Tape, x: Value) -> Result<Vec<usize>> {
        let mut kept = self.axis.iter().map(|a| axis_of(tape, x, *a)).collect::<Result<Vec<usize>>>()?;
        kept.sort_unstable();
        kept.dedup();
        Ok(kept)
    }
}

/// For each number of a sample of `shape`, its index along the axes `kept` (counted from 1), row-major.
fn places(shape: &[usize], kept: &[usize]) -> Vec<usize> {
    let numbers: usize = shape.iter().product();
    let strides = super::permute::strides(shape);
    let index = |i: usize| kept.iter().fold(0, |j, a| j * shape[a - 1] + i / strides[a - 1] % shape[a - 1]);
    (0..numbers).map(index).collect()
}

impl Layer for Normalization {
    fn kind(&self) -> &'static str {
        "normalization"
    }

    fn call(&self, tape: &mut Tape, inputs: &[Value]) -> Result<Value> {
        let x = one(tape, inputs)?;
        let kept = self.kept(tape, x)?;
        let shape = tape.shape(x).to_vec();
        let sizes: Vec<usize> = kept.iter().map(|a| shape[*a]).collect();
        let fits = |len: usize| len == 1 || (0..sizes.len()).any(|i| sizes[i..].iter().product::<usize>() == len);
        let sound = self.mean.iter().all(|v| v.is_finite()) && self.variance.iter().all(|v| *v >= 0.0 && v.is_finite());
        if !sound || self.mean.len() != self.variance.len() || !fits(self.mean.len()) || shape.contains(&0) {
            return Err(Error::request(
                format!("layer `{}`: mean and variance", tape.scope()),
                format!("1 finite number each, or one for each index of the axes {sizes:?}, no variance below 0"),
                format!("{} and {} for an input of shape {shape:?}", self.mean.len(), self.variance.len()),
                "give the statistics of the data, or adapt the layer to it",
            ));
        }
        // From the first axis kept to the last: what lies between is repeated, so that one index finds the statistics.
        let (from, to) = match kept[..] {
            [first, .., last] => (first, last + 1),
            [only] => (only, only + 1),
            [] => (shape.len(), shape.len()),
        };
        let size = |axes: &[usize]| axes.iter().product::<usize>();
        let hull = &shape[from..to];
        let within: Vec<usize> = kept.iter().map(|a| a - from + 1).collect();
        let place = places(hull, &within);
        let spread = |numbers: &[f64]| place.iter().map(|j| numbers[j % numbers.len()]).collect::<Vec<f64>>();
        // Statistics of data are weights, numbers given are not, as in Keras.
        let [mean, variance] = [("mean", &self.mean), ("variance", &self.variance)].map(|(name, numbers)| {
            if self.adapted {
                tape.variable(name, hull, false, |_| spread(numbers))
            } else {
                tape.table(name, spread(numbers))
            }
        });
        if self.adapted {
            // Nothing reads it; Keras keeps it beside them.
            tape.variable("count", &[], false, |_| vec![self.count as f64]);
        }
        let d = Statistics {
            len: tape.len(x) as u32,
            n: size(hull) as u32,
            inner: size(&shape[to..]) as u32,
            invert: self.invert.into(),
            shift: 1,
        };
        let y = tape.temp("y", &shape);
        tape.run(&NORMALIZATION, d, [x, mean, variance], [y])?;
        tape.backward(move |t| {
            let Some(dy) = t.gradient(y) else { return Ok(()) };
            let d = Statistics { shift: 0, ..d };
            t.contribute(x, |t, dx| t.run(&NORMALIZATION, d, [dy, mean, variance], [dx]))
        });
        Ok(y)
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

impl Configured for Normalization {
    const CLASS: &'static str = "Normalization";
    fn plain() -> Self {
        Self::new()
    }
    fn fields(&mut self, fields: &mut Fields<'_>) -> Result<()> {
        fields.lists("axis", &mut self.axis)?;
        fields.takes("invert", &mut self.invert)?;
        // Statistics of data are variables, and not among the fields.
        let given = !self.adapted && !fields.reads();
        let [mut mean, mut variance] = [&self.mean, &self.variance].map(|v| if given { v.clone() } else { Vec::new() });
        fields.lists("mean", &mut mean)?;
        fields.lists("variance", &mut variance)?;
        if fields.reads() {
            self.adapted = mean.is_empty() || variance.is_empty();
            if !self.adapted {
                (self.mean, self.variance) = (mean, variance);
            }
        }
        Ok(())
    }
}
