//! The dense matrix product of the CPU executor: C = A·B in three storage forms, bit-equal at any thread count.
//!
//! C is cut into blocks that depend on the shape alone, and each block is one serial call of the `gemm`
//! library, so that no sum ever knows how many threads there are.

#![allow(
    unsafe_code,
    reason = "the gemm library takes raw pointers; lengths are checked once, before the first pointer is made"
)]

use super::Real;
use gemm::{Parallelism, gemm};
use rayon::prelude::*;
use std::any::TypeId;

/// How the two operands of C\[m, n\] = Σₖ lie in memory, row-major each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A\[m, k\], B\[k, n\]: the forward pass, X·W.
    NN,
    /// A\[m, k\], B\[n, k\]: the gradient of the input, dY·Wᵀ.
    NT,
    /// A\[k, m\], B\[k, n\]: the gradient of the weights, Xᵀ·dY.
    TN,
}

/// Multiplications below which one thread is faster than two: waking a second one costs some 5 µs.
const WORTH_A_THREAD: usize = 1 << 19;
/// Multiplications that a block should at least have, so that packing its operands is small beside them.
const BLOCK_WORK: usize = 1 << 22;
/// The most blocks a product is cut into.
const MOST_BLOCKS: usize = 16;
/// Columns and rows of a block are multiples of this, the tile of the widest micro-kernel.
const TILE: usize = 64;

/// C\[m, n\] = A·B, overwriting C; `k` is the length of the sums.
///
/// `a` and `b` hold the operands as `form` says. The same numbers come out bit for bit whatever the number
/// of threads. When a slice is shorter than its operand nothing is written: a wrong length is the caller's
/// mistake, and never a reason to touch memory outside the slices.
pub fn product<T: Real>(form: Form, m: usize, k: usize, n: usize, a: &[T], b: &[T], c: &mut [T]) {
    let fits = |len: usize, rows: usize, width: usize| rows.checked_mul(width).is_some_and(|size| size <= len);
    let whole = fits(a.len(), m, k) && fits(b.len(), k, n) && fits(c.len(), m, n);
    if !whole || m == 0 || n == 0 {
        return;
    }
    if TypeId::of::<T>() != TypeId::of::<f32>() && TypeId::of::<T>() != TypeId::of::<f64>() {
        return plain(form, m, k, n, a, b, c);
    }
    let (down, across) = cut(m, k, n);
    let job = Job { form, m, k, n, a: a.as_ptr(), b: b.as_ptr(), c: c.as_mut_ptr() };
    let blocks = (m.div_ceil(down), n.div_ceil(across));
    let block = |at: usize| {
        let (row, column) = (at / blocks.1 * down, at % blocks.1 * across);
        // SAFETY: `fits` showed that the three slices hold the whole operands; blocks are disjoint
        // rectangles of C inside m × n, and the slices outlive this call.
        unsafe { job.block(row, down.min(m - row), column, across.min(n - column)) }
    };
    if blocks == (1, 1) {
        block(0);
    } else {
        (0..blocks.0 * blocks.1).into_par_iter().with_max_len(1).for_each(block);
    }
}

/// Rows and columns of a block of C, from the shape alone.
fn cut(m: usize, k: usize, n: usize) -> (usize, usize) {
    let work = m.saturating_mul(k).saturating_mul(n);
    if work < WORTH_A_THREAD {
        return (m, n);
    }
    let wanted = (work / BLOCK_WORK).clamp(2, MOST_BLOCKS);
    // The longer side is cut, so that the operand read again for each block is the smaller one.
    let part = |side: usize| side.div_ceil(wanted).next_multiple_of(TILE);
    if n >= m { (m, part(n).min(n)) } else { (part(m).min(m), n) }
}

/// The operands as pointers, shared by the threads that each write one block of C.
struct Job<T> {
    form: Form,
    m: usize,
    k: usize,
    n: usize,
    a: *const T,
    b: *const T,
    c: *mut T,
}

// SAFETY: A and B are only read and the threads write disjoint blocks of C; T itself is Send and Sync.
unsafe impl<T: Send + Sync> Sync for Job<T> {}

impl<T: Real> Job<T> {
    /// Computes `rows × columns` of C from (`row`, `column`) on, on this thread.
    ///
    /// # Safety
    /// The pointers hold operands of the job's shape, the block lies inside m × n, and nobody else
    /// touches this block of C meanwhile.
    unsafe fn block(&self, row: usize, rows: usize, column: usize, columns: usize) {
        let Self { form, m, k, n, a, b, c } = *self;
        // Distance in memory from one row and from one column to the next.
        let (a_row, a_column) = if form == Form::TN { (1, m) } else { (k, 1) };
        let (b_row, b_column) = if form == Form::NT { (1, k) } else { (n, 1) };
        // SAFETY: the caller's promise covers every address the strides reach; alpha = 0 with
        // read_dst = false overwrites C without reading it.
        unsafe {
            gemm(
                rows,
                columns,
                k,
                c.add(row * n + column),
                1,
                n as isize,
                false,
                a.add(row * a_row),
                a_column as isize,
                a_row as isize,
                b.add(column * b_column),
                b_column as isize,
                b_row as isize,
                T::ZERO,
                T::ONE,
                false,
                false,
                false,
                Parallelism::None,
            );
        }
    }
}

/// The same by the definition, for number types that the library does not know.
fn plain<T: Real>(form: Form, m: usize, k: usize, n: usize, a: &[T], b: &[T], c: &mut [T]) {
    for (i, row) in c.chunks_exact_mut(n).take(m).enumerate() {
        for (j, out) in row.iter_mut().enumerate() {
            let mut sum = T::ZERO;
            for p in 0..k {
                let x = if form == Form::TN { a[p * m + i] } else { a[i * k + p] };
                let y = if form == Form::NT { b[j * k + p] } else { b[p * n + j] };
                sum += x * y;
            }
            *out = sum;
        }
    }
}
