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

fn refused(arguments: &[&str], words: &[&str]) {
    let out = wgrad().args(arguments).output().expect("the program starts");
    let told = told(&out);
    assert_eq!(out.status.code(), Some(2), "{arguments:?}: {told}");
    for word in words {
        assert!(told.contains(word), "{arguments:?} says nothing of `{word}`: {told}");
    }
}

/// A line into a pipe that nobody reads any more (`| head -1`) was a panic.
#[test]
fn a_reader_who_leaves_is_no_panic() {
    for arguments in [&["train", "--json", "--epochs", "2000"][..], &["parity"]] {
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

/// No step was an epoch of accuracy 0 and loss 0, no epoch a test of a net that had learned nothing.
#[test]
fn training_nothing_is_refused() {
    refused(&["train", "--epochs", "0"], &["--epochs: expected at least 1, got 0"]);
    refused(&["train", "--steps-per-epoch", "0"], &["--steps-per-epoch: expected at least 1, got 0"]);
}

/// "unexpected argument '-3' found; to pass '-3' as a value, use '-- -3'".
#[test]
fn negative_counts_are_told_as_such() {
    for option in ["--batch-size", "--epochs", "--steps-per-epoch", "--seed", "--hidden"] {
        for bad in ["-3", "3.5", "ten", ""] {
            refused(&["train", option, bad], &[option, "expected a whole number, at least 0"]);
        }
        refused(&["train", option, "99999999999999999999999"], &[option, "too large"]);
    }
    refused(&["bench", "--repeats", "-1"], &["expected a whole number"]);
}

/// The batch was compared with the data after the memory for it had been taken, and the set was not named.
#[test]
fn a_batch_larger_than_a_set_is_refused_before_work() {
    refused(&["train", "--batch-size", "8000000"], &["at most the 1437 training samples of digits", "8000000"]);
    // One that only the test samples do not fill is no fault.
    let out = wgrad().args([&SHORT[..], &["--device", "cpu", "--batch-size", "361"]].concat()).output();
    let out = out.expect("the program starts");
    assert!(out.status.success() && told(&out).contains("val_loss"), "{}", told(&out));
}

/// The folder was passed over in silence.
#[test]
fn a_folder_for_data_inside_the_program_is_refused() {
    refused(&["train", "digits", "--data-dir", "/nowhere"], &["--data-dir", "digits", "/nowhere"]);
}

/// `CPU` was looked for among the graphics cards, an empty variable likewise.
#[test]
fn a_device_s_name_has_no_case_and_nothing_is_auto() {
    for name in ["CPU", " cpu ", "Cpu"] {
        let out = wgrad().args(SHORT).args(["--device", name]).output().expect("the program starts");
        assert!(out.status.success() && told(&out).contains("Device: cpu (float32"), "{name}: {}", told(&out));
        let out = wgrad().args(SHORT).args(["--device", name, "--precision", "float64"]).output().expect("starts");
        assert!(out.status.success() && told(&out).contains("Device: cpu (float64"), "{name}: {}", told(&out));
    }
    let out = wgrad().args(SHORT).env("WGRAD_DEVICE", "").output().expect("the program starts");
    assert!(out.status.success(), "{}", told(&out));
}

/// A kernel that does not exist was an empty table and a success, or a failure of the device.
#[test]
fn unknown_kernels_are_refused() {
    refused(&["bench", "dense_forwards"], &["did you mean `dense_forward`?"]);
    refused(&["parity", "dense_forwards"], &["did you mean `dense_forward`?"]);
    // One that exists does not hide one that does not.
    refused(&["parity", "copy", "xyz"], &["got xyz"]);
}

/// `parity` compares float32 with float64; another precision was taken and passed over.
#[test]
fn parity_takes_no_precision() {
    refused(&["parity", "copy", "--precision", "float64"], &["--precision"]);
}

/// Traffic of float64 was counted in numbers of four bytes.
#[test]
fn bench_counts_the_bytes_of_float64() {
    let line = |precision: &str| -> (f64, f64) {
        let arguments = ["bench", "adam", "--json", "--repeats", "1", "--precision", precision];
        let out = wgrad().args(arguments).output().expect("the program starts");
        let text = String::from_utf8_lossy(&out.stdout).into_owned();
        let row = text.lines().filter_map(|l| serde_json::from_str::<serde_json::Value>(l).ok());
        let row = row.into_iter().find(|v| v["kernel"] == "adam").unwrap_or_else(|| panic!("{text}{}", told(&out)));
        let number = |key: &str| row[key].as_f64().expect("a number");
        (number("gb_s") * number("us") * 1e3, number("gflops") * number("us") * 1e3)
    };
    let (single, double) = (line("float32"), line("float64"));
    assert!((double.0 / single.0 - 2.0).abs() < 1e-6, "bytes: {} and {}", single.0, double.0);
    assert!((double.1 / single.1 - 1.0).abs() < 1e-6, "operations: {} and {}", single.1, double.1);
}
