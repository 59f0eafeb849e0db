//! Rescaling: y = scale · x + offset, scale = p\[0\], offset = p\[1\].

use super::axes::view;
use super::batch_normalization::{Columns, fixed};
use super::{Layer, one};
use crate::base::{Error, Real, Result};
use crate::kernel::{Map, Pointwise, SlopeFrom};
use crate::nn::config::{Config, config};
use crate::plan::{Tape, Value};

struct Affine;

impl Pointwise for Affine {
    const NAME: &'static str = "rescaling";
    const WGSL: &'static str = include_str!("../../../shaders/layer/rescaling.wgsl");
    const SLOPE_FROM: SlopeFrom = SlopeFrom::Output;
    const DEFAULTS: [f64; 4] = [1.0, 0.0, 0.0, 0.0];

    #[inline(always)]
    fn f<T: Real>(x: T, p: &[T; 4]) -> T {
        x * p[0] + p[1]
    }

    #[inline(always)]
    fn slope<T: Real>(_: T, p: &[T; 4]) -> T {
        p[0]
    }
}

/// rescaling(x) = p\[0\] x + p\[1\]
pub static MAP: Map = Map::of::<Affine>();

/// Keras's `Rescaling(scale, offset = 0)`, as for bytes to [0, 1].
#[derive(Clone, Debug)]
pub struct Rescaling {
    scale: Vec<f64>,
    offset: Vec<f64>,
}

impl Rescaling {
    /// Multiplies by `scale`.
    pub fn new(scale: f64) -> Self {
        Self { scale: vec![scale], offset: vec![0.0] }
    }

    /// Multiplies each index of the last axis by its own number.
    pub fn each(scale: &[f64]) -> Self {
        Self { scale: scale.to_vec(), offset: vec![0.0] }
    }

    /// What is added after scaling. Default: 0.
    pub fn offset(mut self, offset: f64) -> Self {
        self.offset = vec![offset];
        self
    }

    /// What is added to each index of the last axis after scaling.
    pub fn offset_each(mut self, offset: &[f64]) -> Self {
        self.offset = offset.to_vec();
        self
    }
}

impl Layer for Rescaling {
    fn kind(&self) -> &'static str {
        "rescaling"
    }
    fn call(&self, tape: &mut Tape, inputs: &[Value]) -> Result<Value> {
        let x = one(tape, inputs)?;
        let last = tape.shape(x).last().copied().unwrap_or(0);
        for (what, numbers) in [("scale", &self.scale), ("offset", &self.offset)] {
            let sound = numbers.iter().all(|v| (*v as f32).is_finite());
            if !sound || ![1, last].contains(&numbers.len()) {
                return Err(Error::request(
                    format!("layer `{}`: {what}", tape.scope()),
                    format!("1 finite number, or one for each of the {last} indices of the last axis"),
                    format!("{numbers:?}"),
                    "give the factor, as 1/255 for bytes",
                ));
            }
        }
        match (&self.scale[..], &self.offset[..]) {
            ([scale], [offset]) => record(tape, x, *scale, *offset),
            _ => record_each(tape, x, &self.scale, &self.offset),
        }
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

/// Records y = scale · x + offset.
pub(super) fn record(tape: &mut Tape, x: Value, scale: f64, offset: f64) -> Result<Value> {
    tape.map(&MAP, [scale, offset, 0.0, 0.0], x)
}

/// Records y = scale · x + offset for each index of the last axis (or one number for all): inference with a mean of 0 and
/// a variance of 1.
fn record_each(tape: &mut Tape, x: Value, scale: &[f64], offset: &[f64]) -> Result<Value> {
    let last = tape.shape(x).len() - 1;
    let view = view(tape, x, last, last + 1)?;
    let d = Columns { epsilon: 0.0, shift: 0, ..Columns::new(tape.shape(x)[0] as u32, view) };
    let each = |numbers: &[f64]| (0..d.columns()).map(|j| numbers[j % numbers.len()]).collect::<Vec<f64>>();
    let [scale, offset, ones] = [("scale", scale), ("offset", offset), ("ones", &[1.0][..])].map(|(name, numbers)| {
        let name = format!("{}/{name}", tape.scope());
        tape.table(&name, each(numbers))
    });
    fixed(tape, x, d, [Some(scale), Some(offset)], [ones, ones])
}

config! {
    Rescaling = "Rescaling", Self::new(1.0);
    lists scale, offset;
}
