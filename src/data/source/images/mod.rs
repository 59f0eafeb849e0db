//! Folders of images: a folder a class.

mod listing;
#[cfg(feature = "images")]
mod pixels;
#[cfg(all(test, feature = "images"))]
mod tests;

use super::options::SourceOptions;
use super::raw::Raw;
use crate::base::Result;
use std::path::Path;

/// Reads images below a folder; `known` are the classes of the training data, where these are other data.
///
/// # Errors
/// No images, images of different sizes where none was asked for, files that are damaged.
#[cfg(feature = "images")]
pub fn read(path: &Path, options: &SourceOptions, known: Option<Vec<String>>) -> Result<Raw> {
    use super::raw::{Input, Target, TargetKind};
    use pixels::Form;

    let found = listing::list(path, options, known)?;
    let all = [Some(&found.train), found.validation.as_ref(), found.test.as_ref()];
    let files: Vec<&Path> =
        all.into_iter().flatten().flat_map(|part| part.files.iter().map(|(path, _)| path.as_path())).collect();
    let mut notes = found.notes.clone();
    let form = Form::of(&files, options, &mut notes)?;
    let samples = |part: &listing::Part| form.samples(part, found.classes.is_some());
    let target = |names: &Vec<String>| Target {
        names: vec!["class".to_owned()],
        shape: vec![1],
        kind: TargetKind::Classes(names.clone()),
    };
    Ok(Raw {
        name: path.display().to_string(),
        train: samples(&found.train)?,
        validation: found.validation.as_ref().map(samples).transpose()?,
        test: found.test.as_ref().map(samples).transpose()?,
        inputs: vec![Input { name: "x".to_owned(), shape: form.shape() }],
        targets: found.classes.iter().map(target).collect(),
        columns: Vec::new(),
        notes,
    })
}

/// Images need the feature.
#[cfg(not(feature = "images"))]
pub fn read(path: &Path, options: &SourceOptions, known: Option<Vec<String>>) -> Result<Raw> {
    let found = listing::list(path, options, known)?;
    let expected = "a program built with the feature `images`";
    Err(crate::base::Error::request(
        path.display(),
        expected,
        format!("{} images and none", found.train.files.len()),
        "build with --features images",
    ))
}
