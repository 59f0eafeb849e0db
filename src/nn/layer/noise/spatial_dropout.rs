//! Spatial dropout: whole feature maps are dropped, one random number a sample and channel (Tompson et al. 2015,
//! arXiv:1411.4280). The formula is dropout's.

use super::dropout::drop;
use crate::base::{Error, Result};
use crate::kernel::Spread;
use crate::nn::config::{Config, Configured, Fields, Json, config, words};
use crate::nn::layer::{Layer, one};
use crate::plan::{Tape, Value};

/// Records dropout of whole channels of an input of `rank` axes.
fn drop_maps(tape: &mut Tape, inputs: &[Value], rank: usize, rate: f64, channels_first: bool) -> Result<Value> {
    let x = one(tape, inputs)?;
    let shape = tape.shape(x);
    if shape.len() != rank || shape.contains(&0) {
        return Err(Error::request(
            format!("layer `{}`", tape.scope()),
            format!("an input of {rank} axes, the batch first, none of size 0"),
            format!("{shape:?}"),
            "use the spatial dropout of the input's dimensions, or Dropout",
        ));
    }
    let block: usize = shape[1..].iter().product();
    let across = if channels_first { shape[1] } else { shape[rank - 1] };
    let side = if channels_first { block / across } else { 1 };
    let spread = Spread { block: block as u32, across: across as u32, side: side as u32 };
    drop(tape, x, rate, Some(spread), false)
}

/// Keras's `SpatialDropout1D(rate)` on `[batch, steps, channels]`.
#[derive(Clone, Copy, Debug)]
pub struct SpatialDropout1D {
    rate: f64,
}

impl SpatialDropout1D {
    /// Drops each channel of a sample with probability `rate`, 0 ≤ rate < 1.
    pub fn new(rate: f64) -> Self {
        Self { rate }
    }
}

impl Layer for SpatialDropout1D {
    fn kind(&self) -> &'static str {
        "spatial_dropout_1d"
    }
    fn call(&self, tape: &mut Tape, inputs: &[Value]) -> Result<Value> {
        drop_maps(tape, inputs, 3, self.rate, false)
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

/// Keras's `SpatialDropout2D(rate)` on `[batch, rows, columns, channels]`.
#[derive(Clone, Copy, Debug)]
pub struct SpatialDropout2D {
    rate: f64,
    channels_first: bool,
}

impl SpatialDropout2D {
    /// Drops each channel of a sample with probability `rate`, 0 ≤ rate < 1.
    pub fn new(rate: f64) -> Self {
        Self { rate, channels_first: false }
    }

    /// Whether the input is `[batch, channels, rows, columns]`, Keras's `data_format = "channels_first"`. Default: false.
    pub fn channels_first(mut self, first: bool) -> Self {
        self.channels_first = first;
        self
    }
}

impl Layer for SpatialDropout2D {
    fn kind(&self) -> &'static str {
        "spatial_dropout_2d"
    }
    fn call(&self, tape: &mut Tape, inputs: &[Value]) -> Result<Value> {
        drop_maps(tape, inputs, 4, self.rate, self.channels_first)
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

config! {
    SpatialDropout1D = "SpatialDropout1D", Self::new(0.0);
    needs rate;
    refuses "noise_shape" but null;
    ignores "seed";
}

impl Configured for SpatialDropout2D {
    const CLASS: &'static str = "SpatialDropout2D";
    fn plain() -> Self {
        Self::new(0.0)
    }
    fn fields(&mut self, fields: &mut Fields<'_>) -> Result<()> {
        fields.needs("rate", &mut self.rate)?;
        let mut format = if self.channels_first { DataFormat::ChannelsFirst } else { DataFormat::ChannelsLast };
        fields.takes("data_format", &mut format)?;
        self.channels_first = matches!(format, DataFormat::ChannelsFirst);
        fields.ignores(&["seed"]);
        fields.refuses("noise_shape", &Json::Null)
    }
}

/// Where the channels of an image are.
enum DataFormat {
    ChannelsLast,
    ChannelsFirst,
}

words! { DataFormat: "channels_last" = ChannelsLast, "channels_first" = ChannelsFirst }
