//! Whole models in files: which format a path means, and what all formats have in common.
//!
//! A format is a `static` and a line in the list below.

use crate::base::{Error, Result, Seed, nearest};
use crate::train::{Compile, Device, Model};
use std::path::Path;

/// Opens a file.
pub type Open = fn(&Path) -> Result<Box<dyn ModelFile>>;

/// A format whole models are kept in.
pub struct Format {
    /// What it is called.
    pub name: &'static str,
    /// How its files' names end; of several that fit a name, the longest counts.
    pub endings: &'static [&'static str],
    /// Opens a file; `None` where it does not hold a whole model, with what to do.
    pub open: Result<Open, &'static str>,
    /// Writes a model.
    pub save: fn(&Model, &Path) -> Result<()>,
}

/// A model in a file that was read, not yet on a device.
pub trait ModelFile {
    /// The model on a device, with the file's variables; masks and shuffles are drawn from `seed`.
    ///
    /// # Errors
    /// Arrays that are not those of the layers.
    fn build(&self, device: &Device, seed: Seed) -> Result<Model>;

    /// How the model was compiled; `None` where it was not.
    ///
    /// # Errors
    /// An optimizer, loss or metric that is not in the vocabulary.
    fn compile_settings(&self) -> Result<Option<Compile>>;

    /// The model on a device, compiled as the file says, its optimizer where it was.
    ///
    /// # Errors
    /// As [`ModelFile::build`] and [`ModelFile::compile_settings`].
    fn build_compiled(&self, device: &Device, seed: Seed) -> Result<Model> {
        let settings = self.compile_settings()?;
        let mut model = self.build(device, seed)?;
        if let Some(how) = settings {
            model.compile_with(how)?;
        }
        Ok(model)
    }
}

/// The formats.
pub static FORMATS: &[&Format] = &[
    #[cfg(feature = "files")]
    &super::keras::KERAS,
    #[cfg(feature = "files")]
    &super::keras::WEIGHTS_H5,
    #[cfg(feature = "files")]
    &super::keras::H5,
    #[cfg(feature = "files")]
    &super::onnx::ONNX,
    &super::hugging_face::SAFETENSORS,
];

/// The format a path means: by its ending; a folder is Hugging Face's.
///
/// # Errors
/// An ending no format has.
pub fn format_of(path: &Path) -> Result<&'static Format> {
    let name = path.file_name().map(|n| n.to_string_lossy().to_lowercase()).unwrap_or_default();
    let fits = |f: &&Format| f.endings.iter().filter(|e| name.ends_with(*e)).map(|e| e.len()).max();
    if path.is_dir() || !name.contains('.') {
        return Ok(&super::hugging_face::SAFETENSORS);
    }
    let found = FORMATS.iter().copied().filter(|f| fits(f).is_some()).max_by_key(|f| fits(f));
    found.ok_or_else(|| {
        let known: Vec<&str> = FORMATS.iter().flat_map(|f| f.endings).copied().collect();
        let ending = name.rsplit_once('.').map_or(name.as_str(), |(_, e)| e);
        let help = match nearest(ending, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "give it one of these endings".to_owned(),
        };
        Error::request(format!("model file {}", path.display()), known.join(", "), format!(".{ending}"), help)
    })
}

/// Whether a path ends in one of the formats' endings.
pub(super) fn has_format(path: &Path) -> bool {
    let name = path.file_name().map(|n| n.to_string_lossy().to_lowercase()).unwrap_or_default();
    FORMATS.iter().flat_map(|f| f.endings).any(|e| name.ends_with(e))
}

/// The bytes of a file.
pub(super) fn bytes_of(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(|e| Error::Data(format!("{}: cannot be read ({e}); check the path", path.display())))
}

/// Opens a model file, in the format its name ends in.
///
/// # Errors
/// No such file, an ending no format has, a file that does not hold a whole model, or a damaged one.
pub fn open(path: impl AsRef<Path>) -> Result<Box<dyn ModelFile>> {
    let path = path.as_ref();
    let format = format_of(path)?;
    match format.open {
        Ok(open) => open(path),
        Err(help) => Err(Error::request(
            format!("model file {}", path.display()),
            "a file of a whole model",
            format!("a file of {}", format.name),
            help,
        )),
    }
}

impl Model {
    /// Writes the model in the format the path ends in: `.keras` (Keras 3 opens it and goes on training), `.h5`,
    /// `.weights.h5` (variables and slots alone), `.safetensors` or a folder (Hugging Face's layout), `.onnx` (for
    /// inference). The file is written whole or not at all.
    ///
    /// # Errors
    /// An ending no format has; something the format has no word for, by name; a file that cannot be written; the device
    /// was lost.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        (format_of(path)?.save)(self, path)
    }

    /// Reads a model that was saved, here or by Keras, compiled as it was: Keras's `load_model`. [`open`] takes a file apart.
    ///
    /// # Errors
    /// No such file, a damaged one, or one with something that is not in the vocabulary, by name.
    pub fn load(path: impl AsRef<Path>, device: &Device) -> Result<Self> {
        open(path)?.build_compiled(device, Seed(0))
    }
}
