//! The kernels behind layer, group and RMS normalisation: y = γ (x − μ) / √(share · Σ (x − μ)² + ε) + β, with μ and the
//! sum over one cell of x, and the sums over γ's and β's columns that batch normalisation also takes.
//!
//! A cell is what has one mean: its numbers lie in runs, `stride` apart. A column j = at / inner mod n is what has one
//! γ and β. Backward: dx = inverse (g − Σg / count − share · normal · Σ g · normal) with g = γ dy, normal = (x − μ) inverse.

use crate::base::Real;
use crate::dims;
use crate::kernel::{AnyKernel, Domain, Kernel, Schedule, Shader, Step, Tolerance, arg, arg_in};
use crate::twin;

dims! {
    /// How an array is cut into cells, each with a mean, and columns, each with a γ and β.
    pub struct Cells {
        /// Samples.
        m: u32,
        /// Numbers a sample has of each column.
        positions: u32,
        /// Columns.
        n: u32,
        /// How far apart two columns are.
        inner: u32,
        /// Cells.
        cells: u32,
        /// Cells side by side within a block.
        across: u32,
        /// Numbers of a block, which no cell leaves.
        block: u32,
        /// How far apart the cells of a block start.
        side: u32,
        /// Numbers of a cell.
        count: u32,
        /// Numbers of a cell that are neighbours.
        run: u32,
        /// How far apart the runs of a cell start.
        stride: u32,
        /// 1 where γ is used.
        scale: u32,
        /// 1 where β is used.
        center: u32,
        /// 1 where the mean is taken off.
        centred: u32,
        /// What the squares are multiplied by: 1 / count for a variance, 1 for a norm.
        share: f64,
        /// ε under the root.
        epsilon: f64,
        /// Largest inverse: keeps a cell of zeros finite where ε is 0.
        most: f64,
    }
}

/// No cap: an inverse that large takes an ε below 10⁻⁶⁰.
const UNBOUNDED: f64 = 1e30;

/// Sizes of an array seen as outer × n × inner, the samples first.
pub(super) type View = [u32; 3];

impl Cells {
    /// A cell for each outer and inner index, over the n numbers between; `m` samples.
    pub(super) const fn over_axis(m: u32, [outer, n, inner]: View) -> Self {
        Self {
            m,
            positions: outer / m * inner,
            n,
            inner,
            cells: outer * inner,
            across: inner,
            block: n * inner,
            side: 1,
            count: n,
            run: 1,
            stride: inner,
            scale: 1,
            center: 1,
            centred: 1,
            share: 1.0 / n as f64,
            epsilon: 1e-3,
            most: UNBOUNDED,
        }
    }

    /// `groups` cells a sample, each over n / groups neighbouring channels and every other axis.
    pub(super) const fn groups(m: u32, [outer, n, inner]: View, groups: u32) -> Self {
        let (block, side) = (outer / m * n * inner, n / groups * inner);
        Self {
            cells: m * groups,
            across: groups,
            block,
            side,
            count: block / groups,
            run: side,
            stride: n * inner,
            share: 1.0 / (block / groups) as f64,
            ..Self::over_axis(m, [outer, n, inner])
        }
    }

    /// One cell a column, over all samples: batch normalisation's.
    pub(super) const fn columns(m: u32, [outer, n, inner]: View) -> Self {
        Self {
            cells: n,
            across: n,
            block: outer * n * inner,
            side: inner,
            count: outer * inner,
            run: inner,
            stride: n * inner,
            share: 1.0 / (outer * inner) as f64,
            ..Self::over_axis(m, [outer, n, inner])
        }
    }

