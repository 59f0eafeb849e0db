//! Files that are there whole or not at all.

use crate::base::{Error, Result};
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// What saving asks of the operating system. The defaults are the disk; a test lets one of them fail.
pub trait FileSystem: Send + Sync {
    /// A new, empty file; fails where there is one of this name.
    ///
    /// # Errors
    /// What the system says, here and below.
    fn create(&self, path: &Path) -> io::Result<File> {
        File::create_new(path)
    }

    /// Writes some of `bytes`; gives how many.
    ///
    /// # Errors
    /// As [`FileSystem::create`].
    fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<usize> {
        file.write(bytes)
    }

    /// Waits until the file is on the disk.
    ///
    /// # Errors
    /// As [`FileSystem::create`].
    fn sync(&self, file: &File) -> io::Result<()> {
        file.sync_all()
    }

    /// Gives a file the name of another, in its place.
    ///
    /// # Errors
    /// As [`FileSystem::create`].
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        std::fs::rename(from, to)
    }

    /// Waits until the names in a folder are on the disk. Only Unix opens folders; elsewhere nothing is done.
    ///
    /// # Errors
    /// As [`FileSystem::create`].
    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
    }

    /// Removes a file.
    ///
    /// # Errors
    /// As [`FileSystem::create`].
    fn remove(&self, path: &Path) -> io::Result<()> {
        std::fs::remove_file(path)
    }
}

/// The disk.
#[derive(Clone, Copy, Debug, Default)]
pub struct Disk;

impl FileSystem for Disk {}

/// Temporary files this process has named: the process and the count keep two writers of one path apart.
static COUNT: AtomicU64 = AtomicU64::new(0);

/// Writes `bytes` to `path`: into a temporary file beside it first, which then takes its name. A reader finds the file that
/// was there before or the whole new one, and a fault leaves nothing behind. When it returns, the file outlives a loss of
/// power.
///
/// # Errors
/// The system would not write; after all but a fault of the folder, the file that was there before still is.
pub fn save(path: impl AsRef<Path>, bytes: &[u8]) -> Result<()> {
    save_on(&Disk, path.as_ref(), bytes)
}

/// As [`save`], on `disk`.
///
/// # Errors
/// As [`save`].
pub fn save_on(disk: &dyn FileSystem, path: &Path, bytes: &[u8]) -> Result<()> {
    let failed = |source, help: &'static str| Error::Write { path: path.to_owned(), source, help };
    let Some(name) = path.file_name() else {
        return Err(failed(io::Error::from(ErrorKind::InvalidInput), "give the name of a file"));
    };
    let folder = folder_of(path);
    write_beside(disk, path, name, bytes).and_then(|()| disk.sync_folder(folder)).map_err(|source| {
        let help = match folder {
            folder if !folder.is_dir() => "make the folder first",
            _ if path.is_dir() => "there is a folder of this name; give the name of a file",
            _ => "check the permissions and the room on the disk",
        };
        failed(source, help)
    })
}

/// The folder a file is in.
fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn write_beside(disk: &dyn FileSystem, path: &Path, name: &OsStr, bytes: &[u8]) -> io::Result<()> {
    let (mut file, temporary) = loop {
        let temporary = path.with_file_name(temporary(name));
        match disk.create(&temporary) {
            Ok(file) => break (file, temporary),
            // Left by a killed process that had the number of this one.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    };
    let written = write_all(disk, &mut file, bytes).and_then(|()| disk.sync(&file));
    drop(file);
    written.and_then(|()| disk.rename(&temporary, path)).inspect_err(|_| {
        // What the first fault was is what the caller should hear.
        let _ = disk.remove(&temporary);
    })
}

fn write_all(disk: &dyn FileSystem, file: &mut File, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match disk.write(file, bytes) {
            Ok(0) => return Err(io::Error::from(ErrorKind::WriteZero)),
            Ok(n) => bytes = bytes.get(n..).unwrap_or_default(),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// `.name.process-count.tmp`.
fn temporary(name: &OsStr) -> OsString {
    let mut hidden = OsString::from(".");
    hidden.push(name);
    hidden.push(format!(".{}-{}.tmp", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed)));
    hidden
}

/// The name a temporary file was to take, its process and its count.
fn parted(file: &str) -> Option<(&str, u32, u64)> {
    let (name, numbers) = file.strip_prefix('.')?.strip_suffix(".tmp")?.rsplit_once('.')?;
    let (process, count) = numbers.split_once('-')?;
    Some((name, process.parse().ok()?, count.parse().ok()?))
}

/// Removes temporary files that killed processes left in `folder` of files that `ours` knows by name.
pub(crate) fn clean(disk: &dyn FileSystem, folder: &Path, ours: impl Fn(&str) -> bool) {
    let left = |entry: io::Result<std::fs::DirEntry>| {
        let name = entry.ok()?.file_name().into_string().ok()?;
        let (target, process, count) = parted(&name)?;
        let mine = process == std::process::id();
        // A number of this process with a count it has not reached was another's before.
        let dead = if mine { count >= COUNT.load(Ordering::Relaxed) } else { !alive(process) };
        (dead && ours(target)).then(|| folder.join(&name))
    };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let left: Vec<PathBuf> = entries.filter_map(left).collect();
    for path in left {
        // One that cannot be removed takes room, and does no other harm.
        let _ = disk.remove(&path);
    }
}

/// Whether a process of this number runs; taken to be so where the system does not tell.
fn alive(process: u32) -> bool {
    let told = Path::new("/proc/self").exists();
    !told || Path::new("/proc").join(process.to_string()).exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An empty folder of the test's own.
    fn folder(name: &str) -> std::path::PathBuf {
        let folder = std::env::temp_dir().join(format!("wgrad-save-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn replaces_and_leaves_nothing_beside() {
        let folder = folder("replaces");
        let path = folder.join("a.svg");
        save(&path, b"first and longer").unwrap();
        save(&path, b"second").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"second");
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn says_what_to_do() {
        let folder = folder("says");
        std::fs::create_dir(folder.join("taken")).unwrap();
        let told = |path: &Path| save(path, b"x").unwrap_err().to_string();
        assert!(told(&folder.join("absent/a.svg")).contains("make the folder first"));
        assert!(told(&folder.join("taken")).contains("there is a folder of this name"));
        assert!(told(Path::new("/")).contains("give the name of a file"));
        let left: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["taken"], "a fault left a temporary file");
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn what_killed_processes_left_is_removed() {
        let folder = folder("left");
        let mine = std::process::id();
        // No process has this number: Linux gives none above 2²².
        let dead = [".a.4294967295-3.tmp".to_owned(), format!(".a.{mine}-{}.tmp", u64::MAX)];
        let stays = [format!(".a.{mine}-0.tmp"), ".b.4294967295-3.tmp".to_owned(), ".a.tmp".to_owned(), "a".to_owned()];
        COUNT.fetch_max(1, Ordering::Relaxed);
        for name in dead.iter().chain(&stays) {
            std::fs::write(folder.join(name), []).unwrap();
        }
        clean(&Disk, &folder, |name| name == "a");
        assert!(dead.iter().all(|name| !folder.join(name).exists()));
        assert!(stays.iter().all(|name| folder.join(name).exists()));
        std::fs::remove_dir_all(folder).unwrap();
    }
}
