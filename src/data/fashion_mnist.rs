//! MNIST (LeCun, Cortes, Burges 1998) and Fashion-MNIST (Xiao, Rasul, Vollgraf 2017, arXiv:1708.07747), each from four
//! IDX files of the same names.

use super::idx::Idx;
use super::locate::{self, Form};
use super::{DataError, Dataset};
use crate::base::RowData;
use std::path::Path;

/// Kinds of clothing, or digits.
const CLASSES: usize = 10;

/// The files, without `.gz`: training images and labels, test images and labels.
const FILES: [&str; 4] =
    ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"];

const FASHION_HELP: &str = "`wgrad data fetch fashion-mnist` gets it, or `apt install dataset-fashion-mnist`; or put the four files of \
    https://github.com/zalandoresearch/fashion-mnist in a folder and name it with --data-dir";

const MNIST_HELP: &str = "`wgrad data fetch mnist` gets it; or put its four IDX files, gzipped or not, in a folder `mnist` below $WGRAD_DATA or \
    ~/.local/share/wgrad, or name their folder with --data-dir";

/// 60,000 training and 10,000 test images of 28 × 28 pixels, scaled from 0..255 to 0..1, in 10 classes.
///
/// The files, gzipped or not, are looked for in `data_dir` and its folder `fashion-mnist`; without one in
/// $WGRAD_DATA, the user's data folder (`wgrad/fashion-mnist`) and where Debian's package puts them. Data of
/// other sizes under these names (MNIST, a part of it) is taken too, if its four files fit each other.
pub fn fashion_mnist(data_dir: Option<&Path>) -> Result<(Dataset, Dataset), DataError> {
    four_files(data_dir, "fashion-mnist", FASHION_HELP)
}

/// 60,000 training and 10,000 test images of handwritten digits, 28 × 28 pixels scaled from 0..255 to 0..1.
///
/// Looked for as [`fashion_mnist`], in a folder `mnist`.
pub fn mnist(data_dir: Option<&Path>) -> Result<(Dataset, Dataset), DataError> {
    four_files(data_dir, "mnist", MNIST_HELP)
}

/// The data set `name`, whose folder has the same name.
fn four_files(data_dir: Option<&Path>, name: &'static str, help: &str) -> Result<(Dataset, Dataset), DataError> {
    let form = Form { folder: name, files: FILES, gzipped: true };
    let (_, [train_x, train_y, test_x, test_y]) = locate::find(data_dir, name, &[form], help)?;
    let (train, test) = rayon::join(|| read(name, &train_x, &train_y), || read(name, &test_x, &test_y));
    let (train, test) = (train?, test?);
    if test.sample_shape != train.sample_shape {
        return Err(DataError::Format {
            path: test_x,
            offset: 8,
            expected: format!("images of shape {:?}, as in {}", train.sample_shape, train_x.display()),
            got: format!("{:?}", test.sample_shape),
            help: "use four files of one data set",
        });
    }
    Ok((train, test))
}

