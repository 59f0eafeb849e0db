//! Keras's files: `.keras`, whole models as `.h5`, and `.weights.h5`, of Keras 3 and TF-Keras 2.
//!
//! A file is data: classes are looked up in the vocabulary, names are only compared, paths and addresses in a file are never
//! followed, and an array is read only into a variable of its shape.

mod archive;
mod h5;
mod legacy;
mod optimizer;
mod store;

use super::config::compile;
use super::config::count::check_layers;
use super::config::read::Reader as ModelReader;
use super::config::write::Writer;
use super::config::{Shelf, Structure};
use super::hugging_face::at;
use super::model_file::{Format, ModelFile, bytes_of};
use crate::base::{Error, Result, Seed};
use crate::nn::config::Json;
use crate::nn::optim::{Optimizer, Progress};
use crate::train::save::save;
use crate::train::{Compile, Declared, Device, Model};
use archive::{Archive, CONFIG, METADATA, WEIGHTS, archive, damaged};
use h5::{Reader, Tree};
use optimizer::Paths;
use serde_json::json;
use std::path::Path;

/// `.keras`: Keras 3's whole models.
pub static KERAS: Format = Format {
    name: "Keras's models",
    endings: &[".keras"],
    open: Ok(open),
    save: |model, path| save(path, &write(model)?),
};

/// `.h5`: whole models as Keras 2 kept them.
pub static H5: Format = Format {
    name: "Keras's models in HDF5",
    endings: &[".h5", ".hdf5"],
    open: Ok(open),
    save: |model, path| save(path, &write_h5(model)?),
};

/// `.weights.h5`: variables and what the optimizer remembers.
pub static WEIGHTS_H5: Format = Format {
    name: "Keras's weights",
    endings: &[".weights.h5"],
    open: Err("open the model they belong to, and load them into it with load_weights"),
    save: |model, path| save(path, &write_weights(model)?),
};

fn open(path: &Path) -> Result<Box<dyn ModelFile>> {
    Ok(Box::new(KerasFile::read(&path.display().to_string(), bytes_of(path)?)?))
}

/// A model read from a file, not yet on a device.
pub struct KerasFile {
    place: String,
    structure: Structure,
    settings: Option<Json>,
    weights: Reader,
    /// Whether arrays are kept as Keras 2 kept them.
    legacy: bool,
    /// Whether Keras 2 wrote it.
    keras_2: bool,
}

impl KerasFile {
    /// Takes the bytes of a `.keras` file or of a whole model as `.h5`; `place` names it in errors.
    ///
    /// # Errors
    /// A file that is neither, one that is damaged, a layer that is not in the vocabulary.
    pub fn read(place: &str, bytes: Vec<u8>) -> Result<Self> {
        let file = if bytes.starts_with(b"PK") { Self::of_archive(place, &bytes) } else { Self::of_h5(place, bytes) };
        file.map_err(|e| at(place, e))
    }

    fn of_archive(place: &str, bytes: &[u8]) -> Result<Self> {
        let mut zip = Archive::open(place, bytes)?;
        let text = zip.member(CONFIG)?;
        check_layers(&text)?;
        let config = parse(place, CONFIG, &text)?;
        let metadata = match zip.has(METADATA) {
            true => parse(place, METADATA, &zip.member(METADATA)?)?,
            false => Json::Null,
        };
        let mut reader = ModelReader::of_version(metadata.get("keras_version").and_then(Json::as_str));
        reader.own = metadata.get(WRITTEN_BY).is_some();
        let keras_2 = reader.keras_2;
        let structure = reader.model(&config)?;
        if !zip.has(WEIGHTS) {
            return Err(damaged(place, &format!("no `{WEIGHTS}` in it")));
        }
        let weights = Reader::open(place, zip.member(WEIGHTS)?, bytes.len())?;
        let of = |key: &str| config.get(key).filter(|settings| !settings.is_null()).cloned();
        let settings = of("compile_config").or_else(|| of(OWN_SETTINGS));
        Ok(Self { place: place.to_owned(), structure, settings, weights, legacy: false, keras_2 })
    }

