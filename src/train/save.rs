//! Files that are there whole or not at all.

use crate::base::{Error, Result};
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

/// Writes `bytes` to `path`: into a temporary file beside it first, which then takes its name. A reader finds the file that
/// was there before or the whole new one, and a fault leaves nothing behind.
pub fn save(path: impl AsRef<Path>, bytes: &[u8]) -> Result<()> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let path = path.as_ref();
    let failed = |source, help: &'static str| Error::Write { path: path.to_owned(), source, help };
    let Some(name) = path.file_name() else {
        let source = std::io::Error::from(std::io::ErrorKind::InvalidInput);
        return Err(failed(source, "give the name of a file"));
    };
    let mut hidden = std::ffi::OsString::from(".");
    hidden.push(name);
    // The process and a count keep two writers of one path apart.
    hidden.push(format!(".{}-{}.tmp", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed)));
    let temporary = path.with_file_name(hidden);
    let write = || {
        let mut file = File::create_new(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().and_then(|()| std::fs::rename(&temporary, path)).map_err(|source| {
        // What the first fault was is what the caller should hear; the temporary file may not even exist.
        let _ = std::fs::remove_file(&temporary);
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let help = match folder {
            Some(folder) if !folder.is_dir() => "make the folder first",
            _ if path.is_dir() => "there is a folder of this name; give the name of a file",
            _ => "check the permissions and the room on the disk",
        };
        failed(source, help)
    })
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
}