    fn len(&self) -> usize {
        self.m as usize * self.positions as usize * self.n as usize
    }
    pub(super) fn width(&self) -> usize {
        self.n as usize
    }
    pub(super) fn cells(&self) -> usize {
        self.cells as usize
    }
    fn cell(&self, at: usize) -> usize {
        at / self.block as usize * self.across as usize + at / self.side as usize % self.across as usize
    }
    fn column(&self, at: usize) -> usize {
        at / self.inner as usize % self.n as usize
    }
    fn gamma<T: Real>(&self, gamma: &[T], at: usize) -> T {
        if self.scale == 1 { gamma[self.column(at)] } else { T::ONE }
    }
    fn beta<T: Real>(&self, beta: &[T], at: usize) -> T {
        if self.center == 1 { beta[self.column(at)] } else { T::ZERO }
    }
    /// The places of the numbers of cell `c`.
    fn elements(&self, c: usize) -> impl Iterator<Item = usize> + Clone + use<> {
        let (across, run, stride) = (self.across as usize, self.run as usize, self.stride as usize);
        let start = c / across * self.block as usize + c % across * self.side as usize;
        (0..self.count as usize / run).flat_map(move |r| (0..run).map(move |i| start + r * stride + i))
    }
}

const CASES: &[Cells] = &[
    Cells::over_axis(1, [1, 1, 1]),
    Cells::over_axis(5, [5, 7, 1]),
    Cells { scale: 0, ..Cells::over_axis(3, [6, 70, 3]) },
    Cells { center: 0, centred: 0, epsilon: 1e-6, ..Cells::over_axis(33, [33, 40, 1]) },
    Cells { scale: 0, center: 0, centred: 0, share: 1.0, epsilon: 0.0, most: 1e7, ..Cells::over_axis(4, [4, 5, 2]) },
    Cells::groups(4, [12, 6, 2], 3),
];

/// The cases whose cells gradients by γ and β are tried on: those of above, and batch normalisation's.
const SCALE_CASES: &[Cells] = &[CASES[1], CASES[2], CASES[5], Cells::columns(7, [14, 5, 3])];

/// One text for both kinds of device: `columns` lanes side by side for as many of the `items`, `slices` rows of lanes
/// that share one. `tiles` gives both for graphics cards.
fn text(bodies: [&str; 2], items: u32, tiles: (u32, u32), schedule: Schedule) -> Shader {
    let (columns, slices) = match schedule {
        Schedule::Lanes => (8, 1),
        Schedule::Tiles => tiles,
    };
    let head = format!("const columns: u32 = {columns}u;\nconst slices: u32 = {slices}u;\n");
    let reduce = include_str!("../../../shaders/util/column_sum.wgsl");
    let cells = include_str!("../../../shaders/layer/normalize_cells.wgsl");
    let [place, body] = bodies;
    Shader::flat(&[&head, reduce, cells, place, body].concat(), items as usize, columns as usize)
}

/// 64 lanes over cells: neighbours within a cell, which mostly lie beside each other; several cells where they are short.
fn over_cells(body: &str, d: &Cells, schedule: Schedule) -> Shader {
    let slices = d.count.next_power_of_two().min(64);
    text(["", body], d.cells, (64 / slices, slices), schedule)
}

fn forward<T: Real>(_: &Step, d: &Cells, [x, gamma, beta]: [&[T]; 3], [y, saved]: [&mut [T]; 2]) {
    let (count, share, epsilon) = (T::of(f64::from(d.count)), T::of(d.share), T::of(d.epsilon));
    let most = T::of(d.most);
    for c in 0..d.cells() {
        let elements = d.elements(c);
        let mean = if d.centred == 1 { elements.clone().map(|at| x[at]).sum::<T>() / count } else { T::ZERO };
        let squares: T = elements.clone().map(|at| (x[at] - mean) * (x[at] - mean)).sum();
        let steep = T::ONE / (share * squares + epsilon).sqrt();
        let inverse = if steep > most { most } else { steep };
        (saved[c], saved[d.cells() + c]) = (mean, inverse);
        for at in elements {
            y[at] = d.gamma(gamma, at) * ((x[at] - mean) * inverse) + d.beta(beta, at);
        }
    }
}

