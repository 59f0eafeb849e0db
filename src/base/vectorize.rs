//! Runs a loop compiled for the widest vectors of this processor (AVX-512, AVX2 and FMA, NEON), chosen at run time.

use std::sync::OnceLock;

struct Loop<F>(F);

impl<R, F: FnOnce() -> R> pulp::NullaryFnOnce for Loop<F> {
    type Output = R;
    #[inline(always)]
    fn call(self) -> R {
        (self.0)()
    }
}

/// Calls `f`, whose loops the compiler vectorises for this processor. Mark the closure `#[inline(always)]`.
///
/// Rust does not contract `a * b + c`, so the numbers are the same at every width.
#[inline(always)]
pub fn vectorize<R>(f: impl FnOnce() -> R) -> R {
    static ARCH: OnceLock<pulp::Arch> = OnceLock::new();
    ARCH.get_or_init(pulp::Arch::new).dispatch(Loop(f))
}
