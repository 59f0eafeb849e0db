//! A training as it runs: Keras's epoch lines, with a bar on a terminal; plain lines elsewhere, under `NO_COLOR` and on a
//! dumb terminal; JSON on stdout for programs.

use super::clock::Clock;
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
    /// Whether a bar is drawn, and whether epochs are told in lines.
    moving: bool,
    lines: bool,
    bar: ProgressBar,
    /// Longest time without a word where no bar is drawn.
    silence: Duration,
    clock: Clock,
    /// When all began, and when something was said last.
    made: Instant,
    said: Instant,
}

/// Whether escape codes may go to stderr.
fn may_move() -> bool {
    let plain = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
    let dumb = std::env::var("TERM").is_ok_and(|term| term == "dumb");
    std::io::stderr().is_terminal() && !plain && !dumb
}

impl Progress {
    /// With a bar where there is a terminal.
    pub fn new(talk: &Talk, samples: usize) -> Self {
        let now = Instant::now();
        Self {
            talk: talk.clone(),
            moving: !talk.quiet() && may_move(),
            lines: !talk.quiet() && !talk.json(),
            bar: ProgressBar::hidden(),
            silence: SILENCE,
            clock: Clock::new(samples),
            made: now,
            said: now,
        }
    }

    /// With a line an epoch, wherever they go.
    #[cfg(feature = "tui")]
    pub fn lines(talk: &Talk, samples: usize) -> Self {
        let mut plain = Self::new(talk, samples);
        (plain.moving, plain.silence) = (false, Duration::MAX);
        plain
    }

    /// What stands behind the bar: `12s left 5ms/step 6,400 samples/s - accuracy: 0.9 - loss: 0.1`.
    fn behind(&self, run: &Run<'_>, logs: &Logs) -> String {
        let left = clock(self.clock.left_of_epoch(run));
        let (step, samples) = (per_step(self.clock.per_step(run)), rate(self.clock.samples_per_second(run)));
        format!("{left} left {step} {samples} samples/s - {}", in_order(logs))
    }

    fn begin(&mut self, run: &Run<'_>) {
        self.clock.begin(run.step);
        self.said = Instant::now();
        if self.lines {
            let left = self.clock.left_of_epochs(run, run.epoch);
            let told = if self.moving && self.clock.took > 0.0 && left > LONG {
                format!(" - {} left", clock(left))
            } else {
                String::new()
            };
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

    fn object(&self, run: &mut Run<'_>, logs: &Logs, seconds: f64) -> Result<Object> {
        let object = Object::new("epoch")
            .with("epoch", run.epoch + 1)
            .with("epochs", run.epochs)
            .with("steps", run.steps)
            .number("seconds", seconds)
            .number("samples_per_second", self.clock.samples_per_second(run))
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
        } else if self.said.elapsed() >= self.silence && run.step < run.steps {
            let logs = run.logs()?.clone();
            eprintln!("{}/{} - {}", run.step, run.steps, self.behind(run, &logs));
            self.said = Instant::now();
        }
        Ok(())
    }

    fn test_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        self.clock.validate();
        if self.moving {
            let logs = run.logs()?.clone();
            self.bar.set_message(format!("validating - {}", in_order(&logs)));
        }
        Ok(())
    }

    fn epoch_end(&mut self, logs: &mut Logs, run: &mut Run<'_>) -> Result<()> {
        self.clear();
        let (step, samples) = (per_step(self.clock.per_step(run)), rate(self.clock.samples_per_second(run)));
        let (took, validated) = self.clock.end();
        if self.lines {
            let bar = if self.moving { "━━━━━━━━━━━━━━━━━━━━ " } else { "- " };
            let (n, numbers) = (run.steps, in_order(logs));
            eprintln!("{n}/{n} {bar}{took:.1}s {step} {samples} samples/s - {numbers}");
        }
        if self.talk.verbosity() > 1 {
            eprintln!("  training {}, validation {}", span(took - validated), span(validated));
        }
        if self.talk.json() && !self.talk.quiet() {
            let object = self.object(run, logs, took)?;
            println!("{object}");
        }
        Ok(())
    }

    fn train_end(&mut self, _: &mut Run<'_>) -> Result<()> {
        let Clock { took, validated, .. } = self.clock;
        let (trained, validated) = (span(took - validated), span(validated));
        let other = span(self.made.elapsed().as_secs_f64() - took);
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
