//! Files out of a `.tar.gz`.
//!
//! Records of 512 bytes: a header (POSIX.1-1988 "ustar": name, size in octal digits, kind), then the file. Only regular
//! files of known names are taken, wherever they lie; no name of an archive becomes a path.

use super::{unreadable, unwritable};
use crate::base::{Error, Result};
use flate2::read::GzDecoder;
use std::fs::File;
use std::io::{BufReader, ErrorKind, Read, copy, sink};
use std::path::Path;

const RECORD: usize = 512;

/// Takes `members` out of an archive into a folder: all of them, or none has its name.
///
/// # Errors
/// An archive that is damaged or lacks one, a folder that cannot be written.
pub fn members(archive: &Path, members: &[&str], folder: &Path) -> Result<()> {
    let file = File::open(archive).map_err(|e| unreadable(archive, e))?;
    let parts = |name: &str| folder.join(format!("{name}.part"));
    let done = taken(archive, GzDecoder::new(BufReader::new(file)), members, parts);
    let done = done.and_then(|()| {
        members.iter().try_for_each(|name| {
            let path = folder.join(name);
            std::fs::rename(parts(name), &path).map_err(|source| unwritable(&path, source))
        })
    });
    if done.is_err() {
        for name in members {
            let _ = std::fs::remove_file(parts(name));
        }
    }
    done
}

fn taken(
    archive: &Path,
    mut tar: impl Read,
    members: &[&str],
    place: impl Fn(&str) -> std::path::PathBuf,
) -> Result<()> {
    let damaged = |what: &str| Error::Data(format!("{}: {what}; fetch it again", archive.display()));
    let mut missing: Vec<&str> = members.to_vec();
    let mut header = [0; RECORD];
    while !missing.is_empty() {
        match tar.read_exact(&mut header) {
            Err(e) if e.kind() == ErrorKind::UnexpectedEof => break,
            other => other.map_err(|e| damaged(&format!("cannot be unpacked ({e})")))?,
        }
        if header.iter().all(|byte| *byte == 0) {
            break;
        }
        let text = |from: usize, to: usize| {
            let field = header.get(from..to).unwrap_or_default();
            String::from_utf8_lossy(field.split(|byte| *byte == 0).next().unwrap_or_default()).trim().to_owned()
        };
        let name = text(0, 100);
        let size = u64::from_str_radix(&text(124, 136), 8).map_err(|_| damaged("no tar archive"))?;
        let regular = matches!(header[156], 0 | b'0');
        let found = name.rsplit('/').next().and_then(|last| missing.iter().position(|member| *member == last));
        let padding = size.next_multiple_of(RECORD as u64) - size;
        let copied = match found.filter(|_| regular) {
            Some(at) => {
                let path = place(missing.remove(at));
                let mut out = File::create(&path).map_err(|source| unwritable(&path, source))?;
                let copied =
                    copy(&mut tar.by_ref().take(size), &mut out).map_err(|source| unwritable(&path, source))?;
                out.sync_all().map_err(|source| unwritable(&path, source))?;
                copied + copy(&mut tar.by_ref().take(padding), &mut sink()).unwrap_or_default()
            }
            None => copy(&mut tar.by_ref().take(size + padding), &mut sink()).unwrap_or_default(),
        };
        if copied != size + padding {
            return Err(damaged("the archive is cut off"));
        }
    }
    match missing.first() {
        None => Ok(()),
        Some(name) => Err(damaged(&format!("no file `{name}` in the archive"))),
    }
}