    fn of_h5(place: &str, bytes: Vec<u8>) -> Result<Self> {
        let on_disk = bytes.len();
        let weights = Reader::open(place, bytes, on_disk)?;
        let Some(config) = weights.text("", "model_config") else {
            let what = "weights alone, without the model they belong to";
            return Err(Error::Data(format!(
                "{place}: {what}; build the model and load them into it with load_weights"
            )));
        };
        check_layers(config.as_bytes())?;
        let config = parse(place, "model_config", config.as_bytes())?;
        let mut reader = ModelReader::of_version(weights.text("", "keras_version").as_deref());
        reader.own = weights.text("", WRITTEN_BY).is_some();
        let keras_2 = reader.keras_2;
        let structure = reader.model(&config)?;
        let settings = weights.text("", "training_config");
        let settings = settings.map(|text| parse(place, "training_config", text.as_bytes())).transpose()?;
        Ok(Self { place: place.to_owned(), structure, settings, weights, legacy: true, keras_2 })
    }
}

impl KerasFile {
    /// Whether the optimizer is within one that scales the loss for half precision: it is left out here, where variables
    /// and gradients are wider.
    fn is_scaled(&self) -> bool {
        let optimizer = self.settings.as_ref().and_then(|s| s.get("optimizer").or_else(|| s.get("optimizer_config")));
        optimizer.is_some_and(|o| o["class_name"] == "LossScaleOptimizer")
    }
}

impl ModelFile for KerasFile {
    fn build(&self, device: &Device, seed: Seed) -> Result<Model> {
        self.weights.begin();
        let values = |declared: &[Declared]| match self.legacy {
            true => legacy::read(&self.weights, &self.structure.shelf, declared),
            false => store::read(&self.weights, &self.structure.shelf, declared),
        };
        self.structure.graph.build_from(device, seed, values).map_err(|e| at(&self.place, e))
    }

    fn compile_settings(&self) -> Result<Option<Compile>> {
        let settings = self.settings.as_ref().filter(|s| !s.is_null());
        settings.map_or(Ok(None), |s| compile::read(s, &self.structure, self.keras_2)).map_err(|e| at(&self.place, e))
    }

    fn build_compiled(&self, device: &Device, seed: Seed) -> Result<Model> {
        let settings = self.compile_settings()?;
        let mut model = self.build(device, seed)?;
        if let Some(how) = settings {
            model.compile_with(how).map_err(|e| at(&self.place, e))?;
            let paths = match self.legacy {
                true => Paths::named(self.weights.texts("optimizer_weights", "weight_names").unwrap_or_default()),
                false => Paths::numbered(),
            };
            let paths = if self.is_scaled() { paths.behind(optimizer::OF_LOSS_SCALE) } else { paths };
            let trained = model.optimizer().cloned();
            let found =
                trained.map_or(Ok(None), |o| optimizer::read(&self.weights, &paths, &self.structure.shelf, &*o));
            if let Some((progress, all)) = found.map_err(|e| at(&self.place, e))? {
                model.remember(progress, all).map_err(|e| at(&self.place, e))?;
            }
            return Ok(model);
        }
        Ok(model)
    }
}

fn parse(place: &str, name: &str, text: &[u8]) -> Result<Json> {
    serde_json::from_slice(text).map_err(|e| damaged(place, &format!("`{name}` is no JSON ({e})")))
}

/// The type numbers are written in: those a device has.
fn dtype(model: &Model) -> &'static str {
    if matches!(model.device(), Device::CpuFloat64) { "float64" } else { "float32" }
}

/// Whether these are the bytes of a zip archive or of an HDF5 file.
pub(super) fn is_keras(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK") || bytes.starts_with(b"\x89HDF")
}

/// The bytes of a `.keras` file: structure, variables, and, of a compiled model, its settings and its optimizer. Settings
/// Keras has no word for are kept where only wgrad looks.
///
/// # Errors
/// A layer Keras has no word for, settings of your own making, or the device was lost.
pub fn write(model: &Model) -> Result<Vec<u8>> {
    let writer = Writer { dtype: dtype(model), keras: true };
    let (mut config, structure) = writer.model(model.graph(), "model")?;
    let (key, settings) = match writer.compile(model) {
        Ok(settings) => ("compile_config", settings),
        // Keras opens the model and compiles it anew; here it goes on as it was.
        Err(_) => (OWN_SETTINGS, Writer { keras: false, ..writer }.compile(model)?),
    };
    if let Some(settings) = settings {
        config[key] = settings;
    }
    let metadata = json!({ "keras_version": VERSION, "date_saved": null, WRITTEN_BY: WRITER });
    let weights = weights_of(model, &structure.shelf, &structure.name)?;
    archive(&[
        (METADATA, metadata.to_string().as_bytes()),
        (CONFIG, config.to_string().as_bytes()),
        (WEIGHTS, &weights),
    ])
}

