//! Everything a user's data may be, behind one function.

mod finish;
mod known;
mod loaded;
mod missing;
mod options;
mod prepared;
mod raw;
mod scaling;
mod split;
mod targets;
mod words;

pub use known::NAMES;
pub use loaded::{Labels, Loaded};
pub use options::SourceOptions;
pub use prepared::{Column, ColumnKind, Prepared, Scaling};
pub use words::{MissingValues, Part, Resize, Scale, Split, Task};

use crate::base::Result;
use raw::Raw;

/// Reads data: a name of [`NAMES`], or a path. `seed` is what draws of parts are repeated by.
///
/// | source | is |
/// |---|---|
/// | `digits`, `fashion-mnist`, … | a data set known by name, found as `docs/data.md` says |
/// | `data.npz` | arrays `x` and `y`, or `x_train`, `y_train`, `x_test` and `y_test`, or those named in the options |
/// | `x.npy,y.npy` | samples and labels; `x.npy` alone has none |
/// | `table.csv` (`.tsv`, `.csv.gz`) | a row a sample, a column the target |
/// | `images,labels` | two IDX files, gzipped or not |
/// | a folder | images in a folder a class, below `train` and `test` or not; the files of MNIST or CIFAR |
///
/// # Errors
/// [`Error::Request`](crate::base::Error::Request) for options that do not fit the data,
/// [`Error::Data`](crate::base::Error::Data) for what is missing or damaged: each says where, what was expected, what is
/// there and what to do.
pub fn open(options: &SourceOptions, seed: u64) -> Result<Loaded> {
    let raw = read(&options.source, options, options.prepared.as_ref())?;
    finish::finish(raw, options, seed)
}

/// A source as it is; `like` is what training data decided, where other data is to be made the same way.
fn read(source: &str, options: &SourceOptions, _like: Option<&Prepared>) -> Result<Raw> {
    known::read(source, options)
}
