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

activations! { elu, relu, sigmoid, tanh }

use crate::base::{Error, Result};
use crate::kernel::Map;

/// What a layer does to each output, by its Keras name.
#[derive(Clone, Copy)]
pub enum Activation {
    /// y = x.
    Linear,
    /// A pointwise function and its parameters.
    Map(&'static Map, [f64; 4]),
    /// Each row becomes probabilities: exp(x) / Σ exp(x).
    Softmax,
}

impl Activation {
    /// Exponential linear unit, α = 1.
    pub const ELU: Self = Self::Map(&elu::MAP, elu::MAP.defaults);
    /// max(x, 0).
    pub const RELU: Self = Self::Map(&relu::MAP, relu::MAP.defaults);
    /// 1 / (1 + e⁻ˣ).
    pub const SIGMOID: Self = Self::Map(&sigmoid::MAP, sigmoid::MAP.defaults);
    /// Hyperbolic tangent.
    pub const TANH: Self = Self::Map(&tanh::MAP, tanh::MAP.defaults);

    /// The activation of this Keras name, with default parameters.
    ///
    /// # Errors
    /// An unknown name; the message lists those there are.
    pub fn named(name: &str) -> Result<Self> {
        match name {
            "linear" => Ok(Self::Linear),
            "softmax" => Ok(Self::Softmax),
            _ => ALL.iter().find(|m| m.name == name).map(|m| Self::Map(m, m.defaults)).ok_or_else(|| {
                let known: Vec<&str> = ALL.iter().map(|m| m.name).chain(["linear", "softmax"]).collect();
                Error::request("activation", format!("one of {}", known.join(", ")), name, "use one of these names")
            }),
        }
    }

    /// The Keras name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Linear => "linear",
            Self::Map(map, _) => map.name,
            Self::Softmax => "softmax",
        }
    }
}
