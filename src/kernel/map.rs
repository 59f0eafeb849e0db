//! Pointwise functions and their slopes: what may fill a kernel's hole.

use super::noise::Noise;
use crate::base::{Allowed, Real};

/// What a slope is computed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlopeFrom {
    /// From x.
    Input,
    /// From y = f(x): the input need not be kept.
    Output,
}

/// A parameter of a map by Keras's name, and what it may be.
pub type Parameter = (&'static str, Allowed);

/// Parameters for the walkers to try, and the points where the slope jumps with them.
pub type Sample = ([f64; 4], &'static [f64]);

/// The bounds of a map's values, from below and from above, where it has them.
pub type Bounds = [Option<f64>; 2];

/// A pointwise function y = f(x; p) with up to four parameters, written once for f32 and f64.
pub trait Pointwise {
    /// The name, also of the WGSL function; its slope is `NAME_slope`.
    const NAME: &'static str;
    /// Keras's name, where several maps share one.
    const KERAS: &'static str = Self::NAME;
    /// WGSL: `fn NAME(x: f32, p: vec4<f32>) -> f32` and `fn NAME_slope(a: f32, p: vec4<f32>) -> f32`.
    const WGSL: &'static str;
    /// What the slope takes.
    const SLOPE_FROM: SlopeFrom;
    /// Default parameters.
    const DEFAULTS: [f64; 4] = [0.0; 4];
    /// The parameters, in the order of p.
    const PARAMETERS: &'static [Parameter] = &[];
    /// Points where the slope (or its own slope) jumps with the default parameters.
    const KINKS: &'static [f64] = &[];
    /// Other parameters the walkers try.
    const SAMPLES: &'static [Sample] = &[];

    /// What y comes near or stays at for ever smaller or larger x, from below and from above: there the slope dies out.
    fn bounds(p: &[f64; 4]) -> Bounds {
        let _ = p;
        [None, None]
    }

    /// y = f(x; p).
    fn f<T: Real>(x: T, p: &[T; 4]) -> T;
    /// f′ from x or from y, as [`Pointwise::SLOPE_FROM`] says.
    fn slope<T: Real>(a: T, p: &[T; 4]) -> T;
}

type OverSlice<T> = fn(&mut [T], &[T; 4]);
type OverPair<T> = fn(&mut [T], &[T], &[T; 4]);

/// A [`Pointwise`] function as a value: over slices, so that loops stay in one piece and vectorise.
pub struct Map {
    /// The name of the WGSL function.
    pub name: &'static str,
    /// The Keras name.
    pub keras: &'static str,
    /// The two WGSL functions.
    pub wgsl: &'static str,
    /// What the slope takes.
    pub slope_from: SlopeFrom,
    /// Default parameters.
    pub defaults: [f64; 4],
    /// The parameters, in the order of p.
    pub parameters: &'static [Parameter],
    /// Points where the slope jumps with the default parameters.
    pub kinks: &'static [f64],
    /// Other parameters to try.
    pub samples: &'static [Sample],
    /// See [`Pointwise::bounds`].
    pub bounds: fn(&[f64; 4]) -> Bounds,
    /// v ← f(v) in f32.
    pub f32: OverSlice<f32>,
    /// v ← f(v) in f64.
    pub f64: OverSlice<f64>,
    /// v ← v · f′(a) in f32.
    pub slope_f32: OverPair<f32>,
    /// v ← v · f′(a) in f64.
    pub slope_f64: OverPair<f64>,
}

fn over<P: Pointwise, T: Real>(values: &mut [T], p: &[T; 4]) {
    crate::base::vectorize::vectorize(
        #[inline(always)]
        || {
            for v in values {
                *v = P::f(*v, p);
            }
        },
    );
}

fn over_slope<P: Pointwise, T: Real>(values: &mut [T], at: &[T], p: &[T; 4]) {
    crate::base::vectorize::vectorize(
        #[inline(always)]
        || {
            for (v, a) in values.iter_mut().zip(at) {
                *v *= P::slope(*a, p);
            }
        },
    );
}

impl Map {
    /// The value of a [`Pointwise`] function.
    pub const fn of<P: Pointwise>() -> Self {
        Self {
            name: P::NAME,
            keras: P::KERAS,
            wgsl: P::WGSL,
            slope_from: P::SLOPE_FROM,
            defaults: P::DEFAULTS,
            parameters: P::PARAMETERS,
            kinks: P::KINKS,
            samples: P::SAMPLES,
            bounds: P::bounds,
            f32: over::<P, f32>,
            f64: over::<P, f64>,
            slope_f32: over_slope::<P, f32>,
            slope_f64: over_slope::<P, f64>,
        }
    }

    /// What the walkers try: the default parameters and the samples, each with its kinks.
    pub fn cases(&self) -> impl Iterator<Item = Sample> {
        std::iter::once((self.defaults, self.kinks)).chain(self.samples.iter().copied())
    }
}

/// Numbers that know which of a map's instances is theirs.
pub trait Mapped: Real {
    /// v ← f(v).
    fn apply(map: &Map, values: &mut [Self], p: &[f64; 4]);
    /// v ← v · f′(a).
    fn apply_slope(map: &Map, values: &mut [Self], at: &[Self], p: &[f64; 4]);
    /// v ← f(v, r).
    fn apply_noise(noise: &Noise, values: &mut [Self], random: &[Self], p: &[f64; 4]);
}

impl Mapped for f32 {
    fn apply(map: &Map, values: &mut [Self], p: &[f64; 4]) {
        (map.f32)(values, &p.map(|v| v as Self));
    }
    fn apply_slope(map: &Map, values: &mut [Self], at: &[Self], p: &[f64; 4]) {
        (map.slope_f32)(values, at, &p.map(|v| v as Self));
    }
    fn apply_noise(noise: &Noise, values: &mut [Self], random: &[Self], p: &[f64; 4]) {
        (noise.f32)(values, random, &p.map(|v| v as Self));
    }
}

impl Mapped for f64 {
    fn apply(map: &Map, values: &mut [Self], p: &[f64; 4]) {
        (map.f64)(values, p);
    }
    fn apply_slope(map: &Map, values: &mut [Self], at: &[Self], p: &[f64; 4]) {
        (map.slope_f64)(values, at, p);
    }
    fn apply_noise(noise: &Noise, values: &mut [Self], random: &[Self], p: &[f64; 4]) {
        (noise.f64)(values, random, p);
    }
}
