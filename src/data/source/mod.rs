//! Everything a user's data may be, behind one function.

mod arrays;
mod choose;
mod finish;
mod folder;
mod images;
mod known;
mod loaded;
mod missing;
mod options;
mod pair;
mod prepared;
mod prepared_json;
mod raw;
mod scaling;
mod split;
mod table;
mod targets;
#[cfg(test)]
mod tests;
mod words;

pub use known::NAMES;
pub use loaded::{Labels, Loaded};
pub use options::SourceOptions;
pub use prepared::{Column, ColumnKind, Prepared, Scaling};
pub use scaling::{Moment, moments};
pub use table::{ColumnReport, Kind, report as columns};
pub use words::{MissingValues, Part, Resize, Scale, Split, Task};

use crate::base::{Error, Result};
use raw::{Raw, wrong};
use std::path::Path;

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
fn read(source: &str, options: &SourceOptions, like: Option<&Prepared>) -> Result<Raw> {
    if source.is_empty() {
        return of_files(options);
    }
    if NAMES.contains(&source) {
        return known::read(source, options);
    }
    let path = Path::new(source);
    if !path.exists() {
        return match source.split_once(',') {
            Some((first, second)) => pair::read(first.trim(), second.trim(), options),
            None => Err(unknown(source)),
        };
    }
    if path.is_dir() {
        return folder::read(path, options, like);
    }
    let name = source.to_lowercase();
    let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    if is_table(source) {
        table::read(path, options, like)
    } else if ends(&[".npz"]) {
        arrays::archive(path, options)
    } else if ends(&[".npy"]) {
        arrays::files(&[source.to_owned()], &options.y, options.weights.as_deref())
    } else if ends(&["-ubyte", "-ubyte.gz", ".idx", ".idx.gz"]) {
        let help = "give samples and labels: IMAGES,LABELS";
        Err(Error::request("data", "two IDX files with a comma between", source, help))
    } else {
        let help = "give .csv, .tsv, .npz, X.NPY,Y.NPY, two IDX files, a folder, or a name";
        Err(wrong(source, "a file of no kind that is known by its ending", help))
    }
}

/// Whether a source is a table by its ending.
pub fn is_table(source: &str) -> bool {
    let name = source.to_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    [".csv", ".tsv", ".txt", ".data"].iter().any(|ending| name.ends_with(ending))
}

/// Arrays that are files of their own.
fn of_files(options: &SourceOptions) -> Result<Raw> {
    if options.x.is_empty() {
        let help = "say source = \"digits\", a path, or x = \"x.npy\" and y = \"y.npy\"";
        return Err(Error::request("data", "a source", "none", help));
    }
    arrays::files(&options.x, &options.y, options.weights.as_deref())
}

/// The refusal of what is neither a name nor a path.
fn unknown(source: &str) -> Error {
    let is_path = source.contains(['/', '\\']) || Path::new(source).extension().is_some();
    if is_path {
        let help = "check the path; it is looked for from the folder the program was started in";
        return wrong(source, "no such file or folder", help);
    }
    Error::unknown("data source", source, NAMES)
}

/// The classes other data is to have: those of training.
fn classes_of_training(options: &SourceOptions, like: Option<&Prepared>) -> Option<Vec<String>> {
    let of = |like: &Prepared| like.labels.first().and_then(|labels| labels.classes().map(<[String]>::to_vec));
    like.or(options.prepared.as_ref()).and_then(of)
}
