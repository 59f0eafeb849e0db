//! Building and training: a stack of layers becomes a plan, a plan and a data set become a trained model.

pub mod model;
pub mod setup;
pub mod trainer;
pub mod weights;

pub use model::{Compiled, Sequential};
pub use setup::{Setup, Watched};
pub use trainer::{Epoch, Reported, Trainer};
pub use weights::class_weights;
