//! What stays of a run: a folder with files of known names, and what is read back from them.

mod best;
mod clock;
mod ended;
mod environment;
mod folder;
#[cfg(feature = "files")]
mod history_file;
#[cfg(feature = "files")]
mod record;
mod result;

pub use best::Best;
pub(crate) use best::upwards;
pub use clock::utc;
pub use ended::Ended;
pub use environment::environment;
pub use folder::RunFolder;
#[cfg(feature = "files")]
pub use history_file::read_history;
#[cfg(feature = "files")]
pub use record::RunRecord;
pub use result::RunResult;
