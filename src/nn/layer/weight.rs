//! A variable's options: how it starts, what is lowered with the loss for its sake, what it is held to.

use super::variable;
use crate::base::Result;
use crate::nn::config::Fields;
use crate::nn::constraint::{self, Constraint};
use crate::nn::init::Initializer;
use crate::nn::regularizer::{self, Regularizer};
use crate::plan::{Tape, Value};
use std::sync::Arc;

/// Options of one variable of a layer.
#[derive(Clone)]
pub(super) struct Weight {
    pub initializer: Arc<dyn Initializer>,
    pub regularizer: Option<Arc<dyn Regularizer>>,
    pub constraint: Option<Arc<dyn Constraint>>,
}

impl Weight {
    /// Started so, free otherwise.
    pub fn new(initializer: impl Initializer + 'static) -> Self {
        Self { initializer: Arc::new(initializer), regularizer: None, constraint: None }
    }

    /// Its options among the fields of a layer: initializer, regularizer, constraint.
    pub fn fields(&mut self, names: [&'static str; 3], fields: &mut Fields<'_>) -> Result<()> {
        fields.takes(names[0], &mut self.initializer)?;
        fields.takes(names[1], &mut self.regularizer)?;
        fields.takes(names[2], &mut self.constraint)
    }

    /// The variable `name` of the layer being recorded.
    pub fn record(&self, tape: &mut Tape, name: &str, shape: &[usize], trained: bool) -> Result<Value> {
        let w = variable(tape, name, &self.initializer, shape, trained)?;
        let option = |tape: &Tape, kind: &str| format!("layer `{}`: {name}_{kind}", tape.scope());
        if let Some(regularizer) = &self.regularizer {
            regularizer::penalize(tape, &option(tape, "regularizer"), w, regularizer)?;
        }
        if let Some(constraint) = &self.constraint {
            constraint::hold(tape, &option(tape, "constraint"), w, constraint)?;
        }
        Ok(w)
    }
}

/// The builder methods of a [`Weight`] at a field of a layer.
macro_rules! weight_options {
    ($($at:ident).+, $what:literal: $initializer:ident ($default:literal), $regularizer:ident, $constraint:ident) => {
        #[doc = concat!("How the ", $what, " starts. Default: ", $default, ".")]
        pub fn $initializer(mut self, initializer: impl $crate::nn::init::Initializer + 'static) -> Self {
            self.$($at).+.initializer = std::sync::Arc::new(initializer);
            self
        }

        #[doc = concat!("A penalty on the ", $what, ", lowered with the loss. Default: none.")]
        pub fn $regularizer(mut self, regularizer: impl $crate::nn::regularizer::Regularizer + 'static) -> Self {
            self.$($at).+.regularizer = Some(std::sync::Arc::new(regularizer));
            self
        }

        #[doc = concat!("What the ", $what, " is held to after each update. Default: nothing.")]
        pub fn $constraint(mut self, constraint: impl $crate::nn::constraint::Constraint + 'static) -> Self {
            self.$($at).+.constraint = Some(std::sync::Arc::new(constraint));
            self
        }
    };
}
pub(super) use weight_options;

/// The builder method of an initializer of its own.
macro_rules! initializer_option {
    ($initializer:ident, $what:literal, $default:literal) => {
        #[doc = concat!("How the ", $what, " starts. Default: ", $default, ".")]
        pub fn $initializer(mut self, initializer: impl $crate::nn::init::Initializer + 'static) -> Self {
            self.$initializer = std::sync::Arc::new(initializer);
            self
        }
    };
}
pub(super) use initializer_option;
