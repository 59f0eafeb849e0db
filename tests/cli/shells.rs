//! How the program gets on with shells: pipes, full disks, signals, JSON lines, completions, the manual.

use crate::{train, wgrad};
use std::process::{Command, Stdio};

/// A reader who has seen enough ends the program without a word.
#[test]
#[cfg(unix)]
fn a_closed_pipe_is_no_fault() {
    for arguments in [&["--help"][..], &["train", "--help"], &["devices"], &["completions", "bash"], &["man"]] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let program =
            Command::new(env!("CARGO_BIN_EXE_wgrad")).args(arguments).stdout(writer).stderr(Stdio::piped()).spawn();
        let out = program.and_then(std::process::Child::wait_with_output).expect("the program runs");
        let told = String::from_utf8_lossy(&out.stderr);
        assert!(told.is_empty() && out.status.code() == Some(141), "{arguments:?}: {:?}, {told}", out.status.code());
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_told() {
    for arguments in [&["--help"][..], &["devices"], &["completions", "zsh"], &["man"]] {
        let full = std::fs::File::options().write(true).open("/dev/full").expect("Linux has it");
        let out =
            Command::new(env!("CARGO_BIN_EXE_wgrad")).args(arguments).stdout(full).output().expect("the program runs");
        let told = String::from_utf8_lossy(&out.stderr);
        assert_eq!(out.status.code(), Some(1), "{arguments:?}: {told}");
        assert!(told.contains("writing to stdout: No space left on device"), "{arguments:?}: {told}");
    }
}

/// Results go to stdout, everything else to stderr, and `--quiet` leaves the results alone.
#[test]
fn stdout_is_data() {
    let loud = train(&[]);
    let [data, notes] = [&loud.stdout, &loud.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    assert!(data.lines().count() == 1 && data.starts_with("Test: accuracy "), "{data}");
    assert!(notes.contains("Epoch 1/1") && notes.contains("2/2 - ") && notes.contains("samples/s"), "{notes}");
    assert!(!notes.contains('\u{1b}') && !notes.contains('\r'), "escape codes without a terminal: {notes:?}");
    let quiet = train(&["--quiet"]);
    assert_eq!((quiet.stdout, quiet.stderr), (loud.stdout, Vec::new()));
    let more = String::from_utf8_lossy(&train(&["-vv"]).stderr).into_owned();
    assert!(more.contains("validation") && more.lines().count() > notes.lines().count(), "{more}");
}

#[test]
fn json_is_an_object_a_line() {
    let out =
        wgrad(&["train", "digits", "--device", "cpu", "--epochs", "3", "--steps", "2", "--hidden", "5", "--json"]);
    let text = String::from_utf8_lossy(&out.stdout);
    let lines: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{line}: {e}"))).collect();
    let events: Vec<&str> = lines.iter().filter_map(|line| line["event"].as_str()).collect();
    assert_eq!(events, ["epoch", "epoch", "epoch", "result"], "{text}");
    for (i, epoch) in lines[..3].iter().enumerate() {
        assert_eq!((epoch["epoch"].as_u64(), epoch["epochs"].as_u64()), (Some(i as u64 + 1), Some(3)));
        for name in ["seconds", "samples_per_second", "learning_rate", "loss", "accuracy", "val_loss", "val_accuracy"] {
            assert!(epoch[name].is_f64(), "{name}: {epoch}");
        }
    }
    // What the epoch was told as last is what the result is.
    assert_eq!(lines[3]["loss"], lines[2]["val_loss"]);
    let told = String::from_utf8_lossy(&out.stderr);
    assert!(!told.contains("Epoch"), "{told}");
}

/// Without a terminal the view says so, and the training goes on.
#[test]
#[cfg(feature = "tui")]
fn a_view_without_a_terminal_is_lines() {
    let out = train(&["--tui"]);
    let told = String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success() && told.contains("no terminal") && told.contains("Epoch 1/1"), "{told}");
}

#[test]
fn shells_complete_every_command() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let out = wgrad(&["completions", shell]);
        let text = String::from_utf8_lossy(&out.stdout);
        for word in ["train", "evaluate", "predict", "summary", "convert", "devices", "completions"] {
            assert!(out.status.success() && text.contains(word), "{shell}: no {word}");
        }
        assert!(text.contains("learning-rate"), "{shell}");
    }
}

#[test]
fn the_manual_has_a_page_a_command() {
    let folder = std::env::temp_dir().join(format!("wgrad-man-{}", std::process::id()));
    let out = wgrad(&["man", "--out", &folder.display().to_string()]);
    let told = String::from_utf8_lossy(&out.stdout).into_owned();
    let pages: Vec<&str> = told.lines().collect();
    assert!(pages.len() > 8 && pages.iter().any(|p| p.ends_with("wgrad-train.1")), "{told}");
    for page in pages {
        let text = std::fs::read_to_string(page).expect("a page");
        assert!(text.contains(".SH NAME") && text.contains(".SH SYNOPSIS"), "{page}");
    }
    let train = std::fs::read_to_string(folder.join("wgrad-train.1")).expect("a page");
    assert!(train.contains("wgrad train") && train.contains("learning\\-rate"), "{train}");
    let one = wgrad(&["man", "train"]);
    assert_eq!(String::from_utf8_lossy(&one.stdout), train);
    assert_eq!(wgrad(&["man", "trian"]).status.code(), Some(2));
    std::fs::remove_dir_all(folder).expect("removed");
}

/// A signal ends a training after it was saved, with the code shells give it.
#[test]
#[cfg(unix)]
fn signals_save_and_end() {
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        let folder = std::env::temp_dir().join(format!("wgrad-signal{signal}-{}", std::process::id()));
        let program = Command::new(env!("CARGO_BIN_EXE_wgrad"))
            .args(["train", "--device", "cpu", "--epochs", "100000", "--checkpoint"])
            .arg(&folder)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        // The first checkpoint is written once epochs go by.
        while std::fs::read_dir(&folder).map_or(0, Iterator::count) == 0 {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        let sent = Command::new("kill").args([signal, &program.id().to_string()]).status().expect("kill");
        assert!(sent.success());
        let out = program.wait_with_output().expect("it ends");
        let told = String::from_utf8_lossy(&out.stderr);
        assert_eq!(out.status.code(), Some(code), "{told}");
        assert!(told.contains("interrupted") && told.contains("a checkpoint was saved"), "{told}");
        std::fs::remove_dir_all(folder).expect("removed");
    }
}
