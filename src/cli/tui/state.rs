//! What is known of a training that is watched.

use super::layers::Layer;
use crate::cli::view::About;
use crate::train::Logs;
use std::collections::VecDeque;

/// Most points of the epoch that runs.
const POINTS: usize = 512;

/// Speeds remembered.
const SPEEDS: usize = 400;

/// Samples a second that nothing reaches; bars are whole numbers that may not overflow.
const FASTEST: f64 = 1e12;

/// Points (x, y) of a curve; x in epochs.
pub type Points = Vec<(f64, f64)>;

/// A number that is told of training and, with `val_`, of validation.
#[derive(Clone, Debug, Default)]
pub struct Curve {
    /// Its name, without `val_`.
    pub name: String,
    /// At the ends of epochs.
    pub train: Points,
    pub validation: Points,
    /// Within the epoch that runs: means since it began.
    pub live: Points,
}

impl Curve {
    /// What is drawn of training: the ends of epochs and where the one that runs is; of the first epoch its way.
    pub fn trained(&self) -> Points {
        let last = self.live.last().copied().filter(|(x, _)| self.train.last().is_none_or(|(end, _)| x > end));
        if self.train.is_empty() { self.live.clone() } else { self.train.iter().copied().chain(last).collect() }
    }

    /// The newest number of training, and of validation.
    pub fn newest(&self) -> [Option<f64>; 2] {
        [self.live.last().or(self.train.last()).map(|p| p.1), self.validation.last().map(|p| p.1)]
    }
}

/// What the training is at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// Before its first step.
    #[default]
    Starting,
    Training,
    Validating,
}

/// Everything that is drawn.
#[derive(Clone, Debug, Default)]
pub struct State {
    pub about: About,
    pub phase: Phase,
    /// Counted from 0, and the number of them.
    pub epoch: usize,
    pub epochs: usize,
    /// Steps of the epoch that are done, and all.
    pub step: usize,
    pub steps: usize,
    /// Seconds.
    pub elapsed: f64,
    pub left_of_epoch: f64,
    pub left: f64,
    /// Samples a second: now, and before.
    pub speed: f64,
    pub speeds: VecDeque<u64>,
    pub curves: Vec<Curve>,
    /// Learning rate by epoch.
    pub rate: Points,
    pub layers: Vec<Layer>,
    /// Which curve is drawn large.
    pub chosen: usize,
    /// The first layer that is shown.
    pub first_layer: usize,
    pub paused: bool,
    pub help: bool,
    /// Whether there is nothing more to watch.
    pub over: bool,
}

impl State {
    /// Of a training that has not begun.
    pub fn new(about: &About) -> Self {
        Self { about: about.clone(), ..Self::default() }
    }

    /// Epochs done, with the part of the one that runs.
    pub fn now(&self) -> f64 {
        self.epoch as f64 + self.step as f64 / self.steps.max(1) as f64
    }

    fn curve(&mut self, name: &str) -> &mut Curve {
        let at = self.curves.iter().position(|c| c.name == name).unwrap_or_else(|| {
            self.curves.push(Curve { name: name.to_owned(), ..Curve::default() });
            self.curves.len() - 1
        });
        &mut self.curves[at]
    }

    /// Takes what the epoch has come to so far.
    pub fn within(&mut self, logs: &Logs, rate: f64) {
        let now = self.now();
        for (name, value) in logs.iter() {
            let live = &mut self.curve(name).live;
            live.push((now, value));
            thin(live);
        }
        self.rate.push((now, rate));
        thin(&mut self.rate);
        self.speeds.push_back(self.speed.clamp(0.0, FASTEST) as u64);
        if self.speeds.len() > SPEEDS {
            self.speeds.pop_front();
        }
    }

    /// Takes what an epoch has come to.
    pub fn end(&mut self, logs: &Logs) {
        let at = self.epoch as f64 + 1.0;
        for (name, value) in logs.iter().filter(|(name, _)| *name != "learning_rate") {
            match name.strip_prefix("val_") {
                Some(bare) => self.curve(bare).validation.push((at, value)),
                None => {
                    let curve = self.curve(name);
                    curve.train.push((at, value));
                    curve.live.clear();
                }
            }
        }
    }

    /// Chooses the next curve, or the one before.
    pub fn choose(&mut self, forward: bool) {
        let n = self.curves.len().max(1);
        self.chosen = (self.chosen + if forward { 1 } else { n - 1 }) % n;
    }

    /// Shows layers further down, or further up.
    pub fn scroll(&mut self, down: bool) {
        let last = self.layers.len().saturating_sub(1);
        self.first_layer = if down { (self.first_layer + 1).min(last) } else { self.first_layer.saturating_sub(1) };
    }
}

/// Halves a curve that has become long; its ends stay.
fn thin(points: &mut Points) {
    if points.len() > POINTS {
        let last = points.len() - 1;
        let mut at = 0;
        points.retain(|_| {
            at += 1;
            (at - 1) % 2 == 0 || at - 1 == last
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logs(pairs: &[(&str, f64)]) -> Logs {
        let mut logs = Logs::default();
        pairs.iter().for_each(|(name, value)| logs.set(name, *value));
        logs
    }

    #[test]
    fn the_first_epoch_is_its_way_and_later_ones_their_ends() {
        let mut state = State { steps: 10, ..State::default() };
        for step in 1..=10 {
            state.step = step;
            state.within(&logs(&[("loss", 1.0 / step as f64)]), 1e-3);
        }
        assert_eq!(state.curves[0].trained().len(), 10);
        state.end(&logs(&[("loss", 0.1), ("val_loss", 0.2), ("learning_rate", 1e-3)]));
        (state.epoch, state.step) = (1, 5);
        state.within(&logs(&[("loss", 0.05)]), 1e-3);
        assert_eq!(state.curves.len(), 1);
        assert_eq!(state.curves[0].trained(), [(1.0, 0.1), (1.5, 0.05)]);
        assert_eq!(state.curves[0].newest(), [Some(0.05), Some(0.2)]);
    }

    #[test]
    fn however_long_an_epoch_is_its_points_are_few() {
        let mut state = State { steps: 100_000, ..State::default() };
        for step in 1..=10_000 {
            state.step = step;
            state.within(&logs(&[("loss", step as f64)]), 1e-3);
        }
        let live = &state.curves[0].live;
        assert!(live.len() <= POINTS + 1 && state.rate.len() <= POINTS + 1 && state.speeds.len() <= SPEEDS);
        assert_eq!((live[0].1, live[live.len() - 1].1), (1.0, 10_000.0));
        assert!(live.windows(2).all(|w| w[0].0 < w[1].0));
    }

    #[test]
    fn curves_are_chosen_in_a_ring_and_none_is_no_fault() {
        let mut state = State::default();
        state.choose(true);
        state.choose(false);
        state.scroll(true);
        state.scroll(false);
        assert_eq!((state.chosen, state.first_layer), (0, 0));
        state.within(&logs(&[("loss", 1.0), ("accuracy", 0.5)]), 1e-3);
        state.choose(false);
        assert_eq!(state.chosen, 1);
        state.choose(true);
        assert_eq!(state.chosen, 0);
    }
}
