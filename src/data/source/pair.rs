//! Two files with a comma between: samples and labels.

use super::arrays;
use super::options::SourceOptions;
use super::raw::{Input, Raw, Target, TargetKind, wrong};
use crate::base::{Error, Result, RowData, Rows};
use crate::data::{Idx, Samples};
use std::path::Path;

/// Reads `x.npy,y.npy` or `images-idx3-ubyte,labels-idx1-ubyte`.
///
/// # Errors
/// Files that are missing, damaged, or not two of a kind.
pub fn read(first: &str, second: &str, options: &SourceOptions) -> Result<Raw> {
    let is_npy = |path: &str| Path::new(path).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("npy"));
    match (is_npy(first), is_npy(second)) {
        (true, true) => arrays::files(&[first.to_owned()], &[second.to_owned()], options.weights.as_deref()),
        (false, false) => idx(first, second),
        _ => {
            let help = "give two .npy files, or two IDX files";
            Err(Error::request("data", "two files of one kind", format!("{first},{second}"), help))
        }
    }
}

/// Two IDX files.
fn idx(samples: &str, labels: &str) -> Result<Raw> {
    let (x, y) = (Idx::open(Path::new(samples))?, Idx::open(Path::new(labels))?);
    if y.shape.len() != 1 {
        let help = "give the samples first, then the labels, one number each";
        return Err(wrong(labels, format!("expected labels of one dimension, got shape {:?}", y.shape), help));
    }
    let shape = match x.shape.get(1..) {
        None | Some([]) => vec![1],
        Some(axes) => axes.to_vec(),
    };
    let scale = if shape.len() >= 2 { 1.0 / 255.0 } else { 1.0 };
    let width = shape.iter().product();
    let rows = Rows { width, data: RowData::Bytes { data: x.data.into(), scale, shift: 0.0 } };
    let numbers = Rows::floats(1, y.data.iter().map(|label| f32::from(*label)).collect());
    Ok(Raw {
        name: samples.to_owned(),
        train: Samples::new([&rows]).labels([&numbers]).named(samples),
        validation: None,
        test: None,
        inputs: vec![Input { name: "x".to_owned(), shape }],
        targets: vec![Target { names: vec!["y".to_owned()], shape: vec![1], kind: TargetKind::Array }],
        columns: Vec::new(),
        notes: Vec::new(),
    })
}
