//! Run files: what Keras code would say, as TOML.

mod beside;
mod callbacks;
mod data;
mod document;
mod file;
mod item;
mod model;
mod outcome;
mod range_test;
mod schema;
mod session;
mod shared;
mod toml_text;
mod train;
mod weights;
mod wiring;
mod words;

pub use beside::{data_for, model_at, tested};
pub use file::RunFile;
pub use range_test::Readings;
pub use schema::schema;
pub use session::Session;

use crate::base::Error;

/// The error, of something within `place`.
pub(crate) fn under(place: &str, error: Error) -> Error {
    match error {
        Error::Request { what, expected, got, help } => {
            Error::Request { what: format!("{place}: {what}"), expected, got, help }
        }
        other => other,
    }
}

/// The error, of a word that was given at `place`.
fn named(place: &str, error: Error) -> Error {
    match error {
        Error::Request { expected, got, help, .. } => Error::Request { what: place.to_owned(), expected, got, help },
        other => other,
    }
}
