//! Canary kernels: a driver that computes wrongly is refused before it is trusted with a training.
//!
//! llvmpipe before Mesa 25 ends long loops without a word; others have been seen to lose barriers or NaN.

use super::alone::{STEP_FOR_CANARY, run_text};
use super::device::GpuDevice;
use crate::base::Result;
use crate::base::rng::Stream;

/// More than the 65,535 rounds some drivers allow an invocation.
const ROUNDS: u32 = 70_000;

/// What one trial found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was tried.
    pub name: &'static str,
    /// Whether the device did it right.
    pub right: bool,
    /// What follows if not.
    pub meaning: &'static str,
}

impl Finding {
    /// Name and meaning of a trial that went wrong.
    pub fn complaint(self) -> Option<String> {
        (!self.right).then(|| format!("{} ({})", self.name, self.meaning))
    }
}

/// Runs the canaries: a few milliseconds.
///
/// # Errors
/// The device refused the kernel or was lost.
pub fn check(device: &GpuDevice) -> Result<Vec<Finding>> {
    let (a, b, c, big) = (1.1f32, 2.3f32, -0.6f32, 16_777_216f32);
    let x = [ROUNDS, 7, 0x7fc0_0000, a.to_bits(), b.to_bits(), c.to_bits(), big.to_bits(), 100];
    let source = super::shader::with_prelude(include_str!("../../../shaders/util/canary.wgsl"));
    let found = run_text(device, "canary", source, &x, 12)?;
    let float = |i: usize| f32::from_bits(found[i]);
    let near = |i: usize, want: f32, ulp: u32| found[i].abs_diff(want.to_bits()) <= ulp;
    let state = (0..ROUNDS).fold(7u32, |s, _| s.wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
    let tree: u32 = (0..64).map(|lane| (lane + 7) * (lane + 1)).sum();
    let words = Stream { seed: STEP_FOR_CANARY.seed, stream: 7 }.bits4(STEP_FOR_CANARY.index, 100);
    let either = |i: usize| found[i] == (a * b + c).to_bits() || found[i] == a.mul_add(b, c).to_bits();
    let mixed = (100f32 * a).to_bits() ^ (100f32 * b).round() as u32;
    let finding = |name, right, meaning| Finding { name, right, meaning };
    Ok(vec![
        finding("long loop", found[0] == state, "loops end early, so sums over long arrays are wrong"),
        finding("barrier", found[1] == tree, "shared memory is read before it is written, so reductions are wrong"),
        finding("integers", [found[2], found[3]] == [words[0], words[3]], "random numbers are wrong"),
        finding("NaN", found[4] == 1, "NaN disappears, so divergence would go unseen"),
        finding("product", found[5] == (a * b).to_bits(), "f32 products are not correctly rounded"),
        finding("product and sum", either(6) && either(7), "neither fused nor rounded twice"),
        finding("division", near(8, a / b, 3), "f32 division is off by more than 2.5 units in the last place"),
        finding("square root", near(9, b.sqrt(), 4), "the f32 square root is too far off"),
        finding("rounding", float(10) == 2.0 * big + 4.0, "f32 sums are not rounded to nearest"),
        finding("conversion", found[11] == mixed, "integers and f32 are converted wrongly"),
    ])
}
