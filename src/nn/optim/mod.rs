//! Optimizers: one dispatch over the arenas moves every variable of the model.
//!
//! What depends on the step count alone (bias corrections, Nadam's μ-products) is computed on the host in f64
//! and handed over in [`Step::coef`](crate::kernel::Step::coef), and so are the hyper-parameters, so that they can
//! follow schedules; shaders never take a power of a step.

mod arenas;
mod config;
mod frame;
mod options;
mod ranges;
mod rule;
mod updater;
mod words;

use crate::nn::config::classes;

/// Declares the pages; the words are the registration of a page's kernels and of its optimizers' names.
macro_rules! optimizers {
    (shared: $($shared:ident),*; rules: $($page:ident $(, $name:ident)+;)*) => {
        $(pub mod $shared;)*
        $(pub mod $page;
        pub use $page::{$($name),+};)*
        /// The kernels of this folder, page by page.
        pub static KERNELS: &[&[&dyn crate::kernel::AnyKernel]] = &[$($shared::KERNELS,)* $($page::KERNELS),*];
        classes! { Optimizer, "optimizer", "keras.optimizers": $($($name),+),* }
        /// Every optimizer by its Keras name, and what makes it from words.
        static NAMES: &[words::Named] = &[$($(words::Named::of::<$name>()),+),*];
    };
}

optimizers! {
    shared: accumulation, average, clip, trust;
    rules:
    adadelta, Adadelta;
    adafactor, Adafactor;
    adagrad, Adagrad;
    adam, Adam, AdamW;
    adamax, Adamax;
    ftrl, Ftrl;
    lamb, Lamb;
    lion, Lion;
    nadam, Nadam;
    rmsprop, RmsProp;
    sgd, Sgd;
}

pub use arenas::{Arenas, Chunk};
pub use average::SLOT as AVERAGE;
pub use frame::{Update, shader, update};
pub(in crate::nn) use ranges::RANGE;
pub use rule::{Hyper, Hypers, MOST_HYPERS, Rule, Slots};
pub use updater::{Optimizer, Progress, Updater};
pub use words::{named, names};
