//! Files that models and trainings are kept in.

mod backup_and_restore;
mod config;
#[cfg(feature = "files")]
pub mod keras;
mod model_checkpoint;
mod weights;

pub use backup_and_restore::BackupAndRestore;
pub use model_checkpoint::ModelCheckpoint;
