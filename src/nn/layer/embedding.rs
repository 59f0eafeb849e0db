//! Embedding: y\[i,c\] = table\[x\[i\],c\], integers become rows of a learned table.
//!
//! Backward: dtable\[r\] = Σ dy\[i\] over all i with x\[i\] = r. Places of one index are chained in ascending order and the
//! first of each chain adds it up, so that the sums have one order and cost what the batch holds, not what the table does.

use super::weight::{Weight, weight_options};
use super::{Layer, one};
use crate::base::{Error, Real, Result};
use crate::dims;
use crate::kernel::{AnyKernel, Domain, Kernel, Shader, Step, Tolerance, arg, arg_in};
use crate::nn::config::{Config, config};
use crate::nn::init::RandomUniform;
use crate::plan::{MOST_NUMBERS, Tape, Value};
use crate::twin;

dims! {
    /// n indices into a table of rows×width.
    pub struct Lookup {
        /// Indices in the batch.
        n: u32,
        /// Rows of the table.
        rows: u32,
        /// Numbers of a row.
        width: u32,
    }
}

impl Lookup {
    fn indices(&self) -> usize {
        self.n as usize
    }
    fn table(&self) -> usize {
        self.rows as usize * self.width as usize
    }
    fn out(&self) -> usize {
        self.n as usize * self.width as usize
    }
    /// What is no index is cut to the nearest, NaN to row 0: data is checked when it is loaded.
    fn row<T: Real>(&self, x: T) -> usize {
        if x > T::ZERO { (x.to_f64() as usize).min(self.rows as usize - 1) } else { 0 }
    }
}

const CASES: &[Lookup] =
    &[Lookup { n: 1, rows: 5, width: 1 }, Lookup { n: 40, rows: 5, width: 3 }, Lookup { n: 9, rows: 5, width: 40 }];

/// Rows of every case's table.
const INDICES: Domain = Domain::Labels(5);

fn forward<T: Real>(_: &Step, d: &Lookup, [x, table]: [&[T]; 2], [y]: [&mut [T]; 1]) {
    let width = d.width as usize;
    for (y, x) in y.chunks_mut(width).zip(x) {
        y.copy_from_slice(&table[d.row(*x) * width..][..width]);
    }
}

/// The table's gradient serves as notebook before it is cleared: the first number of a row holds 1 + the place seen last.
fn links<T: Real>(_: &Step, d: &Lookup, [x]: [&[T]; 1], [links, dtable]: [&mut [T]; 2]) {
    let (n, width) = (d.indices(), d.width as usize);
    dtable.fill(T::ZERO);
    for i in (0..n).rev() {
        let seen = &mut dtable[d.row(x[i]) * width];
        links[i] = if *seen == T::ZERO { T::of(n as f64) } else { *seen - T::ONE };
        *seen = T::of((i + 1) as f64);
    }
    for i in 0..n {
        let first = dtable[d.row(x[i]) * width] == T::of((i + 1) as f64);
        links[n + i] = if first { T::ONE } else { T::ZERO };
    }
    dtable.fill(T::ZERO);
}

fn gradient<T: Real>(_: &Step, d: &Lookup, [x, links, dy]: [&[T]; 3], [dtable]: [&mut [T]; 1]) {
    let (n, width) = (d.indices(), d.width as usize);
    for i in (0..n).filter(|i| links[n + i] != T::ZERO) {
        let row = &mut dtable[d.row(x[i]) * width..][..width];
        row.fill(T::ZERO);
        let mut k = i;
        for _ in 0..n {
            row.iter_mut().zip(&dy[k * width..]).for_each(|(sum, dy)| *sum += *dy);
            k = links[k].to_f64() as usize;
            if k >= n {
                break;
            }
        }
    }
}

fn shader(body: &str, lanes: usize) -> Shader {
    Shader::flat(&[include_str!("../../../shaders/layer/embedding_row.wgsl"), body].concat(), lanes, 64)
}

/// y = rows of the table.
pub static FORWARD: Kernel<Lookup, 2, 1> = Kernel {
    name: "embedding_forward",
    shader: |d, _| shader(include_str!("../../../shaders/layer/embedding_forward.wgsl"), d.out()),
    reads: [arg_in("x", Lookup::indices, INDICES), arg("table", Lookup::table)],
    writes: [arg("y", Lookup::out)],
    open: true,
    flops: |_| 0,
    twin: twin!(forward),
    cases: CASES,
    tolerance: Tolerance::POINTWISE,
};

