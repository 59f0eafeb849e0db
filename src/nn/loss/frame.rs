//! What all losses share: the shape of a batch, which rows count, the running totals, the frames of the two kinds.
//!
//! One workgroup takes a batch of ordinary size, so that the totals grow in a fixed order without a second dispatch. A
//! large batch is cut into groups; their sums go through a second dispatch, in order.

use super::Operands;
use crate::base::{Error, Real, Result};
use crate::dims;
use crate::kernel::{AnyKernel, Domain, Kernel, Schedule, Shader, Step, Tolerance, arg, arg_in};
use crate::plan::{MOST_NUMBERS, Tape, Value};
use crate::twin;

/// Numbers in the running totals: Σ loss · samples, rows right, samples, each a pair (see [`value_of`]), and the loss of
/// the last batch.
pub const TOTALS: usize = 7;

/// Where the loss of the last batch stands in the totals.
pub const BATCH_LOSS: usize = 6;

/// What the high word of a pair counts: sums stay as exact as f32 makes them up to 2²⁰, and counts exact up to 2⁴⁴.
const HIGH: f64 = 1_048_576.0;

/// Outputs a workgroup takes by itself, and, of a larger batch, outputs a group.
const ALONE: usize = 1 << 16;
const SHARE: usize = 1 << 13;
/// Most groups of a batch.
const MOST_GROUPS: usize = 256;

dims! {
    /// Outputs are m×n, `per` rows a sample.
    pub struct Outputs {
        /// Rows with a loss of their own.
        m: u32,
        /// Outputs a row.
        n: u32,
        /// Rows a sample: the product of the axes between the batch and the last.
        per: u32,
        /// Workgroups the rows are dealt to.
        groups: u32,
        /// With one output: a prediction on the side of this is the class 1.
        cut: f64,
        /// 1: above the cut, −1: below.
        side: f64,
        /// First parameter of the loss.
        p0: f64,
        /// Second.
        p1: f64,
        /// Third.
        p2: f64,
        /// Fourth.
        p3: f64,
    }
}

impl Outputs {
    /// m×n outputs, `per` rows a sample, dealt to `groups`, with parameters `p` and classes cut at ½.
    pub const fn new(m: u32, n: u32, per: u32, groups: u32, p: [f64; 4]) -> Self {
        let [p0, p1, p2, p3] = p;
        Self { m, n, per, groups, cut: 0.5, side: 1.0, p0, p1, p2, p3 }
    }

    /// The rows and columns of `z`, whose first axis is the batch and whose last is the outputs.
    ///
    /// # Errors
    /// Less than two axes, no output, more numbers than a kernel may index.
    pub fn of(tape: &Tape, what: &str, z: Value) -> Result<Self> {
        let fail =
            |expected: &str, help: &str| Err(Error::request(what, expected, format!("{:?}", tape.shape(z)), help));
        let [batch, middle @ .., n] = tape.shape(z) else {
            return fail("outputs of shape [batch, …, outputs]", "end the model in a Dense layer");
        };
        let per: usize = middle.iter().product();
        let (m, all) = (batch * per, tape.len(z));
        if all == 0 {
            return fail("outputs with no axis of 0", "give the last layer at least one unit");
        }
        if all > MOST_NUMBERS {
            return fail(&format!("at most {MOST_NUMBERS} outputs a batch"), "choose a smaller batch");
        }
        let groups = if all <= ALONE { 1 } else { (all / SHARE).min(m).min(MOST_GROUPS) };
        Ok(Self::new(m as u32, *n as u32, per as u32, groups as u32, [0.0; 4]))
    }

    /// The same with the parameters `p`, and class 1 on the `side` of `cut`.
    pub fn with(mut self, p: [f64; 4], cut: f64, side: f64) -> Self {
        [self.p0, self.p1, self.p2, self.p3] = p;
        (self.cut, self.side) = (cut, side);
        self
    }