fn gradient<T: Real>(_: &Step, d: &Cells, [x, gamma, saved, dy]: [&[T]; 4], [dx]: [&mut [T]; 1]) {
    let (count, share, most) = (T::of(f64::from(d.count)), T::of(d.share), T::of(d.most));
    for c in 0..d.cells() {
        let elements = d.elements(c);
        let (mean, inverse) = (saved[c], saved[d.cells() + c]);
        let g = |at: usize| d.gamma(gamma, at) * dy[at];
        let level = elements.clone().map(g).sum::<T>() / count;
        let tilt = share * elements.clone().map(|at| g(at) * ((x[at] - mean) * inverse)).sum();
        // A capped inverse does not move with x.
        let bend = if inverse >= most { T::ZERO } else { tilt };
        let offset = if d.centred == 1 { level } else { T::ZERO };
        for at in elements {
            dx[at] = inverse * (g(at) - offset - ((x[at] - mean) * inverse) * bend);
        }
    }
}

fn gradient_scale<T: Real>(step: &Step, d: &Cells, [x, saved, dy]: [&[T]; 3], [dgamma, dbeta]: [&mut [T]; 2]) {
    dgamma.fill(T::ZERO);
    dbeta.fill(T::ZERO);
    let (n, live) = (d.n as usize, d.m.min(step.rows) as usize * d.positions as usize * d.n as usize);
    let (means, inverses) = saved.split_at(d.cells());
    if d.inner == 1 && d.across == d.n && d.block as usize == d.len() {
        // A cell a column, as batch normalisation has them: rows side by side become vector instructions.
        for (x, dy) in x[..live].chunks(n).zip(dy.chunks(n)) {
            let columns = dgamma.iter_mut().zip(dbeta.iter_mut()).zip(means.iter().zip(inverses));
            for (((dgamma, dbeta), (mean, inverse)), (x, dy)) in columns.zip(x.iter().zip(dy)) {
                *dbeta += *dy;
                *dgamma += *dy * ((*x - *mean) * *inverse);
            }
        }
        return;
    }
    for at in 0..live {
        let (c, j) = (d.cell(at), d.column(at));
        dbeta[j] += dy[at];
        dgamma[j] += dy[at] * ((x[at] - means[c]) * inverses[c]);
    }
}

/// y, and the mean and inverse of each cell.
pub static FORWARD: Kernel<Cells, 3, 2> = Kernel {
    name: "normalize_forward",
    shader: |d, s| over_cells(include_str!("../../../shaders/layer/normalize_forward.wgsl"), d, s),
    reads: [arg("x", Cells::len), arg("gamma", Cells::width), arg("beta", Cells::width)],
    writes: [arg("y", Cells::len), arg("saved", |d| 2 * d.cells())],
    open: true,
    flops: |d| 8 * d.len() as u64,
    twin: twin!(forward),
    cases: CASES,
    tolerance: Tolerance::REDUCTION,
};

/// dx.
pub static GRAD: Kernel<Cells, 4, 1> = Kernel {
    name: "normalize_grad",
    shader: |d, s| over_cells(include_str!("../../../shaders/layer/normalize_grad.wgsl"), d, s),
    reads: [
        arg("x", Cells::len),
        arg("gamma", Cells::width),
        arg_in("saved", |d| 2 * d.cells(), Domain::Positive),
        arg("dy", Cells::len),
    ],
    writes: [arg("dx", Cells::len)],
    open: true,
    flops: |d| 12 * d.len() as u64,
    twin: twin!(gradient),
    cases: CASES,
    tolerance: Tolerance::REDUCTION,
};

/// dγ and dβ.
pub static GRAD_SCALE: Kernel<Cells, 3, 2> = Kernel {
    name: "normalize_grad_scale",
    shader: |d, s| {
        let place = include_str!("../../../shaders/layer/column_place.wgsl");
        let body = include_str!("../../../shaders/layer/normalize_grad_scale.wgsl");
        text([place, body], d.n, (16, 16), s)
    },
    reads: [arg("x", Cells::len), arg_in("saved", |d| 2 * d.cells(), Domain::Positive), arg("dy", Cells::len)],
    writes: [arg("dgamma", Cells::width), arg("dbeta", Cells::width)],
    open: false,
    flops: |d| 5 * d.len() as u64,
    twin: twin!(gradient_scale),
    cases: SCALE_CASES,
    tolerance: Tolerance::REDUCTION,
};

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&FORWARD, &GRAD, &GRAD_SCALE];
