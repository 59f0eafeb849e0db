//! Who draws on the terminal now, so that lines for people neither tear what is drawn nor are lost.

use indicatif::ProgressBar;
#[cfg(feature = "tui")]
use std::io::IsTerminal;
use std::io::{self, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Where a line goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Results.
    Out,
    /// Notes, warnings, errors.
    Err,
}

impl Stream {
    /// Writes a line.
    pub fn write(self, line: &str) -> io::Result<()> {
        match self {
            Self::Out => writeln!(io::stdout().lock(), "{line}"),
            Self::Err => writeln!(io::stderr().lock(), "{line}"),
        }
    }
}

/// What is drawn.
enum Drawn {
    /// A bar in the last line: lines are written above it.
    Bar(ProgressBar),
    /// Everything: lines wait until it is over.
    #[cfg(feature = "tui")]
    All(Vec<(Stream, String)>),
}

static DRAWN: Mutex<Option<Drawn>> = Mutex::new(None);

/// A lock somebody panicked with still has sound lines.
fn drawn() -> MutexGuard<'static, Option<Drawn>> {
    DRAWN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Writes a line, above what is drawn.
pub fn line(stream: Stream, text: &str) -> io::Result<()> {
    match &mut *drawn() {
        None => stream.write(text),
        Some(Drawn::Bar(bar)) => bar.suspend(|| stream.write(text)),
        #[cfg(feature = "tui")]
        Some(Drawn::All(waiting)) => {
            // What goes to a file or a pipe is in nobody's way.
            if stream == Stream::Out && !io::stdout().is_terminal() {
                return stream.write(text);
            }
            waiting.push((stream, text.to_owned()));
            Ok(())
        }
    }
}

/// Says that a bar is drawn in the last line from now on.
pub fn bar(bar: &ProgressBar) {
    *drawn() = Some(Drawn::Bar(bar.clone()));
}

/// Says that everything is drawn on from now on: lines wait.
#[cfg(feature = "tui")]
pub fn cover() {
    *drawn() = Some(Drawn::All(Vec::new()));
}

/// Says that nothing is drawn any more; what has waited is written.
pub fn free() {
    let was = drawn().take();
    #[cfg(feature = "tui")]
    if let Some(Drawn::All(waiting)) = was {
        for (stream, text) in waiting {
            // Where nobody listens, there is nobody to tell.
            let _ = stream.write(&text);
        }
    }
    #[cfg(not(feature = "tui"))]
    drop(was);
}
