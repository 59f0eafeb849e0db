//! `wgrad data`: what is told of data, and every refusal.

use crate::files::{Folder, refused, told, write};
use flate2::{Compression, write::GzEncoder};
use std::io::Write;

const HOUSES: &str = "rooms,city,price\n3,Bern,10.5\n4,Genf,20.5\n5,Bern,30.25\n6,Basel,41\n";

/// A file of this text in the folder; its path.
fn put(folder: &Folder, name: &str, bytes: impl AsRef<[u8]>) -> String {
    let path = folder.at(name);
    if let Some(parent) = std::path::Path::new(&path).parent() {
        std::fs::create_dir_all(parent).expect("a folder");
    }
    std::fs::write(&path, bytes).expect("a file");
    path
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

/// The bytes of an IDX file.
fn idx(shape: &[u8], data: &[u8]) -> Vec<u8> {
    let axes = shape.iter().flat_map(|axis| [0, 0, 0, *axis]);
    [&[0, 0, 8, shape.len() as u8][..], &axes.collect::<Vec<_>>(), data].concat()
}

#[track_caller]
fn tells(arguments: &[&str], words: &[&str]) {
    let out = told(arguments);
    for word in words {
        assert!(out.contains(word), "{arguments:?} says nothing of `{word}`: {out}");
    }
}

#[test]
fn the_digits_are_told() {
    let words = ["digits: classification; a model ends in 10 units with softmax", "input x: 8 × 8 bytes", "1,437", "█"];
    tells(&["data", "digits"], &words);
    tells(&["data", "digits", "--validation", "10%"], &["validation      144", "train         1,293"]);
    tells(&["data", "digits", "--scale", "standardize", "--test", "none"], &["mean", "left out"]);
    let json: serde_json::Value = serde_json::from_str(&told(&["data", "digits", "--json"])).expect("one object");
    assert_eq!((&json["parts"]["train"], &json["parts"]["test"]), (&1_437.into(), &360.into()));
    assert_eq!(json["inputs"][0]["shape"], serde_json::json!([8, 8]));
    // scikit-learn's count of zeros.
    let zeros = &json["outputs"][0]["classes"][0]["samples"];
    assert_eq!(zeros["train"].as_u64().zip(zeros["test"].as_u64()).map(|(a, b)| a + b), Some(178));
}

#[test]
fn tables_are_told_by_column() {
    let folder = Folder::new("data-table");
    let houses = put(&folder, "houses.csv", HOUSES);
    let words =
        ["regression; a model ends in 1 unit", "rooms", "city", "Bern 2, ", "one-hot of 3 categories", "`price`"];
    tells(&["data", &houses, "--categorical", "city"], &words);
    tells(&["data", &houses, "--drop", "city", "--target", "rooms", "--task", "classification"], &["one of 4 classes"]);
    let kept = put(&folder, "kinds.csv.gz", gzipped(b"a;b;kind\n1;2;pear\n2;3;apple\n3;5;pear\n"));
    tells(&["data", &kept], &["binary_crossentropy", "apple", "pear"]);
    // What the columns hold is told even where the data cannot be used.
    let out = crate::wgrad(&["data", &houses]);
    assert_eq!(out.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&out.stdout).contains("Genf 1"), "{out:?}");
}

#[test]
fn arrays_are_told_and_pairs_and_folders() {
    let folder = Folder::new("data-arrays");
    let (x, y) = (folder.at("x.npy"), folder.at("y.npy"));
    write(&x, &[4, 3], &[1.0, 2.0, 0.5, 2.0, 2.0, 0.25, 3.0, 2.0, 0.125, 4.0, 2.0, 0.5]);
    write(&y, &[4], &[0.0, 1.0, 1.0, 0.0]);
    tells(&["data", &format!("{x},{y}")], &["input x: 3 float32", "the same in every sample", "one of 2 classes"]);
    tells(&["data", &x], &["no labels"]);
    tells(&["data", &x, "--task", "reconstruction"], &["reconstruction"]);
    let images = put(&folder, "i-idx3-ubyte", idx(&[2, 2, 2], &[0, 255, 0, 255, 0, 255, 0, 255]));
    let labels = put(&folder, "l-idx1-ubyte.gz", gzipped(&idx(&[2], &[0, 0])));
    tells(&["data", &format!("{images},{labels}"), "--task", "classification"], &["2 × 2 bytes", "mean 127.5"]);
}

#[cfg(feature = "images")]
#[test]
fn folders_of_images_are_told() {
    let folder = Folder::new("data-images");
    for class in ["cat", "dog"] {
        std::fs::create_dir_all(folder.at(&format!("pets/{class}"))).expect("a folder");
        image::GrayImage::new(1, 1).save(folder.at(&format!("pets/{class}/1.png"))).expect("a file");
    }
    tells(&["data", &folder.at("pets")], &["1 × 1 × 1 bytes", "cat", "dog"]);
    tells(
        &["data", &folder.at("pets"), "--image-size", "4,6", "--channels", "3"],
        &["4 × 6 × 3 bytes", "2 of 2 images"],
    );
}

