//! `[data]`: what is trained on.

use crate::base::Result;
use crate::data::{MissingValues, Part, Resize, Scale, SourceOptions, Split, Task};
use crate::nn::config::{Field, Json, Node, config};
use serde_json::json;

/// What a run file says of the data.
#[derive(Clone, Debug)]
pub(super) struct DataSection {
    pub options: SourceOptions,
    /// Whether samples are drawn in a new order each time through.
    pub shuffle: bool,
}

config! { DataSection = "data", DataSection { options: SourceOptions::default(), shuffle: true };
    takes source at options.source, x at options.x, y at options.y, target at options.target,
        weights at options.weights, categorical at options.categorical, drop at options.drop,
        missing at options.missing, delimiter at options.delimiter, header at options.header, task at options.task,
        classes at options.classes, image_size at options.image_size, channels at options.channels,
        resize at options.resize, data_dir at options.data_dir, validation at options.validation,
        test at options.test, split at options.split, scale at options.scale, limit at options.limit, shuffle;
}

/// Options of few words.
macro_rules! word {
    ($($name:ident),*) => {$(
        impl Field for $name {
            fn read(node: &Node<'_>) -> Result<Self> {
                let word = String::read(node)?;
                Self::named(&word).map_err(|error| crate::run::named(&node.place, error))
            }
            fn write(&self) -> Result<Json> {
                Ok(self.word().into())
            }
            fn schema() -> Json {
                json!({ "enum": Self::WORDS })
            }
        }
    )*};
}

word!(MissingValues, Resize, Scale, Split, Task);

impl Field for Part {
    fn read(node: &Node<'_>) -> Result<Self> {
        let part = match node.value {
            Json::Bool(false) => Self::None,
            Json::Number(number) => match number.as_u64() {
                Some(_) => Self::Count(usize::read(node)?),
                None => Self::Share(f64::read(node)?),
            },
            Json::String(text) => return Self::parse(&node.place, text),
            _ => return Err(node.wrong("a count such as 5000, a share such as 0.1, or another source")),
        };
        part.check(&node.place)?;
        Ok(part)
    }
    fn write(&self) -> Result<Json> {
        Ok(match self {
            Self::OfSource => Json::Null,
            Self::None => "none".into(),
            Self::Test => "test".into(),
            Self::Count(count) => (*count).into(),
            Self::Share(share) => share.write()?,
            Self::Source(source) => source.as_str().into(),
        })
    }
    fn schema() -> Json {
        json!({ "anyOf": [
            { "type": "integer", "minimum": 1 },
            { "type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1 },
            { "type": "string" },
        ] })
    }
}
