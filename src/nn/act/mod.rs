//! Activations: pointwise functions y = f(x) and their slopes.
//!
//! A new one is a page here, its twin under `shaders/act/`, and a word in the list below.

/// Declares the pages; the word is the registration.
macro_rules! activations {
    ($($page:ident),* $(,)?) => {
        $(pub mod $page;)*
        /// Every pointwise activation.
        pub static ALL: &[&crate::kernel::Map] = &[$(&$page::MAP),*];
    };
}

activations! {
    celu, elu, exponential, gelu, gelu_approximate, general_relu, hard_sigmoid, leaky_relu, mish, relu, relu6, selu,
    sigmoid, silu, softplus, softsign, tanh,
}

mod config;

use crate::base::{Error, Result};
use crate::kernel::{Bounds, Map};

/// What a layer does to each output, by its Keras name.
///
/// Constructors take any number; a layer that records the activation refuses what is out of range, by its own name.
#[derive(Clone, Copy)]
pub enum Activation {
    /// y = x.
    Linear,
    /// A pointwise function and its parameters.
    Map(&'static Map, [f64; 4]),
    /// The last axis becomes probabilities: exp(x) / Σ exp(x). Along another:
    /// [`Softmax`](super::layer::Softmax).
    Softmax,
    /// Logarithms of the softmax along the last axis: x − ln Σ exp(x).
    LogSoftmax,
}

/// A constant an activation: its map with the map's default parameters.
macro_rules! constants {
    ($($(#[$doc:meta])* $name:ident = $page:ident),* $(,)?) => {
        $($(#[$doc])* pub const $name: Self = Self::Map(&$page::MAP, $page::MAP.defaults);)*
    };
}

impl Activation {
    constants! {
        /// x where positive, else eˣ − 1: continuous, as is its slope.
        CELU = celu,
        /// x where positive, else eˣ − 1.
        ELU = elu,
        /// eˣ.
        EXPONENTIAL = exponential,
        /// x · Φ(x), exact: Keras's default.
        GELU = gelu,
        /// A straight line from 0 at −3 to 1 at 3.
        HARD_SIGMOID = hard_sigmoid,
        /// x · tanh(softplus(x)).
        MISH = mish,
        /// max(x, 0).
        RELU = relu,
        /// min(max(x, 0), 6).
        RELU6 = relu6,
        /// Scaled ELU, self-normalising with [`LecunNormal`](super::init::LecunNormal) kernels.
        SELU = selu,
        /// 1 / (1 + e⁻ˣ).
        SIGMOID = sigmoid,
        /// x · sigmoid(x), also called swish.
        SILU = silu,
        /// ln(1 + eˣ).
        SOFTPLUS = softplus,
        /// x / (1 + |x|).
        SOFTSIGN = softsign,
        /// Hyperbolic tangent.
        TANH = tanh,
    }

    /// x where positive, else 0.3 x: the slope of Keras's layer `LeakyReLU`. Keras's function, and so
    /// [`Activation::named`], has 0.2.
    pub const LEAKY_RELU: Self = Self::Map(&leaky_relu::MAP, [0.3, 0.0, 0.0, 0.0]);

    /// x where positive, else `alpha` (eˣ − 1); `alpha` ≥ 0, Keras's default is 1.
    pub const fn elu(alpha: f64) -> Self {
        Self::Map(&elu::MAP, [alpha, 0.0, 0.0, 0.0])
    }

    /// x where positive, else `alpha` (e^(x / `alpha`) − 1); `alpha` > 0, Keras's default is 1.
    pub const fn celu(alpha: f64) -> Self {
        Self::Map(&celu::MAP, [alpha, 0.0, 0.0, 0.0])
    }

    /// x · Φ(x), or its approximation by tanh; Keras's default is exact.
    pub const fn gelu(approximate: bool) -> Self {
        if approximate { Self::Map(&gelu_approximate::MAP, gelu_approximate::MAP.defaults) } else { Self::GELU }
    }

    /// x where not negative, else `negative_slope` · x; `negative_slope` ≥ 0. The default of Keras's
    /// layer is 0.3, of its function 0.2.
    pub const fn leaky_relu(negative_slope: f64) -> Self {
        Self::Map(&leaky_relu::MAP, [negative_slope, 0.0, 0.0, 0.0])
    }

    /// Keras's general `relu`: x above `threshold` and at most `max_value`, else `negative_slope` (x − `threshold`).
    ///
    /// `max_value` ≥ 0 (`None`: unlimited) and `negative_slope` ≥ 0, Keras's default is 0; with a `max_value`, nothing
    /// from the first part is below 0. The cheapest map that computes it is taken.
    pub fn relu(max_value: Option<f64>, negative_slope: f64, threshold: f64) -> Self {
        match (max_value, negative_slope, threshold) {
            (None, 0.0, 0.0) => Self::RELU,
            (Some(6.0), 0.0, 0.0) => Self::RELU6,
            (None, slope, 0.0) => Self::leaky_relu(slope),
            (max, slope, threshold) => {
                // Keras's relu6 has slope 0 where it ends, its clip one half.
                let end = if max == Some(6.0) && threshold == 0.0 { 0.0 } else { 0.5 };
                Self::Map(&general_relu::MAP, [max.unwrap_or(general_relu::UNLIMITED), slope, threshold, end])
            }
        }
    }

    /// The activation of this Keras name, with the default parameters of Keras's function; `swish` is `silu`.
    ///
    /// # Errors
    /// An unknown name; the message lists those there are and suggests the nearest.
    pub fn named(name: &str) -> Result<Self> {
        let found = match name {
            "linear" => Some(Self::Linear),
            "softmax" => Some(Self::Softmax),
            "log_softmax" => Some(Self::LogSoftmax),
            "swish" => Some(Self::SILU),
            // Maps that share a Keras name have one that bears it.
            _ => ALL.iter().find(|m| m.name == name && m.keras == name).map(|m| Self::Map(m, m.defaults)),
        };
        found.ok_or_else(|| {
            let maps = ALL.iter().map(|m| m.name).filter(|n| ALL.iter().any(|m| m.keras == *n));
            let mut known: Vec<&str> = maps.chain(["linear", "softmax", "log_softmax", "swish"]).collect();
            known.sort_unstable();
            Error::unknown("activation", name, &known)
        })
    }

    /// The Keras name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Linear => "linear",
            Self::Map(map, _) => map.keras,
            Self::Softmax => "softmax",
            Self::LogSoftmax => "log_softmax",
        }
    }

    /// What the outputs come near or stay at, from below and from above, as the slope dies out; nothing where they do not.
    pub fn bounds(&self) -> Bounds {
        match self {
            Self::Linear => [None, None],
            Self::Map(map, p) => (map.bounds)(p),
            Self::Softmax => [Some(0.0), Some(1.0)],
            Self::LogSoftmax => [None, Some(0.0)],
        }
    }

    /// Whether the parameters are in their ranges; `layer` is who is told off if not.
    ///
    /// # Errors
    /// A parameter out of its range, by name.
    pub fn check(&self, layer: &str) -> Result<()> {
        let Self::Map(map, p) = self else { return Ok(()) };
        let owner = format!("layer `{layer}`: activation {}", map.keras);
        // As kernels see it: in f32 a number may be infinite, or 0.
        let seen = p.map(|value| f64::from(value as f32));
        map.parameters.iter().zip(seen).try_for_each(|((name, allowed), value)| allowed.check(&owner, name, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(activation: Activation) -> (&'static str, [f64; 4]) {
        match activation {
            Activation::Map(map, p) => (map.name, p),
            other => (other.name(), [0.0; 4]),
        }
    }

    #[test]
    fn names_are_found_and_misspelt_ones_corrected() {
        for map in ALL.iter().filter(|m| m.name == m.keras) {
            let found = Activation::named(map.name).expect("its own name");
            assert_eq!((found.name(), of(found)), (map.name, (map.name, map.defaults)));
        }
        assert_eq!(of(Activation::named("swish").expect("an alias")).0, "silu");
        assert_eq!(of(Activation::named("leaky_relu").expect("a name")).1[0], 0.2);
        for (wrong, near) in [("sofmax", "softmax"), ("leakyrelu", "leaky_relu"), ("GELU", "gelu")] {
            let error = Activation::named(wrong).err().expect("no such name").to_string();
            assert!(error.contains(&format!("did you mean `{near}`?")), "{error}");
        }
        let error = Activation::named("qqq").err().expect("no such name").to_string();
        assert!(error.contains("mish") && !error.contains("did you mean") && !error.contains("general"), "{error}");
    }

    #[test]
    fn outputs_come_near_their_bounds_and_stay_within() {
        let xs: Vec<f64> = (-4000..=4000).map(|i| f64::from(i) * 0.025).chain([-1e4, 1e4]).collect();
        for map in ALL {
            for (p, _) in map.cases() {
                let [low, high] = Activation::Map(map, p).bounds();
                let mut y = xs.clone();
                (map.f64)(&mut y, &p);
                let (least, most) = y.iter().fold((f64::MAX, f64::MIN), |(a, b), y| (a.min(*y), b.max(*y)));
                // Mean of the slopes' sizes over the last tenth on a side: where there is a bound it dies out.
                let slope = |from: usize| (y[from + 400] - y[from]).abs() / 10.0;
                for (bound, end, slope) in [(low, least, slope(0)), (high, most, slope(7600))] {
                    if let Some(bound) = bound {
                        assert!((bound - end).abs() < 1e-3 && slope < 1e-3, "{} {p:?}: {bound}, {end}", map.name);
                    }
                }
                assert!(low.is_none_or(|l| l <= least) && high.is_none_or(|h| h >= most), "{} {p:?}", map.name);
                // Silu, gelu and mish die out at a number they do not have as a bound: 0, from below.
                let dips = ["silu", "gelu", "gelu_approximate", "mish"].contains(&map.name);
                assert!(low.is_some() || dips || slope(0) > 0.1 || least == p[2], "{} {p:?}", map.name);
                assert!(high.is_some() || slope(7600) > 0.1, "{} {p:?} has a bound above", map.name);
            }
        }
    }

    #[test]
    fn relu_takes_the_cheapest_map() {
        let name = |max, slope, threshold| of(Activation::relu(max, slope, threshold)).0;
        assert_eq!(name(None, 0.0, 0.0), "relu");
        assert_eq!(name(Some(6.0), 0.0, 0.0), "relu6");
        assert_eq!(name(None, 0.1, 0.0), "leaky_relu");
        for (max, slope, threshold) in [(Some(5.0), 0.0, 0.0), (Some(6.0), 0.1, 0.0), (None, 0.0, 1.0)] {
            assert_eq!(name(max, slope, threshold), "general_relu");
            assert_eq!(Activation::relu(max, slope, threshold).name(), "relu");
        }
    }

    #[test]
    fn parameters_out_of_range_are_told_by_name() {
        let wrong = [
            (Activation::elu(-1.0), "activation elu: alpha"),
            (Activation::celu(0.0), "activation celu: alpha"),
            (Activation::celu(f64::NAN), "activation celu: alpha"),
            (Activation::leaky_relu(-0.1), "activation leaky_relu: negative_slope"),
            (Activation::relu(Some(-1.0), 0.0, 0.0), "activation relu: max_value"),
            (Activation::relu(Some(f64::INFINITY), 0.0, 0.0), "activation relu: max_value"),
            (Activation::relu(None, 0.0, 1e300), "activation relu: threshold"),
        ];
        for (activation, what) in wrong {
            let error = activation.check("dense_1").expect_err(what).to_string();
            assert!(error.contains(what) && error.contains("layer `dense_1`"), "{error}");
        }
        for map in ALL {
            for (p, _) in map.cases() {
                Activation::Map(map, p).check("a layer").expect("the walkers' parameters are in range");
            }
        }
    }
}