#[test]
fn wrong_words_are_refused() {
    let folder = Folder::new("data-words");
    let houses = put(&folder, "houses.csv", HOUSES);
    refused(&["data"], 2, &["DATA"]);
    refused(&["data", "digitz"], 2, &["did you mean `digits`?"]);
    refused(&["data", "digits", "--scale", "standardise"], 2, &["did you mean `standardize`?"]);
    refused(&["data", "digits", "--task", "clasification"], 2, &["did you mean `classification`?"]);
    refused(&["data", "digits", "--split", "stratify"], 2, &["did you mean `stratified`?"]);
    refused(&["data", "digits", "--missing", "fil"], 2, &["did you mean `fill`?"]);
    refused(&["data", "digits", "--validation", "1.5"], 2, &["0 < --validation < 1"]);
    refused(&["data", "digits", "--validation", "0"], 2, &["at least 1 sample"]);
    refused(&["data", "digits", "--validation", "1437"], 2, &["fewer than the 1437 samples"]);
    refused(&["data", "digits", "--limit", "0"], 2, &["limit", "at least 1 sample"]);
    refused(&["data", "digits", "--limit", "-1"], 2, &["--limit"]);
    refused(&["data", "digits", "--task", "regression"], 2, &["expected numbers"]);
    refused(&["data", &houses, "--target", "prise"], 2, &["did you mean `price`?"]);
    refused(&["data", &houses, "--categorical", "citty"], 2, &["did you mean `city`?"]);
    refused(&["data", &houses, "--target", "7"], 2, &["target: column"]);
    refused(&["data", &houses, "--categorical", "price"], 2, &["columns that are inputs"]);
    refused(&["data", &houses, "--delimiter", ";;"], 2, &["one character"]);
    refused(
        &["data", &houses, "--drop", "city", "--split", "stratified", "--test", "1"],
        2,
        &["labels that are classes"],
    );
    refused(&["data", &folder.at("a-idx1-ubyte,b.npy")], 2, &["two files of one kind"]);
    refused(&["data", &put(&folder, "l-idx1-ubyte", idx(&[1], &[0]))], 2, &["IMAGES,LABELS"]);
}

#[test]
fn data_that_is_broken_is_refused_by_place() {
    let folder = Folder::new("data-broken");
    let put = |name: &str, text: &[u8]| put(&folder, name, text);
    refused(&["data", &folder.at("none.csv")], 3, &["no such file or folder"]);
    refused(&["data", &put("notes.pdf", b"x")], 3, &["no kind that is known"]);
    refused(&["data", &put("text.csv", HOUSES.as_bytes())], 3, &["line 2, column `city`", "got `Bern`", "categorical"]);
    refused(&["data", &put("empty.csv", b"")], 3, &["no rows"]);
    refused(&["data", &put("head.csv", b"a,b\n")], 3, &["a line of names and no rows"]);
    refused(&["data", &put("short.csv", b"a,b\n1,2\n3\n")], 3, &["line 3: expected 2 cells", "got 1"]);
    refused(&["data", &put("nan.csv", b"a,b\n1,2\nNaN,3\n")], 3, &["line 3, column `a`", "`NaN`", "missing"]);
    refused(&["data", &put("inf.csv", b"a,b\n1,2\ninf,3\n")], 3, &["line 3, column `a`", "fits float32"]);
    refused(&["data", &put("gaps.csv", b"a,b\n,2\n,3\n"), "--missing", "drop"], 3, &["every row misses a value"]);
    refused(&["data", &put("latin.csv", b"a,b\n1,\xe9\n")], 3, &["line 2: expected text in UTF-8"]);
    let packed = gzipped(HOUSES.as_bytes());
    refused(&["data", &put("cut.csv.gz", &packed[..packed.len() - 4])], 3, &["a whole gzip stream", "cut off"]);
    refused(&["data", &put("no.npz", b"PK")], 3, &["no .npz archive"]);
    refused(&["data", &put("no.npy", b"text")], 3, &["no NumPy array"]);
    let huge = [&b"\x93NUMPY\x02\0\xff\xff\xff\x7f"[..], &[b' '; 100]].concat();
    refused(&["data", &put("huge.npy", &huge)], 3, &["a header longer than any"]);
    let large = b"\x93NUMPY\x01\0\x46\0{'descr': '<f8', 'fortran_order': False, 'shape': (99999999, 9999), }\n";
    refused(&["data", &put("large.npy", large)], 3, &["99999999", "in a file of 80 bytes"]);
    let idx_huge = [&[0, 0, 8, 3][..], &[0xff; 12]].concat();
    let labels = put("l-idx1-ubyte", &idx(&[3], &[0, 1, 2]));
    refused(&["data", &format!("{},{labels}", put("i-idx3-ubyte", &idx_huge))], 3, &["what the file can hold"]);
    let two = put("two-idx3-ubyte", &idx(&[2, 1, 1], &[0, 1]));
    refused(&["data", &format!("{two},{labels}")], 3, &["3 labels for 2 samples"]);
    let cut = gzipped(&idx(&[2, 1, 1], &[0, 1]));
    let cut = put("cut-idx3-ubyte.gz", &cut[..cut.len() - 6]);
    refused(&["data", &format!("{cut},{labels}")], 3, &["a whole gzip stream"]);
    std::fs::create_dir_all(folder.at("hollow")).expect("a folder");
    refused(&["data", "mnist", "--data-dir", &folder.at("hollow")], 3, &["mnist not found", "wgrad data fetch mnist"]);
}

