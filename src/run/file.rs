//! A run file, read.

use super::data::DataSection;
use super::document::Document;
use super::model::ModelSection;
use super::toml_text;
use super::train::TrainSection;
use crate::base::{Error, Result};
use crate::data::Part;
use crate::nn::config::{Configured, Fields, Json, Map, config, read};
use std::path::Path;

/// What a run file says: data, model and training.
///
/// ```
/// use wgrad::run::RunFile;
///
/// let text = r#"
/// [data]
/// source = "digits"
/// [model]
/// layers = ["flatten", { dense = { units = 10, activation = "softmax" } }]
/// [train]
/// optimizer = "nadam"
/// "#;
/// let run = RunFile::parse("digits.toml", text, &["train.epochs=2"])?;
/// assert!(run.resolved()?.contains("epochs = 2"));
/// let typo = RunFile::parse("digits.toml", &text.replace("optimizer", "optimiser"), &[] as &[&str]).unwrap_err();
/// assert!(typo.to_string().starts_with("digits.toml:7:1: train: field"), "{typo}");
/// # Ok::<(), wgrad::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct RunFile {
    pub(super) document: Document,
    top: Top,
    pub(super) data: DataSection,
    pub(super) model: ModelSection,
    pub(super) train: TrainSection,
}

/// What stands above the sections.
#[derive(Clone, Debug)]
pub(super) struct Top {
    seed: u64,
    device: String,
    precision: String,
    data: Json,
    model: Json,
    train: Json,
}

config! { Top = "run file", Top {
        seed: 42, device: "auto".to_owned(), precision: "float32".to_owned(), data: Json::Null, model: Json::Null,
        train: Json::Null,
    };
    takes seed, device, precision, data, model, train;
}

impl RunFile {
    /// Reads a file, with `key=value` set over what it says.
    ///
    /// # Errors
    /// A file that cannot be read; text that is no TOML, or that is no run file, with file, line and column.
    pub fn open<S: AsRef<str>>(path: impl AsRef<Path>, set: &[S]) -> Result<Self> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path)
            .map_err(|error| Error::Data(format!("{}: cannot be read ({error}); check the path", path.display())))?;
        Self::parse(path, &text, set)
    }

    /// As [`RunFile::open`], of a text; `name` is what errors call it.
    ///
    /// # Errors
    /// As [`RunFile::open`].
    pub fn parse<S: AsRef<str>>(name: impl AsRef<Path>, text: &str, set: &[S]) -> Result<Self> {
        let mut document = Document::parse(name.as_ref(), text.to_owned())?;
        for pair in set {
            let (path, value) = parted(pair.as_ref())?;
            document.set(path, value)?;
        }
        Self::of(document.clone()).map_err(|error| document.placed(error))
    }

    /// A file that says nothing yet: for what is put into it.
    ///
    /// # Errors
    /// Never, unless the defaults are wrong.
    pub fn silent() -> Result<Self> {
        Self::parse("", "", &[] as &[&str])
    }

    /// This file with a value at a place such as `train.epochs`.
    ///
    /// # Errors
    /// No such place, or a value that does not fit it.
    pub fn with(&self, path: &str, value: impl Into<Json>) -> Result<Self> {
        let mut document = self.document.clone();
        document.put(path, value.into(), path)?;
        Self::of(document.clone()).map_err(|error| document.placed(error))
    }

    /// As [`RunFile::with`], of `key=value`, the value as TOML writes it or a bare word: `--set`.
    ///
    /// # Errors
    /// As [`RunFile::with`].
    pub fn set(&self, pair: &str) -> Result<Self> {
        let (path, value) = parted(pair)?;
        let mut document = self.document.clone();
        document.set(path, value)?;
        Self::of(document.clone()).map_err(|error| document.placed(error))
    }

    fn of(document: Document) -> Result<Self> {
        let top: Top = section("run file", &document.root)?;
        let file = Self {
            data: section("data", &top.data)?,
            model: section("model", &top.model)?,
            train: section("train", &top.train)?,
            top,
            document,
        };
        file.train.check()?;
        if !["float32", "float64"].contains(&file.precision()) {
            return Err(Error::unknown("precision", file.precision(), &["float32", "float64"]));
        }
        Ok(file)
    }

    /// What everything random is repeated by.
    pub fn seed(&self) -> u64 {
        self.top.seed
    }

    /// The device's name, as `--device` has it.
    pub fn device(&self) -> &str {
        &self.top.device
    }

    /// `float32`, or `float64` on the CPU.
    pub fn precision(&self) -> &str {
        &self.top.precision
    }

    /// Samples a step.
    pub fn batch(&self) -> usize {
        self.train.batch_size.max(1)
    }

    /// Times through the data.
    pub fn epochs(&self) -> usize {
        self.train.epochs
    }

    /// Whether both read the same data the same way.
    pub fn same_data(&self, other: &Self) -> bool {
        self.data.options == other.data.options && self.seed() == other.seed()
    }

    /// Whether epochs are validated with the samples that test.
    pub fn validates_on_test(&self) -> bool {
        self.data.options.validation == Part::Test
    }

    /// The path of its file.
    pub fn name(&self) -> &str {
        self.document.name()
    }

    /// The file with every option it was silent about, as it is carried out: TOML that gives the same run.
    ///
    /// # Errors
    /// A number TOML has no word for.
    pub fn resolved(&self) -> Result<String> {
        let mut root = written(&self.top)?;
        for (key, fields, plain) in [
            ("data", written(&self.data)?, written(&DataSection::plain())?),
            ("model", written(&self.model)?, written(&ModelSection::plain())?),
            ("train", written(&self.train)?, written(&TrainSection::plain())?),
        ] {
            // An empty list says something where it is not what is meant without it.
            let empty = |value: &Json| value.as_array().is_some_and(Vec::is_empty);
            let said =
                |(name, value): &(String, Json)| !value.is_null() && (!empty(value) || plain.get(name) != Some(value));
            root.insert(key.to_owned(), fields.into_iter().filter(said).collect::<Map<_, _>>().into());
        }
        toml_text::text(&root)
    }
}

/// Key and value of `--set`.
fn parted(pair: &str) -> Result<(&str, &str)> {
    let parts = pair.split_once('=').map(|(path, value)| (path.trim(), value.trim()));
    parts.ok_or_else(|| {
        let help = "write it like --set train.epochs=5";
        Error::request("--set", "key=value", format!("`{pair}`"), help)
    })
}

fn section<T: Configured>(place: &str, json: &Json) -> Result<T> {
    match json {
        Json::Null => read(place, &Map::new()),
        Json::Object(table) => read(place, table),
        other => Err(crate::nn::config::Node::new(place, other).wrong(&format!("a table: [{place}]"))),
    }
}

fn written<T: Configured + Clone>(it: &T) -> Result<Map<String, Json>> {
    let mut fields = Fields::writing();
    it.clone().fields(&mut fields)?;
    Ok(fields.written())
}
