//! What stays of a run: a folder with files of known names, and what is read back from them.

mod best;
mod clock;
mod ended;
mod environment;
mod folder;
#[cfg(feature = "files")]
mod history_file;
pub(crate) mod json;
mod keep_best;
#[cfg(feature = "files")]
mod record;
mod result;
mod tell_rate;
mod timer;

pub use best::Best;
pub(crate) use best::upwards;
pub use clock::utc;
pub use ended::Ended;
pub use environment::environment;
pub use folder::RunFolder;
#[cfg(feature = "files")]
pub use history_file::read_history;
pub use keep_best::KeepBest;
#[cfg(feature = "files")]
pub use record::RunRecord;
pub use result::RunResult;
pub use timer::RunTimer;
