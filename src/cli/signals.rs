//! SIGINT and SIGTERM: a training finishes its step, is saved, and ends with the code shells give the signal.

use super::exit::{FAILED, SIGNAL};
use crate::train::{History, Interruption, StopHandle};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// A training that a signal, or somebody at the keyboard, has ended after it was saved.
#[derive(Debug, thiserror::Error)]
#[error("{told}: add --resume")]
pub struct Signalled {
    told: Interruption,
    /// What shells call a program ended by the signal: 128 and its number.
    pub code: u8,
}

/// What a signal sets. Clones are the same.
#[derive(Clone, Default)]
pub struct Signals {
    asked: Arc<AtomicBool>,
    number: Arc<AtomicUsize>,
    listening: Arc<AtomicBool>,
}

impl Signals {
    /// Lets SIGINT and SIGTERM ask the training to stop; a second one ends the program at once.
    pub fn listen(&self) -> std::io::Result<()> {
        // Listened to twice, the first signal would be the second.
        if self.listening.swap(true, Ordering::Relaxed) {
            return Ok(());
        }
        for signal in [SIGINT, SIGTERM] {
            flag::register_conditional_shutdown(signal, SIGNAL + signal, self.asked.clone())?;
            flag::register_usize(signal, self.number.clone(), signal as usize)?;
            flag::register(signal, self.asked.clone())?;
        }
        Ok(())
    }

    /// What asks a training to stop when a signal comes.
    pub fn handle(&self) -> StopHandle {
        StopHandle::from(self.asked.clone())
    }

    /// Asks to stop, as SIGINT does: for a key that means the same.
    #[cfg_attr(not(feature = "tui"), allow(dead_code, reason = "the view asks for it"))]
    pub fn interrupt(&self) {
        self.number.store(SIGINT as usize, Ordering::Relaxed);
        self.asked.store(true, Ordering::Relaxed);
    }

    /// Fails with the code of the signal that has interrupted a training.
    pub fn told(&self, history: &History) -> Result<(), Signalled> {
        let Some(told) = history.interrupted else { return Ok(()) };
        let signal = self.number.load(Ordering::Relaxed) as i32;
        Err(Signalled { told, code: u8::try_from(SIGNAL + signal).unwrap_or(FAILED) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_ends_a_training_as_its_signal_does() {
        let signals = Signals::default();
        signals.clone().interrupt();
        assert!(signals.handle().asked());
        assert!(signals.told(&History::default()).is_ok());
        let mut history = History::default();
        history.interrupted = Some(Interruption { step: 7, saved: true });
        let told = signals.told(&history).expect_err("interrupted");
        assert_eq!((told.code, told.to_string().contains("after step 7")), (130, true));
    }
}
