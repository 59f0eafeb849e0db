//! A disk that fails: whatever fails, what was there before or what was to be there is.

use crate::common::{Folder, small};
use std::fs::File;
use std::io::{self, Error, ErrorKind};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use wgrad::formats::{Checkpoints, decode, encode};
use wgrad::train::save::{FileSystem, save_on};

/// What the disk does from its n-th call on.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    /// That call fails.
    Once(ErrorKind),
    /// That call and all after it fail: as if the process had been killed.
    Forever,
    /// That call, if it writes, writes a part, and the next one fails.
    Short,
}

struct Failing {
    fault: Fault,
    at: usize,
    calls: AtomicUsize,
    met: AtomicUsize,
}

impl Failing {
    fn new(fault: Fault, at: usize) -> Self {
        Self { fault, at, calls: AtomicUsize::new(0), met: AtomicUsize::new(0) }
    }

    /// Counts a call; fails if it is to.
    fn call(&self) -> io::Result<()> {
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        let kind = match self.fault {
            Fault::Once(kind) if call == self.at => kind,
            Fault::Forever if call >= self.at => ErrorKind::Other,
            Fault::Short if call == self.at + 1 => ErrorKind::StorageFull,
            _ => return Ok(()),
        };
        self.met.fetch_add(1, Ordering::Relaxed);
        Err(Error::from(kind))
    }
}

impl FileSystem for Failing {
    fn create(&self, path: &Path) -> io::Result<File> {
        self.call()?;
        File::create_new(path)
    }
    fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<usize> {
        let first = self.calls.load(Ordering::Relaxed) == self.at;
        self.call()?;
        // Small pieces, so that there are several to fail.
        let most = if first && self.fault == Fault::Short { 7 } else { bytes.len().div_ceil(2).max(64) };
        io::Write::write(file, &bytes[..most.min(bytes.len())])
    }
    fn sync(&self, file: &File) -> io::Result<()> {
        self.call()?;
        file.sync_all()
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.call()?;
        std::fs::rename(from, to)
    }
    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        self.call()?;
        File::open(folder)?.sync_all()
    }
    fn remove(&self, path: &Path) -> io::Result<()> {
        self.call()?;
        std::fs::remove_file(path)
    }
}

const FAULTS: [Fault; 5] = [
    Fault::Once(ErrorKind::StorageFull),
    Fault::Once(ErrorKind::PermissionDenied),
    Fault::Once(ErrorKind::Other),
    Fault::Forever,
    Fault::Short,
];

#[test]
fn a_folder_of_checkpoints_always_has_the_old_or_the_new_one() {
    let (mut old, _) = small("old");
    let mut new = old.clone();
    (old.snapshot.progress.steps, new.snapshot.progress.steps) = (1, 2);
    for fault in FAULTS {
        for at in 0.. {
            let folder = Folder::new(&format!("fault-{at}"));
            let disk = Arc::new(Failing::new(fault, at));
            let saved = Checkpoints::new(&folder.0).keep(1);
            saved.save(&old).expect("a sound disk");
            let done = saved.clone().disk(disk.clone()).save(&new);
            let found = saved.newest().unwrap_or_else(|e| panic!("{fault:?} {at}: {e}")).expect("one is there").steps();
            assert!(done.is_err() || found == 2, "{fault:?} {at}: said to be saved, and is not");
            assert!([1, 2].contains(&found), "{fault:?} {at}");
            // The next training goes on from it and saves.
            saved.save(&new).expect("a sound disk again");
            assert_eq!(saved.newest().expect("whole").map(|c| c.steps()), Some(2));
            if fault != Fault::Forever {
                let left: Vec<_> =
                    std::fs::read_dir(&folder.0).expect("there").flatten().map(|e| e.file_name()).collect();
                let hidden = left.iter().any(|name| name.to_string_lossy().starts_with('.'));
                assert!(!hidden, "{fault:?} {at}: left {left:?}");
            }
            if disk.met.load(Ordering::Relaxed) == 0 {
                // Create, several writes, sync, rename, the folder, removing the old one.
                assert!(at >= 7, "{fault:?}: only {at} calls could fail");
                break;
            }
        }
    }
}

#[test]
fn a_file_is_always_the_old_or_the_new_one() {
    let (old, _) = small("replaced");
    let mut new = old.clone();
    new.epoch += 1;
    let (old, new) = (encode(&old), encode(&new));
    for fault in FAULTS {
        for at in 0.. {
            let folder = Folder::new(&format!("file-{at}"));
            let path = folder.file("backup.safetensors");
            std::fs::write(&path, &old).expect("written");
            let disk = Failing::new(fault, at);
            let done = save_on(&disk, &path, &new);
            let bytes = std::fs::read(&path).expect("it is there");
            decode(&bytes, "file").expect("whole");
            assert!(if done.is_ok() { bytes == new } else { bytes == old || bytes == new }, "{fault:?} {at}");
            if disk.met.load(Ordering::Relaxed) == 0 {
                assert!(done.is_ok() && at >= 6, "{fault:?}: only {at} calls could fail");
                break;
            }
        }
    }
}

/// A write that was interrupted by a signal is made again.
#[test]
fn an_interrupted_write_is_no_fault() {
    let folder = Folder::new("interrupted");
    let path = folder.file("a");
    // The second call is the first write.
    save_on(&Failing::new(Fault::Once(ErrorKind::Interrupted), 1), &path, &[1; 1000]).expect("made again");
    assert_eq!(std::fs::read(path).expect("there"), [1; 1000]);
}
