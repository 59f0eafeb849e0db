//! What tells the view of a training.

use super::keys::{Shared, run};
use super::layers::layers;
use super::state::{Phase, State};
use super::terminal;
use crate::base::Result;
use crate::cli::clock::Clock;
use crate::cli::signals::Signals;
use crate::cli::view::About;
use crate::train::Logs;
use crate::train::callback::{Callback, Every, Run};
use std::sync::{Arc, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Shortest time from one look at the layers to the next: it waits for the device.
const LOOK: Duration = Duration::from_secs(1);

/// How long a pause sleeps before it looks whether it was asked to stop.
const NAP: Duration = Duration::from_millis(100);

/// The view of a training.
pub struct View {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
    signals: Signals,
    clock: Clock,
    begun: Instant,
    looked: Option<Instant>,
}

impl View {
    /// Covers the terminal and begins to draw.
    pub fn open(about: &About, signals: &Signals) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::new(State::new(about)));
        let covered = terminal::cover()?;
        let (seen, asked) = (shared.clone(), signals.clone());
        let thread = std::thread::Builder::new().name("view".to_owned()).spawn(move || run(&seen, covered, &asked));
        if thread.is_err() {
            terminal::leave();
        }
        let (clock, begun, looked) = (Clock::new(about.samples), Instant::now(), None);
        Ok(Self { shared, thread: Some(thread?), signals: signals.clone(), clock, begun, looked })
    }

    fn begin(&mut self, run: &Run<'_>) {
        self.clock.begin(run.step);
        let mut state = self.shared.state();
        (state.epoch, state.epochs, state.steps, state.step) = (run.epoch, run.epochs, run.steps, run.step);
        state.phase = Phase::Training;
    }

    /// Numbers of the layers, where the model was compiled to look and somebody can see them.
    fn look(&mut self, run: &Run<'_>) {
        if self.looked.is_some_and(|at| at.elapsed() < LOOK) {
            return;
        }
        self.looked = Some(Instant::now());
        if let Ok(report) = run.model.insight() {
            self.shared.state().layers = layers(&report);
        }
    }

    /// Sleeps while somebody wants a pause.
    fn pause(&mut self) {
        let begun = Instant::now();
        let stop = self.signals.handle();
        let mut state = self.shared.state();
        while state.paused && !stop.asked() {
            let woken = self.shared.woken.wait_timeout(state, NAP);
            state = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
        drop(state);
        self.clock.paused(begun.elapsed());
    }
}

impl Callback for View {
    fn every(&self) -> Every {
        Every::Moment
    }

    fn train_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        self.begun = Instant::now();
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
        let (rate, logs) = (run.model.learning_rate()?, run.logs()?.clone());
        self.look(run);
        {
            let mut state = self.shared.state();
            (state.step, state.phase) = (run.step, Phase::Training);
            state.elapsed = self.begun.elapsed().as_secs_f64();
            state.speed = self.clock.samples_per_second(run);
            state.left_of_epoch = self.clock.left_of_epoch(run);
            state.left = state.left_of_epoch + self.clock.left_of_epochs(run, run.epoch + 1);
            state.within(&logs, rate);
        }
        self.pause();
        Ok(())
    }

    fn test_begin(&mut self, _: &mut Run<'_>) -> Result<()> {
        self.clock.validate();
        self.shared.state().phase = Phase::Validating;
        Ok(())
    }

    fn epoch_end(&mut self, logs: &mut Logs, _: &mut Run<'_>) -> Result<()> {
        self.clock.end();
        self.shared.state().end(logs);
        Ok(())
    }
}

impl Drop for View {
    /// However a training ends, the terminal is as it was.
    fn drop(&mut self) {
        self.shared.state().over = true;
        if let Some(thread) = self.thread.take() {
            // What a panic of the view says was said by it.
            let _ = thread.join();
        }
        terminal::leave();
    }
}
