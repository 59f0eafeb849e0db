//! Metrics that are a weighted mean of a number a row: one frame, a function of the row each.

use super::{Metric, Observed, ratio, sums};
use crate::base::{Real, Result};
use crate::kernel::{AnyKernel, Domain, Kernel, Schedule, Shader, Step, Tolerance, Twin, arg, arg_in};
use crate::nn::config::{Config, Configured, Fields};
use crate::nn::loss::PointwiseLoss;
use crate::nn::loss::frame::{Outputs, PAIR, ROWS, add_pair, check_labels, lanes};
use crate::nn::loss::pointwise::{converts, meant, share, signs, value_text};
use crate::plan::Tape;
use std::marker::PhantomData;

/// A number a row, with up to four parameters, written once for f32 and f64.
pub trait MeanRow {
    /// The kernel's name.
    const NAME: &'static str;
    /// Dims on which the walkers try it.
    const CASES: &'static [Outputs];
    /// What predictions may be, for the walkers.
    const OUTPUTS: Domain = Domain::Positive;
    /// What labels may be, for the walkers.
    const LABELS: Domain = Domain::Positive;
    /// Whether labels are looked at at all.
    const LABELLED: bool = true;

    /// WGSL: `fn row(i: u32, convert: bool) -> f32`, `fn converts(lane: u32, live: u32) -> bool`.
    fn wgsl() -> String;
    /// Labels a row.
    fn width(n: usize) -> usize {
        n
    }
    /// Whether labels of 0 and 1 mean −1 and 1, of all labels of a batch.
    fn convert<T: Real>(y: &[T]) -> bool {
        let _ = y;
        false
    }
    /// The number of a row.
    fn row<T: Real>(z: &[T], y: &[T], convert: bool, p: &[T; 4]) -> T;
}

/// `converts` of a metric that takes labels as they are.
pub(super) const AS_THEY_ARE: &str = "fn converts(lane: u32, live: u32) -> bool { return false; }\n";

/// Numbers in the state: Σ w v and Σ w, each a pair.
pub(super) const STATE: usize = 4;

/// Dims the walkers try, with the parameters `p`.
pub(super) const fn cases(p: [f64; 4]) -> [Outputs; 3] {
    [Outputs::new(5, 3, 1, 1, p), Outputs::new(131, 10, 1, 1, p), Outputs::new(12, 4, 2, 1, p)]
}

fn shader<R: MeanRow>(_: &Outputs, schedule: Schedule) -> Shader {
    let main = include_str!("../../../shaders/metric/frame_mean.wgsl");
    Shader::new(&[&lanes(schedule), PAIR, ROWS, &R::wgsl(), main].join("\n"), [1, 1, 1])
}

fn twin<R: MeanRow, T: Real>(step: &Step, d: &Outputs, [z, y, w]: [&[T]; 3], [state]: [&mut [T]; 1]) {
    let (n, width, live, p) = (d.n as usize, R::width(d.n as usize), d.live(step).1, d.p());
    let convert = R::convert(&y[..live * width]);
    let (mut value, mut weight) = (T::ZERO, T::ZERO);
    for i in 0..live {
        let w = w[i / d.per as usize];
        value += w * R::row(&z[i * n..(i + 1) * n], &y[i * width..(i + 1) * width], convert, &p);
        weight += w;
    }
    add_pair(state, 0, value);
    add_pair(state, 2, weight);
}

/// The kernel of a mean of rows.
pub(super) const fn kernel<R: MeanRow>() -> Kernel<Outputs, 3, 1> {
    Kernel {
        name: R::NAME,
        shader: shader::<R>,
        reads: [
            arg_in("z", Outputs::len, R::OUTPUTS),
            arg_in("y", |d| d.rows() * R::width(d.n as usize), R::LABELS),
            arg_in("w", Outputs::samples, Domain::Positive),
        ],
        writes: [arg("state", |_| STATE)],
        open: false,
        flops: |d| 4 * d.len() as u64,
        twin: Twin { f32: twin::<R, f32>, f64: twin::<R, f64> },
        cases: R::CASES,
        tolerance: Tolerance::REDUCTION,
    }
}

/// Records the mean of rows R of a metric called `name` with the parameters `p`.
pub(super) fn record<R: MeanRow>(name: &str, tape: &mut Tape, o: &Observed, p: [f64; 4]) -> Result<()> {
    let mut d = Outputs::of(tape, &format!("metric {name}"), o.z)?.with(p, 0.5, 1.0);
    d.groups = 1;
    if R::LABELLED {
        check_labels(tape, &format!("metric {name}"), &d, o.y, R::width(d.n as usize))?;
    }
    tape.run(&kernel::<R>(), d, [o.z, o.y, o.w], [o.state])
}

