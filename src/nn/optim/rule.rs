//! A rule: how variables follow their gradients, and the table of its hyper-parameters.

use super::Arenas;
use crate::base::{Allowed, Result};
use crate::plan::Tape;

/// Most hyper-parameters a rule may have.
pub const MOST_HYPERS: usize = 8;

/// The hyper-parameters of a rule, in the order of [`Rule::HYPERS`].
pub type Hypers = [f64; MOST_HYPERS];

/// Names of what an optimizer remembers of each variable, in Keras's order: of the names of one group, a variable's come one
/// after the other; groups follow each other.
pub type Slots = &'static [&'static [&'static str]];

/// A hyper-parameter.
#[derive(Clone, Copy, Debug)]
pub struct Hyper {
    /// Keras's name.
    pub name: &'static str,
    /// Keras's default; a flag is 0 or 1.
    pub default: f64,
    /// What it may be.
    pub allowed: Allowed,
}

/// How variables follow their gradients.
pub trait Rule: Send + Sync + 'static {
    /// The Keras name.
    const NAME: &'static str;
    /// Keras's class.
    const CLASS: &'static str;
    /// Keras's default learning rate.
    const LEARNING_RATE: f64 = 1e-3;
    /// Keras's default weight decay.
    const WEIGHT_DECAY: f64 = 0.0;
    /// The hyper-parameters.
    const HYPERS: &'static [Hyper];

    /// Records the update on the tape; `keeps` says that a momentum of 0 may grow, because a schedule moves it.
    ///
    /// # Errors
    /// Those of [`Tape::run`].
    fn record(tape: &mut Tape, h: &Hypers, keeps: bool, arenas: &Arenas) -> Result<()>;

    /// What it remembers of each variable, under Keras's names.
    fn slots(h: &Hypers) -> Slots {
        let _ = h;
        &[]
    }

    /// The numbers for update `t` (from 1), as [`Step::coef`](crate::kernel::Step::coef); `carry` starts at 1 and is kept from update to update.
    fn coefficients(h: &Hypers, rate: f64, t: u64, carry: &mut f64) -> [f64; 8];
}

/// Declares a rule's hyper-parameters, its builder methods, and the name users know it by.
///
/// `optimizer! { /// docs Adam, AdamRule; /// docs beta_1: f64 = 0.9, Allowed::Fraction; … }`
macro_rules! optimizer {
    ($(#[$doc:meta])* $name:ident, $rule:ident, $hypers:ident;
     $($(#[$hyper_doc:meta])* $hyper:ident : $t:ty = $default:expr, $allowed:expr;)*) => {
        $(#[$doc])*
        pub type $name = $crate::nn::optim::Updater<$rule>;

        /// The rule behind it.
        pub struct $rule;

        const $hypers: &[$crate::nn::optim::Hyper] = &[$($crate::nn::optim::Hyper {
            name: stringify!($hyper), default: $default, allowed: $allowed,
        }),*];

        impl $crate::nn::optim::Updater<$rule> {
            /// With Keras's defaults and this learning rate, a number or a schedule.
            pub fn new(learning_rate: impl $crate::nn::schedule::Schedule + 'static) -> Self {
                Self::of(learning_rate)
            }
            $crate::nn::optim::rule::builders! { $hypers; $($(#[$hyper_doc])* $hyper : $t;)* }
        }
    };
}
pub(crate) use optimizer;

/// A builder method for each hyper-parameter.
macro_rules! builders {
    ($hypers:ident; $($(#[$doc:meta])* $hyper:ident : $t:ty;)*) => {
        $($(#[$doc])*
        pub fn $hyper(self, $hyper: $t) -> Self {
            const INDEX: usize = $crate::nn::optim::rule::index_of($hypers, stringify!($hyper));
            self.hyper(INDEX, f64::from($hyper))
        })*
    };
}
pub(crate) use builders;

/// The place of a name in the table, at compile time.
pub(crate) const fn index_of(hypers: &[Hyper], name: &str) -> usize {
    let mut i = 0;
    while i < hypers.len() {
        if same(hypers[i].name.as_bytes(), name.as_bytes()) {
            return i;
        }
        i += 1;
    }
    panic!("a builder for a hyper-parameter that is not in the table");
}

const fn same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() {
        if a[i] != b[i] {
            return false;
        }
        i += 1;
    }
    true
}