#[cfg(feature = "images")]
#[test]
fn folders_without_images_are_refused() {
    let folder = Folder::new("data-hollow");
    std::fs::create_dir_all(folder.at("hollow/cat")).expect("a folder");
    refused(&["data", &folder.at("hollow/cat")], 3, &["a folder of images for each class", "an empty folder"]);
    refused(&["data", &folder.at("hollow")], 3, &["hollow/cat: expected images, got an empty folder"]);
    put(&folder, "hollow/cat/1.png", "no image");
    refused(&["data", &folder.at("hollow")], 3, &["1.png: no whole image"]);
}

#[test]
fn arrays_of_wrong_numbers_are_refused() {
    let folder = Folder::new("data-numbers");
    let (x, y, z) = (folder.at("x.npy"), folder.at("y.npy"), folder.at("z.npy"));
    write(&x, &[4, 1], &[1.0, 2.0, f64::NAN, 4.0]);
    write(&y, &[4], &[1.0, 2.0, 2.0, 1.0]);
    write(&z, &[3], &[0.0, 1.0, 1.0]);
    let pair = |a: &str, b: &str| format!("{a},{b}");
    refused(&["data", &x], 3, &["number 0 of sample 2 is NaN", "missing"]);
    tells(&["data", &x, "--missing", "drop"], &["1 of 4 samples left out"]);
    tells(&["data", &x, "--missing", "fill"], &["mean 2.33"]);
    refused(&["data", &pair(&y, &z)], 3, &["3 labels for 4 samples"]);
    refused(&["data", &pair(&z, &y)], 3, &["4 labels for 3 samples"]);
    write(&z, &[4], &[0.0, 1.0, 2.0, 3.0]);
    refused(&["data", &pair(&z, &y)], 3, &["expected classes counted from 0", "got 1 to 2"]);
    tells(&["data", &pair(&z, &y), "--task", "regression"], &["regression"]);
    write(&z, &[4], &[0.0, -1.0, 0.0, -1.0]);
    refused(&["data", &pair(&y, &z), "--task", "classification"], 3, &["counted from 0", "got -1 to 0"]);
    write(&z, &[4], &[0.0, 0.5, 0.0, 1.0]);
    refused(&["data", &pair(&y, &z), "--task", "classification"], 2, &["a fraction"]);
}

/// A file nobody may read; root may, and is not asked.
#[cfg(unix)]
#[test]
fn files_without_permission_are_told() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new("data-permission");
    let path = put(&folder, "secret.csv", HOUSES);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).expect("its owner may");
    if std::fs::read(&path).is_err() {
        refused(&["data", &path], 3, &["cannot be read", "permissions"]);
    }
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("its owner may");
}

/// A server that answers every request with these bytes; its address.
#[cfg(feature = "fetch")]
fn serve(answer: &'static [u8]) -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut stream = stream;
            let mut request = [0; 4096];
            let _ = std::io::Read::read(&mut stream, &mut request);
            let _ = stream.write_all(answer);
        }
    });
    address
}

#[cfg(feature = "fetch")]
#[test]
fn fetches_that_fail_leave_nothing() {
    let folder = Folder::new("data-fetch");
    let to = folder.at("");
    let none = serve(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    refused(&["data", "fetch", "mnist", "--to", &to, "--from", &none], 3, &["the server answers 404", "--from"]);
    let other = serve(b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\nconnection: close\r\n\r\nabc");
    refused(&["data", "fetch", "mnist", "--to", &to, "--from", &other], 3, &["expected 9912422 bytes, got 3 bytes"]);
    let cut = serve(b"HTTP/1.1 200 OK\r\ncontent-length: 9912422\r\nconnection: close\r\n\r\nabc");
    refused(&["data", "fetch", "mnist", "--to", &to, "--from", &cut], 3, &["ended after 3 of 9912422 bytes"]);
    let moved = serve(
        b"HTTP/1.1 302 Found\r\nlocation: http://example.invalid/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
    );
    refused(&["data", "fetch", "mnist", "--to", &to, "--from", &moved], 2, &["https://", "http://example.invalid/"]);
    refused(&["data", "fetch", "mnist", "--to", &to, "--from", "http://example.invalid"], 2, &["https://"]);
    assert_eq!(std::fs::read_dir(folder.at("mnist")).map_or(0, Iterator::count), 0);
    refused(&["data", "fetch", "mnits"], 2, &["did you mean `mnist`?"]);
    refused(&["data", "fetch", "digits"], 2, &["as it is"]);
    refused(&["data", "fetch"], 2, &["NAME"]);
    let file = put(&folder, "file", "x");
    refused(&["data", "fetch", "mnist", "--to", &file, "--from", &none], 1, &["writing failed"]);
}
