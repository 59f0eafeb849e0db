//! Every reader against some thousand damaged files, without a fuzzer: the same on each run.
//!
//! `fuzz/` runs the same functions coverage-guided. `WGRAD_FUZZ_SECONDS` makes this run as much longer, each target, and goes
//! on with other files.

#[path = "../files/archive.rs"]
#[allow(dead_code, reason = "the rest of the page is for the tests in its folder")]
mod archive;
#[path = "../files/clock.rs"]
mod clock;
mod guard;
#[path = "../random_models/memory.rs"]
mod memory;
mod mutate;
mod seeds;
mod targets;

use mutate::{Random, mutated};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// One at a time: time and memory are measured.
static ALONE: Mutex<()> = Mutex::new(());

/// Gives an input to a target; one that fails is kept, and named.
fn check(target: &targets::Target, input: &[u8]) -> guard::Spent {
    let outcome = catch_unwind(AssertUnwindSafe(|| guard::run(target, input)));
    outcome.unwrap_or_else(|panic| {
        let path = std::env::temp_dir().join(format!("wgrad-fuzz-{}-{:08x}", target.name, crc32fast::hash(input)));
        let kept = std::fs::write(&path, input);
        eprintln!("{}: the input of {} bytes is in {} ({kept:?})", target.name, input.len(), path.display());
        resume_unwind(panic)
    })
}

/// Every seed, then `count` changed ones.
fn fuzz(name: &str, count: usize) {
    let _alone = ALONE.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let target = targets::target(name);
    let seeds = seeds::seeds(name);
    assert!(seeds.len() > 3, "{} seeds", seeds.len());
    let more = std::env::var("WGRAD_FUZZ_SECONDS").ok().and_then(|s| s.parse().ok()).map(Duration::from_secs);
    let begun = Instant::now();
    let (mut longest, mut largest, mut tried) = (Duration::ZERO, 0, 0);
    let mut random = Random(u64::from(crc32fast::hash(name.as_bytes())));
    let mut inputs = seeds.iter().cloned();
    while tried < seeds.len() + count || more.is_some_and(|more| begun.elapsed() < more) {
        let input = inputs.next().unwrap_or_else(|| {
            // The short ones more often.
            let most = 1 + random.below(seeds.len());
            let [own, other] = [random.below(most), random.below(most)];
            mutated(&mut random, target.layout, &seeds[own], &seeds[other])
        });
        let spent = check(target, &input);
        (longest, largest) = (longest.max(spent.time), largest.max(spent.memory));
        tried += 1;
    }
    println!("{name}: {tried} inputs in {:.2?}, slowest {longest:.2?}, {largest} bytes", begun.elapsed());
}

macro_rules! fuzzed {
    ($($name:ident $count:literal)*) => {
        $(#[test]
        fn $name() {
            fuzz(stringify!($name), $count);
        })*

        #[test]
        fn every_target_is_run() {
            let run = [$(stringify!($name)),*];
            assert!(targets::TARGETS.iter().all(|t| run.contains(&t.name)));
        }
    };
}

fuzzed! {
    keras 500
    keras_members 500
    keras_config 1500
    h5 500
    weights_h5 1500
    safetensors 1000
    checkpoint 3000
    npy 5000
    onnx 2000
    idx 5000
    words 5000
}

/// A guard that lets everything by would be none.
#[test]
#[should_panic(expected = "are allowed")]
fn too_much_memory_is_told() {
    let _alone = ALONE.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let wasteful = |_: &[u8]| drop(std::hint::black_box(vec![1_u8; 65 << 20]));
    guard::run(&targets::Target { name: "", run: wasteful, layout: targets::Layout::Bytes }, b"");
}
