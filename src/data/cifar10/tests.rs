//! Small files of both forms, whole and broken.

use super::*;
use proptest::prelude::*;
use std::path::PathBuf;

/// Number `number` of image `image`, channel by channel.
fn value(image: usize, number: usize) -> u8 {
    (image * 31 + number / PIXELS * 85 + number % 251) as u8
}

/// The binary form of images `first..first + labels.len()`.
fn records(first: usize, labels: &[u8]) -> Vec<u8> {
    let record = |(n, label): (usize, &u8)| [*label].into_iter().chain((0..NUMBERS).map(move |i| value(first + n, i)));
    labels.iter().enumerate().flat_map(record).collect()
}

/// The parts of a pickle that tests change.
struct Pickle {
    shape: (u16, u16),
    element: &'static [u8],
    by_columns: bool,
    contents: Vec<u8>,
    labels: Vec<u8>,
}

impl Pickle {
    fn new(first: usize, labels: &[u8]) -> Self {
        let contents = (0..labels.len()).flat_map(|n| (0..NUMBERS).map(move |i| value(first + n, i))).collect();
        let shape = (labels.len() as u16, NUMBERS as u16);
        Self { shape, element: b"u1", by_columns: false, contents, labels: labels.to_vec() }
    }

    /// As Python 2's cPickle and numpy wrote it.
    fn bytes(&self) -> Vec<u8> {
        let short = |text: &[u8]| [&[b'U', text.len() as u8], text].concat();
        let two = |n: u16| [vec![b'M'], n.to_le_bytes().to_vec()].concat();
        let labels: Vec<u8> = self.labels.iter().flat_map(|label| [b'K', *label]).collect();
        let files: Vec<u8> = (0..self.labels.len())
            .flat_map(|n| [short(b"toy_s_000001.png"), vec![b'r'], (300 + n as u32).to_le_bytes().to_vec()].concat())
            .collect();
        [
            b"\x80\x02}q\x01(",
            &[&short(b"batch_label"), &b"q\x02"[..], &short(b"training batch 1 of 5"), b"q\x03"].concat()[..],
            &[&short(b"labels"), &b"q\x04]q\x05("[..], &labels, b"e"].concat(),
            &[
                &short(b"data"),
                &b"q\x06cnumpy.core.multiarray\n_reconstruct\nq\x07cnumpy\nndarray\nq\x08K\0\x85q\x09"[..],
            ]
            .concat(),
            &[&short(b"b"), &b"q\x0a\x87q\x0bRq\x0c(K\x01"[..], &two(self.shape.0), &two(self.shape.1)].concat(),
            &[&b"\x86q\x0dcnumpy\ndtype\nq\x0e"[..], &short(self.element), b"q\x0fK\0K\x01\x87q\x10Rq\x11(K\x03"]
                .concat(),
            &[&short(b"|"), &b"q\x12NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tq\x13b"[..]].concat(),
            &[if self.by_columns { 0x88 } else { 0x89 }, b'T'],
            &(self.contents.len() as u32).to_le_bytes(),
            &self.contents,
            b"q\x14tq\x15b",
            &[&short(b"filenames"), &b"q\x16]q\x17("[..], &files, b"eu."].concat(),
        ]
        .concat()
    }
}

