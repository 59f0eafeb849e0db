//! Goldens: the f64 twins against numbers Keras gave, generated once by `tests/golden/generate.py`.

mod activations;
mod callbacks;
mod constraints;
mod initializers;
mod layers;
mod losses;
mod metrics;
mod noise;
mod optimizers;
mod read;
mod regularizers;
mod run;
mod schedules;
mod trainings;
