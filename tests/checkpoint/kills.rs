//! `kill -9` at random instants: a child process trains with a checkpoint after every step, and is killed and started again
//! until it ends. It tells every checkpoint it has committed on its standard output.

use crate::common::{Folder, Form};
use std::collections::HashSet;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use wgrad::formats::decode;
use wgrad::prelude::*;
use wgrad::train::Checkpoint;

/// Names the folder to the child.
const CHILD: &str = "WGRAD_CHECKPOINT_CHILD";

/// Dropout, batch normalisation, a schedule, metrics, early stopping; epochs that are not passes.
fn form() -> Form {
    Form { epochs: 60, patience: 20, steps_per_epoch: Some(7), ..Form::default() }
}

/// Tells what was committed.
struct Telling(Checkpoints);

impl Callback for Telling {
    fn resume_from(&mut self) -> Result<Option<Checkpoint>> {
        self.0.resume_from()
    }
    fn every(&self) -> Every {
        self.0.every()
    }
    fn wants_checkpoint(&self, moment: wgrad::train::callback::Moment) -> bool {
        self.0.wants_checkpoint(moment)
    }
    fn take_checkpoint(&mut self, checkpoint: &Checkpoint) -> Result<()> {
        self.0.take_checkpoint(checkpoint)?;
        say(&format!("committed {}", checkpoint.steps()));
        Ok(())
    }
}

/// A line on standard output, where the parent reads and the test harness does not.
fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).expect("the parent listens");
}

/// The child: does nothing in an ordinary run.
#[test]
fn child() {
    let Some(folder) = std::env::var_os(CHILD).map(PathBuf::from) else { return };
    let saved = Telling(Checkpoints::new(&folder).save_freq(1));
    let outcome = form().train(&folder.join("a.csv"), saved).expect("trains");
    std::fs::write(folder.join("outcome"), format!("{outcome:#?}")).expect("written");
}

fn start(folder: &Path) -> Child {
    Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "kills::child", "--nocapture", "--test-threads", "1"])
        .env(CHILD, folder)
        .env("RAYON_NUM_THREADS", "1")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("starts")
}

/// Lets a child live for `life`; whether it came to its end, and the last step it committed.
fn live(folder: &Path, life: Duration) -> (bool, Option<u64>) {
    let mut child = start(folder);
    let out = BufReader::new(child.stdout.take().expect("piped"));
    let (send, lines) = mpsc::channel();
    let reader = std::thread::spawn(move || out.lines().map_while(|l| l.ok()).try_for_each(|l| send.send(l)));
    let end = Instant::now() + life;
    let done = loop {
        if let Some(status) = child.try_wait().expect("a child") {
            assert!(status.success(), "a child that was not killed failed");
            break true;
        }
        if Instant::now() >= end {
            // SIGKILL: nothing of the child runs after it.
            child.kill().expect("killed");
            child.wait().expect("ended");
            break false;
        }
        std::thread::sleep(Duration::from_micros(200));
    };
    reader.join().expect("reads").expect("somebody listens");
    let committed = lines.try_iter().filter_map(|l| l.strip_prefix("committed ")?.parse().ok()).last();
    (done, committed)
}

#[test]
fn killed_at_any_instant_it_goes_on_to_the_same_bits() {
    let wanted: usize = std::env::var("WGRAD_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(20);
    let whole = Folder::new("whole");
    let begun = Instant::now();
    let (done, last) = live(&whole.0, Duration::from_secs(600));
    let steps = last.expect("it committed");
    assert!(done);
    let alone = begun.elapsed();
    let expected = std::fs::read_to_string(whole.file("outcome")).expect("it ended");
    let (mut kills, mut trainings, mut unreadable, mut lost, mut temporaries) = (0, 0, 0, 0, 0);
    let mut interrupted = HashSet::new();
    let (begun, mut draws) = (Instant::now(), 0);
    while kills < wanted {
        let folder = Folder::new(&format!("killed-{trainings}"));
        let saved = Checkpoints::new(&folder.0);
        let mut committed = 0;
        loop {
            // From before it has read its checkpoint to a quarter of a whole training.
            draws += 1;
            let life = alone.mul_f64(0.25 * Seed(11).stream(0).uniform(draws, 0));
            let (done, told) = live(&folder.0, life);
            committed = told.unwrap_or(committed).max(committed);
            for (_, path) in saved.list().expect("a folder") {
                let sound = std::fs::read(&path).is_ok_and(|bytes| decode(&bytes, "file").is_ok());
                unreadable += usize::from(!sound);
            }
            let newest = saved.newest().unwrap_or_default().map_or(0, |c| c.steps());
            lost += committed.saturating_sub(newest);
            let names = std::fs::read_dir(&folder.0).expect("there").flatten();
            temporaries += names.filter(|e| e.file_name().to_string_lossy().ends_with(".tmp")).count();
            if done {
                break;
            }
            kills += 1;
            interrupted.insert(newest);
        }
        let outcome = std::fs::read_to_string(folder.file("outcome")).expect("it ended");
        assert!(outcome == expected, "training {trainings}, killed and gone on, came to other bits");
        let left = std::fs::read_dir(&folder.0).expect("there").flatten();
        let left = left.filter(|e| e.file_name().to_string_lossy().ends_with(".tmp")).count();
        assert_eq!(left, 0, "what killed processes left is removed");
        trainings += 1;
    }
    println!(
        "{kills} kills of {trainings} trainings of {steps} steps, at {} of them, in {:.1} s: {unreadable} unreadable, {lost} steps lost, \
         {temporaries} temporary files left and removed",
        interrupted.len(),
        begun.elapsed().as_secs_f64()
    );
    assert_eq!((unreadable, lost), (0, 0));
}
