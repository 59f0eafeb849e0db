//! The net `wgrad train` trains where no run file says one: the textbook's, unless options say otherwise.

use super::whole;
use crate::base::Result;
use crate::data::{Labels, Loaded};
use crate::nn::config::Json;
use crate::nn::words::Words;
use clap::{Args, ValueEnum};
use serde_json::{Map, json};

/// What normalises before every layer.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Normalization {
    /// Batch normalisation
    Batch,
    /// Layer normalisation
    Layer,
    /// Nothing
    None,
}

/// What drops.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Drop {
    /// Sets numbers to 0
    Dropout,
    /// Keeps mean and variance, for selu
    AlphaDropout,
    /// Multiplies by noise around 1
    GaussianDropout,
}

/// Options of the net. WORDS are name:key=value,key=value; a wrong name is answered with those there are.
#[derive(Args)]
#[command(next_help_heading = "Model, without a run file (WORDS are name:key=value,key=value)")]
pub struct ModelOptions {
    /// Units of the hidden layers, with commas [default: 64,32 for digits, else 300,100]
    #[arg(long, value_delimiter = ',', value_name = "UNITS", value_parser = whole::<usize>, allow_negative_numbers = true)]
    hidden: Option<Vec<usize>>,
    /// Activation of the hidden layers: elu, relu, selu, gelu, silu, tanh, … [default: elu]
    #[arg(long, value_name = "NAME")]
    activation: Option<String>,
    /// How kernels start: he_normal, lecun_normal, glorot_uniform, random_normal:stddev=0.01, … [default: he_normal]
    #[arg(long, value_name = "WORDS")]
    initializer: Option<String>,
    /// What normalises before every layer [default: batch]
    #[arg(long, value_enum)]
    normalization: Option<Normalization>,
    /// A penalty on the hidden kernels: l1, l2:l2=1e-4, l1_l2:l1=1e-5,l2=1e-4, orthogonal_regularizer
    #[arg(long, value_name = "WORDS")]
    regularizer: Option<String>,
    /// What the hidden kernels are held to: max_norm:max_value=1, unit_norm, non_neg, min_max_norm
    #[arg(long, value_name = "WORDS")]
    constraint: Option<String>,
    /// Share dropped while training, before the last layer [default: 0]
    #[arg(long, value_name = "RATE", allow_negative_numbers = true)]
    dropout: Option<f64>,
    /// How it is dropped [default: dropout]
    #[arg(long, value_enum)]
    dropout_kind: Option<Drop>,
}

/// `name:key=value` as `{ name = { key = value } }`.
pub fn class(kind: &'static str, text: &str) -> Result<Json> {
    let words = Words::parse(kind, text)?;
    let value = |text: &str| match text.parse::<Json>() {
        Ok(json) if json.is_number() || json.is_boolean() => json,
        _ => text.into(),
    };
    let field = |key: &str| {
        let text = words.text(key).unwrap_or_default();
        let value = match text.contains(',') {
            true => text.split(',').map(value).collect(),
            false => value(text),
        };
        (key.to_owned(), value)
    };
    let fields: Map<String, Json> = words.keys().map(field).collect();
    Ok(Json::Object(Map::from_iter([(words.name().to_owned(), fields.into())])))
}

/// The mean of the numbers a model is trained on.
fn mean(data: &Loaded) -> f64 {
    let Some(labels) = data.train.labels.first() else { return 0.0 };
    let mut row = vec![0.0_f64; labels.width];
    let sum = (0..labels.len()).fold(0.0, |sum, i| {
        labels.gather(i, &mut row);
        sum + row.iter().sum::<f64>()
    });
    let mean = sum / (labels.len() * labels.width).max(1) as f64;
    if mean.is_finite() { mean } else { 0.0 }
}

impl ModelOptions {
    /// The options that were given.
    pub fn given(&self) -> Option<&'static str> {
        let all = [
            ("--hidden", self.hidden.is_some()),
            ("--activation", self.activation.is_some()),
            ("--initializer", self.initializer.is_some()),
            ("--normalization", self.normalization.is_some()),
            ("--regularizer", self.regularizer.is_some()),
            ("--constraint", self.constraint.is_some()),
            ("--dropout", self.dropout.is_some()),
            ("--dropout-kind", self.dropout_kind.is_some()),
        ];
        all.iter().find(|(_, given)| *given).map(|(option, _)| *option)
    }

    /// The layers for `data`, with these hidden ones unless others were asked for.
    pub fn layers(&self, data: &Loaded, hidden: &[usize]) -> Result<Json> {
        let mut layers = vec![json!("flatten")];
        let normalization = match self.normalization.unwrap_or(Normalization::Batch) {
            Normalization::Batch => Some(json!("batch_normalization")),
            Normalization::Layer => Some(json!("layer_normalization")),
            Normalization::None => None,
        };
        layers.extend(normalization.clone());
        for units in self.hidden.as_deref().unwrap_or(hidden) {
            let mut dense = json!({ "units": units });
            dense["kernel_initializer"] = class("initializer", self.initializer.as_deref().unwrap_or("he_normal"))?;
            if let Some(words) = &self.regularizer {
                dense["kernel_regularizer"] = class("regularizer", words)?;
            }
            if let Some(words) = &self.constraint {
                dense["kernel_constraint"] = class("constraint", words)?;
            }
            layers.push(json!({ "dense": dense }));
            layers.extend(normalization.clone());
            layers.push(json!({ "activation": self.activation.as_deref().unwrap_or("elu") }));
        }
        if let Some(rate) = self.dropout.filter(|rate| *rate != 0.0) {
            layers.push(match self.dropout_kind.unwrap_or(Drop::Dropout) {
                Drop::Dropout => json!({ "dropout": rate }),
                Drop::AlphaDropout => json!({ "alpha_dropout": rate }),
                Drop::GaussianDropout => json!({ "gaussian_dropout": rate }),
            });
        }
        layers.push(match data.labels.first() {
            // Begins at the mean: a target far from 0 would take long to reach.
            Some(Labels::Numbers { shape, .. }) => {
                let units = shape.iter().product::<usize>();
                json!({ "dense": { "units": units, "bias_initializer": { "constant": { "value": mean(data) } } } })
            }
            Some(Labels::Classes { names }) => json!({ "dense": { "units": names.len(), "activation": "softmax" } }),
            None => json!({ "dense": 1 }),
        });
        Ok(layers.into())
    }
}
