//! Losses that look at a whole row of outputs: one frame, a function of the row each.

use super::Operands;
use super::frame::{self, Outputs};
use crate::base::{Real, Result};
use crate::kernel::{Domain, Kernel, Schedule, Shader, Step, Twin};
use crate::plan::Tape;

/// The loss of a row and its gradient, with up to four parameters, written once for f32 and f64.
pub trait RowLoss {
    /// The kernel's name.
    const NAME: &'static str;
    /// WGSL: `fn row(i: u32, weight: f32) -> f32` gives the loss of row i and writes `weight` times its gradient to
    /// `dz`; `fn scaled(lane: u32, live: u32) -> f32` gives 1 / the rows that count; `fn right_row(i: u32) -> f32` is 1
    /// where the row is right, else 0.
    const WGSL: &'static [&'static str];
    /// What outputs may be, for the walkers.
    const OUTPUTS: Domain = Domain::Normal;
    /// What labels may be, for the walkers.
    const LABELS: Domain;
    /// Dims on which the walkers try it.
    const CASES: &'static [Outputs];

    /// Labels a row.
    fn width(n: usize) -> usize {
        n
    }
    /// The loss of a row; `weight` times its gradient goes to `dz`.
    fn row<T: Real>(z: &[T], y: &[T], dz: &mut [T], weight: T, p: &[T; 4]) -> T;
    /// Whether the row counts as predicted rightly.
    fn right<T: Real>(d: &Outputs, z: &[T], y: &[T]) -> bool {
        frame::right(d, z, y)
    }
    /// Whether the row counts for the loss at all.
    fn counts<T: Real>(y: &[T], p: &[T; 4]) -> bool {
        let _ = (y, p);
        true
    }
}

/// `scaled` of a loss for which every row counts.
pub const EVERY_ROW: &str = include_str!("../../../shaders/loss/every_row.wgsl");
/// `right_row` of a loss whose labels are as many as the outputs.
pub const RIGHT_ROW: &str = include_str!("../../../shaders/loss/right_row.wgsl");

fn shader<R: RowLoss>(d: &Outputs, schedule: Schedule) -> Shader {
    let main = include_str!("../../../shaders/loss/frame_rows.wgsl");
    frame::text(d, schedule, &[R::WGSL, &[main]].concat())
}

fn twin<R: RowLoss, T: Real>(step: &Step, d: &Outputs, [z, y, w]: [&[T]; 3], [dz, totals]: [&mut [T]; 2]) {
    let (n, width, live) = (d.n as usize, R::width(d.n as usize), d.live(step).1);
    let p = d.p();
    let count = y.chunks(width).take(live).filter(|y| R::counts(y, &p)).count();
    let scale = if count == 0 { T::ZERO } else { T::ONE / T::of(count as f64) };
    frame::groups(step, d, totals, |i| {
        let (z, dz, y) = (&z[i * n..(i + 1) * n], &mut dz[i * n..(i + 1) * n], &y[i * width..(i + 1) * width]);
        if i >= live || !R::counts(y, &p) {
            dz.fill(T::ZERO);
            return (T::ZERO, R::right(d, z, y));
        }
        let weight = w[i / d.per as usize] * scale;
        (weight * R::row(z, y, dz, weight, &p), R::right(d, z, y))
    });
}

/// The kernel of a row loss.
pub const fn kernel<R: RowLoss>() -> Kernel<Outputs, 3, 2> {
    let twins = Twin { f32: twin::<R, f32>, f64: twin::<R, f64> };
    let labels = |d: &Outputs| d.rows() * R::width(d.n as usize);
    frame::kernel(R::NAME, shader::<R>, labels, [R::OUTPUTS, R::LABELS], twins, R::CASES)
}

/// Records the row loss R, called `name`, with the parameters `p` on `o`; with one output, classes are cut at `cut`.
///
/// # Errors
/// Outputs that are not [batch, …, outputs], labels of another size.
pub fn record<R: RowLoss>(name: &str, tape: &mut Tape, o: &Operands, p: [f64; 4], cut: f64) -> Result<()> {
    let d = Outputs::of(tape, &format!("loss {name}"), o.z)?.with(p, cut, 1.0);
    frame::record(tape, &kernel::<R>(), d, o)
}
