//! What a number someone chose may be, and the error that says so.

use super::{Error, Result};
use std::fmt::Display;

/// The numbers an option takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Allowed {
    /// 0 ≤ x < 1.
    Fraction,
    /// 0 ≤ x ≤ 1.
    Share,
    /// x ≥ 0.
    NotNegative,
    /// x > 0.
    Positive,
    /// x ≤ 0.
    NotPositive,
    /// Any finite number.
    Finite,
    /// 0 or 1: off or on.
    Flag,
}

impl Allowed {
    /// Whether `x` is one of them; infinities and NaN never are.
    pub fn holds(self, x: f64) -> bool {
        x.is_finite()
            && match self {
                Self::Fraction => (0.0..1.0).contains(&x),
                Self::Share => (0.0..=1.0).contains(&x),
                Self::NotNegative => x >= 0.0,
                Self::Positive => x > 0.0,
                Self::NotPositive => x <= 0.0,
                Self::Finite => true,
                Self::Flag => x == 0.0 || x == 1.0,
            }
    }

    /// The range, for people.
    pub fn range(self, name: &str) -> String {
        match self {
            Self::Fraction => format!("0 ≤ {name} < 1"),
            Self::Share => format!("0 ≤ {name} ≤ 1"),
            Self::NotNegative => format!("{name} ≥ 0"),
            Self::Positive => format!("{name} > 0"),
            Self::NotPositive => format!("{name} ≤ 0"),
            Self::Finite => "a finite number".to_owned(),
            Self::Flag => "0 or 1".to_owned(),
        }
    }

    /// Fails unless `x` is one of them; `owner` is the layer, optimizer or loss whose option `name` it is.
    ///
    /// # Errors
    /// [`Error::Request`] with the range.
    pub fn check(self, owner: impl Display, name: &str, x: f64) -> Result<()> {
        if self.holds(x) {
            return Ok(());
        }
        Err(Error::request(format!("{owner}: {name}"), self.range(name), x, "choose a number in this range"))
    }
}
