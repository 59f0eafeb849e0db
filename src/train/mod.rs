//! Building and training: a stack of layers becomes a plan, a plan and a data set become a trained model.

pub mod model;
pub mod trainer;

pub use model::{Compiled, Sequential, Setup};
pub use trainer::{Epoch, Trainer};
