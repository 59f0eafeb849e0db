//! Dot: y\[s,i,j\] = Σ_c a\[s,p,c,q\] b\[s,u,c,v\], i = (p, q), j = (u, v): sums of products along one axis of each input.
//!
//! Backward: da\[s,p,c,q\] = Σ_j dy\[s,i,j\] b\[s,u,c,v\], and db with a and b exchanged and dy turned.

use super::affine;
use super::axes::{axis_of, view};
use super::normalize::Cells;
use super::{Layer, check_output};
use crate::base::{Error, Real, Result};
use crate::dims;
use crate::kernel::{AnyKernel, Kernel, Shader, Step, Tolerance, arg};
use crate::nn::config::{Config, Configured, Fields};
use crate::plan::{Tape, Value};
use crate::twin;

dims! {
    /// a is samples × a_before × k × a_after, b likewise.
    pub struct Axes {
        /// Samples.
        samples: u32,
        /// Length of the sums.
        k: u32,
        /// Numbers of the axes of a before the one summed over, the batch left out.
        a_before: u32,
        /// Numbers of the axes of a after it.
        a_after: u32,
        /// Numbers of the axes of b before.
        b_before: u32,
        /// Numbers of the axes of b after.
        b_after: u32,
        /// 1 where dy is read with a's and b's indices exchanged.
        turned: u32,
    }
}

impl Axes {
    fn rows(&self) -> usize {
        self.a_before as usize * self.a_after as usize
    }
    fn cols(&self) -> usize {
        self.b_before as usize * self.b_after as usize
    }
    fn a_len(&self) -> usize {
        self.samples as usize * self.rows() * self.k as usize
    }
    fn b_len(&self) -> usize {
        self.samples as usize * self.cols() * self.k as usize
    }
    fn y_len(&self) -> usize {
        self.samples as usize * self.rows() * self.cols()
    }
    fn products(&self) -> u64 {
        self.y_len() as u64 * u64::from(self.k)
    }
    fn exchanged(self) -> Self {
        Self {
            a_before: self.b_before,
            a_after: self.b_after,
            b_before: self.a_before,
            b_after: self.a_after,
            turned: 1,
            ..self
        }
    }
    /// Calls `f(place in a, place in b, place in y)` for each product.
    fn each(&self, mut f: impl FnMut(usize, usize, usize)) {
        let (k, rows, cols) = (self.k as usize, self.rows(), self.cols());
        let (a_before, a_after) = (self.a_before as usize, self.a_after as usize);
        let (b_before, b_after) = (self.b_before as usize, self.b_after as usize);
        for s in 0..self.samples as usize {
            for i in 0..rows {
                for j in 0..cols {
                    for c in 0..k {
                        let a = ((s * a_before + i / a_after) * k + c) * a_after + i % a_after;
                        let b = ((s * b_before + j / b_after) * k + c) * b_after + j % b_after;
                        let y = if self.turned == 1 { j * rows + i } else { i * cols + j };
                        f(a, b, s * rows * cols + y);
                    }
                }
            }
        }
    }
}

const CASES: &[Axes] = &[
    Axes { samples: 5, k: 7, a_before: 1, a_after: 1, b_before: 1, b_after: 1, turned: 0 },
    Axes { samples: 3, k: 4, a_before: 2, a_after: 3, b_before: 5, b_after: 1, turned: 0 },
];

fn dot<T: Real>(_: &Step, d: &Axes, [a, b]: [&[T]; 2], [y]: [&mut [T]; 1]) {
    y.fill(T::ZERO);
    d.each(|i, j, at| y[at] += a[i] * b[j]);
}

fn gradient<T: Real>(_: &Step, d: &Axes, [b, dy]: [&[T]; 2], [da]: [&mut [T]; 1]) {
    da.fill(T::ZERO);
    d.each(|i, j, at| da[i] += dy[at] * b[j]);
}

/// y.
pub static DOT: Kernel<Axes, 2, 1> = Kernel {
    name: "dot",
    shader: |d, _| Shader::flat(include_str!("../../../shaders/layer/dot.wgsl"), d.y_len(), 64),
    reads: [arg("a", Axes::a_len), arg("b", Axes::b_len)],
    writes: [arg("y", Axes::y_len)],
    open: true,
    flops: |d| 2 * d.products(),
    twin: twin!(dot),
    cases: CASES,
    tolerance: Tolerance::REDUCTION,
};

