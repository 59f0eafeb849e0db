//! Hugging Face's layout: `model.safetensors`, and beside it `config.json` and a model card.
//!
//! Arrays are named `layer/variable`. The structure and the compile settings are in the metadata of the safetensors file, which
//! is whole by itself: what is there counts, and `config.json`, which the hub shows, is read only where there is none. So the
//! order the two are written in does not matter, and an old one beside a new one does no harm. What optimizers remember is not
//! kept.

use super::arrays;
use super::config::count::check_layers;
use super::config::read::Reader;
use super::config::write::Writer;
use super::config::{Structure, compile};
use super::model_file::{Format, ModelFile, bytes_of};
use crate::base::{Error, Result, Seed};
use crate::nn::config::Json;
use crate::train::save::save;
use crate::train::{Compile, Declared, Device, Model};
use serde_json::json;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// The format.
pub static SAFETENSORS: Format = Format {
    name: "safetensors",
    endings: &[".safetensors"],
    open: Ok(|path| Ok(Box::new(SafetensorsFile::open(path)?))),
    save: |model, path| write(model, path, Width::Exact),
};

/// The file's name in a folder, which the hub looks for.
const WHOLE: &str = "model.safetensors";
/// Where the structure is in the file's metadata.
const KEY: &str = "wgrad";

pub use arrays::Width;

/// The path of the arrays, of a file or of a folder.
fn arrays_path(path: &Path) -> PathBuf {
    let is_file = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("safetensors")) && !path.is_dir();
    if is_file { path.to_owned() } else { path.join(WHOLE) }
}

/// Writes a model, its numbers in `width`.
///
/// # Errors
/// A layer of one's own, a file that cannot be written, or the device was lost.
pub fn write(model: &Model, path: &Path, width: Width) -> Result<()> {
    let writer = Writer { dtype: "float32", keras: false };
    let (structure, Structure { name, .. }) = writer.model(model.graph(), "model")?;
    let settings = writer.compile(model)?;
    let card = card(&name, model, &structure);
    let config = json!({
        "model_type": KEY, "library_name": KEY, "architectures": [structure["class_name"]],
        "torch_dtype": width.name(), "model": structure, "compile_config": settings,
    });
    let mut all = Vec::new();
    for (name, v) in model.named_variables() {
        all.push((name, v.shape().to_vec(), v.values()?));
    }
    let borrowed: Vec<_> = all.iter().map(|(name, shape, v)| (name.clone(), &shape[..], &v[..])).collect();
    let metadata = [("format", "pt".to_owned()), (KEY, config.to_string())];
    let file = arrays_path(path);
    let folder = file.parent().filter(|_| file.file_name().is_some_and(|n| n == WHOLE));
    if let Some(folder) = folder.filter(|f| !f.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|source| Error::Write {
            path: folder.to_owned(),
            source,
            help: "check the permissions and the room on the disk",
        })?;
    }
    save(&file, &arrays::encode_as(&borrowed, &metadata, width))?;
    if let Some(folder) = folder {
        let text = serde_json::to_string_pretty(&config).unwrap_or_default() + "\n";
        save(folder.join("config.json"), text.as_bytes())?;
        // A card that somebody has written stays.
        if !folder.join("README.md").exists() {
            save(folder.join("README.md"), card.as_bytes())?;
        }
    }
    Ok(())
}

/// The model card: what the hub shows of a model.
fn card(name: &str, model: &Model, structure: &Json) -> String {
    let [all, trained, _] = model.parameters();
    let class = structure["class_name"].as_str().unwrap_or_default();
    let shape = |t: &crate::train::Tensor| match &t.node.source {
        crate::train::Source::Input(shape, _) => format!("{shape:?}"),
        crate::train::Source::Layer(..) => String::new(),
    };
    let inputs = model.graph().inputs().iter().map(shape).collect::<Vec<_>>().join(", ");
    format!(
        "---\nlibrary_name: wgrad\ntags:\n- wgrad\n- keras\n---\n\n# {name}\n\nA {class} model of {all} parameters, {trained} of them \
         trainable; samples of shape {inputs}.\n\nThe structure is in `config.json` (`model`: as Keras writes it; `compile_config`: how \
         it was trained), the variables are in `model.safetensors` as `layer/variable`.\n\n```rust\nuse wgrad::prelude::*;\n\nlet mut \
         model = Model::load(\".\", &Device::best())?;\n```\n\n`wgrad convert . model.keras` makes a file that `keras.models.load_model` \
         opens.\n"
    )
}

