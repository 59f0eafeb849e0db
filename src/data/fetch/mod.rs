//! Data sets from where they are published, checked against SHA-256 sums that others publish too.

mod catalogue;
mod download;
#[cfg(test)]
mod tests;
mod unpack;

pub use catalogue::FETCHED;

use super::DataError;
use super::locate;
use crate::base::{Error, Result};
use catalogue::{Item, Set};
use std::path::{Path, PathBuf};

/// What is told while a file comes: its name, bytes so far, bytes in all.
pub type Progress<'a> = &'a mut dyn FnMut(&str, u64, u64);

/// What was fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// The folder the files are in.
    pub folder: PathBuf,
    /// Files that came.
    pub new: usize,
    /// Files that were there, whole.
    pub kept: usize,
}

/// Fetches the data set `name`, one of [`FETCHED`], to its folder below `to`, or where data sets are looked for
/// (`docs/data.md`). `from` is a mirror: the address of a folder where the files lie by their names.
///
/// Every file is checked before it has its name; what is cut off or wrong leaves nothing behind. Addresses are HTTPS, or of
/// this machine; a redirect to another is refused.
///
/// # Errors
/// An unknown name; a server that does not answer, or with something else; a file of another checksum; a folder that cannot
/// be written.
pub fn fetch(name: &str, to: Option<&Path>, from: Option<&str>, progress: Progress<'_>) -> Result<Fetched> {
    let Some(set) = catalogue::SETS.iter().find(|set| set.name == name) else {
        return Err(match name {
            "digits" => Error::request(
                "data fetch",
                "a data set that is not in the program",
                name,
                "train on `digits` as it is",
            ),
            other => Error::unknown("data fetch", other, FETCHED),
        });
    };
    fetch_set(set, to, from, progress)
}

fn fetch_set(set: &Set, to: Option<&Path>, from: Option<&str>, progress: Progress<'_>) -> Result<Fetched> {
    let folder = match to {
        Some(folder) => folder.join(set.folder),
        None => locate::home(set.folder).ok_or_else(|| {
            Error::request("data fetch", "a folder to write to", "none", "say --to DIR, or set WGRAD_DATA")
        })?,
    };
    let members = set.members.iter().map(|member| folder.join(member));
    if !set.members.is_empty() && members.clone().all(|path| path.is_file()) {
        return Ok(Fetched { folder, new: 0, kept: set.members.len() });
    }
    std::fs::create_dir_all(&folder).map_err(|source| unwritable(&folder, source))?;
    let (mut new, mut kept) = (0, 0);
    for item in set.items {
        let path = folder.join(item.file);
        if download::is_whole(&path, item)? {
            kept += 1;
        } else {
            download::file(&address(item, from), item, &path, progress)?;
            new += 1;
        }
        if !set.members.is_empty() {
            let unpacked = unpack::members(&path, set.members, &folder);
            // The archive is of no more use, whole or not.
            let removed = std::fs::remove_file(&path);
            unpacked?;
            removed.map_err(|source| unwritable(&path, source))?;
            new = set.members.len();
        }
    }
    Ok(Fetched { folder, new, kept })
}

/// Where a file is.
fn address(item: &Item, from: Option<&str>) -> String {
    match from {
        Some(mirror) => format!("{}/{}", mirror.trim_end_matches('/'), item.file),
        None => item.url.to_owned(),
    }
}

fn unwritable(path: &Path, source: std::io::Error) -> Error {
    Error::Write {
        path: path.to_owned(),
        source,
        help: "check the folder, its permissions and the space left, or say --to DIR",
    }
}

/// A file that cannot be read again.
fn unreadable(path: &Path, source: std::io::Error) -> Error {
    DataError::Io { path: path.to_owned(), offset: 0, source }.into()
}
