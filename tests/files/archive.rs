//! The archives of `tests/interop`.

use std::io::{Cursor, Read};
use wgrad::base::Rows;

/// Every member of an archive, by name.
pub fn members(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).expect("an archive of this repository");
    let count = zip.len();
    let read = |i| {
        let mut member = zip.by_index(i).expect("a member");
        let mut bytes = Vec::new();
        member.read_to_end(&mut bytes).expect("a member");
        (member.name().expect("a name in UTF-8").into_owned(), bytes)
    };
    (0..count).map(read).collect()
}

/// Files as Keras saves them, with what it says about them.
pub fn files() -> Vec<(String, Vec<u8>)> {
    members(include_bytes!("../interop/files.zip"))
}

/// The numbers of `{"shape": …, "data": …}`.
pub fn numbers(array: &serde_json::Value) -> Vec<f64> {
    // Python's NaN is null here.
    array["data"].as_array().expect("numbers").iter().map(|v| v.as_f64().unwrap_or(f64::NAN)).collect()
}

/// The tables of a list of arrays, samples first.
pub fn tables(arrays: &serde_json::Value) -> Vec<Rows> {
    let table = |array: &serde_json::Value| {
        let shape = array["shape"].as_array().expect("a shape").iter().map(|n| n.as_u64().expect("a size") as usize);
        let width = shape.skip(1).product();
        Rows::floats(width, numbers(array).into_iter().map(|v| v as f32).collect::<Vec<f32>>())
    };
    arrays.as_array().expect("arrays").iter().map(table).collect()
}