/// A model in Hugging Face's layout that was read.
pub struct SafetensorsFile {
    place: String,
    structure: Structure,
    settings: Option<Json>,
    arrays: arrays::Arrays,
}

impl SafetensorsFile {
    /// Opens a file, or the one in a folder.
    ///
    /// # Errors
    /// No such file, a damaged one, or one without a structure.
    pub fn open(path: &Path) -> Result<Self> {
        let file = arrays_path(path);
        let place = file.display().to_string();
        let beside = file.with_file_name("config.json");
        // Another file in the folder may be of another model.
        let whole = file.file_name().is_some_and(|name| name == WHOLE);
        let config = if whole && beside.exists() { Some(bytes_of(&beside)?) } else { None };
        Self::read(&place, &bytes_of(&file)?, config.as_deref())
    }

    /// Takes the bytes of a safetensors file, and of the `config.json` beside it, which counts where the file itself holds
    /// no structure.
    ///
    /// # Errors
    /// As [`SafetensorsFile::open`].
    pub fn read(place: &str, bytes: &[u8], config: Option<&[u8]>) -> Result<Self> {
        let (arrays, metadata) = arrays::decode(bytes, place)?;
        for text in metadata.get(KEY).map(String::as_bytes).into_iter().chain(config) {
            check_layers(text).map_err(|e| at(place, e))?;
        }
        let parse = |text: &[u8]| serde_json::from_slice::<Json>(text).ok().filter(|c| c.get("model").is_some());
        let config = metadata.get(KEY).and_then(|text| parse(text.as_bytes())).or_else(|| parse(config?));
        let Some(config) = config else {
            let help = "build the model and load them into it with load_weights, or give the config.json of a model saved here";
            return Err(Error::Data(format!("{place}: arrays alone, without the structure of a model; {help}")));
        };
        let structure = Reader::default().model(&config["model"]).map_err(|e| at(place, e))?;
        let settings = config.get("compile_config").filter(|s| !s.is_null()).cloned();
        Ok(Self { place: place.to_owned(), structure, settings, arrays })
    }

    /// The values of the variables declared.
    fn values(&self, declared: &[Declared]) -> Result<Vec<Vec<f64>>> {
        let scopes = crate::train::scopes(&self.structure.graph)?;
        let scopes: HashMap<usize, String> = scopes.into_iter().map(|(layer, scope)| (layer.id(), scope)).collect();
        let named: HashMap<&str, _> = self.arrays.iter().map(|a| (a.0.as_str(), a)).collect();
        let find = |d: &Declared| {
            let name = format!("{}/{}", scopes.get(&d.layer.id()).map_or("", String::as_str), d.name);
            let help = "the file's arrays are not those of its layers: save the model again";
            let expected = format!("an array of shape {:?}", d.shape);
            match named.get(name.as_str()) {
                Some((_, shape, numbers)) if *shape == d.shape => Ok(numbers.clone()),
                Some((_, shape, _)) => {
                    Err(Error::request(format!("`{name}`"), expected, format!("shape {shape:?}"), help))
                }
                None => Err(Error::request(format!("`{name}`"), expected, "none", help)),
            }
        };
        declared.iter().map(find).collect()
    }
}

impl ModelFile for SafetensorsFile {
    fn build(&self, device: &Device, seed: Seed) -> Result<Model> {
        self.structure.graph.build_from(device, seed, |d| self.values(d)).map_err(|e| at(&self.place, e))
    }

    fn compile_settings(&self) -> Result<Option<Compile>> {
        let read = |s: &Json| compile::read(s, &self.structure, false);
        self.settings.as_ref().map_or(Ok(None), read).map_err(|e| at(&self.place, e))
    }
}

/// What a file says wrongly is the file's fault.
pub(super) fn at(place: &str, error: Error) -> Error {
    match error {
        Error::Request { .. } => Error::Data(format!("{place}: {error}")),
        other => other,
    }
}