/// The chains of places with one index, and a table of zeros.
pub static LINKS: Kernel<Lookup, 1, 2> = Kernel {
    name: "embedding_links",
    shader: |d, _| shader(include_str!("../../../shaders/layer/embedding_links.wgsl"), d.table().max(d.indices())),
    reads: [arg_in("x", Lookup::indices, INDICES)],
    writes: [arg("links", |d| 2 * d.indices()), arg("dtable", Lookup::table)],
    open: false,
    flops: |_| 0,
    twin: twin!(links),
    cases: CASES,
    tolerance: Tolerance::POINTWISE,
};

/// Sums along the chains; rows without a place stay as they are.
pub static GRAD: Kernel<Lookup, 3, 1> = Kernel {
    name: "embedding_grad",
    shader: |d, _| shader(include_str!("../../../shaders/layer/embedding_grad.wgsl"), d.out()),
    reads: [
        arg_in("x", Lookup::indices, Domain::Pairs),
        arg_in("links", |d| 2 * d.indices(), Domain::PairLinks),
        arg("dy", Lookup::out),
    ],
    writes: [arg("dtable", Lookup::table)],
    open: false,
    flops: |d| d.out() as u64,
    twin: twin!(gradient),
    cases: &[CASES[0], CASES[2], Lookup { n: 33, rows: 40, width: 3 }],
    tolerance: Tolerance::REDUCTION,
};

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&FORWARD, &LINKS, &GRAD];

/// Keras's `Embedding(input_dim, output_dim)`: indices `[batch, …]` become `[batch, …, output_dim]`.
///
/// Indices are integers held as f32, exact below 2²⁴. Those that come from a data set are checked when it is loaded:
/// one outside `0..input_dim` is an error.
#[derive(Clone)]
pub struct Embedding {
    input_dim: usize,
    output_dim: usize,
    embeddings: Weight,
}

impl Embedding {
    /// A table of `input_dim` rows of `output_dim` numbers, uniform in ±0.05 at first.
    pub fn new(input_dim: usize, output_dim: usize) -> Self {
        Self { input_dim, output_dim, embeddings: Weight::new(RandomUniform::default()) }
    }

    weight_options!(embeddings, "table": embeddings_initializer("uniform in ±0.05"), embeddings_regularizer, embeddings_constraint);
}

/// Places and indices are f32: exact up to here.
const MOST_INDICES: usize = 1 << 24;

impl Layer for Embedding {
    fn kind(&self) -> &'static str {
        "embedding"
    }

    fn call(&self, tape: &mut Tape, inputs: &[Value]) -> Result<Value> {
        let x = one(tape, inputs)?;
        let n = tape.len(x);
        let wrong = |what: &str, want: String, got: usize| {
            Err(Error::request(
                format!("layer `{}`: {what}", tape.scope()),
                want,
                got,
                "choose sizes that fit into memory, and at most 2²⁴ indices",
            ))
        };
        if !(1..=MOST_INDICES).contains(&n) {
            return wrong("indices of a batch", format!("1 to {MOST_INDICES}"), n);
        }
        if !(1..=MOST_INDICES).contains(&self.input_dim) {
            return wrong("input_dim", format!("1 to {MOST_INDICES} rows"), self.input_dim);
        }
        let most = MOST_NUMBERS / self.input_dim.max(n);
        if !(1..=most).contains(&self.output_dim) {
            return wrong("output_dim", format!("1 to {most} numbers a row"), self.output_dim);
        }
        let d = Lookup { n: n as u32, rows: self.input_dim as u32, width: self.output_dim as u32 };
        tape.restrict(x, d.rows);
        let table_shape = [self.input_dim, self.output_dim];
        let table = self.embeddings.record(tape, "embeddings", &table_shape, true)?;
        let mut shape = tape.shape(x).to_vec();
        shape.push(self.output_dim);
        let y = tape.temp("y", &shape);
        tape.run(&FORWARD, d, [x, table], [y])?;
        tape.backward(move |t| {
            let Some(dy) = t.gradient(y) else { return Ok(()) };
            let links = t.temp("links", &[2 * n]);
            t.contribute(table, |t, dtable| {
                t.run(&LINKS, d, [x], [links, dtable])?;
                t.run(&GRAD, d, [x, links, dy], [dtable])
            })
        });
        Ok(y)
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

config! {
    Embedding = "Embedding", Self::new(0, 0);
    needs input_dim, output_dim;
    weights embeddings = "embeddings";
    only "mask_zero" = false;
    refuses "activity_regularizer" but null;
    ignores "input_length";
}
