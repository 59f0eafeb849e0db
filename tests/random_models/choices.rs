//! A case is a list of numbers, and every decision takes the next of them: 0 is the plainest choice, and what lies behind
//! the end of the list is 0. So a failing case shrinks to a short list of plain choices.

/// Decisions read off a list.
pub struct Choices<'a> {
    numbers: &'a [u16],
    at: usize,
    /// Whether options may make no sense.
    wild: bool,
    /// What was decided, for people.
    pub told: String,
}

/// Numbers few options allow.
const ODD: [f64; 12] =
    [-1.0, 0.0, 1.0, 2.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300, 1e-300, f64::MAX, 1e39, -0.0];

/// Sizes nothing has: none, more than a value may hold, more than 32 bits and 64 bits count.
const SIZES: [usize; 7] = [0, 1 << 30, 1 << 31, u32::MAX as usize, 1 << 40, usize::MAX / 2 + 1, usize::MAX];

/// Axes tiny shapes do not have.
const AXES: [isize; 7] = [0, 2, 3, 9, -9, isize::MIN, isize::MAX];

impl<'a> Choices<'a> {
    pub fn new(numbers: &'a [u16]) -> Self {
        let mut choices = Self { numbers, at: 0, wild: false, told: String::new() };
        choices.wild = choices.below(3) == 2;
        choices
    }

    /// A number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        let next = self.numbers.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        next as usize % n
    }

    /// True once in `n` times.
    pub fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == n - 1
    }

    pub fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    /// Whether the next option makes no sense.
    pub fn odd(&mut self) -> bool {
        self.wild && self.once_in(12)
    }

    /// A number of an option: one of those that make sense, or any.
    pub fn number(&mut self, sound: &[f64]) -> f64 {
        if self.odd() { self.one_of(&ODD) } else { self.one_of(sound) }
    }

    pub fn size(&mut self, sound: &[usize]) -> usize {
        if self.odd() { self.one_of(&SIZES) } else { self.one_of(sound) }
    }

    pub fn axis(&mut self, sound: &[isize]) -> isize {
        if self.odd() { self.one_of(&AXES) } else { self.one_of(sound) }
    }

    /// Adds to what was decided.
    pub fn tell(&mut self, what: impl std::fmt::Display) {
        self.told += &format!("{what}; ");
    }
}
