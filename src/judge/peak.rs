//! What a device can do at best, measured: multiply-adds in registers, and a copy.

use crate::base::vectorize::vectorize;
use crate::base::{Real, Result, Seed};
use crate::dims;
use crate::exec::Executor;
use crate::kernel::{AnyKernel, Kernel, Shader, Step, Tolerance, arg};
use crate::plan::{Plan, Program, Tape};
use crate::twin;

dims! {
    /// A chain of multiply-adds for each number.
    pub struct Chain {
        /// Numbers.
        n: u32,
        /// Multiply-adds in each of eight chains.
        turns: u32,
    }
}

/// Numbers side by side in one lane, so that one chain's latency hides behind the others.
const SIDE_BY_SIDE: u64 = 8;

/// Numbers a vector may hold, and numbers a task takes.
const VECTOR: usize = 16;
const TASK: usize = 2048;

fn multiply_add<T: Real>(_: &Step, d: &Chain, [x]: [&[T]; 1], [y]: [&mut [T]; 1]) {
    use rayon::prelude::*;
    y.par_chunks_mut(TASK).zip(x.par_chunks(TASK)).for_each(|(y, x)| {
        vectorize(
            #[inline(always)]
            || {
                for (y, x) in y.chunks_mut(VECTOR).zip(x.chunks(VECTOR)) {
                    chains(d.turns, x, y);
                }
            },
        );
    });
}

#[inline(always)]
fn chains<T: Real>(turns: u32, x: &[T], y: &mut [T]) {
    let mut add = [T::ZERO; VECTOR];
    add[..x.len()].copy_from_slice(x);
    let half = T::of(0.5);
    let mut v: [[T; VECTOR]; SIDE_BY_SIDE as usize] = std::array::from_fn(|c| add.map(|x| x + T::of(c as f64)));
    for _ in 0..turns {
        for chain in &mut v {
            for (v, add) in chain.iter_mut().zip(&add) {
                *v = v.mul_add(half, *add);
            }
        }
    }
    for (i, y) in y.iter_mut().enumerate() {
        *y = v.iter().map(|chain| chain[i]).sum();
    }
}

/// Nothing but multiply-adds in registers.
pub static MULTIPLY_ADD: Kernel<Chain, 1, 1> = Kernel {
    name: "peak_multiply_add",
    shader: |d, _| Shader::flat(include_str!("../../shaders/judge/multiply_add.wgsl"), d.n as usize, 64),
    reads: [arg("x", |d| d.n as usize)],
    writes: [arg("y", |d| d.n as usize)],
    open: false,
    flops: |d| 2 * SIDE_BY_SIDE * u64::from(d.n) * u64::from(d.turns),
    twin: twin!(multiply_add),
    cases: &[Chain { n: 65, turns: 7 }],
    tolerance: Tolerance::REDUCTION,
};

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&MULTIPLY_ADD];

/// Floating-point operations and bytes a second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Peak {
    /// Multiply-adds in registers, two operations each, a second.
    pub flops: f64,
    /// Bytes read and written by a copy, a second.
    pub bytes: f64,
}

/// Numbers of the copy: 64 MiB read and as many written, beyond most caches, below every binding limit.
const COPY: usize = 1 << 24;

/// The plan of the two measurements: dispatch 0 multiplies, dispatch 1 copies.
///
/// # Errors
/// None with these sizes; those of [`Tape::run`].
pub fn plan(numbers: u32, turns: u32) -> Result<Plan> {
    let mut tape = Tape::new(1, Seed(0));
    let x = tape.state("x", &[numbers as usize], 0.25);
    let y = tape.output("y", &[numbers as usize]);
    tape.run(&MULTIPLY_ADD, Chain { n: numbers, turns }, [x], [y])?;
    let from = tape.state("from", &[COPY], 1.0);
    let to = tape.output("to", &[COPY]);
    tape.copy(from, to)?;
    Ok(tape.finish())
}

/// Measures the peak of the device behind `executor`, which holds [`plan`].
///
/// # Errors
/// The device was lost.
pub fn measure(executor: &mut dyn Executor) -> Result<Peak> {
    let rate = |work: u64, time: std::time::Duration| work as f64 / time.as_secs_f64().max(1e-9);
    let flops = executor.plan().program(Program::Train).first().map_or(0, |d| d.call.flops());
    let compute = executor.time(Program::Train, 0, 5)?;
    let copy = executor.time(Program::Train, 1, 5)?;
    Ok(Peak { flops: rate(flops, compute), bytes: rate(8 * COPY as u64, copy) })
}
