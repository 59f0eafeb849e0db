//! Time that work takes, whatever else the machine does meanwhile.

use std::time::{Duration, Instant};

/// A clock that stands while others are on the processor.
pub struct Clock {
    begun: Instant,
    worked: Option<Duration>,
}

impl Clock {
    /// A clock that runs from now on, for this thread.
    pub fn start() -> Self {
        Self { begun: Instant::now(), worked: worked() }
    }

    /// What this thread has been on a processor since; where the system does not say, what has gone by.
    pub fn time(&self) -> Duration {
        let on_processor = || worked()?.checked_sub(self.worked?);
        on_processor().unwrap_or_else(|| self.begun.elapsed())
    }
}

/// What this thread has been on a processor, as Linux tells it, some milliseconds late.
fn worked() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}
