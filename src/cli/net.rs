//! The net `wgrad train` trains: the textbook's, unless options say otherwise.

use super::whole;
use crate::data::Dataset;
use crate::nn::act::Activation;
use crate::nn::constraint;
use crate::nn::init;
use crate::nn::layer::{
    AlphaDropout, BatchNormalization, Dense, Dropout, Flatten, GaussianDropout, LayerNormalization,
};
use crate::nn::regularizer;
use crate::train::Sequential;
use clap::{Args, ValueEnum};

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
#[command(next_help_heading = "Model (WORDS are name:key=value,key=value)")]
pub struct ModelOptions {
    /// Units of the hidden layers, with commas [default: 64,32 for digits, 300,100 for fashion-mnist]
    #[arg(long, value_delimiter = ',', value_name = "UNITS", value_parser = whole::<usize>, allow_negative_numbers = true)]
    hidden: Option<Vec<usize>>,
    /// Activation of the hidden layers: elu, relu, selu, gelu, silu, tanh, …
    #[arg(long, default_value = "elu", value_name = "NAME")]
    activation: String,
    /// How kernels start: he_normal, lecun_normal, glorot_uniform, random_normal:stddev=0.01, …
    #[arg(long, default_value = "he_normal", value_name = "WORDS")]
    initializer: String,
    /// What normalises before every layer
    #[arg(long, value_enum, default_value = "batch")]
    normalization: Normalization,
    /// A penalty on the hidden kernels: l1, l2:l2=1e-4, l1_l2:l1=1e-5,l2=1e-4, orthogonal_regularizer
    #[arg(long, value_name = "WORDS")]
    regularizer: Option<String>,
    /// What the hidden kernels are held to: max_norm:max_value=1, unit_norm, non_neg, min_max_norm
    #[arg(long, value_name = "WORDS")]
    constraint: Option<String>,
    /// Share dropped while training, before the last layer
    #[arg(long, default_value_t = 0.0, value_name = "RATE", allow_negative_numbers = true)]
    dropout: f64,
    /// How it is dropped
    #[arg(long, value_enum, default_value = "dropout")]
    dropout_kind: Drop,
}

impl ModelOptions {
    fn dense(&self, units: usize) -> crate::base::Result<Dense> {
        let mut dense = Dense::new(units).kernel_initializer(init::named(&self.initializer)?);
        if let Some(words) = &self.regularizer {
            dense = dense.kernel_regularizer(regularizer::named(words)?);
        }
        if let Some(words) = &self.constraint {
            dense = dense.kernel_constraint(constraint::named(words)?);
        }
        Ok(dense)
    }

    fn normalized(&self, net: Sequential) -> Sequential {
        match self.normalization {
            Normalization::Batch => net.add(BatchNormalization::new()),
            Normalization::Layer => net.add(LayerNormalization::new()),
            Normalization::None => net,
        }
    }

    /// The net for `data`, with these hidden layers unless others were asked for.
    pub fn net(&self, data: &Dataset, hidden: &[usize]) -> crate::base::Result<Sequential> {
        let activation = Activation::named(&self.activation)?;
        let mut net = self.normalized(Sequential::new(&data.sample_shape).add(Flatten));
        for units in self.hidden.as_deref().unwrap_or(hidden) {
            net = self.normalized(net.add(self.dense(*units)?)).add(activation);
        }
        if self.dropout != 0.0 {
            net = match self.dropout_kind {
                Drop::Dropout => net.add(Dropout::new(self.dropout)),
                Drop::AlphaDropout => net.add(AlphaDropout::new(self.dropout)),
                Drop::GaussianDropout => net.add(GaussianDropout::new(self.dropout)),
            };
        }
        Ok(net.add(Dense::new(data.classes).activation(Activation::Softmax)))
    }
}
