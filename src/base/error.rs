//! What can go wrong, told so that the reader knows what to do next.

use super::nearest;
use std::fmt::Display;
use std::path::PathBuf;

/// The result of everything that can fail in this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Everything a user of the crate can get wrong, or the machine can refuse.
///
/// Each message names what and where, what was expected, what was found and what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A shape, size or option that does not fit the layer, loss, optimizer or call it was given to.
    #[error("{what}: expected {expected}, got {got}; {help}")]
    Request {
        /// The layer or option, by name.
        what: String,
        /// What would have been right.
        expected: String,
        /// What was given.
        got: String,
        /// What to do.
        help: String,
    },
    /// A data set or file that is missing, damaged or not what it says it is.
    #[error("{0}")]
    Data(String),
    /// A file the operating system would not write.
    #[error("{}: writing failed: {source}; {help}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
        /// What to do.
        help: &'static str,
    },
    /// No usable device, or one that was refused.
    #[error("{what}; {help}")]
    Device {
        /// What was found.
        what: String,
        /// What to do.
        help: String,
    },
    /// The plan does not fit the device.
    #[error("{what} needs {needed} bytes, the device allows {allowed}; {help}")]
    Memory {
        /// The buffer, binding or plan that does not fit.
        what: String,
        /// Bytes needed.
        needed: u64,
        /// Bytes the device offers.
        allowed: u64,
        /// What to do.
        help: String,
    },
    /// The device was lost or reported a fault while working.
    #[error("device lost while {during}: {reason}; start again, or choose another device with --device")]
    Lost {
        /// What was being done.
        during: String,
        /// What the driver said.
        reason: String,
    },
    /// The loss stopped being a finite number.
    #[error(
        "training diverged: loss is {loss} after step {step}{place}; lower the learning rate, clip gradients, normalise the input, or look for NaN in it"
    )]
    Diverged {
        /// Steps done.
        step: u64,
        /// The value seen.
        loss: f64,
        /// Where numbers first stopped being finite, as far as it is known.
        place: String,
    },
}

impl Error {
    /// An [`Error::Request`] from its four parts.
    pub fn request(what: impl Display, expected: impl Display, got: impl Display, help: impl Display) -> Self {
        Self::Request {
            what: what.to_string(),
            expected: expected.to_string(),
            got: got.to_string(),
            help: help.to_string(),
        }
    }

    /// An [`Error::Request`] for a name that is none of `known`; suggests the one it was most likely meant to be.
    pub fn unknown(what: impl Display, name: &str, known: &[&str]) -> Self {
        let help = match nearest(name, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "use one of these names".to_owned(),
        };
        let expected = if known.is_empty() { "nothing".to_owned() } else { format!("one of {}", known.join(", ")) };
        Self::request(what, expected, name, help)
    }

    /// An [`Error::Device`] from its two parts.
    pub fn device(what: impl Display, help: impl Display) -> Self {
        Self::Device { what: what.to_string(), help: help.to_string() }
    }
}
