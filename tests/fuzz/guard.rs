//! What one input may take: no panic is the targets' matter, time and memory are this page's.

use crate::clock::Clock;
use crate::memory::most_during;
use crate::targets::Target;
use std::time::Duration;

/// What an input has taken.
#[derive(Clone, Copy, Debug, Default)]
pub struct Spent {
    /// Of this thread on a processor, as others run beside it.
    pub time: Duration,
    /// Bytes alive at most, above those before.
    pub memory: usize,
}

/// What an input may take.
const MOST_TIME: Duration = Duration::from_secs(1);
/// Bytes any input may take, and times its own that a large one may.
const MOST_MEMORY: (usize, usize) = (64 << 20, 4);

/// Gives a target an input.
///
/// # Panics
/// The target does, or it took too much.
pub fn run(target: &Target, bytes: &[u8]) -> Spent {
    let mut spent = Spent { time: Duration::MAX, memory: 0 };
    // Only what is slow each time is slow.
    for _ in 0..3 {
        let clock = Clock::start();
        let ((), memory) = most_during(|| (target.run)(bytes));
        spent = Spent { time: spent.time.min(clock.time()), memory: spent.memory.max(memory) };
        if spent.time <= MOST_TIME {
            break;
        }
    }
    let allowed = MOST_MEMORY.0.max(MOST_MEMORY.1 * bytes.len());
    assert!(spent.memory <= allowed, "{} bytes for a file of {}, {allowed} are allowed", spent.memory, bytes.len());
    assert!(spent.time <= MOST_TIME, "{:?} for a file of {} bytes", spent.time, bytes.len());
    spent
}
