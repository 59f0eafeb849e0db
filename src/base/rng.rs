//! The counter RNG: a random number is a pure function of seed, stream, step and element.
//!
//! Philox4x32-10 (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011). Nothing is
//! stored or advanced, so masks are recomputed instead of kept, any thread draws any element, and a resumed run
//! continues where it stopped. `shaders/rng.wgsl` gives the same bits.

/// The stream [`permutation`] keeps for itself; layers count their streams from 0.
const SHUFFLE_STREAM: u32 = u32::MAX;

/// Redraws of one truncated normal: each misses with probability 0.0455, so all 16 do once in 10²¹ elements.
const TRUNCATED_TRIES: u32 = 16;

/// Four random words from a 128-bit counter and a 64-bit key, lowest word first.
pub fn philox4x32_10(counter: [u32; 4], key: [u32; 2]) -> [u32; 4] {
    let [mut c0, mut c1, mut c2, mut c3] = counter;
    let [mut k0, mut k1] = key;
    for _ in 0..10 {
        let p0 = u64::from(c0) * 0xD251_1F53;
        let p1 = u64::from(c2) * 0xCD9E_8D57;
        (c0, c1, c2, c3) = ((p1 >> 32) as u32 ^ c1 ^ k0, p1 as u32, (p0 >> 32) as u32 ^ c3 ^ k1, p0 as u32);
        k0 = k0.wrapping_add(0x9E37_79B9);
        k1 = k1.wrapping_add(0xBB67_AE85);
    }
    [c0, c1, c2, c3]
}

/// Uniform in [0, 1) from the top 24 bits: a multiple of 2⁻²⁴, exact in `f32`.
pub fn uniform_24(bits: u32) -> f64 {
    f64::from(bits >> 8) * f64::from(1u32 << 24).recip()
}

/// The number a whole run is repeated by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Seed(pub u64);

impl Seed {
    /// The stream of one consumer of randomness (a layer, an initializer), numbered from 0.
    pub fn stream(self, stream: u32) -> Stream {
        Stream { seed: self.0, stream }
    }
}

/// One consumer's random numbers: a table of steps × elements, every entry independent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stream {
    /// The run's seed.
    pub seed: u64,
    /// The consumer's number.
    pub stream: u32,
}

impl Stream {
    /// The four words of elements `4 * block .. 4 * block + 4` at `step`.
    pub fn bits4(self, step: u32, block: u32) -> [u32; 4] {
        self.words(step, block, 0)
    }

    /// The word of `element` at `step`.
    pub fn bits(self, step: u32, element: u32) -> u32 {
        self.bits4(step, element / 4)[element as usize % 4]
    }

    /// Uniform in [0, 1), a multiple of 2⁻²⁴.
    pub fn uniform(self, step: u32, element: u32) -> f64 {
        uniform_24(self.bits(step, element))
    }

    /// Standard normal.
    pub fn normal(self, step: u32, element: u32) -> f64 {
        normal_of(self.bits4(step, element / 4), element)
    }

    /// Standard normal kept within ±2, as Keras draws it: what falls outside is drawn again.
    pub fn truncated_normal(self, step: u32, element: u32) -> f64 {
        (0..TRUNCATED_TRIES)
            .map(|attempt| normal_of(self.words(step, element / 4, attempt), element))
            .find(|z| z.abs() <= 2.0)
            .unwrap_or(0.0)
    }

    /// `attempt` is the counter's last word, 0 for everything drawn once.
    fn words(self, step: u32, block: u32, attempt: u32) -> [u32; 4] {
        philox4x32_10([block, self.stream, step, attempt], key(self.seed))
    }
}

/// The standard normal of `element` from the four words of its block (Box & Muller 1958): elements 0 and 1 share one
/// pair of words (cosine and sine), elements 2 and 3 the other.
pub fn normal_of(words: [u32; 4], element: u32) -> f64 {
    let pair = element as usize % 4 / 2 * 2;
    // Half a unit up: never 0, so the logarithm is finite; the tail ends at 6.66.
    let unit = |word: u32| (f64::from(word) + 0.5) / 4_294_967_296.0;
    let radius = (-2.0 * unit(words[pair]).ln()).sqrt();
    let (sin, cos) = (std::f64::consts::TAU * unit(words[pair + 1])).sin_cos();
    radius * if element.is_multiple_of(2) { cos } else { sin }
}

/// 0 … n − 1 in random order, every order equally likely (Fisher–Yates with Lemire's unbiased draw).
///
/// The order depends on `seed` and `epoch` alone. Indices are 32-bit: of a longer `n` the first 2³² − 1 are given.
pub fn permutation(n: usize, seed: u64, epoch: u32) -> Vec<u32> {
    let n = u32::try_from(n).unwrap_or(u32::MAX);
    let mut order: Vec<u32> = (0..n).collect();
    let mut draws = Draws { key: key(seed), epoch, next: 0, words: [0; 4] };
    for i in (1..n).rev() {
        order.swap(i as usize, draws.below(i + 1) as usize);
    }
    order
}

fn key(seed: u64) -> [u32; 2] {
    [seed as u32, (seed >> 32) as u32]
}

