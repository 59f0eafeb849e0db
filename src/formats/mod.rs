//! Files that models and trainings are kept in.

mod arrays;
mod backup_and_restore;
mod checkpoint_file;
mod checkpoints;
#[cfg_attr(not(feature = "files"), allow(dead_code, reason = "Keras's files ask for more than safetensors"))]
mod config;
pub mod hugging_face;
#[cfg(feature = "files")]
pub mod keras;
mod model_checkpoint;
pub mod model_file;
#[cfg(feature = "files")]
pub mod onnx;
mod save_freq;
mod weights;

pub use backup_and_restore::BackupAndRestore;
pub use checkpoint_file::{decode, encode};
pub use checkpoints::Checkpoints;
#[cfg(feature = "cli")]
pub(crate) use config::compile::settings;
pub use model_checkpoint::ModelCheckpoint;
pub use model_file::open;
pub use save_freq::SaveFreq;