/// da; db with a and b exchanged.
pub static GRAD: Kernel<Axes, 2, 1> = Kernel {
    name: "dot_grad",
    shader: |d, _| Shader::flat(include_str!("../../../shaders/layer/dot_grad.wgsl"), d.a_len(), 64),
    reads: [arg("b", Axes::b_len), arg("dy", Axes::y_len)],
    writes: [arg("da", Axes::a_len)],
    open: true,
    flops: |d| 2 * d.products(),
    twin: twin!(gradient),
    cases: &[
        CASES[0],
        CASES[1],
        Axes { samples: 3, k: 4, a_before: 5, a_after: 1, b_before: 2, b_after: 3, turned: 1 },
    ],
    tolerance: Tolerance::REDUCTION,
};

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&DOT, &GRAD];

/// Keras's `Dot(axes, normalize = false)`: `[batch, …]` and `[batch, …]` become `[batch, rest of the first, rest of the
/// second]`, `[batch, 1]` where nothing is left.
#[derive(Clone, Copy, Debug)]
pub struct Dot {
    axes: [isize; 2],
    normalize: bool,
}

impl Dot {
    /// Sums along axis `axes[0]` of the first input and `axes[1]` of the second, the batch being 0.
    pub fn new(axes: [isize; 2]) -> Self {
        Self { axes, normalize: false }
    }

    /// Whether each input is divided by its norm along the axis first, which gives the cosine. Default: false.
    pub fn normalize(mut self, normalize: bool) -> Self {
        self.normalize = normalize;
        self
    }
}

/// Keras's `epsilon()`: smaller norms count as this.
const SMALLEST_NORM: f64 = 1e-7;

impl Layer for Dot {
    fn kind(&self) -> &'static str {
        "dot"
    }

    fn call(&self, tape: &mut Tape, inputs: &[Value]) -> Result<Value> {
        let [a, b] = *inputs else {
            return Err(Error::request(
                format!("layer `{}`: inputs", tape.scope()),
                "2 inputs",
                inputs.len(),
                "give the two inputs to multiply",
            ));
        };
        let axes = [axis_of(tape, a, self.axes[0])?, axis_of(tape, b, self.axes[1])?];
        let views = [view(tape, a, axes[0], axes[0] + 1)?, view(tape, b, axes[1], axes[1] + 1)?];
        let ([rest_a, k, a_after], [rest_b, other_k, b_after]) = (views[0], views[1]);
        let samples = tape.shape(a)[0];
        if k != other_k || tape.shape(b)[0] != samples {
            return Err(Error::request(
                format!("layer `{}`: inputs", tape.scope()),
                format!("as many numbers along axis {} of the first as along axis {} of the second", axes[0], axes[1]),
                format!("{:?} and {:?}", tape.shape(a), tape.shape(b)),
                "choose axes of one length",
            ));
        }
        let mut shape = tape.shape(a).to_vec();
        shape.remove(axes[0]);
        shape.extend(tape.shape(b).iter().enumerate().filter(|(i, _)| *i > 0 && *i != axes[1]).map(|(_, n)| *n));
        if shape.len() == 1 {
            shape.push(1);
        }
        check_output(tape, &shape)?;
        let samples = samples as u32;
        let d =
            Axes { samples, k, a_before: rest_a / samples, a_after, b_before: rest_b / samples, b_after, turned: 0 };
        let [a, b] = if self.normalize { [unit(tape, a, views[0])?, unit(tape, b, views[1])?] } else { [a, b] };
        let y = tape.temp("y", &shape);
        tape.run(&DOT, d, [a, b], [y])?;
        tape.backward(move |t| {
            let Some(dy) = t.gradient(y) else { return Ok(()) };
            t.contribute(a, |t, da| t.run(&GRAD, d, [b, dy], [da]))?;
            t.contribute(b, |t, db| t.run(&GRAD, d.exchanged(), [a, dy], [db]))
        });
        Ok(y)
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

/// Records x / max(‖x‖, ε) along the middle of its view.
fn unit(tape: &mut Tape, x: Value, view: [u32; 3]) -> Result<Value> {
    let m = tape.shape(x)[0] as u32;
    let d = Cells { centred: 0, share: 1.0, epsilon: 0.0, most: 1.0 / SMALLEST_NORM, ..Cells::over_axis(m, view) };
    affine::record(tape, x, d, [None, None])
}

impl Configured for Dot {
    const CLASS: &'static str = "Dot";
    fn plain() -> Self {
        Self::new([-1, -1])
    }
    fn fields(&mut self, fields: &mut Fields<'_>) -> Result<()> {
        // One number stands for both.
        let mut axes = self.axes.to_vec();
        fields.needs("axes", &mut axes)?;
        if let (Some(a), Some(b)) = (axes.first(), axes.last()) {
            self.axes = [*a, *b];
        }
        fields.takes("normalize", &mut self.normalize)
    }
}