/// A sequence of words for draws whose number is not known beforehand.
struct Draws {
    key: [u32; 2],
    epoch: u32,
    next: u64,
    words: [u32; 4],
}

impl Draws {
    fn word(&mut self) -> u32 {
        let lane = self.next as usize % 4;
        if lane == 0 {
            let block = self.next / 4;
            self.words = philox4x32_10([block as u32, SHUFFLE_STREAM, self.epoch, (block >> 32) as u32], self.key);
        }
        self.next += 1;
        self.words[lane]
    }

    /// Uniform in `0..bound`, `bound` > 0 (Lemire, "Fast random integer generation in an interval", 2019).
    fn below(&mut self, bound: u32) -> u32 {
        // Of the 2³² words, the 2³² mod bound whose product ends lowest would make some results likelier.
        let reject = bound.wrapping_neg() % bound;
        loop {
            let product = u64::from(self.word()) * u64::from(bound);
            if product as u32 >= reject {
                return (product >> 32) as u32;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The philox4x32-10 lines of Random123's `kat_vectors`.
    #[test]
    fn known_answers() {
        let ones = u32::MAX;
        assert_eq!(philox4x32_10([0; 4], [0; 2]), [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
        assert_eq!(philox4x32_10([ones; 4], [ones; 2]), [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd]);
        assert_eq!(
            philox4x32_10([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0]),
            [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1]
        );
    }

    #[test]
    fn bits_follow_the_counter_layout() {
        let stream = Seed(0x0123_4567_89ab_cdef).stream(7);
        for element in 0..16 {
            let words = philox4x32_10([element / 4, 7, 5, 0], [0x89ab_cdef, 0x0123_4567]);
            assert_eq!(stream.bits(5, element), words[element as usize % 4]);
        }
    }

    #[test]
    fn uniform_is_half_open_and_exact_in_f32() {
        assert_eq!(uniform_24(0), 0.0);
        assert_eq!(uniform_24(u32::MAX), 1.0 - 2f64.powi(-24));
        let stream = Seed(1).stream(0);
        let mut sum = 0.0;
        for element in 0..100_000 {
            let u = stream.uniform(3, element);
            assert!((0.0..1.0).contains(&u) && f64::from(u as f32) == u);
            sum += u;
        }
        // Standard deviation of the mean: 0.29 / √100,000 = 0.0009.
        assert!((sum / 1e5 - 0.5).abs() < 0.005);
    }

    /// Mean, variance, third and fourth moment of `draw` over 200,000 elements.
    fn moments(draw: impl Fn(u32) -> f64) -> [f64; 4] {
        let n = 200_000;
        let mut m = [0.0; 4];
        for z in (0..n).map(draw) {
            for (i, sum) in m.iter_mut().enumerate() {
                *sum += z.powi(i as i32 + 1) / f64::from(n);
            }
        }
        m
    }

    #[test]
    fn normal_has_the_moments_of_a_normal() {
        let stream = Seed(2).stream(1);
        let m = moments(|e| stream.normal(0, e));
        for (got, want) in m.iter().zip([0.0, 1.0, 0.0, 3.0]) {
            assert!((got - want).abs() < 0.07, "{m:?}");
        }
        let (mut product, n) = (0.0, 50_000);
        for e in 0..n {
            product += stream.normal(0, 2 * e) * stream.normal(0, 2 * e + 1) / f64::from(n);
        }
        assert!(product.abs() < 0.03, "neighbours are correlated: {product}");
    }

    #[test]
    fn truncated_normal_stays_within_two() {
        let stream = Seed(3).stream(2);
        let m = moments(|e| stream.truncated_normal(0, e));
        // Variance of a standard normal cut at ±2: 1 − 4 φ(2) / (2 Φ(2) − 1) = 0.7737.
        assert!(m[0].abs() < 0.01 && (m[1] - 0.7737).abs() < 0.01, "{m:?}");
        assert!((0..200_000).all(|e| stream.truncated_normal(0, e).abs() <= 2.0));
    }

    #[test]
    fn permutation_holds_every_index_once() {
        for n in [0, 1, 2, 3, 1_000] {
            let mut order = permutation(n, 9, 4);
            order.sort_unstable();
            assert!(order.iter().copied().eq(0..n as u32));
        }
        assert_eq!(permutation(100, 9, 4), permutation(100, 9, 4));
        assert_ne!(permutation(100, 9, 4), permutation(100, 9, 5));
        assert_ne!(permutation(100, 9, 4), permutation(100, 10, 4));
    }

    #[test]
    fn permutation_is_unbiased() {
        let mut counts = std::collections::BTreeMap::new();
        for epoch in 0..24_000 {
            *counts.entry(permutation(4, 11, epoch)).or_insert(0u32) += 1;
        }
        assert_eq!(counts.len(), 24);
        let chi2: f64 = counts.values().map(|&c| (f64::from(c) - 1000.0).powi(2) / 1000.0).sum();
        // 23 degrees of freedom: 0.999 quantile.
        assert!(chi2 < 49.7, "{chi2}");
    }
}
