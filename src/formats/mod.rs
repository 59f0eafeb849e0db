//! Files that models and trainings are kept in.

mod backup_and_restore;
mod model_checkpoint;
mod weights;

pub use backup_and_restore::BackupAndRestore;
pub use model_checkpoint::ModelCheckpoint;