/// Σ w v / Σ w.
pub(super) fn result(state: &[f64]) -> Vec<f64> {
    match sums(state)[..] {
        [value, weight, ..] => vec![ratio(value, weight)],
        _ => Vec::new(),
    }
}

/// The mean of a pointwise loss as a metric, whatever the model is trained by: any [`PointwiseLoss`] will do.
#[derive(Clone, Copy, Debug, Default)]
pub struct MeanOf<P>(P);

impl<P: PointwiseLoss + Default> MeanOf<P> {
    /// The mean of the loss with its defaults.
    pub fn new() -> Self {
        Self(P::default())
    }
}

impl<P: PointwiseLoss> MeanOf<P> {
    /// The mean of this loss.
    pub const fn of(loss: P) -> Self {
        Self(loss)
    }
}

impl<P: PointwiseLoss> Metric for MeanOf<P> {
    fn name(&self) -> &'static str {
        P::NAME
    }
    fn check(&self, _: usize) -> Result<()> {
        self.0.in_range()
    }
    fn state_len(&self, _: usize) -> usize {
        STATE
    }
    fn record(&self, tape: &mut Tape, o: &Observed) -> Result<()> {
        record::<Rows<P>>(P::NAME, tape, o, self.0.p())
    }
    fn result(&self, state: &[f64]) -> Vec<f64> {
        result(state)
    }
    fn config(&self) -> Result<Config> {
        let mut config = self.0.config()?;
        if config.class == "LogCosh" {
            config.class = "LogCoshError";
        }
        NOT_OF_METRICS.iter().for_each(|name| drop(config.fields.remove(*name)));
        Ok(config)
    }
}

/// Options of losses that their metrics do not have.
const NOT_OF_METRICS: [&str; 2] = ["reduction", "axis"];

impl<P: PointwiseLoss + Configured> Configured for MeanOf<P> {
    const CLASS: &'static str = P::CLASS;
    const OWN: bool = P::OWN;
    fn plain() -> Self {
        Self(P::plain())
    }
    fn fields(&mut self, fields: &mut Fields<'_>) -> Result<()> {
        self.0.fields(fields)
    }
}

/// The rows of a pointwise loss.
pub(super) struct Rows<P>(PhantomData<P>);

impl<P: PointwiseLoss> Rows<P> {
    const ALL: &'static [Outputs] = &cases(P::TRIED);
    const BYTES: [u8; 64] = join(P::NAME, "_metric");
    const CALLED: &'static str = match std::str::from_utf8(Self::BYTES.split_at(P::NAME.len() + 7).0) {
        Ok(name) => name,
        Err(_) => P::NAME,
    };
}

/// Two words in one: the kernel of a metric is not called like the loss's.
const fn join(a: &str, b: &str) -> [u8; 64] {
    let (a, b, mut out) = (a.as_bytes(), b.as_bytes(), [0; 64]);
    let mut i = 0;
    while i < a.len() + b.len() {
        out[i] = if i < a.len() { a[i] } else { b[i - a.len()] };
        i += 1;
    }
    out
}

impl<P: PointwiseLoss> MeanRow for Rows<P> {
    const NAME: &'static str = Self::CALLED;
    const CASES: &'static [Outputs] = Self::ALL;
    const OUTPUTS: Domain = P::OUTPUTS;
    const LABELS: Domain = P::LABELS;

    fn wgsl() -> String {
        let row = include_str!("../../../shaders/metric/row_pointwise.wgsl");
        [P::WGSL, &converts::<P>(), &value_text::<P>(), row].join("\n")
    }

    fn convert<T: Real>(y: &[T]) -> bool {
        signs::<P, T>(y)
    }

    fn row<T: Real>(z: &[T], y: &[T], convert: bool, p: &[T; 4]) -> T {
        let sum: T = z.iter().zip(y).map(|(z, y)| P::f(*z, meant(*y, convert), p)).sum();
        sum * T::of(share::<P>(z.len()))
    }
}

/// The kernel of a pointwise loss's mean, for the table.
pub(super) const fn kernel_of<P: PointwiseLoss>() -> Kernel<Outputs, 3, 1> {
    kernel::<Rows<P>>()
}

/// A metric kernel in the table.
pub(super) type Listed = &'static dyn AnyKernel;
