//! A `.keras` file: a zip of `config.json`, `metadata.json` and `model.weights.h5`, read in memory.
//!
//! Names within the archive are only compared with these, and never become paths.

use crate::base::{Error, Result};
use std::io::{Cursor, Read, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

pub(super) const CONFIG: &str = "config.json";
pub(super) const METADATA: &str = "metadata.json";
pub(super) const WEIGHTS: &str = "model.weights.h5";

/// Most bytes of a member: this many times those of the file, and never less than [`LEAST`].
const MOST_TIMES: u64 = 100;
const LEAST: u64 = 1 << 20;
/// Most bytes of a member that holds text.
const MOST_TEXT: u64 = 64 << 20;

/// The archive.
pub(super) struct Archive<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
    place: String,
    bytes: u64,
}

impl<'a> Archive<'a> {
    /// Opens an archive; `place` names the file in errors.
    pub fn open(place: &str, bytes: &'a [u8]) -> Result<Self> {
        let zip = ZipArchive::new(Cursor::new(bytes)).map_err(|e| damaged(place, &format!("no zip archive ({e})")))?;
        Ok(Self { zip, place: place.to_owned(), bytes: bytes.len() as u64 })
    }

    /// Whether it has a member of this name.
    pub fn has(&self, name: &str) -> bool {
        self.zip.index_for_name(name).is_some()
    }

    /// A member, whole.
    ///
    /// # Errors
    /// No such member, one that is damaged, or one that is many times as large as the file.
    pub fn member(&mut self, name: &str) -> Result<Vec<u8>> {
        let place = self.place.clone();
        let most = self.bytes.saturating_mul(MOST_TIMES).max(LEAST);
        let most = if name.ends_with(".json") { most.min(MOST_TEXT) } else { most };
        let member = self.zip.by_name(name).map_err(|e| damaged(&place, &format!("`{name}` cannot be read ({e})")))?;
        let large = || {
            let what = format!("`{name}` is more than {most} bytes, far more than the file itself");
            Error::Data(format!("{place}: {what}; nothing Keras writes is like this: do not trust the file"))
        };
        if member.size() > most {
            return Err(large());
        }
        let mut all = Vec::with_capacity(member.size().min(self.bytes) as usize);
        let read = member.take(most + 1).read_to_end(&mut all);
        read.map_err(|e| damaged(&place, &format!("`{name}` cannot be read ({e})")))?;
        if all.len() as u64 > most { Err(large()) } else { Ok(all) }
    }
}

/// The refusal of a damaged file.
pub(super) fn damaged(place: &str, what: &str) -> Error {
    Error::Data(format!("{place}: {what}; give a file that was written whole, or another one"))
}

/// An archive of these members, stored as they are, as Keras writes them.
pub(super) fn archive(members: &[(&str, &[u8])]) -> Result<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::default());
    let failed = |e: &dyn std::fmt::Display| Error::Data(format!("the archive cannot be written: {e}"));
    for (name, bytes) in members {
        zip.start_file(*name, options.large_file(bytes.len() as u64 >= u64::from(u32::MAX))).map_err(|e| failed(&e))?;
        zip.write_all(bytes).map_err(|e| failed(&e))?;
    }
    Ok(zip.finish().map_err(|e| failed(&e))?.into_inner())
}
