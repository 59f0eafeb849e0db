//! Pointwise functions and their slopes: what may fill a kernel's hole.

use crate::base::Real;

/// What a slope is computed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlopeFrom {
    /// From x.
    Input,
    /// From y = f(x): the input need not be kept.
    Output,
}

/// A pointwise function y = f(x; p) with up to four parameters, written once for f32 and f64.
pub trait Pointwise {
    /// The Keras name, also the name of the WGSL function; its slope is `NAME_slope`.
    const NAME: &'static str;
    /// WGSL: `fn NAME(x: f32, p: vec4<f32>) -> f32` and `fn NAME_slope(a: f32, p: vec4<f32>) -> f32`.
    const WGSL: &'static str;
    /// What the slope takes.
    const SLOPE_FROM: SlopeFrom;
    /// Default parameters.
    const DEFAULTS: [f64; 4] = [0.0; 4];
    /// Points where the slope jumps, as a function of the parameters' defaults.
    const KINKS: &'static [f64] = &[];

    /// y = f(x; p).
    fn f<T: Real>(x: T, p: &[T; 4]) -> T;
    /// f′ from x or from y, as [`Pointwise::SLOPE_FROM`] says.
    fn slope<T: Real>(a: T, p: &[T; 4]) -> T;
}

type OverSlice<T> = fn(&mut [T], &[T; 4]);
type OverPair<T> = fn(&mut [T], &[T], &[T; 4]);

/// A [`Pointwise`] function as a value: over slices, so that loops stay in one piece and vectorise.
pub struct Map {
    /// The Keras name.
    pub name: &'static str,
    /// The two WGSL functions.
    pub wgsl: &'static str,
    /// What the slope takes.
    pub slope_from: SlopeFrom,
    /// Default parameters.
    pub defaults: [f64; 4],
    /// Points where the slope jumps.
    pub kinks: &'static [f64],
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
            wgsl: P::WGSL,
            slope_from: P::SLOPE_FROM,
            defaults: P::DEFAULTS,
            kinks: P::KINKS,
            f32: over::<P, f32>,
            f64: over::<P, f64>,
            slope_f32: over_slope::<P, f32>,
            slope_f64: over_slope::<P, f64>,
        }
    }
}

/// Numbers that know which of a map's instances is theirs.
pub trait Mapped: Real {
    /// v ← f(v).
    fn apply(map: &Map, values: &mut [Self], p: &[f64; 4]);
    /// v ← v · f′(a).
    fn apply_slope(map: &Map, values: &mut [Self], at: &[Self], p: &[f64; 4]);
}

impl Mapped for f32 {
    fn apply(map: &Map, values: &mut [Self], p: &[f64; 4]) {
        (map.f32)(values, &p.map(|v| v as Self));
    }
    fn apply_slope(map: &Map, values: &mut [Self], at: &[Self], p: &[f64; 4]) {
        (map.slope_f32)(values, at, &p.map(|v| v as Self));
    }
}

impl Mapped for f64 {
    fn apply(map: &Map, values: &mut [Self], p: &[f64; 4]) {
        (map.f64)(values, p);
    }
    fn apply_slope(map: &Map, values: &mut [Self], at: &[Self], p: &[f64; 4]) {
        (map.slope_f64)(values, at, p);
    }
}
