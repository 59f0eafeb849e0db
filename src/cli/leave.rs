//! A training that leaves its folder whatever becomes of it.

use crate::base::Result;
use crate::report::run::RunFolder;
use crate::run::Session;
use crate::train::{Fit, History};

/// Trains; a run that fails leaves what is known of it.
///
/// # Errors
/// As [`Session::train`].
pub fn leave(
    session: &mut Session,
    folder: &RunFolder,
    name: &str,
    add: impl FnOnce(Fit<'static>) -> Result<Fit<'static>>,
) -> Result<History> {
    let trained = session.train(Some(folder), add);
    if let Err(error) = &trained {
        // Where that cannot be written either, the first fault is the one to tell.
        let _ = session.failed(folder, name, error);
        // Of one that has not begun, there is nothing to keep; a folder with something in it stays.
        let _ = std::fs::remove_dir(folder.path());
    }
    trained
}

/// What a run is called: its folder's name.
pub fn name_of(folder: &RunFolder) -> String {
    let whole = folder.path().canonicalize().unwrap_or_else(|_| folder.path().to_owned());
    whole.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
