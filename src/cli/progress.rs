//! Keras's epoch lines: a bar on a terminal, plain lines elsewhere and under `NO_COLOR`.

use crate::train::Epoch;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::time::Instant;

/// One epoch's line.
pub struct EpochLine {
    bar: ProgressBar,
    start: Instant,
    steps: usize,
}

impl EpochLine {
    /// Says which epoch begins, and shows a bar where there is a terminal (on stderr).
    pub fn begin(epoch: usize, of: usize, steps: usize) -> Self {
        println!("Epoch {epoch}/{of}");
        let plain = !std::io::stderr().is_terminal() || std::env::var_os("NO_COLOR").is_some();
        let target = if plain { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let bar = ProgressBar::with_draw_target(Some(steps as u64), target);
        let style = ProgressStyle::with_template("{pos}/{len} {bar:30} {eta} {msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("━╸ "));
        Self { bar, start: Instant::now(), steps }
    }

    /// Moves the bar.
    pub fn look(&self, done: usize, so_far: &Epoch) {
        self.bar.set_position(done as u64);
        self.bar.set_message(logs("", so_far));
    }

    /// Replaces the bar by Keras's line.
    pub fn end(self, train: &Epoch, validation: &Epoch) {
        self.bar.finish_and_clear();
        let seconds = self.start.elapsed().as_secs_f64();
        println!(
            "{n}/{n} - {seconds:.1}s - {} - {} - {}",
            per_step(seconds / self.steps.max(1) as f64),
            logs("", train),
            logs("val_", validation),
            n = self.steps,
        );
    }
}

/// Keras's `name: number` of all that is told, by name.
fn logs(prefix: &str, seen: &Epoch) -> String {
    let more = seen.metrics.iter().filter_map(|m| Some((m.name.as_str(), *m.values.first()?)));
    let mut all: Vec<(&str, f64)> =
        [("accuracy", seen.accuracy), ("loss", seen.loss)].into_iter().chain(more).collect();
    all.sort_by_key(|(name, _)| *name);
    all.dedup_by_key(|(name, _)| *name);
    let told: Vec<String> = all.iter().map(|(name, v)| format!("{prefix}{name}: {v:.4}")).collect();
    told.join(" - ")
}

fn per_step(seconds: f64) -> String {
    if seconds < 1e-3 { format!("{:.0}us/step", seconds * 1e6) } else { format!("{:.1}ms/step", seconds * 1e3) }
}
