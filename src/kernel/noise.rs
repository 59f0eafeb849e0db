//! Noise: functions of a number and a random number, which may fill a kernel's hole.

use crate::base::Real;
use crate::base::rng::{Stream, normal_of, uniform_24};

/// What the random number of a noise is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Randomness {
    /// 0 where the random word is below [`Draw::below`], else 1.
    Kept,
    /// Uniform in [0, 1), a multiple of 2⁻²⁴.
    Uniform,
    /// Standard normal.
    Normal,
}

/// v ← f(v, r; p), r being random, with up to four parameters; written once for f32 and f64.
pub trait Noisy {
    /// The Keras name, also the name of the WGSL function.
    const NAME: &'static str;
    /// WGSL: `fn NAME(v: f32, r: f32, p: vec4<f32>) -> f32`.
    const WGSL: &'static str;
    /// What r is.
    const RANDOMNESS: Randomness;

    /// f(v, r; p).
    fn f<T: Real>(v: T, r: T, p: &[T; 4]) -> T;
}

/// v ← f(v, r; p) over slices.
type OverPair<T> = fn(&mut [T], &[T], &[T; 4]);

/// A [`Noisy`] function as a value.
pub struct Noise {
    /// The Keras name.
    pub name: &'static str,
    /// The WGSL function.
    pub wgsl: &'static str,
    /// What the random number is.
    pub randomness: Randomness,
    /// v ← f(v, r) in f32.
    pub f32: OverPair<f32>,
    /// v ← f(v, r) in f64.
    pub f64: OverPair<f64>,
}

fn over<N: Noisy, T: Real>(values: &mut [T], random: &[T], p: &[T; 4]) {
    values.iter_mut().zip(random).for_each(|(v, r)| *v = N::f(*v, *r, p));
}

impl Noise {
    /// The value of a [`Noisy`] function.
    pub const fn of<N: Noisy>() -> Self {
        Self { name: N::NAME, wgsl: N::WGSL, randomness: N::RANDOMNESS, f32: over::<N, f32>, f64: over::<N, f64> }
    }
}

/// Numbers that share one random number: those with one `at / block · across + at / side mod across`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spread {
    /// Numbers of a sample.
    pub block: u32,
    /// Random numbers of a sample.
    pub across: u32,
    /// How far apart numbers with neighbouring random numbers are.
    pub side: u32,
}

/// Which random numbers a noise takes, and its parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Draw {
    /// The random stream: one a layer.
    pub stream: u32,
    /// A random word below this counts as dropped, where the noise asks for [`Randomness::Kept`].
    pub below: u32,
    /// The parameters.
    pub p: [f64; 4],
    /// Which numbers share one random number; each has its own without.
    pub spread: Option<Spread>,
}

/// A random word below this is dropped: `rate` in units of 2⁻³².
pub fn drop_threshold(rate: f64) -> u32 {
    (rate * 4_294_967_296.0) as u32
}

/// Random numbers made at once: whole blocks of four.
const CHUNK: usize = 64;

impl Draw {
    fn element(&self, at: usize) -> usize {
        self.spread.map_or(at, |s| at / s.block as usize * s.across as usize + at / s.side as usize % s.across as usize)
    }

    /// Gives `f` the numbers of `values` piece by piece, with the random number of each.
    pub(super) fn over<T: Real>(
        &self,
        randomness: Randomness,
        random: Stream,
        step: u32,
        values: &mut [T],
        mut f: impl FnMut(&mut [T], &[T]),
    ) {
        let mut numbers = [T::ZERO; CHUNK];
        let (mut block, mut words) = (0, random.bits4(step, 0));
        for (chunk, values) in values.chunks_mut(CHUNK).enumerate() {
            for (i, r) in numbers.iter_mut().enumerate().take(values.len()) {
                let e = self.element(chunk * CHUNK + i) as u32;
                if e / 4 != block {
                    block = e / 4;
                    words = random.bits4(step, block);
                }
                let word = words[e as usize % 4];
                *r = match randomness {
                    Randomness::Kept if word < self.below => T::ZERO,
                    Randomness::Kept => T::ONE,
                    Randomness::Uniform => T::of(uniform_24(word)),
                    Randomness::Normal => T::of(normal_of(words, e)),
                };
            }
            f(values, &numbers[..values.len()]);
        }
    }

    /// The random number of flat index `at`, as WGSL.
    pub(super) fn wgsl(&self, randomness: Randomness) -> String {
        let Self { stream, below, .. } = self;
        let at = self.spread.map_or("at".to_owned(), |Spread { block, across, side }| {
            format!("at / {block}u * {across}u + at / {side}u % {across}u")
        });
        match randomness {
            Randomness::Kept => format!("select(0.0, 1.0, random_bits({stream}u, {at}) >= {below}u)"),
            Randomness::Uniform => format!("uniform_24(random_bits({stream}u, {at}))"),
            Randomness::Normal => format!("random_normal({stream}u, {at})"),
        }
    }
}