/// One pair of files: images [n, height, width] and labels [n].
fn read(name: &str, images: &Path, labels: &Path) -> Result<Dataset, DataError> {
    let x = Idx::open(images)?.of_rank(images, 3)?;
    let y = Idx::open(labels)?.of_rank(labels, 1)?;
    if y.shape[0] != x.shape[0] {
        return Err(DataError::Format {
            path: labels.to_path_buf(),
            offset: 4,
            expected: format!("{} labels, one for each image of {}", x.shape[0], images.display()),
            got: y.shape[0].to_string(),
            help: "use two files of one data set",
        });
    }
    if let Some(at) = y.data.iter().position(|label| usize::from(*label) >= CLASSES) {
        return Err(DataError::Format {
            path: labels.to_path_buf(),
            offset: 8 + at as u64,
            expected: format!("a label below {CLASSES}"),
            got: y.data[at].to_string(),
            help: "the file is damaged or of another data set; fetch it again",
        });
    }
    let features = RowData::Bytes { data: x.data.into(), scale: 1.0 / 255.0, shift: 0.0 };
    let labels = y.data.iter().map(|label| u32::from(*label)).collect();
    Dataset::new(name, features, labels, CLASSES, &x.shape[1..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    /// A folder with the four files, of 3 and 2 images of 2 × 2; gone when dropped.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let folder = std::env::temp_dir().join(format!("wgrad-{name}-{}", std::process::id()));
            std::fs::create_dir_all(&folder).unwrap();
            let this = Self(folder);
            for (i, n) in [(0, 3u8), (2, 2)] {
                let pixels: Vec<u8> = (0..n * 4).collect();
                this.put(i, &[&[0, 0, 8, 3, 0, 0, 0, n, 0, 0, 0, 2, 0, 0, 0, 2], &pixels[..]].concat());
                this.put(i + 1, &[&[0, 0, 8, 1, 0, 0, 0, n], &vec![9; n.into()][..]].concat());
            }
            this
        }

        fn put(&self, file: usize, bytes: &[u8]) {
            std::fs::write(self.0.join(FILES[file]), bytes).unwrap();
        }

        fn error(&self) -> String {
            fashion_mnist(Some(&self.0)).unwrap_err().to_string()
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn reads_what_is_there() {
        let (train, test) = fashion_mnist(Some(&Folder::new("read").0)).unwrap();
        assert_eq!((train.len(), test.len(), train.width()), (3, 2, 4));
        assert_eq!(train.row(1), Some(([4.0, 5.0, 6.0, 7.0].map(|v| v * (1.0 / 255.0)).to_vec(), 9)));
    }

    #[test]
    fn mnist_is_read_from_its_own_folder() {
        let folder = Folder::new("mnist");
        let own = folder.0.join("mnist");
        assert_eq!(mnist(Some(&folder.0)).unwrap().0.name, "mnist");
        std::fs::create_dir_all(&own).unwrap();
        for file in FILES {
            std::fs::rename(folder.0.join(file), own.join(file)).unwrap();
        }
        assert_eq!(mnist(Some(&folder.0)).unwrap().1.len(), 2);
        assert!(folder.error().starts_with("fashion-mnist not found"));
        std::fs::remove_dir_all(&own).unwrap();
        assert!(mnist(Some(&folder.0)).unwrap_err().to_string().contains("a folder `mnist`"));
    }

    #[test]
    fn labels_out_of_range_are_found() {
        let folder = Folder::new("label");
        folder.put(1, &[0, 0, 8, 1, 0, 0, 0, 3, 0, 10, 0]);
        assert!(folder.error().contains("train-labels-idx1-ubyte: byte 9: expected a label below 10, got 10"));
    }

    #[test]
    fn counts_and_shapes_must_fit() {
        let folder = Folder::new("count");
        folder.put(3, &[0, 0, 8, 1, 0, 0, 0, 1, 0]);
        assert!(folder.error().contains("t10k-labels-idx1-ubyte: byte 4: expected 2 labels"));
        let folder = Folder::new("shape");
        folder.put(2, &[0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 5, 5]);
        assert!(folder.error().contains("t10k-images-idx3-ubyte: byte 8: expected images of shape [2, 2]"));
        folder.put(2, &[0, 0, 8, 1, 0, 0, 0, 1, 5]);
        assert!(folder.error().contains("expected 3 dimensions, got 1"));
    }

    #[test]
    fn a_missing_file_says_how_to_get_it() {
        let folder = Folder::new("missing");
        std::fs::remove_file(folder.0.join(FILES[3])).unwrap();
        let error = folder.error();
        for part in ["t10k-labels-idx1-ubyte.gz", "apt install dataset-fashion-mnist", "--data-dir"] {
            assert!(error.contains(part), "{error}");
        }
    }

    /// Where Debian's package is installed, it is read.
    #[test]
    fn debians_copy() {
        let folder = Path::new("/usr/share/datasets/fashion-mnist");
        if folder.is_dir() {
            let (train, test) = fashion_mnist(Some(folder)).unwrap();
            assert_eq!((train.len(), test.len()), (60_000, 10_000));
            assert_eq!((train.sample_shape, train.classes), (vec![28, 28], 10));
            assert_eq!(train.labels[..6], [9, 0, 0, 3, 0, 2]);
        }
    }
}
