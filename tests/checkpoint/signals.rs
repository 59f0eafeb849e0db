//! The program under signals: it finishes the step, saves, says so by its exit code, and goes on.

use crate::common::{Folder, sorted};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};
use wgrad::formats::Checkpoints;
use wgrad::train::Checkpoint;

fn wgrad(folder: &Path, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wgrad"));
    command.args(["train", "digits", "--device", "cpu", "--epochs", "4", "--hidden", "8", "--dropout", "0.2"]);
    command.args(["--schedule", "cosine_decay", "--checkpoint-every", "1", "--checkpoint"]).arg(folder).args(more);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).stdin(Stdio::null());
    command
}

fn newest(folder: &Path) -> Option<Checkpoint> {
    Checkpoints::new(folder).newest().expect("readable")
}

/// Starts the program, signals it once it has saved, and gives how it ended.
fn signalled(folder: &Path, signal: &str, more: &[&str]) -> Output {
    let before = newest(folder).map_or(0, |c| c.steps());
    let child = wgrad(folder, more).spawn().expect("starts");
    let end = Instant::now() + Duration::from_secs(60);
    while newest(folder).map_or(0, |c| c.steps()) <= before + 5 {
        assert!(Instant::now() < end, "no checkpoint within a minute");
        std::thread::sleep(Duration::from_millis(1));
    }
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().expect("a command of POSIX");
    assert!(sent.success());
    child.wait_with_output().expect("ends")
}

#[test]
fn signals_save_and_the_training_goes_on() {
    let (whole, cut) = (Folder::new("signals-whole"), Folder::new("signals-cut"));
    let expected = wgrad(&whole.0, &[]).output().expect("runs");
    let told = |out: &Output| String::from_utf8_lossy(&out.stderr).into_owned();
    assert!(expected.status.success(), "{}", told(&expected));
    for (signal, code, more) in [("-INT", 130, &[][..]), ("-TERM", 143, &["--resume"])] {
        let out = signalled(&cut.0, signal, more);
        assert_eq!(out.status.code(), Some(code), "{}", told(&out));
        assert!(told(&out).contains("a checkpoint was saved"), "{}", told(&out));
    }
    // Without --resume, what is there is not gone on from, and not lost either.
    let refused = wgrad(&cut.0, &[]).output().expect("runs");
    assert_eq!(refused.status.code(), Some(2), "{}", told(&refused));
    let found = newest(&cut.0).expect("saved").steps();
    let again = wgrad(&cut.0, &["--resume"]).output().expect("runs");
    assert!(again.status.success(), "{}", told(&again));
    assert!(told(&again).contains(&format!("{found} steps trained")), "{}", told(&again));
    let last = |out: &Output| String::from_utf8_lossy(&out.stdout).lines().last().map(str::to_owned);
    assert_eq!(last(&again), last(&expected), "accuracy and loss of the test");
    let [whole, cut] = [&whole, &cut].map(|folder| newest(&folder.0).expect("saved"));
    assert_eq!(sorted(&whole), sorted(&cut));
    assert_eq!(
        (whole.totals, whole.history, whole.snapshot.progress),
        (cut.totals, cut.history, cut.snapshot.progress)
    );
}

#[test]
fn options_that_need_a_folder_say_so() {
    for option in [&["--resume"][..], &["--checkpoint-every", "5"]] {
        let out = Command::new(env!("CARGO_BIN_EXE_wgrad")).arg("train").args(option).output().expect("runs");
        assert_eq!(out.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&out.stderr).contains("add --checkpoint FOLDER"));
    }
}
