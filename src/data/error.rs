//! What can be wrong with data: which file, at which byte, what should have been there, what to do.

use crate::base::Error;
use std::path::PathBuf;

/// Data that is missing, damaged or not what it says it is.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// Files that are in none of the places they could be.
    #[error("{what} not found; looked in {}; {help}", places(looked))]
    Missing {
        /// The data set.
        what: String,
        /// The folders looked in, and in those that hold a part of it, the files that are not there.
        looked: Vec<(PathBuf, Vec<String>)>,
        /// How to get it.
        help: String,
    },
    /// A file the operating system would not read.
    #[error("{}: reading failed at byte {offset}: {source}; check the file and its permissions", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Bytes read before, after decompression.
        offset: u64,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file that breaks its format.
    #[error("{}: byte {offset}: expected {expected}, got {got}; {help}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// Where it breaks, counted after decompression.
        offset: u64,
        /// What belongs there.
        expected: String,
        /// What is there.
        got: String,
        /// What to do.
        help: &'static str,
    },
    /// Parts of a data set that do not fit each other.
    #[error("data set {name}: expected {expected}, got {got}")]
    Mismatch {
        /// The data set.
        name: String,
        /// What would fit.
        expected: String,
        /// What was given.
        got: String,
    },
}

fn places(looked: &[(PathBuf, Vec<String>)]) -> String {
    let place = |(folder, absent): &(PathBuf, Vec<String>)| match absent.as_slice() {
        [] => folder.display().to_string(),
        files => format!("{} (there, but without {})", folder.display(), files.join(", ")),
    };
    looked.iter().map(place).collect::<Vec<_>>().join(", ")
}

impl From<DataError> for Error {
    fn from(error: DataError) -> Self {
        Self::Data(error.to_string())
    }
}
