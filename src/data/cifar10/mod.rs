//! CIFAR-10 and CIFAR-100 (Krizhevsky 2009, "Learning Multiple Layers of Features from Tiny Images"), from their binary or Python
//! batches.

mod batch;
mod opcodes;
mod pickle;
#[cfg(test)]
mod tests;
mod value;

use super::locate::{self, Form};
use super::{DataError, Dataset};
use crate::base::RowData;
use batch::Batch;
use rayon::prelude::*;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// What differs between the two data sets.
pub struct Set {
    /// What messages call it.
    name: &'static str,
    /// Kinds of things seen.
    classes: usize,
    /// Bytes of labels before an image of the binary form.
    label_bytes: usize,
    /// The key of the labels in the Python form.
    labels: &'static str,
}

const TEN: Set = Set { name: "cifar10", classes: 10, label_bytes: 1, labels: "labels" };

/// Its 20 coarse classes, the first of the label bytes, are not read.
const HUNDRED: Set = Set { name: "cifar100", classes: 100, label_bytes: 2, labels: "fine_labels" };

/// Height and width of an image.
const SIDE: usize = 32;

const PIXELS: usize = SIDE * SIDE;

/// Red, green, blue.
const CHANNELS: usize = 3;

/// Numbers of an image.
const NUMBERS: usize = PIXELS * CHANNELS;

/// Bytes of a file at most: eight times those of 10,000 images.
const MOST: u64 = 1 << 28;

/// The training batches in their order, then the test batch.
const FORMS: [Form<6>; 2] = [
    Form {
        folder: "cifar-10-batches-bin",
        files: [
            "data_batch_1.bin",
            "data_batch_2.bin",
            "data_batch_3.bin",
            "data_batch_4.bin",
            "data_batch_5.bin",
            "test_batch.bin",
        ],
        gzipped: false,
    },
    Form {
        folder: "cifar-10-batches-py",
        files: ["data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch"],
        gzipped: false,
    },
];

/// The training images, then the test images of CIFAR-100.
const FORMS_100: [Form<2>; 2] = [
    Form { folder: "cifar-100-binary", files: ["train.bin", "test.bin"], gzipped: false },
    Form { folder: "cifar-100-python", files: ["train", "test"], gzipped: false },
];

/// Makes a batch of a file's bytes; the path names it in messages.
type Reader = fn(&Set, &Path, &[u8]) -> Result<Batch, DataError>;

/// The readers of both forms.
const READERS: [Reader; 2] = [batch::binary, batch::python];

const HELP: &str = "put the unpacked folder of cifar-10-binary.tar.gz or cifar-10-python.tar.gz \
    (https://www.cs.toronto.edu/~kriz/cifar.html) below $WGRAD_DATA or ~/.local/share/wgrad, or name it with \
    --data-dir; `wgrad data fetch cifar10` does it, or from wgrad's sources `cargo xtask data cifar10`";

const HELP_100: &str = "put the unpacked folder of cifar-100-binary.tar.gz or cifar-100-python.tar.gz \
    (https://www.cs.toronto.edu/~kriz/cifar.html) below $WGRAD_DATA or ~/.local/share/wgrad, or name it with \
    --data-dir; `wgrad data fetch cifar100` does it";

/// 50,000 training and 10,000 test images of 32 × 32 pixels and 3 channels, the channels last, scaled from 0..255 to 0..1.
///
/// Classes: 0 airplane, 1 automobile, 2 bird, 3 cat, 4 deer, 5 dog, 6 frog, 7 horse, 8 ship, 9 truck.
///
/// The six files are looked for in `data_dir` and its folders `cifar-10-batches-bin` and `cifar-10-batches-py`; without
/// one in $WGRAD_DATA and the user's data folder (`wgrad/cifar-10-batches-bin`, …). Of a pickle (the Python form) only
/// the few opcodes of those very files are read, and nothing is ever called. Files of fewer images are taken too.
pub fn cifar10(data_dir: Option<&Path>) -> Result<(Dataset, Dataset), DataError> {
    read(&TEN, data_dir, &FORMS, HELP)
}

/// 50,000 training and 10,000 test images as those of [`cifar10`], in 100 classes (the *fine* labels) by the alphabet: 0 apple
/// to 99 worm.
///
/// The two files are looked for in folders `cifar-100-binary` and `cifar-100-python`, else as [`cifar10`].
pub fn cifar100(data_dir: Option<&Path>) -> Result<(Dataset, Dataset), DataError> {
    read(&HUNDRED, data_dir, &FORMS_100, HELP_100)
}

/// The files of one form: those of training images, then one of test images.
fn read<const N: usize>(
    set: &Set,
    data_dir: Option<&Path>,
    forms: &[Form<N>; 2],
    help: &str,
) -> Result<(Dataset, Dataset), DataError> {
    let (form, paths) = locate::find(data_dir, set.name, forms, help)?;
    let read = |path| whole(path).and_then(|bytes| READERS[form](set, path, &bytes));
    let mut batches: Vec<Batch> = paths.par_iter().map(|path| read(path)).collect::<Result<_, _>>()?;
    let test = batches.split_off(N - 1);
    Ok((dataset(set, batches)?, dataset(set, test)?))
}

/// The batches one after another.
fn dataset(set: &Set, batches: Vec<Batch>) -> Result<Dataset, DataError> {
    let labels = batches.iter().flat_map(|batch| batch.labels.iter().copied()).collect();
    let parts: Vec<&[u8]> = batches.iter().map(|batch| batch.pixels.as_slice()).collect();
    let features = RowData::Bytes { data: parts.concat().into(), scale: 1.0 / 255.0, shift: 0.0 };
    Dataset::new(set.name, features, labels, set.classes, &[SIDE, SIDE, CHANNELS])
}

/// All bytes of a file.
fn whole(path: &Path) -> Result<Vec<u8>, DataError> {
    let mut bytes = Vec::new();
    let outcome = File::open(path).and_then(|file| file.take(MOST + 1).read_to_end(&mut bytes));
    let offset = bytes.len() as u64;
    outcome.map_err(|source| DataError::Io { path: path.to_path_buf(), offset, source })?;
    if offset > MOST {
        let (expected, got) = (format!("at most {MOST} bytes"), "more".to_string());
        let help = "the file is of another kind; check which file has which name";
        return Err(DataError::Format { path: path.to_path_buf(), offset: MOST, expected, got, help });
    }
    Ok(bytes)
}
