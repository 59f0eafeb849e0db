//! Initializers: how variables start. Names, defaults and distributions are Keras's, drawn from the engine's counter RNG.
//!
//! | initializer | variance | for |
//! |---|---|---|
//! | Glorot | 1 / fan_avg | linear, tanh, sigmoid, softmax |
//! | He | 2 / fan_in | ReLU and its variants |
//! | LeCun | 1 / fan_in | SELU |
//!
//! Numbers are rounded to f32, so that the judge starts where the devices start.

/// Declares the pages; the word is the registration of their names.
macro_rules! initializers {
    ($($page:ident),* $(,)?) => {
        $(mod $page;)*
        /// The names initializers are made from, page by page.
        static PAGES: &[&[Named]] = &[$($page::WORDS),*];
    };
}

initializers! { constant, fixup, identity, orthogonal, random, variance_scaling }

pub use constant::{Constant, Ones, Zeros};
pub use fixup::Fixup;
pub use identity::Identity;
pub use orthogonal::Orthogonal;
pub use random::{RandomNormal, RandomUniform, TruncatedNormal};
pub use variance_scaling::{
    Distribution, GlorotNormal, GlorotUniform, HeNormal, HeUniform, LecunNormal, LecunUniform, Mode, VarianceScaling,
    fans,
};

use crate::base::rng::Stream;
use crate::base::{Allowed, Error, Result};
use crate::nn::config::{Config, classes};
use crate::nn::words::{Entry, Words};
use std::sync::Arc;

classes! { Initializer, "initializer", "keras.initializers":
    Constant, Fixup, GlorotNormal, GlorotUniform, HeNormal, HeUniform, Identity also "IdentityInitializer", LecunNormal,
    LecunUniform, Ones, Orthogonal also "OrthogonalInitializer", RandomNormal, RandomUniform, TruncatedNormal,
    VarianceScaling, Zeros,
}

/// How a variable starts.
pub trait Initializer: Send + Sync {
    /// The Keras name.
    fn name(&self) -> &'static str;

    /// Checks the numbers it was made with; `what` names the option it was given to.
    ///
    /// # Errors
    /// A number outside its range, with the range.
    fn check(&self, what: &str) -> Result<()> {
        let _ = what;
        Ok(())
    }

    /// Checks that variables of this shape can start so.
    ///
    /// # Errors
    /// A shape it cannot fill.
    fn fits(&self, what: &str, shape: &[usize]) -> Result<()> {
        let _ = (what, shape);
        Ok(())
    }

    /// The values of a variable whose shape fits, row-major; the same for the same stream.
    fn values(&self, shape: &[usize], random: Stream) -> Vec<f64>;

    /// Class and fields, for files.
    ///
    /// # Errors
    /// One of your own, which no file has a word for.
    fn config(&self) -> Result<Config> {
        Config::none("initializer", self.name())
    }
}

impl<I: Initializer + ?Sized> Initializer for Arc<I> {
    fn name(&self) -> &'static str {
        (**self).name()
    }
    fn check(&self, what: &str) -> Result<()> {
        (**self).check(what)
    }
    fn fits(&self, what: &str, shape: &[usize]) -> Result<()> {
        (**self).fits(what, shape)
    }
    fn values(&self, shape: &[usize], random: Stream) -> Vec<f64> {
        (**self).values(shape, random)
    }
    fn config(&self) -> Result<Config> {
        (**self).config()
    }
}

/// What draws the values of a variable of `shape`, once numbers and shape have been checked; for
/// [`Tape::param`](crate::plan::Tape::param). `what` names the option: ``layer `dense`: kernel_initializer``.
///
/// # Errors
/// Those of [`Initializer::check`] and [`Initializer::fits`].
pub fn start<'a>(
    what: &str,
    initializer: &'a dyn Initializer,
    shape: &'a [usize],
) -> Result<impl FnOnce(Stream) -> Vec<f64> + use<'a>> {
    initializer.check(what)?;
    initializer.fits(what, shape)?;
    Ok(move |random| initializer.values(shape, random))
}

/// A name, its parameters, and how the initializer is made of them.
type Named = Entry<fn(&Words) -> Result<Arc<dyn Initializer>>>;

/// The names [`named`] knows, with their parameters.
pub fn names() -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    PAGES.iter().copied().flatten().map(|row| (row.name, row.keys))
}

/// The initializer of `words`, as in `he_normal` or `random_normal:stddev=0.01`; its numbers are checked.
///
/// # Errors
/// An unknown name or parameter, with the nearest known one; a number outside its range.
pub fn named(words: &str) -> Result<Arc<dyn Initializer>> {
    let words = Words::parse("initializer", words)?;
    let row = words.find(PAGES.iter().copied().flatten())?;
    let initializer = (row.make)(&words)?;
    initializer.check("initializer")?;
    Ok(initializer)
}

/// Fails unless `x` is allowed, and a number in f32.
fn number(what: &str, initializer: &str, option: &str, allowed: Allowed, x: f64) -> Result<()> {
    allowed.check(format!("{what} {initializer}"), option, x)?;
    if x.abs() <= f64::from(f32::MAX) {
        return Ok(());
    }
    let range = format!("at most {:e} from 0", f32::MAX);
    Err(Error::request(format!("{what} {initializer}: {option}"), range, x, "choose a number that f32 can hold"))
}

/// `draw` of every element, rounded to f32.
fn fill(shape: &[usize], draw: impl Fn(u32) -> f64) -> Vec<f64> {
    // Shapes are checked to hold fewer than 2³² numbers before anything is drawn.
    (0..shape.iter().product::<usize>()).map(|i| f64::from(draw(i as u32) as f32)).collect()
}
