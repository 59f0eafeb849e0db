//! Of the program: requests and surroundings that ended it in a panic, or were not understood.

use std::io::Read;
use std::process::{Command, Output, Stdio};

const SHORT: [&str; 5] = ["train", "--epochs", "1", "--steps-per-epoch", "2"];

fn wgrad() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wgrad"));
    command.env("WGRAD_DEVICE", "cpu");
    command
}

fn told(out: &Output) -> String {
    String::from_utf8_lossy(&out.stderr).into_owned()
}

/// A line into a pipe that nobody reads any more (`| head -1`) was a panic.
#[test]
fn a_reader_who_leaves_is_no_panic() {
    for arguments in [&["train", "--epochs", "2000"][..], &["parity"]] {
        let mut child = wgrad().args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts");
        // One byte is read, then the pipe is closed.
        let mut pipe = child.stdout.take().expect("piped");
        pipe.read_exact(&mut [0]).expect("it says something");
        drop(pipe);
        let out = child.wait_with_output().expect("it ends");
        assert_eq!(out.status.code(), Some(141), "{arguments:?}: {}", told(&out));
        assert!(!told(&out).contains("panicked"), "{}", told(&out));
    }
}

/// Notes into a closed pipe were a panic too; the results do not need them.
#[test]
fn notes_nobody_reads_do_not_end_a_training() {
    let mut child = wgrad().args(SHORT).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts");
    drop(child.stderr.take());
    let out = child.wait_with_output().expect("it ends");
    assert!(out.status.success(), "{:?}", out.status);
    assert!(String::from_utf8_lossy(&out.stdout).contains("Test: accuracy"));
}

/// A full disk was a panic.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told() {
    let full = std::fs::File::options().write(true).open("/dev/full").expect("Linux has it");
    let out = wgrad().args(SHORT).stdout(full).output().expect("the program starts");
    assert_eq!(out.status.code(), Some(1), "{}", told(&out));
    assert!(told(&out).contains("error: writing to stdout: No space left"), "{}", told(&out));
}