/// A folder with the six files of a form, of two images each; gone when dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str, form: usize) -> Self {
        let folder = std::env::temp_dir().join(format!("wgrad-cifar-{name}-{}", std::process::id()));
        std::fs::create_dir_all(folder.join(FORMS[form].folder)).unwrap();
        let this = Self(folder);
        for file in 0..6 {
            let labels = [file as u8, 9];
            let bytes = if form == 0 { records(file * 2, &labels) } else { Pickle::new(file * 2, &labels).bytes() };
            this.put(form, file, &bytes);
        }
        this
    }

    fn put(&self, form: usize, file: usize, bytes: &[u8]) {
        std::fs::write(self.0.join(FORMS[form].folder).join(FORMS[form].files[file]), bytes).unwrap();
    }

    fn error(&self) -> String {
        cifar10(Some(&self.0)).unwrap_err().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn python(bytes: &[u8]) -> Result<Batch, DataError> {
    batch::python(&TEN, Path::new("x"), bytes)
}

#[test]
fn the_fine_labels_of_a_hundred_are_read() {
    let folder = std::env::temp_dir().join(format!("wgrad-cifar-hundred-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    // Coarse, fine, image.
    let record = |fine: u8| [&[3, fine][..], &[7; NUMBERS]].concat();
    std::fs::write(folder.join("train.bin"), [record(0), record(99)].concat()).unwrap();
    std::fs::write(folder.join("test.bin"), record(42)).unwrap();
    let read = cifar100(Some(&folder));
    std::fs::write(folder.join("test.bin"), record(100)).unwrap();
    let error = cifar100(Some(&folder)).unwrap_err().to_string();
    std::fs::remove_dir_all(&folder).unwrap();
    let (train, test) = read.unwrap();
    assert_eq!((train.labels, test.labels, test.classes), (vec![0, 99], vec![42], 100));
    assert!(error.contains("byte 1: expected a label below 100, got 100"), "{error}");
}

#[track_caller]
fn fails(bytes: &[u8], parts: &[&str]) {
    let error = python(bytes).unwrap_err().to_string();
    for part in parts {
        assert!(error.contains(part), "no {part:?} in: {error}");
    }
}

/// The pickle of two images with `old` replaced by `new`, and where `old` was.
#[track_caller]
fn changed(old: &[u8], new: &[u8]) -> (Vec<u8>, usize) {
    let bytes = Pickle::new(0, &[3, 4]).bytes();
    let at = bytes.windows(old.len()).position(|window| window == old).unwrap();
    ([&bytes[..at], new, &bytes[at + old.len()..]].concat(), at)
}

#[test]
fn both_forms_are_read_with_channels_last() {
    for form in 0..2 {
        let (train, test) = cifar10(Some(&Folder::new(&format!("read-{form}"), form).0)).unwrap();
        assert_eq!((train.len(), test.len(), train.classes), (10, 2, 10));
        assert_eq!(train.sample_shape, [32, 32, 3]);
        assert_eq!((&train.labels[..], &test.labels[..]), (&[0, 9, 1, 9, 2, 9, 3, 9, 4, 9][..], &[5, 9][..]));
        for (set, n, image) in [(&train, 0, 0), (&train, 7, 7), (&test, 1, 11)] {
            let (row, _) = set.row(n).unwrap();
            for (at, got) in row.iter().enumerate() {
                let want = value(image, at % CHANNELS * PIXELS + at / CHANNELS);
                assert_eq!(*got, f32::from(want) * (1.0 / 255.0), "image {image}, number {at}");
            }
        }
    }
}

#[test]
fn arrays_stored_column_by_column_are_the_same() {
    let by_rows = Pickle::new(0, &[3, 4, 5]);
    let contents = (0..NUMBERS).flat_map(|i| (0..3).map(move |n| value(n, i))).collect();
    let by_columns = Pickle { by_columns: true, contents, ..Pickle::new(0, &[3, 4, 5]) };
    assert_eq!(python(&by_rows.bytes()).unwrap().pixels, python(&by_columns.bytes()).unwrap().pixels);
}

#[test]
fn broken_records_are_told() {
    let folder = Folder::new("records", 0);
    let bytes = records(0, &[1, 2]);
    for (bytes, part) in [
        (&bytes[..3_100], "data_batch_3.bin: byte 3073: expected a record of 3073 bytes, got the end after 27;"),
        (&bytes[..0], "data_batch_3.bin: byte 0: expected a record of 3073 bytes, got the end after 0;"),
        (&records(0, &[1, 10]), "data_batch_3.bin: byte 3073: expected a label below 10, got 10;"),
    ] {
        folder.put(0, 2, bytes);
        assert!(folder.error().contains(part), "{}", folder.error());
    }
}

#[test]
fn a_missing_file_says_how_to_get_it() {
    let folder = Folder::new("missing", 1);
    std::fs::remove_file(folder.0.join("cifar-10-batches-py/data_batch_4")).unwrap();
    let error = folder.error();
    for part in ["cifar-10-batches-py (there, but without data_batch_4)", "cargo xtask data cifar10", "--data-dir"] {
        assert!(error.contains(part), "{error}");
    }
    // One whole form is enough.
    std::fs::create_dir_all(folder.0.join(FORMS[0].folder)).unwrap();
    (0..6).for_each(|file| folder.put(0, file, &records(0, &[7])));
    assert_eq!(cifar10(Some(&folder.0)).unwrap().0.labels, [7; 5]);
}

#[test]
fn a_file_too_long_is_left() {
    let folder = Folder::new("long", 0);
    let path = folder.0.join("cifar-10-batches-bin/test_batch.bin");
    // Without its bytes: the file has a hole.
    File::options().write(true).open(path).unwrap().set_len(MOST + 5).unwrap();
    assert!(folder.error().contains("expected at most 268435456 bytes"));
}

#[test]
fn every_cut_of_a_pickle_is_found() {
    let bytes = Pickle::new(0, &[3]).bytes();
    assert_eq!(python(&bytes).unwrap().labels, [3]);
    for end in 0..bytes.len() {
        assert!(matches!(python(&bytes[..end]), Err(DataError::Format { .. })), "cut at {end}");
    }
    fails(&[&bytes[..], b"."].concat(), &["expected the end after STOP, got 1 more bytes"]);
}

#[test]
fn counts_that_lie_are_told() {
    let small = |labels: &[u8]| Pickle { labels: labels.to_vec(), ..Pickle::new(0, &[3, 4]) };
    fails(&small(&[3]).bytes(), &["expected 2 labels, one for each image, got 1"]);
    fails(&small(&[3, 4, 5]).bytes(), &["expected 2 labels, one for each image, got 3"]);
    let shaped = |rows, columns| Pickle { shape: (rows, columns), ..Pickle::new(0, &[3, 4]) }.bytes();
    for (rows, columns) in [(3, 3_072), (2, 3_071), (0, 3_072), (65_535, 65_535)] {
        fails(&shaped(rows, columns), &["expected a shape of 6144 numbers", &format!("got {rows} × {columns}")]);
    }
    fails(&shaped(1, 6_144), &["expected images of 3072 numbers, got 6144"]);
    let (bytes, at) = changed(b"T\x00\x18\x00\x00", b"T\xff\xff\xff\xff");
    fails(&bytes, &[&format!("byte {}: expected 4294967295 bytes of a string", at + 5)]);
}

#[test]
fn labels_out_of_range_are_found() {
    let (bytes, at) = changed(b"K\x03K\x04", b"K\x03K\x0a");
    fails(&bytes, &[&format!("byte {}: expected a label below 10, got 10", at + 2)]);
    fails(&changed(b"K\x03K\x04", b"K\x03J\xff\xff\xff\xff").0, &["expected a label below 10, got -1"]);
    fails(&changed(b"K\x03K\x04", b"K\x03N").0, &["expected a label below 10, got None"]);
}

#[test]
fn what_could_run_is_refused_by_name() {
    fails(b"\x80\x02cos\nsystem\n(U\x02lstR.", &["byte 2: expected numpy.core", "got os.system"]);
    fails(b"\x80\x02(ios\nsystem\n.", &["byte 3: expected an opcode of CIFAR-10's own files, got opcode INST"]);
    fails(b"\x80\x02\x8c\x02os\x93.", &["got opcode SHORT_BINUNICODE"]);
    fails(b"\x80\x04.", &["byte 1: expected protocol 2, got 4"]);
    fails(b"\x80\x02\xff", &["got byte 0xff, which is no opcode"]);
    fails(b"\x80\x02cnumpy\ndtype\nU\x02O8\x85R.", &["expected the element type u1, unsigned bytes, got O8"]);
    fails(b"\x80\x02cnumpy\nndarray\n)R.", &["got the name NdArray called with a tuple of 0"]);
    fails(b"\x80\x02}}b.", &["expected the five parts of an array's state"]);
    let (bytes, _) = changed(b"NNNJ", b"NNGJ");
    fails(&bytes, &["got opcode BINFLOAT"]);
}

#[test]
fn dictionaries_of_other_contents_are_told() {
    fails(b"\x80\x02].", &["expected a dictionary, got a list of 0"]);
    fails(b"\x80\x02}.", &["expected one key data in the dictionary, got none"]);
    fails(b"\x80\x02}(U\x04dataNU\x04dataNu.", &["expected one key data in the dictionary, got 2"]);
    fails(b"\x80\x02}U\x04dataK\x07s.", &["expected an array under the key data, got 7"]);
    // CIFAR-100's.
    fails(&changed(b"labels", b"LABELS").0, &["expected one key labels in the dictionary, got none"]);
}

#[test]
fn the_stack_is_watched() {
    fails(b"\x80\x02a.", &["expected 1 values on the stack, got 0"]);
    fails(b"\x80\x02N(a", &["expected 1 values on the stack, got 0"]);
    fails(b"\x80\x02e", &["expected a mark on the stack, got none"]);
    fails(b"\x80\x02}(Nu", &["expected a value for each key, got 1 values"]);
    fails(b"\x80\x02}Na", &["expected a list to add to, got a dictionary of 0"]);
    fails(b"\x80\x02NN.", &["expected one value on the stack at STOP, got 2 and 0 marks"]);
    fails(b"\x80\x02.", &["got 0 and 0 marks"]);
    fails(b"\x80\x02h\x05", &["slot 5 of the memo, got nothing"]);
    fails(b"\x80\x02]q\x05h\x05", &["slot 5 of the memo, got a container"]);
    fails(b"\x80\x02N\x85\x85\x85\x85\x85.", &["expected containers 4 deep at most"]);
    fails(&[&b"\x80\x02"[..], &[b'N'; 1 << 20]].concat(), &["expected at most 1048576 opcodes"]);
    // A string kept and fetched again is that string.
    let (bytes, _) = changed(b"U\x15training batch 1 of 5q\x03U\x06labelsq\x04", b"U\x06labelsq\x03h\x03");
    assert_eq!(python(&bytes).unwrap().labels, [3, 4]);
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = python(&[&b"\x80\x02"[..], &bytes].concat());
    }

    #[test]
    fn no_program_panics(steps in proptest::collection::vec(0usize..28, 0..60)) {
        const STEPS: [&[u8]; 28] = [
            b"(", b"N", b"\x88", b"\x89", b"J\0\0\0\x80", b"K\x02", b"M\0\x0c", b"T\x02\0\0\0ab", b"U\x04data", b"]", b"a",
            b"e", b"}", b"s", b"u", b")", b"t", b"\x85", b"\x86", b"\x87", b"h\x01", b"q\x01", b"cnumpy\nndarray\n",
            b"cnumpy\ndtype\n", b"cnumpy.core.multiarray\n_reconstruct\n", b"R", b"b", b"U\x02u1",
        ];
        let program: Vec<u8> = steps.iter().flat_map(|step| STEPS[*step].iter().copied()).collect();
        prop_assert!(python(&[&b"\x80\x02"[..], &program, b"."].concat()).is_err());
    }

    #[test]
    fn no_flipped_bit_panics(at in 0usize..400, from_end in any::<bool>(), bit in 0u8..8) {
        let mut bytes = Pickle::new(0, &[3]).bytes();
        let at = if from_end { bytes.len() - 1 - at } else { at };
        bytes[at] ^= 1 << bit;
        let _ = python(&bytes);
    }
}

/// Where the data set itself is, it is read: sizes, and the first labels and pixel as Keras tells them.
#[test]
fn the_real_ones() {
    let (train, test) = match cifar10(None) {
        Err(DataError::Missing { .. }) => return,
        found => found.unwrap(),
    };
    assert_eq!((train.len(), test.len()), (50_000, 10_000));
    assert_eq!((&train.labels[..6], &test.labels[..6]), (&[6, 9, 9, 4, 1, 1][..], &[3, 8, 8, 0, 6, 6][..]));
    let bytes = |n: u8| f32::from(n) * (1.0 / 255.0);
    assert_eq!(train.row(0).unwrap().0[..3], [59, 62, 63].map(bytes));
    assert_eq!(test.row(0).unwrap().0[..3], [158, 112, 49].map(bytes));
}
