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

/// Multiplications a block should at least have: some 10 µs, several times what waking a thread costs.
const BLOCK_WORK: usize = 1 << 20;
/// The most blocks a product is cut into.
const MOST_BLOCKS: usize = 16;
/// Blocks are at least this wide, or the micro-kernel runs half empty.
const LEAST_COLUMNS: usize = 48;
/// Block widths are multiples of this, the lanes of the widest vector.
const COLUMN_STEP: usize = 16;
/// Block heights are multiples of this, the rows of two micro-kernels.
const ROW_STEP: usize = 12;

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
    let (down, across) = cut(form, m, k, n);
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
fn cut(form: Form, m: usize, k: usize, n: usize) -> (usize, usize) {
    let work = m.saturating_mul(k).saturating_mul(n);
    if work < 2 * BLOCK_WORK {
        return (m, n);
    }
    // A power of two, so that two, four or eight threads get equal shares.
    let wanted = 1 << (work / BLOCK_WORK).min(MOST_BLOCKS).ilog2();
    // Each block packs its columns of B, so columns are cut where that is the dear side; a gradient of
    // weights has few terms a sum and a B that is cheap to pack again.
    if form == Form::TN || n < 2 * LEAST_COLUMNS {
        (m.div_ceil(wanted).next_multiple_of(ROW_STEP).min(m), n)
    } else {
        let wanted = wanted.min(n / LEAST_COLUMNS);
        (m, n.div_ceil(wanted).next_multiple_of(COLUMN_STEP).min(n))
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers in −1..1 that repeat run for run.
    fn numbers<T: Real>(len: usize, seed: u32) -> Vec<T> {
        let mut x = seed;
        let mut next = || {
            x = x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            T::of(f64::from(x >> 8) / 8_388_608.0 - 1.0)
        };
        (0..len).map(|_| next()).collect()
    }

    fn run<T: Real>(form: Form, m: usize, k: usize, n: usize) -> (Vec<T>, Vec<T>) {
        let (a, b) = (numbers::<T>(m * k, 1), numbers::<T>(k * n, 2));
        let (mut fast, mut slow) = (vec![T::of(f64::NAN); m * n], vec![T::ZERO; m * n]);
        product(form, m, k, n, &a, &b, &mut fast);
        plain(form, m, k, n, &a, &b, &mut slow);
        (fast, slow)
    }

    fn agrees<T: Real>(form: Form, m: usize, k: usize, n: usize) {
        let (fast, slow) = run::<T>(form, m, k, n);
        let bound = 4.0 * T::EPSILON.to_f64() * (k as f64 + 1.0);
        for (f, s) in fast.iter().zip(&slow) {
            assert!((f.to_f64() - s.to_f64()).abs() <= bound, "{form:?} {m}x{k}x{n}: {f} for {s}");
        }
    }

    #[test]
    fn every_form_is_the_definition() {
        for form in [Form::NN, Form::NT, Form::TN] {
            for (m, k, n) in
                [(1, 1, 1), (1, 300, 7), (7, 5, 1), (3, 0, 4), (32, 100, 10), (33, 65, 129), (64, 200, 300)]
            {
                agrees::<f32>(form, m, k, n);
                agrees::<f64>(form, m, k, n);
            }
        }
    }

    #[test]
    fn threads_do_not_change_a_bit() {
        for form in [Form::NN, Form::NT, Form::TN] {
            for (m, k, n) in [(32, 784, 300), (300, 32, 784), (512, 600, 10), (97, 1030, 131)] {
                let bits = |threads: usize| -> Vec<u32> {
                    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                    pool.install(|| run::<f32>(form, m, k, n).0).iter().map(|x| x.to_bits()).collect()
                };
                let one = bits(1);
                assert!(one == bits(2) && one == bits(5), "{form:?} {m}x{k}x{n}");
            }
        }
    }

    #[test]
    fn blocks_cover_any_shape_once() {
        for form in [Form::NN, Form::NT, Form::TN] {
            for (m, k, n) in
                [(32, 784, 300), (784, 32, 300), (512, 2048, 2048), (1, 1 << 22, 1), (5000, 1000, 10), (2, 9, 1 << 20)]
            {
                let (down, across) = cut(form, m, k, n);
                assert!((1..=m).contains(&down) && (1..=n).contains(&across), "{form:?} {m}x{k}x{n}");
                assert!(m.div_ceil(down) * n.div_ceil(across) <= MOST_BLOCKS, "{form:?} {m}x{k}x{n}");
            }
        }
    }

    #[test]
    fn short_slices_leave_the_result_alone() {
        let mut c = [7f32; 4];
        product(Form::NN, 2, 2, 2, &[1.0; 3], &[1.0; 4], &mut c);
        product(Form::NN, 2, 2, 3, &[1.0; 4], &[1.0; 6], &mut c);
        product(Form::NN, usize::MAX, 2, 2, &[1.0; 4], &[1.0; 4], &mut c);
        assert_eq!(c, [7.0; 4]);
    }
}