    /// Numbers in the outputs.
    pub const fn len(&self) -> usize {
        self.m as usize * self.n as usize
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Rows.
    pub const fn rows(&self) -> usize {
        self.m as usize
    }

    /// Samples.
    pub const fn samples(&self) -> usize {
        self.m as usize / self.per as usize
    }

    /// Samples and rows that are no padding.
    pub fn live(&self, step: &Step) -> (usize, usize) {
        let samples = self.samples().min(step.rows as usize);
        (samples, samples * self.per as usize)
    }

    /// The parameters.
    pub fn p<T: Real>(&self) -> [T; 4] {
        [self.p0, self.p1, self.p2, self.p3].map(T::of)
    }

    /// The rows of group `g`.
    fn group(&self, g: usize) -> std::ops::Range<usize> {
        let chunk = self.rows().div_ceil(self.groups as usize);
        (g * chunk).min(self.rows())..((g + 1) * chunk).min(self.rows())
    }

    /// Numbers a loss kernel writes beside the gradient: the totals, or the groups' sums.
    const fn sums(&self) -> usize {
        if self.groups == 1 { TOTALS } else { 2 * self.groups as usize }
    }
}

/// What a pair of words (low, high) is worth.
pub fn value_of(pair: &[f64]) -> f64 {
    match pair {
        [low, high, ..] => low + HIGH * high,
        _ => f64::NAN,
    }
}

/// Adds `v` to the pair at `at`; whole units of the high word move there, which rounds nothing.
pub fn add_pair<T: Real>(state: &mut [T], at: usize, v: T) {
    let low = state[at] + v;
    let carried = T::of((low.to_f64() / HIGH).trunc());
    state[at] = low - carried * T::of(HIGH);
    state[at + 1] += carried;
}

fn add_batch<T: Real>(step: &Step, d: &Outputs, loss: T, right: T, totals: &mut [T]) {
    let samples = T::of(d.live(step).0 as f64);
    add_pair(totals, 0, loss * samples);
    add_pair(totals, 2, right / T::of(f64::from(d.per)));
    add_pair(totals, 4, samples);
    totals[BATCH_LOSS] = loss;
}

/// Sums over the groups of a batch, and what is done with them: `row(i)` gives the loss of row i and whether it is right.
pub(super) fn groups<T: Real>(step: &Step, d: &Outputs, totals: &mut [T], mut row: impl FnMut(usize) -> (T, bool)) {
    let live = d.live(step).1;
    for g in 0..d.groups as usize {
        let (mut loss, mut right) = (T::ZERO, T::ZERO);
        for i in d.group(g) {
            let (l, r) = row(i);
            loss += l;
            if r && i < live {
                right += T::ONE;
            }
        }
        if d.groups == 1 {
            add_batch(step, d, loss, right, totals);
        } else {
            (totals[2 * g], totals[2 * g + 1]) = (loss, right);
        }
    }
}

/// Index of the first largest number, as argmax gives it.
pub fn argmax<T: PartialOrd + Copy>(row: &[T]) -> usize {
    (1..row.len()).fold(0, |best, j| if row[j] > row[best] { j } else { best })
}

/// Whether the largest output of a row is its largest label; with one output, whether its side of the cut is the label.
pub(super) fn right<T: Real>(d: &Outputs, z: &[T], y: &[T]) -> bool {
    match (z, y) {
        ([z], [y]) => {
            let one = T::of(d.side) * (*z - T::of(d.cut)) > T::ZERO;
            *y == if one { T::ONE } else { T::ZERO }
        }
        _ => argmax(z) == argmax(y),
    }
}

/// WGSL: live rows, and the largest output and label of each.
pub(in crate::nn) const ROWS: &str = include_str!("../../../shaders/loss/rows.wgsl");
/// WGSL: a pair and what is added to it.
pub(in crate::nn) const PAIR: &str = include_str!("../../../shaders/loss/pair.wgsl");
const TOTALS_TEXT: &str = include_str!("../../../shaders/loss/totals.wgsl");

/// WGSL: the lanes of the one workgroup that takes a batch, and their sums.
pub(in crate::nn) fn lanes(schedule: Schedule) -> String {
    let lanes = match schedule {
        Schedule::Lanes => 64,
        Schedule::Tiles => 256,
    };
    format!("const lanes: u32 = {lanes}u;\n{}", include_str!("../../../shaders/loss/lanes.wgsl"))
}

/// A loss kernel's text: lanes and totals, the frame, and `pieces`.
pub(super) fn text(d: &Outputs, schedule: Schedule, pieces: &[&str]) -> Shader {
    let frame = include_str!("../../../shaders/loss/frame.wgsl");
    let shared = [&lanes(schedule), PAIR, TOTALS_TEXT, ROWS, frame].join("\n");
    Shader::new(&format!("{shared}\n{}", pieces.join("\n")), [d.groups, 1, 1])
}

/// A loss kernel of labels as long as `labels` says, in `domains` of outputs and labels.
pub(super) const fn kernel(
    name: &'static str,
    shader: fn(&Outputs, Schedule) -> Shader,
    labels: fn(&Outputs) -> usize,
    domains: [Domain; 2],
    twin: crate::kernel::Twin<Outputs, 3, 2>,
    cases: &'static [Outputs],
) -> Kernel<Outputs, 3, 2> {
    Kernel {
        name,
        shader,
        reads: [
            arg_in("z", Outputs::len, domains[0]),
            arg_in("y", labels, domains[1]),
            arg_in("w", Outputs::samples, Domain::Positive),
        ],
        writes: [arg("dz", Outputs::len), arg("totals", Outputs::sums)],
        open: false,
        flops: |d| 12 * d.len() as u64,
        twin,
        cases,
        tolerance: Tolerance::REDUCTION,
    }
}

fn add_sums<T: Real>(step: &Step, d: &Outputs, [sums]: [&[T]; 1], [totals]: [&mut [T]; 1]) {
    let loss = sums.iter().step_by(2).copied().sum();
    let right = sums.iter().skip(1).step_by(2).copied().sum();
    add_batch(step, d, loss, right, totals);
}

/// Adds the groups' sums of a batch to the totals.
pub static ADD_SUMS: Kernel<Outputs, 1, 1> = Kernel {
    name: "loss_add_sums",
    shader: |_, _| {
        let text = [PAIR, TOTALS_TEXT, include_str!("../../../shaders/loss/add_sums.wgsl")];
        Shader::new(&text.join("\n"), [1, 1, 1])
    },
    reads: [arg("sums", |d| 2 * d.groups as usize)],
    writes: [arg("totals", |_| TOTALS)],
    open: false,
    flops: |d| 2 * u64::from(d.groups),
    twin: twin!(add_sums),
    cases: &[Outputs::new(12, 1, 2, 3, [0.0; 4])],
    tolerance: Tolerance::POINTWISE,
};

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&ADD_SUMS];

