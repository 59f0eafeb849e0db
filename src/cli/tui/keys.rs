//! Keys, and the thread that listens to them and draws.

use super::draw::{Theme, draw};
use super::state::State;
use super::terminal::{Covered, leave};
use crate::cli::signals::Signals;
use ratatui::crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, poll, read};
use std::io;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Time from one picture to the next.
const FRAME: Duration = Duration::from_millis(100);

/// What the training and the view both hold.
#[derive(Default)]
pub struct Shared {
    state: Mutex<State>,
    /// Told when a pause ends.
    pub woken: Condvar,
}

impl Shared {
    pub fn new(state: State) -> Self {
        Self { state: Mutex::new(state), woken: Condvar::new() }
    }

    /// A lock somebody panicked with still has what was known.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a key means that training is to stop; other keys change what is seen.
pub fn press(state: &mut State, key: KeyEvent) -> bool {
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    match key.code {
        KeyCode::Char('c') if control => return true,
        KeyCode::Char('q') if !control => return true,
        KeyCode::Char('p' | ' ') => state.paused = !state.paused,
        KeyCode::Char('h' | '?') => state.help = !state.help,
        KeyCode::Esc => state.help = false,
        KeyCode::Left => state.choose(false),
        KeyCode::Right | KeyCode::Tab => state.choose(true),
        KeyCode::Up => state.scroll(false),
        KeyCode::Down => state.scroll(true),
        _ => {}
    }
    false
}

/// Draws and listens until training is over or asked to stop.
pub fn run(shared: &Shared, terminal: Covered, signals: &Signals) {
    // A terminal that has gone away ends the view, not the training.
    let _ = watch(shared, terminal, signals);
    leave();
    shared.state().paused = false;
    shared.woken.notify_all();
    if signals.handle().asked() {
        eprintln!("Stopping after this step; Ctrl-C once more ends at once, without saving");
    }
}

fn watch(shared: &Shared, mut terminal: Covered, signals: &Signals) -> io::Result<()> {
    let theme = Theme::of_environment();
    let stop = signals.handle();
    while !stop.asked() {
        let seen = shared.state().clone();
        if seen.over {
            break;
        }
        terminal.draw(|frame| draw(frame, &seen, theme))?;
        let mut wait = FRAME;
        while poll(wait)? {
            if let Event::Key(key) = read()?
                && key.kind != KeyEventKind::Release
                && press(&mut shared.state(), key)
            {
                signals.interrupt();
            }
            shared.woken.notify_all();
            wait = Duration::ZERO;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pressed(state: &mut State, keys: &[KeyCode]) -> bool {
        keys.iter().any(|code| press(state, KeyEvent::new(*code, KeyModifiers::NONE)))
    }

    #[test]
    fn keys_do_what_the_help_says() {
        let mut state = State::default();
        assert!(!pressed(&mut state, &[KeyCode::Char('p'), KeyCode::Char('h'), KeyCode::Right, KeyCode::F(1)]));
        assert!(state.paused && state.help);
        assert!(!pressed(&mut state, &[KeyCode::Char(' '), KeyCode::Esc]));
        assert!(!state.paused && !state.help);
        assert!(pressed(&mut state, &[KeyCode::Char('q')]));
        assert!(press(&mut state, KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL)));
        assert!(!press(&mut state, KeyEvent::new(KeyCode::Char('c'), KeyModifiers::NONE)));
    }
}
