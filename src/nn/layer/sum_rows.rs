//! Sums over rows: s\[j\] = Σ_i x\[i,j\]; what was repeated along some axes has its gradient summed over them.

use super::permute;
use crate::base::{Real, Result};
use crate::dims;
use crate::kernel::{AnyKernel, Kernel, Schedule, Shader, Step, Tolerance, arg};
use crate::plan::{Tape, Value};
use crate::twin;

dims! {
    /// x is m×n.
    pub struct Table {
        /// Rows.
        m: u32,
        /// Columns.
        n: u32,
    }
}

fn sum_rows<T: Real>(_: &Step, d: &Table, [x]: [&[T]; 1], [s]: [&mut [T]; 1]) {
    s.fill(T::ZERO);
    x.chunks(d.n as usize).for_each(|row| s.iter_mut().zip(row).for_each(|(s, x)| *s += *x));
}

/// Sums of columns.
pub static SUM_ROWS: Kernel<Table, 1, 1> = Kernel {
    name: "sum_rows",
    shader: |d, schedule| {
        let (columns, slices) = match schedule {
            Schedule::Lanes => (8, 1),
            Schedule::Tiles => (16, 16),
        };
        let head = format!("const columns: u32 = {columns}u;\nconst slices: u32 = {slices}u;\n");
        let reduce = include_str!("../../../shaders/util/column_sum.wgsl");
        let body = include_str!("../../../shaders/util/sum_rows.wgsl");
        Shader::flat(&[&head, reduce, body].concat(), d.n as usize, columns)
    },
    reads: [arg("x", |d| d.m as usize * d.n as usize)],
    writes: [arg("s", |d| d.n as usize)],
    open: false,
    flops: |d| u64::from(d.m) * u64::from(d.n),
    twin: twin!(sum_rows),
    cases: &[Table { m: 1, n: 1 }, Table { m: 33, n: 70 }],
    tolerance: Tolerance::REDUCTION,
};

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&SUM_ROWS];

/// Records s = the sums of x over `axes`; the others keep their order.
pub(super) fn over_axes(tape: &mut Tape, x: Value, axes: &[usize], s: Value) -> Result<()> {
    let others = (0..tape.shape(x).len()).filter(|a| !axes.contains(a));
    let order: Vec<usize> = axes.iter().copied().chain(others).collect();
    let table = permute::turn(tape, x, &order)?;
    let n = tape.len(s);
    tape.run(&SUM_ROWS, Table { m: (tape.len(x) / n) as u32, n: n as u32 }, [table], [s])
}
