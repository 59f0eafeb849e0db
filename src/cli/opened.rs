//! A model from a file, for the commands that take one.

use super::note;
use crate::base::{Error, Result, Seed};
use crate::formats::model_file::ModelFile;
use crate::formats::open;
use crate::run::model_at;
use crate::train::{Device, Model};
use std::path::Path;

/// The model of a file, compiled as it says where that can be; else uncompiled, with a note why.
///
/// # Errors
/// A file that cannot be read, or something in the structure that is not in the vocabulary.
pub fn model(path: &Path, device: &Device, seed: u64) -> Result<Model> {
    let path = &model_at(path)?;
    let file = open(path)?;
    match file.compile_settings() {
        Ok(_) => file.build_compiled(device, Seed(seed)),
        Err(why) => {
            note(format_args!("note: the compile settings are left out: {why}"));
            file.build(device, Seed(seed))
        }
    }
}

/// The model of a file, which must be compiled; `help` says what to do where it is not.
///
/// # Errors
/// As [`model`]; settings that are missing or not in the vocabulary.
pub fn compiled(path: &Path, file: &dyn ModelFile, device: &Device, seed: u64, help: &str) -> Result<Model> {
    let model = file.build_compiled(device, Seed(seed))?;
    match model.optimizer() {
        Some(_) => Ok(model),
        None => Err(Error::Data(format!("{}: the model was saved without compile settings; {help}", path.display()))),
    }
}
