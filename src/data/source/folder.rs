//! Folders: the files of a known data set, or images.

use super::known::of_sets;
use super::options::SourceOptions;
use super::prepared::Prepared;
use super::raw::Raw;
use super::{classes_of_training, images};
use crate::base::Result;
use crate::data::datasets;
use std::path::Path;

/// Reads a folder by what is in it.
///
/// # Errors
/// A folder of nothing that is known, files that are damaged.
pub fn read(path: &Path, options: &SourceOptions, like: Option<&Prepared>) -> Result<Raw> {
    let has = |names: &[&str]| names.iter().any(|name| path.join(name).is_file());
    let folder = Some(path);
    let place = path.display().to_string();
    let ((train, test), name) = if has(&["train-images-idx3-ubyte.gz", "train-images-idx3-ubyte"]) {
        let fashion = place.to_lowercase().contains("fashion");
        (datasets::mnist(folder)?, if fashion { "fashion-mnist" } else { "mnist" })
    } else if has(&["data_batch_1.bin", "data_batch_1"]) {
        (datasets::cifar10(folder)?, "cifar10")
    } else if has(&["train.bin", "train"]) && has(&["test.bin", "test"]) {
        (datasets::cifar100(folder)?, "cifar100")
    } else {
        return images::read(path, options, classes_of_training(options, like));
    };
    let mut raw = of_sets(train, test, name);
    raw.name = place;
    Ok(raw)
}
