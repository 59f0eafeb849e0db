//! Everything a user's data may be, behind one function.

mod loaded;
mod options;
mod prepared;
mod words;

pub use loaded::{Labels, Loaded};
pub use options::SourceOptions;
pub use prepared::{Column, ColumnKind, Prepared, Scaling};
pub use words::{MissingValues, Part, Resize, Scale, Split, Task};

use crate::base::{Error, Result};

/// The data sets known by name.
pub const NAMES: &[&str] = &["digits", "fashion-mnist", "mnist", "cifar10", "cifar100"];

/// Reads data: a name of [`NAMES`], or a path.
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
/// [`Error::Request`] for options that do not fit the data, [`Error::Data`] for what is missing or damaged: each says
/// where, what was expected, what is there and what to do.
pub fn open(source: &str, options: &SourceOptions) -> Result<Loaded> {
    let _ = options;
    Err(Error::unknown("data", source, NAMES))
}