/// The bytes of a whole model as `.h5`, which Keras 3 opens too.
///
/// # Errors
/// As [`write()`].
pub fn write_h5(model: &Model) -> Result<Vec<u8>> {
    let writer = Writer { dtype: dtype(model), keras: true };
    let (config, Structure { shelf, .. }) = writer.model(model.graph(), "model")?;
    let mut tree = Tree::default();
    tree.text("backend", "jax");
    tree.text("keras_version", VERSION);
    tree.text(WRITTEN_BY, WRITER);
    tree.text("model_config", &legacy::plain(config).to_string());
    if let Some(settings) = writer.compile(model)? {
        tree.text("training_config", &legacy::settings(settings).to_string());
    }
    legacy::write(&mut tree, &shelf)?;
    optimizer::write_named(&mut tree, &shelf, model)?;
    tree.bytes(dtype(model) == "float64")
}

/// Compile settings of which some have no word in Keras, such as a schedule of the momentum.
const OWN_SETTINGS: &str = "wgrad_compile_config";

/// Where a file says that it was written here, and what by.
const WRITTEN_BY: &str = "written_by";
const WRITER: &str = concat!("wgrad ", env!("CARGO_PKG_VERSION"));

/// The version of Keras whose files these are.
pub(super) const VERSION: &str = "3.15.1";

/// The bytes of a `.weights.h5` file: variables, and what the optimizer remembers.
///
/// # Errors
/// As [`write()`].
pub fn write_weights(model: &Model) -> Result<Vec<u8>> {
    let (_, structure) = Writer { dtype: dtype(model), keras: true }.model(model.graph(), "model")?;
    weights_of(model, &structure.shelf, &structure.name)
}

fn weights_of(model: &Model, shelf: &Shelf, name: &str) -> Result<Vec<u8>> {
    let mut tree = Tree::default();
    store::write(&mut tree, shelf, name)?;
    optimizer::write(&mut tree, shelf, model)?;
    tree.bytes(dtype(model) == "float64")
}

/// Gives a model the variables of a `.weights.h5` file, or of the weights in a `.keras` or `.h5` file; of a compiled model
/// the optimizer goes on from the file too.
///
/// # Errors
/// A damaged file, or one whose arrays are not those of the model's layers; nothing is changed then.
pub fn read_weights(place: &str, bytes: Vec<u8>, model: &mut Model) -> Result<()> {
    let on_disk = bytes.len();
    let hdf5 = if bytes.starts_with(b"PK") { Archive::open(place, &bytes)?.member(WEIGHTS)? } else { bytes };
    let weights = Reader::open(place, hdf5, on_disk)?;
    let (_, Structure { shelf, .. }) = Writer { dtype: dtype(model), keras: false }.model(model.graph(), "model")?;
    let declared: Vec<Declared> = shelf.layers().iter().flat_map(Declared::of).collect();
    let legacy = weights.texts(legacy::root(&weights), "layer_names").is_some();
    let values = match legacy {
        true => legacy::read(&weights, &shelf, &declared),
        false => store::read(&weights, &shelf, &declared),
    };
    let values = values.map_err(|e| at(place, e))?;
    let found = match model.optimizer().cloned() {
        Some(o) if !legacy => found_for(&weights, &shelf, &*o, place)?,
        _ => None,
    };
    // Everything is in memory and fits before anything changes.
    if let Some((progress, all)) = found {
        model.remember(progress, all).map_err(|e| at(place, e))?;
    }
    let variables: Vec<_> = shelf.layers().iter().flat_map(|l| l.variables()).collect();
    variables.iter().zip(&values).try_for_each(|(v, numbers)| v.assign(numbers))
}

/// What a file's optimizer remembers, for another: as in Keras, one of another name or with other arrays begins anew.
fn found_for(file: &Reader, shelf: &Shelf, optimizer: &dyn Optimizer, place: &str) -> Result<Option<optimizer::State>> {
    let paths = Paths::numbered();
    let name = file.text("optimizer/vars", "name").unwrap_or_else(|| optimizer.name().to_owned());
    let same = name.to_lowercase().replace('_', "").starts_with(&optimizer.name().replace('_', ""));
    let found = if same { optimizer::read(file, &paths, shelf, optimizer) } else { Ok(None) };
    match found {
        Ok(Some(state)) => Ok(Some(state)),
        Ok(None) if file.shape("optimizer/vars/0").is_none() => Ok(None),
        Ok(None) | Err(Error::Data(_)) => {
            let own = optimizer.name();
            eprintln!("warning: {place}: the optimizer `{name}` there is not the model's, {own}, which begins anew");
            Ok(Some((Progress::default(), Vec::new())))
        }
        Err(e) => Err(at(place, e)),
    }
}
