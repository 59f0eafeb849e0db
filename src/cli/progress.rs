//! Keras's epoch lines: a bar on a terminal, plain lines elsewhere and under `NO_COLOR`.

use crate::base::Result;
use crate::train::Logs;
use crate::train::callback::{Callback, Every, Run};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::time::Instant;

/// The line of each epoch, on stdout; the bar is on stderr.
pub struct EpochLine {
    bar: ProgressBar,
    start: Instant,
    moving: bool,
}

impl EpochLine {
    /// With a bar where there is a terminal (on stderr).
    pub fn new() -> Self {
        let moving = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        Self { bar: ProgressBar::hidden(), start: Instant::now(), moving }
    }
}

impl Callback for EpochLine {
    fn every(&self) -> Every {
        if self.moving { Every::Moment } else { Every::Epoch }
    }

    fn train_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        // An epoch that goes on has begun before.
        if run.step > 0 { self.epoch_begin(run) } else { Ok(()) }
    }

    fn epoch_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        println!("Epoch {}/{}", run.epoch + 1, run.epochs);
        let target = if self.moving { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        self.bar = ProgressBar::with_draw_target(Some(run.steps as u64), target);
        let style = ProgressStyle::with_template("{pos}/{len} {bar:30} {eta} {msg}");
        self.bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("━╸ "));
        self.start = Instant::now();
        Ok(())
    }

    fn step_end(&mut self, run: &mut Run<'_>) -> Result<()> {
        self.bar.set_position(run.step as u64);
        self.bar.set_message(told(run.logs()?));
        Ok(())
    }

    fn epoch_end(&mut self, logs: &mut Logs, run: &mut Run<'_>) -> Result<()> {
        self.bar.finish_and_clear();
        let seconds = self.start.elapsed().as_secs_f64();
        let pace = per_step(seconds / run.steps.max(1) as f64);
        println!("{n}/{n} - {seconds:.1}s - {pace} - {}", told(logs), n = run.steps);
        Ok(())
    }
}

/// Keras's `name: number` of all that is told, by name, the validation's last.
fn told(logs: &Logs) -> String {
    let mut all: Vec<(&str, f64)> = logs.iter().collect();
    all.sort_by_key(|(name, _)| (name.starts_with("val_"), *name));
    all.iter().map(|(name, v)| format!("{name}: {v:.4}")).collect::<Vec<_>>().join(" - ")
}

fn per_step(seconds: f64) -> String {
    if seconds < 1e-3 { format!("{:.0}us/step", seconds * 1e6) } else { format!("{:.1}ms/step", seconds * 1e3) }
}
