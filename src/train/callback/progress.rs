//! Progress: Keras's epoch lines on standard error.

use super::{Callback, Every, Run};
use crate::base::Result;
use crate::train::Logs;
use std::io::{IsTerminal, Write};
use std::time::Instant;

/// Keras's progress bar: on a terminal a line that moves, elsewhere one line an epoch. Written to standard error.
#[derive(Debug)]
pub struct ProgressBar {
    started: Instant,
    moving: bool,
}

impl Default for ProgressBar {
    fn default() -> Self {
        Self::new()
    }
}

/// Cells of the bar.
const WIDTH: usize = 20;

impl ProgressBar {
    /// Moving on a terminal, unless `NO_COLOR` or `TERM=dumb` asks for plain lines.
    pub fn new() -> Self {
        let plain = std::env::var_os("NO_COLOR").is_some() || std::env::var("TERM").is_ok_and(|t| t == "dumb");
        Self { started: Instant::now(), moving: std::io::stderr().is_terminal() && !plain }
    }

    fn line(&self, run: &Run<'_>, logs: &Logs) -> String {
        let seconds = self.started.elapsed().as_secs_f64();
        let per_step = seconds / run.step.max(1) as f64;
        let filled = run.step * WIDTH / run.steps.max(1);
        let bar: String = (0..WIDTH).map(|i| if i < filled { '━' } else { '╌' }).collect();
        let left = per_step * (run.steps - run.step.min(run.steps)) as f64;
        let time = if run.step < run.steps { format!("{left:.0}s left") } else { format!("{seconds:.0}s") };
        let pace = if per_step < 1e-3 {
            format!("{:.0}µs/step", per_step * 1e6)
        } else {
            format!("{:.1}ms/step", per_step * 1e3)
        };
        format!("{}/{} {bar} {time} {pace} - {logs}", run.step, run.steps)
    }
}

/// Writes to standard error; where nobody listens, there is nobody to tell.
fn say(text: &str) {
    let mut out = std::io::stderr().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

impl Callback for ProgressBar {
    fn every(&self) -> Every {
        if self.moving { Every::Moment } else { Every::Epoch }
    }
    fn train_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        // An epoch that goes on has begun before.
        if run.step > 0 { self.epoch_begin(run) } else { Ok(()) }
    }
    fn epoch_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        self.started = Instant::now();
        say(&format!("Epoch {}/{}\n", run.epoch + 1, run.epochs));
        Ok(())
    }
    fn step_end(&mut self, run: &mut Run<'_>) -> Result<()> {
        let logs = run.logs()?.clone();
        say(&format!("\r\x1b[2K{}", self.line(run, &logs)));
        Ok(())
    }
    fn epoch_end(&mut self, logs: &mut Logs, run: &mut Run<'_>) -> Result<()> {
        let start = if self.moving { "\r\x1b[2K" } else { "" };
        say(&format!("{start}{}\n", self.line(run, logs)));
        Ok(())
    }
}
