//! Reduce on plateau: η ← max(η·f, η₁) once a number has not improved for some epochs.

use super::{check, rate, require};
use crate::base::nearest;
use crate::base::{Allowed, Error, Result};

/// Which way a monitored number improves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Downwards.
    Min,
    /// Upwards.
    Max,
    /// As its name says: losses and errors down, accuracies and scores up.
    Auto,
}

/// Keras's metrics that improve downwards; `val_` before the name is ignored.
const DOWN: &[&str] = &[
    "loss",
    "mean_squared_error",
    "mse",
    "mean_absolute_error",
    "mae",
    "mean_absolute_percentage_error",
    "mape",
    "mean_squared_logarithmic_error",
    "msle",
    "root_mean_squared_error",
    "rmse",
    "log_cosh",
    "logcosh",
    "huber",
    "binary_crossentropy",
    "categorical_crossentropy",
    "sparse_categorical_crossentropy",
    "kl_divergence",
    "kullback_leibler_divergence",
    "poisson",
    "hinge",
    "squared_hinge",
    "categorical_hinge",
    "mean",
];

/// Keras's metrics that improve upwards.
const UP: &[&str] = &[
    "accuracy",
    "acc",
    "binary_accuracy",
    "categorical_accuracy",
    "sparse_categorical_accuracy",
    "top_k_categorical_accuracy",
    "sparse_top_k_categorical_accuracy",
    "top_k",
    "precision",
    "recall",
    "auc",
    "f1_score",
    "fbeta_score",
    "cosine_similarity",
    "cosine",
    "r2_score",
    "pearson_correlation",
    "concordance_correlation",
];

impl Mode {
    /// Whether a number named `monitor` improves upwards, or `None` where neither mode nor name says.
    pub fn upwards(self, monitor: &str) -> Option<bool> {
        let name = monitor.strip_prefix("val_").unwrap_or(monitor);
        match self {
            Self::Min => Some(false),
            Self::Max => Some(true),
            Self::Auto if DOWN.contains(&name) => Some(false),
            Self::Auto if UP.contains(&name) => Some(true),
            Self::Auto => None,
        }
    }
}

/// What [`ReduceLrOnPlateau`] remembers from epoch to epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PlateauState {
    /// The best number so far.
    pub best: Option<f64>,
    /// Epochs without improvement since the best one, the last reduction or the last cooldown.
    pub wait: u64,
    /// Epochs of cooldown that remain.
    pub cooldown_counter: u64,
}

/// Keras's callback `ReduceLROnPlateau`, one number an epoch.
///
/// As in Keras, numbers and rates are compared in f32, so that an improvement of exactly `min_delta` is none; a NaN is
/// no improvement, and nothing improves on a NaN of the first epoch.
#[derive(Clone, Debug, PartialEq)]
pub struct ReduceLrOnPlateau {
    /// The name of the number. Default: `val_loss`.
    pub monitor: String,
    /// Which way it improves. Default: as its name says.
    pub mode: Mode,
    /// What the rate is multiplied by, 0 ≤ factor < 1. Default: 0.1.
    pub factor: f64,
    /// Epochs without improvement after which the rate falls, at least 1. Default: 10.
    pub patience: u64,
    /// An improvement is more than this, whatever its sign. Default: 10⁻⁴.
    pub min_delta: f64,
    /// Epochs after a reduction in which nothing is counted. Default: 0.
    pub cooldown: u64,
    /// The rate does not fall below this, ≥ 0. Default: 0.
    pub min_lr: f64,
    /// What it remembers.
    pub state: PlateauState,
}

impl Default for ReduceLrOnPlateau {
    fn default() -> Self {
        Self {
            monitor: "val_loss".to_owned(),
            mode: Mode::Auto,
            factor: 0.1,
            patience: 10,
            min_delta: 1e-4,
            cooldown: 0,
            min_lr: 0.0,
            state: PlateauState::default(),
        }
    }
}

impl ReduceLrOnPlateau {
    const NAME: &'static str = "reduce_lr_on_plateau";

    /// Watches the number of this name; everything else is Keras's default.
    pub fn on(monitor: &str) -> Self {
        Self { monitor: monitor.to_owned(), ..Self::default() }
    }

    /// Checks the numbers, and that the direction is known.
    ///
    /// # Errors
    /// A factor outside [0, 1), a patience of 0, a rate below 0, a name that does not say which way is better.
    pub fn check(&self) -> Result<()> {
        check(Self::NAME, "factor", Allowed::Fraction, self.factor)?;
        require(self.patience > 0, Self::NAME, "patience", "at least 1", 0.0)?;
        check(Self::NAME, "min_delta", Allowed::Finite, self.min_delta)?;
        rate(Self::NAME, "min_lr", self.min_lr)?;
        if self.mode.upwards(&self.monitor).is_none() {
            let name = self.monitor.strip_prefix("val_").unwrap_or(&self.monitor);
            let near = nearest(name, DOWN.iter().chain(UP).copied());
            let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            return Err(Error::request(
                format!("schedule {}: monitor", Self::NAME),
                "a metric known to improve up or down",
                format!("`{}`", self.monitor),
                format!("set mode to min or max{near}"),
            ));
        }
        Ok(())
    }

    /// Forgets every epoch: Keras does so when training begins.
    pub fn reset(&mut self) {
        self.state = PlateauState::default();
    }

    fn improves(&self, current: f64) -> bool {
        let Some(best) = self.state.best else { return true };
        let delta = self.min_delta.abs();
        if self.mode.upwards(&self.monitor).unwrap_or(false) {
            (current - delta) as f32 > best as f32
        } else {
            ((current + delta) as f32) < best as f32
        }
    }

    /// Takes the number of the epoch that ends, trained with `learning_rate`, and gives the rate of the next one.
    pub fn epoch_end(&mut self, monitored: f64, learning_rate: f64) -> f64 {
        if self.state.cooldown_counter > 0 {
            self.state.cooldown_counter -= 1;
            self.state.wait = 0;
        }
        if self.improves(monitored) {
            self.state.best = Some(monitored);
            self.state.wait = 0;
        } else if self.state.cooldown_counter == 0 {
            self.state.wait += 1;
            if self.state.wait >= self.patience && learning_rate as f32 > self.min_lr as f32 {
                self.state.cooldown_counter = self.cooldown;
                self.state.wait = 0;
                return (learning_rate * self.factor).max(self.min_lr);
            }
        }
        learning_rate
    }
}
