//! l = max(‖a − q‖² − ‖a − r‖² + margin, 0), a q r the thirds of z\[i,:\], margin = p\[0\] (Schroff et al. 2015, arXiv:1503.03832)

use super::frame::Outputs;
use super::rows::{self, EVERY_ROW, RowLoss, kernel};
use super::{Loss, Operands, check};
use crate::base::{Error, Real, Result};
use crate::kernel::{AnyKernel, Domain};
use crate::nn::config::{Config, config};
use crate::plan::Tape;

/// Of embeddings: the outputs of a row are an anchor, one that belongs to it and one that does not, side by side, [3·k].
///
/// A row counts as right where the anchor is nearer to its own. Labels, one a row, are not looked at.
#[derive(Clone, Copy, Debug)]
pub struct Triplet {
    margin: f64,
}

impl Triplet {
    /// margin = 0.2, the paper's.
    pub const fn new() -> Self {
        Self { margin: 0.2 }
    }

    /// By how much the stranger's squared distance is to be larger, > 0. Default: 0.2.
    pub const fn margin(mut self, margin: f64) -> Self {
        self.margin = margin;
        self
    }
}

impl Default for Triplet {
    fn default() -> Self {
        Self::new()
    }
}

impl Loss for Triplet {
    fn name(&self) -> &'static str {
        Self::NAME
    }
    fn check(&self, outputs: usize) -> Result<()> {
        check(Self::NAME, "margin", self.margin, self.margin > 0.0, "> 0")?;
        if outputs.is_multiple_of(3) {
            return Ok(());
        }
        let (what, want) = ("loss triplet: outputs", "a multiple of 3: anchor, its own, a stranger");
        Err(Error::request(what, want, outputs, "put the three embeddings side by side"))
    }
    fn label_width(&self, _: usize) -> usize {
        1
    }
    fn labels(&self, _: usize) -> Domain {
        Self::LABELS
    }
    fn record(&self, tape: &mut Tape, o: &Operands) -> Result<()> {
        rows::record::<Self>(Self::NAME, tape, o, [self.margin, 0.0, 0.0, 0.0], 0.5)
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

/// ‖a − b‖².
fn apart<T: Real>(a: &[T], b: &[T]) -> T {
    a.iter().zip(b).map(|(a, b)| (*a - *b) * (*a - *b)).sum()
}

fn thirds<T>(z: &[T]) -> [&[T]; 3] {
    let k = z.len() / 3;
    [&z[..k], &z[k..2 * k], &z[2 * k..3 * k]]
}

impl RowLoss for Triplet {
    const NAME: &'static str = "triplet";
    const WGSL: &'static [&'static str] = &[include_str!("../../../shaders/loss/triplet.wgsl"), EVERY_ROW];
    const LABELS: Domain = Domain::Labels(2);
    const CASES: &'static [Outputs] = &[
        Outputs::new(5, 3, 1, 1, [0.2, 0.0, 0.0, 0.0]),
        Outputs::new(131, 12, 1, 1, [0.5, 0.0, 0.0, 0.0]),
        Outputs::new(12, 6, 2, 2, [0.2, 0.0, 0.0, 0.0]),
    ];

    fn width(_: usize) -> usize {
        1
    }

    fn row<T: Real>(z: &[T], _: &[T], dz: &mut [T], weight: T, p: &[T; 4]) -> T {
        let [a, q, r] = thirds(z);
        let loss = apart(a, q) - apart(a, r) + p[0];
        let twice = T::of(2.0) * if loss <= T::ZERO { T::ZERO } else { weight };
        let k = a.len();
        for j in 0..k {
            dz[j] = twice * (r[j] - q[j]);
            dz[k + j] = twice * (q[j] - a[j]);
            dz[2 * k + j] = twice * (a[j] - r[j]);
        }
        if loss < T::ZERO { T::ZERO } else { loss }
    }

    fn right<T: Real>(_: &Outputs, z: &[T], _: &[T]) -> bool {
        let [a, q, r] = thirds(z);
        apart(a, q) < apart(a, r)
    }
}

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&const { kernel::<Triplet>() }];

config! {
    Triplet = "Triplet" (OWN), Self::default();
    takes margin;
}
