//! Variables as safetensors files.

use super::arrays::{self, Arrays};
use super::model_file::bytes_of;
use crate::base::{Error, Result};
use crate::train::Model;
use crate::train::save::save;
use std::path::Path;

impl Model {
    /// Writes all variables to a safetensors file, named `layer/variable`, or, where the path ends in `.weights.h5`, to a
    /// file for Keras's `load_weights`. The file is written whole or not at all.
    ///
    /// # Errors
    /// The device was lost, or the file cannot be written.
    pub fn save_weights(&self, path: impl AsRef<Path>) -> Result<()> {
        #[cfg(feature = "files")]
        if path.as_ref().to_string_lossy().to_lowercase().ends_with(".weights.h5") {
            return save(path, &super::keras::write_weights(self)?);
        }
        let all = self.named_variables();
        let arrays = all.into_iter().map(|(name, v)| Ok((name, v.shape().to_vec(), v.values()?)));
        let arrays = arrays.collect::<Result<Arrays>>()?;
        let borrowed: Vec<_> = arrays.iter().map(|(name, shape, v)| (name.clone(), &shape[..], &v[..])).collect();
        save(path, &arrays::encode(&borrowed, &[]))
    }

    /// Reads all variables from a file of [`Model::save_weights`], from a checkpoint, or from a file of Keras's (`.weights.h5`,
    /// `.keras`, `.h5`); a compiled model's optimizer goes on from where a file of Keras's has it.
    ///
    /// # Errors
    /// A file that is none, or a variable that is not in it or has another shape; nothing is changed then.
    pub fn load_weights(&mut self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let source = path.display().to_string();
        let bytes = bytes_of(path)?;
        #[cfg(feature = "files")]
        if super::keras::is_keras(&bytes) {
            return super::keras::read_weights(&source, bytes, self);
        }
        let (arrays, _) = arrays::decode(&bytes, &source)?;
        let mut values = Vec::new();
        for (name, v) in self.named_variables() {
            match arrays.iter().find(|(n, ..)| *n == name) {
                Some((_, shape, numbers)) if shape == v.shape() => values.push((v, numbers)),
                Some((_, shape, _)) => return Err(unlike(path, &name, v.shape(), &format!("shape {shape:?}"))),
                None => return Err(unlike(path, &name, v.shape(), "no such array")),
            }
        }
        values.into_iter().try_for_each(|(v, numbers)| v.assign(numbers))
    }
}

fn unlike(path: &Path, name: &str, shape: &[usize], got: &str) -> Error {
    let help = "build the model as the one that was saved";
    Error::request(format!("{}: `{name}`", path.display()), format!("shape {shape:?}"), got, help)
}
