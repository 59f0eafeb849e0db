//! Initializers: variance scaling with the names of Keras, drawn from the engine's counter RNG.
//!
//! Glorot & Bengio 2010; He et al. 2015 (arXiv:1502.01852). Fans are (inputs, outputs) of a kernel `[in, out]`.

use crate::base::rng::Stream;

/// What the variance is divided by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Number of inputs.
    FanIn,
    /// Number of outputs.
    FanOut,
    /// Mean of both.
    FanAvg,
}

/// The shape of the distribution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Distribution {
    /// Normal cut at two standard deviations, widened so that the variance is still right.
    TruncatedNormal,
    /// Uniform in ±√(3σ²).
    Uniform,
}

/// How a variable starts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Initializer {
    /// One number everywhere.
    Constant(f64),
    /// Variance `scale / fan`.
    VarianceScaling {
        /// Numerator of the variance.
        scale: f64,
        /// Denominator of the variance.
        mode: Mode,
        /// Shape.
        distribution: Distribution,
    },
}

/// Standard deviation of the standard normal cut at ±2 (scipy.stats.truncnorm(-2, 2).std()).
const TRUNCATED_DEVIATION: f64 = 0.879_625_661_034_239_8;

const fn scaling(scale: f64, mode: Mode, distribution: Distribution) -> Initializer {
    Initializer::VarianceScaling { scale, mode, distribution }
}

impl Initializer {
    /// Zeros.
    pub const ZEROS: Self = Self::Constant(0.0);
    /// Ones.
    pub const ONES: Self = Self::Constant(1.0);
    /// Variance 1 / fan_avg, uniform: Keras's default for kernels.
    pub const GLOROT_UNIFORM: Self = scaling(1.0, Mode::FanAvg, Distribution::Uniform);
    /// Variance 1 / fan_avg, truncated normal.
    pub const GLOROT_NORMAL: Self = scaling(1.0, Mode::FanAvg, Distribution::TruncatedNormal);
    /// Variance 2 / fan_in, uniform: for ReLU and its variants.
    pub const HE_UNIFORM: Self = scaling(2.0, Mode::FanIn, Distribution::Uniform);
    /// Variance 2 / fan_in, truncated normal.
    pub const HE_NORMAL: Self = scaling(2.0, Mode::FanIn, Distribution::TruncatedNormal);

    /// The values of a variable of `shape`, the same for the same stream.
    pub fn values(self, shape: &[usize], random: Stream) -> Vec<f64> {
        let len = shape.iter().product();
        match self {
            Self::Constant(v) => vec![v; len],
            Self::VarianceScaling { scale, mode, distribution } => {
                let (fan_in, fan_out) = fans(shape);
                let fan = match mode {
                    Mode::FanIn => fan_in,
                    Mode::FanOut => fan_out,
                    Mode::FanAvg => f64::midpoint(fan_in, fan_out),
                };
                let variance = scale / fan.max(1.0);
                let draw = |i: usize| match distribution {
                    Distribution::TruncatedNormal => {
                        variance.sqrt() / TRUNCATED_DEVIATION * random.truncated_normal(0, i as u32)
                    }
                    Distribution::Uniform => (3.0 * variance).sqrt() * (2.0 * random.uniform(0, i as u32) - 1.0),
                };
                // Rounded to f32, so that the judge starts where the devices start.
                (0..len).map(|i| f64::from(draw(i) as f32)).collect()
            }
        }
    }
}

/// (inputs, outputs) of a kernel whose last two axes are input and output, the others a receptive field.
fn fans(shape: &[usize]) -> (f64, f64) {
    match shape {
        [] => (1.0, 1.0),
        [n] => (*n as f64, *n as f64),
        [field @ .., i, o] => {
            let field = field.iter().product::<usize>() as f64;
            (*i as f64 * field, *o as f64 * field)
        }
    }
}
