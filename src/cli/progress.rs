//! A training as it runs: Keras's epoch lines, with a bar on a terminal; plain lines elsewhere, under `NO_COLOR` and on a
//! dumb terminal; JSON on stdout for programs.

use super::json::Object;
use super::pace::{clock, per_step, rate, span};
use super::screen;
use super::talk::Talk;
use crate::base::Result;
use crate::train::Logs;
use crate::train::callback::{Callback, Every, Run};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::time::{Duration, Instant};

/// How often something is said of a long epoch where no bar can be drawn.
const SILENCE: Duration = Duration::from_secs(30);

/// Seconds left of a training from which on they are told.
const LONG: f64 = 10.0;

/// Tells of a training.
pub struct Progress {
    talk: Talk,
    /// Samples of an epoch.
    samples: usize,
    /// Whether a bar is drawn, and whether epochs are told in lines.
    moving: bool,
    lines: bool,
    bar: ProgressBar,
    /// When all began, the epoch, its validation; when something was said last.
    made: Instant,
    start: Instant,
    validation: Option<Instant>,
    said: Instant,
    /// The step this epoch went on from.
    from: usize,
    /// Epochs that were done, and the seconds they took: in all, and of that validation.
    done: usize,
    took: f64,
    validated: f64,
}

/// Whether escape codes may go to stderr.
pub fn may_move() -> bool {
    let plain = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
    let dumb = std::env::var("TERM").is_ok_and(|term| term == "dumb");
    std::io::stderr().is_terminal() && !plain && !dumb
}

impl Progress {
    pub fn new(talk: &Talk, samples: usize) -> Self {
        let now = Instant::now();
        Self {
            talk: talk.clone(),
            samples,
            moving: !talk.quiet() && may_move(),
            lines: !talk.quiet() && !talk.json(),
            bar: ProgressBar::hidden(),
            made: now,
            start: now,
            validation: None,
            said: now,
            from: 0,
            done: 0,
            took: 0.0,
            validated: 0.0,
        }
    }

    /// Seconds a step of this epoch takes, and samples a second.
    fn pace(&self, run: &Run<'_>) -> (f64, f64) {
        let until = self.validation.unwrap_or_else(Instant::now);
        let seconds = until.duration_since(self.start).as_secs_f64() / run.step.saturating_sub(self.from).max(1) as f64;
        (seconds, self.samples as f64 / run.steps.max(1) as f64 / seconds.max(1e-9))
    }

    /// What stands behind the bar: `12s left 5ms/step 6,400/s - accuracy: 0.9 - loss: 0.1`.
    fn behind(&self, run: &Run<'_>, logs: &Logs) -> String {
        let (seconds, samples) = self.pace(run);
        let left = clock(seconds * run.steps.saturating_sub(run.step) as f64);
        format!("{left} left {} {} samples/s - {}", per_step(seconds), rate(samples), in_order(logs))
    }

    fn begin(&mut self, run: &Run<'_>) {
        self.start = Instant::now();
        (self.said, self.from, self.validation) = (self.start, run.step, None);
        if self.lines {
            let left = self.took / self.done.max(1) as f64 * run.epochs.saturating_sub(run.epoch) as f64;
            let told = if self.moving && left > LONG { format!(" - {} left", clock(left)) } else { String::new() };
            eprintln!("Epoch {}/{}{told}", run.epoch + 1, run.epochs);
        }
        if self.moving {
            self.bar = ProgressBar::with_draw_target(Some(run.steps as u64), ProgressDrawTarget::stderr());
            let style = ProgressStyle::with_template("{pos:>7}/{len} {bar:20.green} {wide_msg}");
            self.bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("━╸ "));
            screen::bar(&self.bar);
        }
    }

    /// Takes the bar away.
    fn clear(&mut self) {
        if self.moving {
            screen::free();
            self.bar.finish_and_clear();
        }
    }

    fn object(&self, run: &mut Run<'_>, logs: &Logs) -> Result<Object> {
        let (_, samples) = self.pace(run);
        let object = Object::new("epoch")
            .with("epoch", run.epoch + 1)
            .with("epochs", run.epochs)
            .with("steps", run.steps)
            .number("seconds", self.start.elapsed().as_secs_f64())
            .number("samples_per_second", samples)
            .number("learning_rate", run.model.learning_rate()?);
        Ok(object.logs(logs))
    }
}

impl Callback for Progress {
    fn every(&self) -> Every {
        if self.moving || self.lines { Every::Moment } else { Every::Epoch }
    }

    fn train_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        self.talk.detail(|| format!("Made ready to train: {}", span(self.made.elapsed().as_secs_f64())));
        // An epoch that goes on has begun before.
        if run.step > 0 {
            self.begin(run);
        }
        Ok(())
    }

    fn epoch_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        self.begin(run);
        Ok(())
    }

    fn step_end(&mut self, run: &mut Run<'_>) -> Result<()> {
        if self.moving {
            let logs = run.logs()?.clone();
            self.bar.set_message(self.behind(run, &logs));
            self.bar.set_position(run.step as u64);
        } else if self.said.elapsed() >= SILENCE && run.step < run.steps {
            let logs = run.logs()?.clone();
            eprintln!("{}/{} - {}", run.step, run.steps, self.behind(run, &logs));
            self.said = Instant::now();
        }
        Ok(())
    }

    fn test_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        self.validation = Some(Instant::now());
        if self.moving {
            let logs = run.logs()?.clone();
            self.bar.set_message(format!("validating - {}", in_order(&logs)));
        }
        Ok(())
    }

    fn epoch_end(&mut self, logs: &mut Logs, run: &mut Run<'_>) -> Result<()> {
        self.clear();
        let (seconds, samples) = self.pace(run);
        let took = self.start.elapsed().as_secs_f64();
        let validated = self.validation.map_or(0.0, |begun| begun.elapsed().as_secs_f64());
        (self.done, self.took, self.validated) = (self.done + 1, self.took + took, self.validated + validated);
        if self.lines {
            let bar = if self.moving { "━━━━━━━━━━━━━━━━━━━━ " } else { "- " };
            let (n, numbers) = (run.steps, in_order(logs));
            eprintln!("{n}/{n} {bar}{took:.1}s {} {} samples/s - {numbers}", per_step(seconds), rate(samples));
        }
        if self.talk.verbosity() > 1 {
            eprintln!("  training {}, validation {}", span(took - validated), span(validated));
        }
        if self.talk.json() && !self.talk.quiet() {
            let object = self.object(run, logs)?;
            println!("{object}");
        }
        Ok(())
    }

    fn train_end(&mut self, _: &mut Run<'_>) -> Result<()> {
        let (trained, validated) = (span(self.took - self.validated), span(self.validated));
        let other = span(self.made.elapsed().as_secs_f64() - self.took);
        self.talk.detail(|| format!("Training {trained}, validation {validated}, the rest {other}"));
        Ok(())
    }
}

impl Drop for Progress {
    /// However a training ends, the line is free.
    fn drop(&mut self) {
        self.clear();
    }
}

/// Keras's `name: number` of all that is told, by name, the validation's last.
fn in_order(logs: &Logs) -> Logs {
    let mut all: Vec<(&str, f64)> = logs.iter().collect();
    all.sort_by_key(|(name, _)| (name.starts_with("val_"), *name));
    let mut sorted = Logs::default();
    all.iter().for_each(|(name, value)| sorted.set(name, *value));
    sorted
}
