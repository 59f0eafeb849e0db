//! The targets of `tests/fuzz` for libFuzzer, coverage-guided: `cargo xtask fuzz`.

#[path = "../../tests/files/archive.rs"]
#[allow(dead_code, reason = "the rest of the page is for the tests in its folder")]
mod archive;
#[path = "../../tests/fuzz/guard.rs"]
mod guard;
#[path = "../../tests/random_models/memory.rs"]
mod memory;
#[path = "../../tests/fuzz/mutate.rs"]
mod mutate;
#[path = "../../tests/fuzz/seeds.rs"]
pub mod seeds;
#[path = "../../tests/fuzz/targets.rs"]
pub mod targets;

pub use libfuzzer_sys;
use std::sync::Mutex;
use targets::{Layout, Target};

/// The most that any input has taken; what takes a tenth more is told.
static MOST: Mutex<guard::Spent> = Mutex::new(guard::Spent { time: std::time::Duration::ZERO, memory: 0 });

/// Gives a target an input, and tells records on standard error.
pub fn run(target: &Target, input: &[u8]) {
    let mut spent = guard::run(target, input);
    let Ok(mut most) = MOST.lock() else { return };
    if spent.time > most.time.mul_f64(1.1) {
        // Once more: others run beside it.
        spent.time = spent.time.min(guard::run(target, input).time);
    }
    if spent.time > most.time.mul_f64(1.1) || spent.memory > most.memory + most.memory / 10 {
        most.time = most.time.max(spent.time);
        most.memory = most.memory.max(spent.memory);
        eprintln!("record: {} us, {} bytes of memory", most.time.as_micros(), most.memory);
    }
}

/// Changes the first `size` bytes of `data`, half of the time as libFuzzer does, else by structure; the new length.
pub fn mutate(target: &Target, data: &mut [u8], size: usize, seed: u32) -> usize {
    let mut random = mutate::Random(u64::from(seed));
    let most = data.len();
    if target.layout == Layout::Bytes || random.below(2) == 0 {
        return libfuzzer_sys::fuzzer_mutate(data, size, most);
    }
    let input = data[..size].to_vec();
    let changed = mutate::mutated(&mut random, target.layout, &input, &input);
    let length = changed.len().min(most);
    data[..length].copy_from_slice(&changed[..length]);
    length
}

/// The program of a target.
#[macro_export]
macro_rules! target {
    ($name:literal) => {
        $crate::libfuzzer_sys::fuzz_target!(|input: &[u8]| $crate::run($crate::targets::target($name), input));
        $crate::libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, most: usize, seed: u32| {
            $crate::mutate($crate::targets::target($name), &mut data[..most], size, seed)
        });
    };
}
