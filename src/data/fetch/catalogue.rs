//! What can be fetched, from where, and the SHA-256 it must have.
//!
//! Sums: of MNIST and Fashion-MNIST TensorFlow Datasets' `url_checksums/mnist.txt` and `fashion_mnist.txt`; of CIFAR-10 and
//! CIFAR-100 Keras's `datasets/cifar10.py` and `cifar100.py` (`file_hash`).

/// A data set.
pub struct Set {
    /// Its name.
    pub name: &'static str,
    /// Its folder.
    pub folder: &'static str,
    /// The files that come.
    pub items: &'static [Item],
    /// The files taken out of the archive that came, if it is one.
    pub members: &'static [&'static str],
}

/// A file.
pub struct Item {
    /// Where it is.
    pub url: &'static str,
    /// What it is called.
    pub file: &'static str,
    /// Bytes.
    pub bytes: u64,
    /// SHA-256, in lower-case hexadecimal digits.
    pub sha256: &'static str,
}

/// The names of the data sets that can be fetched.
pub const FETCHED: &[&str] = &["fashion-mnist", "mnist", "cifar10", "cifar100"];

/// An item whose URL ends in its name.
macro_rules! item {
    ($folder:literal, $file:literal, $bytes:literal, $sum:literal) => {
        Item { url: concat!($folder, $file), file: $file, bytes: $bytes, sha256: $sum }
    };
}

/// The data sets.
pub const SETS: &[Set] = &[
    Set {
        name: "fashion-mnist",
        folder: "fashion-mnist",
        items: &[
            item!(
                "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
                "train-images-idx3-ubyte.gz",
                26_421_880,
                "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"
            ),
            item!(
                "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
                "train-labels-idx1-ubyte.gz",
                29_515,
                "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"
            ),
            item!(
                "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
                "t10k-images-idx3-ubyte.gz",
                4_422_102,
                "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"
            ),
            item!(
                "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
                "t10k-labels-idx1-ubyte.gz",
                5_148,
                "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"
            ),
        ],
        members: &[],
    },
    Set {
        name: "mnist",
        folder: "mnist",
        items: &[
            item!(
                "https://storage.googleapis.com/cvdf-datasets/mnist/",
                "train-images-idx3-ubyte.gz",
                9_912_422,
                "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"
            ),
            item!(
                "https://storage.googleapis.com/cvdf-datasets/mnist/",
                "train-labels-idx1-ubyte.gz",
                28_881,
                "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"
            ),
            item!(
                "https://storage.googleapis.com/cvdf-datasets/mnist/",
                "t10k-images-idx3-ubyte.gz",
                1_648_877,
                "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"
            ),
            item!(
                "https://storage.googleapis.com/cvdf-datasets/mnist/",
                "t10k-labels-idx1-ubyte.gz",
                4_542,
                "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"
            ),
        ],
        members: &[],
    },
    Set {
        name: "cifar10",
        folder: "cifar-10-batches-py",
        items: &[item!(
            "https://www.cs.toronto.edu/~kriz/",
            "cifar-10-python.tar.gz",
            170_498_071,
            "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce"
        )],
        members: &["data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch"],
    },
    Set {
        name: "cifar100",
        folder: "cifar-100-python",
        items: &[item!(
            "https://www.cs.toronto.edu/~kriz/",
            "cifar-100-python.tar.gz",
            169_001_437,
            "85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7"
        )],
        members: &["train", "test"],
    },
];
