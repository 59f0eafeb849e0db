//! The terminal, covered and left as it was found: also after an error, a panic or a signal.

use crate::cli::screen;
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::cursor::{Hide, Show};
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use std::io::{Stderr, stderr};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

/// A terminal that is drawn on.
pub type Covered = Terminal<CrosstermBackend<Stderr>>;

static COVERED: AtomicBool = AtomicBool::new(false);

/// Covers the terminal; lines for people wait from now on.
///
/// # Errors
/// It refuses.
pub fn cover() -> std::io::Result<Covered> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |told| {
            // What a panic says is to be read.
            restore();
            before(told);
        }));
    });
    enable_raw_mode()?;
    COVERED.store(true, Ordering::SeqCst);
    let made =
        execute!(stderr(), EnterAlternateScreen, Hide).and_then(|()| Terminal::new(CrosstermBackend::new(stderr())));
    match made {
        Ok(_) => screen::cover(),
        Err(_) => restore(),
    }
    made
}

/// Gives the terminal back, if it is covered.
fn restore() {
    if COVERED.swap(false, Ordering::SeqCst) {
        // Where it does not listen any more, nothing is left to be done.
        let _ = execute!(stderr(), LeaveAlternateScreen, Show);
        let _ = disable_raw_mode();
    }
}

/// Gives the terminal back; what has waited is written.
pub fn leave() {
    restore();
    screen::free();
}
