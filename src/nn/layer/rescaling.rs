//! Rescaling: y = scale · x + offset, scale = p\[0\], offset = p\[1\].

use super::{Layer, one};
use crate::base::{Error, Real, Result};
use crate::kernel::{Map, Pointwise, SlopeFrom};
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
#[derive(Clone, Copy, Debug)]
pub struct Rescaling {
    scale: f64,
    offset: f64,
}

impl Rescaling {
    /// Multiplies by `scale`.
    pub fn new(scale: f64) -> Self {
        Self { scale, offset: 0.0 }
    }

    /// What is added after scaling. Default: 0.
    pub fn offset(mut self, offset: f64) -> Self {
        self.offset = offset;
        self
    }
}

impl Layer for Rescaling {
    fn kind(&self) -> &'static str {
        "rescaling"
    }
    fn call(&self, tape: &mut Tape, inputs: &[Value]) -> Result<Value> {
        let x = one(tape, inputs)?;
        for (what, number) in [("scale", self.scale), ("offset", self.offset)] {
            if !(number as f32).is_finite() {
                return Err(Error::request(
                    format!("layer `{}`: {what}", tape.scope()),
                    "a finite number",
                    number,
                    "give the factor, as 1/255 for bytes",
                ));
            }
        }
        record(tape, x, self.scale, self.offset)
    }
}

/// Records y = scale · x + offset.
pub(super) fn record(tape: &mut Tape, x: Value, scale: f64, offset: f64) -> Result<Value> {
    tape.map(&MAP, [scale, offset, 0.0, 0.0], x)
}
