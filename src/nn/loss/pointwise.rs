//! Losses that look at one output and its label at a time: one frame, two functions each.

use super::frame::{self, Outputs};
use super::{Loss, Operands};
use crate::base::{Real, Result};
use crate::kernel::{Domain, Kernel, Schedule, Shader, Step, Twin};
use crate::nn::act::Activation;
use crate::nn::config::Config;
use crate::plan::Tape;

/// Whether the losses of a row's outputs are averaged or summed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// The loss of a row is the mean over its outputs.
    Mean,
    /// The loss of a row is the sum over its outputs.
    Sum,
}

/// A loss l(z, y; p) of one output z and its label y, with up to four parameters, written once for f32 and f64.
///
/// Whoever implements it has a [`Loss`].
pub trait PointwiseLoss: Send + Sync {
    /// The Keras name, also the name of the WGSL function; its slope is `NAME_slope`.
    const NAME: &'static str;
    /// WGSL: `fn NAME(z: f32, y: f32, p: vec4<f32>) -> f32` and `fn NAME_slope(z: f32, y: f32, p: vec4<f32>) -> f32`.
    const WGSL: &'static str;
    /// How the outputs of a row come together.
    const OVER: Over = Over::Mean;
    /// Whether labels of 0 and 1 mean −1 and 1 in a batch that has no others.
    const SIGNS: bool = false;
    /// What outputs may be, for the walkers.
    const OUTPUTS: Domain = Domain::Normal;
    /// What labels may be, for the walkers.
    const LABELS: Domain = Domain::Normal;
    /// Parameters the walkers try the kernel with.
    const TRIED: [f64; 4] = [0.0; 4];

    /// The parameters.
    fn p(&self) -> [f64; 4] {
        [0.0; 4]
    }

    /// With one output, where the class 1 begins and on which side (1: above, −1: below).
    fn cut(&self) -> (f64, f64) {
        (0.5, 1.0)
    }

    /// Checks the parameters.
    ///
    /// # Errors
    /// A parameter outside its range, with the range.
    fn in_range(&self) -> Result<()> {
        Ok(())
    }

    /// Class and fields, for files.
    ///
    /// # Errors
    /// One of your own, which no file has a word for.
    fn config(&self) -> Result<Config> {
        Config::none("loss", Self::NAME)
    }

    /// l(z, y; p).
    fn f<T: Real>(z: T, y: T, p: &[T; 4]) -> T;
    /// ∂l/∂z.
    fn slope<T: Real>(z: T, y: T, p: &[T; 4]) -> T;
}

/// The dims the walkers try: one output, several, rows of two positions in two groups.
pub(super) const fn cases(p: [f64; 4]) -> [Outputs; 3] {
    [Outputs::new(5, 1, 1, 1, p), Outputs::new(131, 3, 1, 1, p), Outputs::new(12, 4, 2, 2, p)]
}

struct Cases<P>(std::marker::PhantomData<P>);

impl<P: PointwiseLoss> Cases<P> {
    const ALL: &'static [Outputs] = &cases(P::TRIED);
}

/// WGSL: whether the labels of a batch mean −1 and 1.
pub(crate) fn converts<P: PointwiseLoss>() -> String {
    let plain = "fn converts(lane: u32, live: u32) -> bool { return false; }";
    if P::SIGNS { include_str!("../../../shaders/loss/binary_labels.wgsl") } else { plain }.to_owned()
}

/// WGSL: the loss of an output, and what the sum over a row is multiplied by.
pub(crate) fn value_text<P: PointwiseLoss>() -> String {
    let share = if P::OVER == Over::Mean { "1.0 / f32(n)" } else { "1.0" };
    format!("const share: f32 = {share};\nfn value(z: f32, y: f32) -> f32 {{ return {}(z, y, p); }}", P::NAME)
}

fn shader<P: PointwiseLoss>(d: &Outputs, schedule: Schedule) -> Shader {
    let slope = format!("fn slope(z: f32, y: f32) -> f32 {{ return {}_slope(z, y, p); }}", P::NAME);
    let main = include_str!("../../../shaders/loss/frame_pointwise.wgsl");
    frame::text(d, schedule, &[P::WGSL, &converts::<P>(), &value_text::<P>(), &slope, main])
}

/// y as the loss takes it, for the labels of a batch's live rows.
pub(crate) fn signs<P: PointwiseLoss, T: Real>(y: &[T]) -> bool {
    P::SIGNS && y.iter().all(|y| *y == T::ZERO || *y == T::ONE)
}

/// 2 y − 1 where `signs`.
pub(crate) fn meant<T: Real>(y: T, signs: bool) -> T {
    if signs { T::of(2.0) * y - T::ONE } else { y }
}

/// What a row's sum over its outputs is multiplied by.
pub(crate) fn share<P: PointwiseLoss>(n: usize) -> f64 {
    if P::OVER == Over::Mean { 1.0 / n as f64 } else { 1.0 }
}

fn twin<P: PointwiseLoss, T: Real>(step: &Step, d: &Outputs, [z, y, w]: [&[T]; 3], [dz, totals]: [&mut [T]; 2]) {
    let (n, live) = (d.n as usize, d.live(step).1);
    let (p, scale) = (d.p(), T::of(share::<P>(n)) / T::of(live as f64));
    let signs = signs::<P, T>(&y[..live * n]);
    frame::groups(step, d, totals, |i| {
        let row = i * n..(i + 1) * n;
        let (z, y, dz) = (&z[row.clone()], &y[row.clone()], &mut dz[row]);
        if i >= live {
            dz.fill(T::ZERO);
            return (T::ZERO, false);
        }
        let weight = w[i / d.per as usize] * scale;
        let mut loss = T::ZERO;
        for ((z, y), dz) in z.iter().zip(y).zip(dz) {
            let y = meant(*y, signs);
            loss += weight * P::f(*z, y, &p);
            *dz = weight * P::slope(*z, y, &p);
        }
        (loss, frame::right(d, z, y))
    });
}

/// The kernel of a pointwise loss.
pub const fn kernel<P: PointwiseLoss>() -> Kernel<Outputs, 3, 2> {
    let twins = Twin { f32: twin::<P, f32>, f64: twin::<P, f64> };
    frame::kernel(P::NAME, shader::<P>, Outputs::len, [P::OUTPUTS, P::LABELS], twins, Cases::<P>::ALL)
}

/// Records `loss` on `o`.
///
/// # Errors
/// Outputs that are not [batch, …, outputs], labels of another size.
pub fn record<P: PointwiseLoss>(loss: &P, tape: &mut Tape, o: &Operands) -> Result<()> {
    let (cut, side) = loss.cut();
    let d = Outputs::of(tape, &format!("loss {}", P::NAME), o.z)?.with(loss.p(), cut, side);
    frame::record(tape, &kernel::<P>(), d, o)
}

impl<P: PointwiseLoss> Loss for P {
    fn name(&self) -> &'static str {
        P::NAME
    }
    fn check(&self, _: usize) -> Result<()> {
        self.in_range()
    }
    fn fuses_with(&self, _: &Activation) -> bool {
        false
    }
    fn outputs(&self) -> Domain {
        P::OUTPUTS
    }
    fn labels(&self, _: usize) -> Domain {
        P::LABELS
    }
    fn record(&self, tape: &mut Tape, o: &Operands) -> Result<()> {
        record(self, tape, o)
    }
    fn config(&self) -> Result<Config> {
        PointwiseLoss::config(self)
    }
}
