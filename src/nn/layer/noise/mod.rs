//! Layers that add noise in training: a page each, with its formula of a number and a random number.
//!
//! The random numbers come from the counter RNG and are made again in backward; they are never stored. A new one is a
//! page here, its twin under `shaders/noise/`, and a word in the list below.

/// Declares the pages; the word is the registration.
macro_rules! noises {
    ($($page:ident),* $(,)?) => {
        $(pub mod $page;)*
        /// Every noise.
        pub static ALL: &[&crate::kernel::Noise] = &[$(&$page::NOISE),*];
    };
}

noises! { alpha_dropout, dropout, gaussian_dropout, gaussian_noise }

mod spatial_dropout;

pub use alpha_dropout::{AlphaDropout, McAlphaDropout};
pub use dropout::{Dropout, McDropout};
pub use gaussian_dropout::GaussianDropout;
pub use gaussian_noise::GaussianNoise;
pub use spatial_dropout::{SpatialDropout1D, SpatialDropout2D};

use crate::base::{Allowed, Result};
use crate::kernel::{Draw, Noise, Stage};
use crate::plan::{Tape, Value};

/// Refuses a rate outside 0 ≤ rate < 1.
fn check_rate(tape: &Tape, rate: f64) -> Result<()> {
    Allowed::Fraction.check(format!("layer `{}`", tape.scope()), "rate", rate)
}

/// Records y = noise(x), and dx = `backward`(dy) with the same random numbers, or dx = dy without one.
fn record(
    tape: &mut Tape,
    x: Value,
    (noise, draw): (&'static Noise, Draw),
    backward: Option<(&'static Noise, Draw)>,
) -> Result<Value> {
    let shape = tape.shape(x).to_vec();
    let y = tape.temp("y", &shape);
    tape.stage(x, Stage::Noise(noise, draw), None, y)?;
    tape.backward(move |t| match (backward, t.gradient(y)) {
        (Some((noise, draw)), _) => t.chain(x, y, Stage::Noise(noise, draw), None),
        (None, Some(dy)) => t.contribute(x, |t, dx| t.copy(dy, dx)),
        (None, None) => Ok(()),
    });
    Ok(y)
}