/// Fails unless the labels `y` are `wanted` numbers a row of `d`.
pub(in crate::nn) fn check_labels(tape: &Tape, what: &str, d: &Outputs, y: Value, wanted: usize) -> Result<()> {
    if tape.len(y) == d.rows() * wanted {
        return Ok(());
    }
    Err(Error::request(
        format!("{what}: labels"),
        format!("{wanted} numbers for each of {} rows of {} outputs", d.m, d.n),
        format!("{:?}", tape.shape(y)),
        "give labels of this form, or choose the sparse or dense sister of this word",
    ))
}

/// Records a loss kernel: z's gradient is settled, the totals grow.
pub(super) fn record(tape: &mut Tape, kernel: &Kernel<Outputs, 3, 2>, d: Outputs, o: &Operands) -> Result<()> {
    let labels = (kernel.reads[1].len)(&d) / d.rows();
    check_labels(tape, &format!("loss {}", kernel.name), &d, o.y, labels)?;
    let dz = tape.gradient_place(o.z);
    let reads = [o.z, o.y, o.w];
    if d.groups == 1 {
        tape.run(kernel, d, reads, [dz, o.totals])?;
    } else {
        let sums = tape.temp("sums", &[d.sums()]);
        tape.run(kernel, d, reads, [dz, sums])?;
        tape.run(&ADD_SUMS, d, [sums], [o.totals])?;
    }
    if tape.training() { tape.settle(o.z, dz) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::{add_pair, value_of};

    #[test]
    fn counts_go_on_past_what_f32_holds() {
        let mut state = [0.0_f32; 2];
        let batch = 1_000_003.0_f32;
        for _ in 0..100 {
            add_pair(&mut state, 0, batch);
        }
        let words = state.map(f64::from);
        assert_eq!(value_of(&words), 100.0 * f64::from(batch), "{state:?}");
        add_pair(&mut state, 0, 1.0);
        assert_eq!(value_of(&state.map(f64::from)), 100.0 * f64::from(batch) + 1.0);
        for _ in 0..100 {
            add_pair(&mut state, 0, -batch);
        }
        assert_eq!(value_of(&state.map(f64::from)), 1.0, "{state:?}");
        add_pair(&mut state, 0, f32::NAN);
        assert!(value_of(&state.map(f64::from)).is_nan());
    }
}
