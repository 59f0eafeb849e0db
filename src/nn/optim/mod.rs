//! Optimizers: one dispatch over the arenas moves every variable of the model.
//!
//! What depends on the step count alone (bias corrections, Nadam's μ-products) is computed on the host in f64
//! and handed over in [`Step::coef`](crate::kernel::Step::coef), and so are the hyper-parameters, so that they can
//! follow schedules; shaders never take a power of a step.

mod arenas;
mod frame;
mod options;
mod ranges;
mod rule;
mod updater;

super::pages! {
    accumulation, adadelta, adafactor, adagrad, adam, adamax, average, clip, ftrl, lamb, lion, nadam, rmsprop, sgd, trust,
}

pub use adadelta::Adadelta;
pub use adafactor::Adafactor;
pub use adagrad::Adagrad;
pub use adam::{Adam, AdamW};
pub use adamax::Adamax;
pub use arenas::{Arenas, Chunk};
pub use frame::{Update, shader, update};
pub use ftrl::Ftrl;
pub use lamb::Lamb;
pub use lion::Lion;
pub use nadam::Nadam;
pub use rmsprop::RmsProp;
pub use rule::{Hyper, Hypers, MOST_HYPERS, Rule};
pub use sgd::Sgd;
pub use updater::{Optimizer, Progress, Updater};
