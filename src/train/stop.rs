//! Asking a training to stop, from a signal, another thread or a callback.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Asks a training to stop where it is: it finishes its step, or its validation, hands a checkpoint to the callbacks that
/// save, and ends without its end: callbacks are not told of one, and the history says so in
/// [`History::interrupted`](super::History). Clones ask the same training.
///
/// ```
/// use wgrad::prelude::*;
///
/// let handle = StopHandle::new();
/// let how = Fit::epochs(100).stop_handle(&handle);
/// std::thread::spawn(move || handle.stop());
/// ```
#[derive(Clone, Debug, Default)]
pub struct StopHandle(Arc<AtomicBool>);

impl StopHandle {
    /// One that asks nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks to stop.
    pub fn stop(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether somebody has asked.
    pub fn asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// A flag somebody else sets, such as a signal's handler.
impl From<Arc<AtomicBool>> for StopHandle {
    fn from(flag: Arc<AtomicBool>) -> Self {
        Self(flag)
    }
}
