//! Whatever model a program can ask for, sensible or not, trains a step with finite numbers or is refused by a typed error:
//! never a panic, never without end, never with memory out of proportion.
//!
//! A failing case is told by what it decided, shrunk, and kept in `regressions.txt` beside this file, from which it is run
//! first from then on.

mod choices;
mod graphs;
mod layers;
mod memory;
mod objectives;
mod training;

use choices::Choices;
use proptest::prelude::*;
use proptest::test_runner::{FileFailurePersistence, TestRunner};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};
use wgrad::base::Error;

/// Bytes a case may hold: shapes are tiny, and what is not is refused.
const BYTES: usize = 64 << 20;

/// A case takes milliseconds; one that takes this long has no end.
const LONGEST: Duration = Duration::from_secs(60);

/// The case that runs, for the watch.
static RUNNING: Mutex<Option<(Instant, Vec<u16>)>> = Mutex::new(None);

/// What the last panic said, and where.
static PANIC: Mutex<String> = Mutex::new(String::new());

/// Ends the program where a case does not end.
fn watch() {
    std::thread::spawn(|| {
        loop {
            std::thread::sleep(Duration::from_secs(1));
            let running = RUNNING.lock().map(|r| r.clone()).unwrap_or_default();
            if let Some((since, numbers)) = running
                && since.elapsed() > LONGEST
            {
                eprintln!("a case without end: {numbers:?}");
                std::process::abort();
            }
        }
    });
}

/// What became of all cases.
#[derive(Default)]
struct Tally {
    trained: BTreeMap<&'static str, u32>,
    done: u32,
    refused: BTreeMap<String, u32>,
}

fn try_one(numbers: &[u16], tally: &RefCell<Tally>) -> Result<(), TestCaseError> {
    if let Ok(mut running) = RUNNING.lock() {
        *running = Some((Instant::now(), numbers.to_vec()));
    }
    let mut choices = Choices::new(numbers);
    let one = || std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| training::case(&mut choices)));
    let (done, bytes) = memory::most_during(one);
    let told = &choices.told;
    let mut tally = tally.borrow_mut();
    match done {
        Ok(Ok(kinds)) => {
            tally.done += 1;
            kinds.into_iter().for_each(|kind| *tally.trained.entry(kind).or_default() += 1);
        }
        Ok(Err(e)) => {
            let typed = matches!(e, Error::Request { .. } | Error::Diverged { .. } | Error::Memory { .. });
            prop_assert!(typed, "another kind of error: {e}; {told}");
            prop_assert!(e.to_string().contains("; "), "without help: {e}; {told}");
            let what = e.to_string().split(['`', ':', ';']).next().unwrap_or_default().to_owned();
            *tally.refused.entry(what).or_default() += 1;
        }
        Err(_) => {
            let text = PANIC.lock().map(|text| text.clone()).unwrap_or_default();
            prop_assert!(false, "a panic: {text}; {told}");
        }
    }
    prop_assert!(bytes < BYTES, "{bytes} bytes; {told}");
    Ok(())
}

#[test]
fn a_model_that_trains_or_a_typed_error() {
    watch();
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/random_models/regressions.txt");
    let config = ProptestConfig {
        cases: std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(30_000),
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(file))),
        ..ProptestConfig::default()
    };
    let tally = RefCell::new(Tally::default());
    let cases = config.cases;
    let began = Instant::now();
    let numbers = prop::collection::vec(any::<u16>(), 0..120);
    // Shrinking panics many times over: told once, in the end.
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|info| {
        if let Ok(mut text) = PANIC.lock() {
            let trace = std::backtrace::Backtrace::force_capture().to_string();
            let ours: Vec<&str> = trace.lines().map(str::trim).filter(|line| line.starts_with("at ./")).collect();
            *text = format!("{info} {}", ours[..ours.len().min(8)].join(" "));
        }
    }));
    let done = TestRunner::new(config).run(&numbers, |numbers| try_one(&numbers, &tally));
    std::panic::set_hook(hook);
    if let Err(e) = done {
        panic!("{e}");
    }
    let tally = tally.into_inner();
    println!("{} of {cases} trained in {:.0} s; {:?}", tally.done, began.elapsed().as_secs_f64(), tally.trained);
    println!("refused: {:?}", tally.refused);
    // Were all refused, nothing would be shown.
    assert!(tally.done > cases / 4, "only {} of {cases} trained", tally.done);
    if cases >= 10_000 {
        let missing: Vec<_> = KINDS.iter().filter(|kind| !tally.trained.contains_key(*kind)).collect();
        assert!(missing.is_empty(), "never trained: {missing:?}");
    }
}

/// The layers of the vocabulary.
const KINDS: [&str; 38] = [
    "activation",
    "activity_regularization",
    "add",
    "alpha_dropout",
    "average",
    "batch_normalization",
    "concatenate",
    "dense",
    "dot",
    "dropout",
    "elu",
    "embedding",
    "flatten",
    "gaussian_dropout",
    "gaussian_noise",
    "group_normalization",
    "identity",
    "layer_normalization",
    "leaky_relu",
    "log_softmax",
    "maximum",
    "mc_alpha_dropout",
    "mc_dropout",
    "minimum",
    "multiply",
    "normalization",
    "permute",
    "prelu",
    "relu",
    "rescaling",
    "reshape",
    "rms_normalization",
    "rrelu",
    "sequential",
    "softmax",
    "spatial_dropout_1d",
    "spatial_dropout_2d",
    "subtract",
];
