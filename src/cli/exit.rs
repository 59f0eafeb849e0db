//! How the program ends: every exit code it has.
//!
//! | code | meaning |
//! |---|---|
//! | 0 | done |
//! | 1 | failed: a file that cannot be written, a check that did not pass |
//! | 2 | wrong request |
//! | 3 | bad data or model file |
//! | 4 | no device, or the device was lost |
//! | 5 | diverged: the loss is no longer finite |
//! | 6 | out of memory |
//! | 130, 143 | interrupted by SIGINT or SIGTERM, after saving |
//! | 141 | the reader of stdout has left |

use super::signals::Signalled;
use crate::base::Error;
use crate::data::DataError;
use std::io::ErrorKind;

/// What failed without a code of its own.
pub const FAILED: u8 = 1;

/// What shells add to the number of a signal that ended a program.
pub const SIGNAL: i32 = 128;

/// What shells call a program that wrote to a pipe nobody reads any more: 128 + SIGPIPE.
pub const READER_LEFT: u8 = 141;

/// The exit code of an error.
pub fn code(error: &anyhow::Error) -> u8 {
    if error.is::<DataError>() {
        return 3;
    }
    if let Some(signalled) = error.downcast_ref::<Signalled>() {
        return signalled.code;
    }
    match error.downcast_ref::<Error>() {
        Some(Error::Request { .. }) => 2,
        Some(Error::Data(_)) => 3,
        Some(Error::Device { .. } | Error::Lost { .. }) => 4,
        Some(Error::Diverged { .. }) => 5,
        Some(Error::Memory { .. }) => 6,
        Some(Error::Write { .. }) | None => FAILED,
    }
}

/// Ends the program where stdout cannot be written to: the results go there, so nothing else is worth doing. A reader who
/// has seen enough is no fault.
pub fn unless_told(told: std::io::Result<()>) {
    let Err(error) = told else { return };
    let code = if error.kind() == ErrorKind::BrokenPipe {
        READER_LEFT
    } else {
        eprintln!("error: writing to stdout: {error}; check the room on the disk");
        FAILED
    };
    std::process::exit(i32::from(code));
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    #[test]
    fn every_error_has_its_code() {
        let full = || std::io::Error::from(ErrorKind::StorageFull);
        let write = Error::Write { path: PathBuf::from("a"), source: full(), help: "" };
        let diverged = Error::Diverged { step: 1, loss: f64::NAN, place: String::new() };
        for (error, expected) in [
            (anyhow::anyhow!("a check"), 1),
            (write.into(), 1),
            (Error::request("a", "b", "c", "d").into(), 2),
            (diverged.into(), 5),
        ] {
            assert_eq!(code(&error), expected, "{error}");
            // What is said around an error does not change what it is.
            assert_eq!(code(&error.context("while at it")), expected);
        }
    }
}
