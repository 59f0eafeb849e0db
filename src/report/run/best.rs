//! The best epoch of a run.

use crate::nn::schedule::Mode;
use crate::train::History;

/// The best epoch by one of its numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Best {
    /// The number it is the best by: `val_loss`.
    pub monitor: String,
    /// The epoch, counted from 0.
    pub epoch: usize,
    /// All numbers of that epoch.
    pub numbers: Vec<(String, f64)>,
}

impl Best {
    /// The best epoch of `history` by the number `monitor`; none where no epoch has a finite one. A number whose name does
    /// not say which way it improves improves downwards. Of equal epochs it is the first.
    pub fn of(history: &History, monitor: &str) -> Option<Self> {
        let numbers = history.get(monitor)?;
        let up = upwards(monitor);
        let finite = (0..numbers.len()).filter(|at| numbers[*at].is_finite());
        let better = |a: f64, b: f64| if up { a > b } else { a < b };
        let at = finite.reduce(|best, at| if better(numbers[at], numbers[best]) { at } else { best })?;
        let told = |(name, all): (&str, &[f64])| all.get(at).map(|v| (name.to_owned(), *v));
        Some(Self {
            monitor: monitor.to_owned(),
            epoch: *history.epochs.get(at)?,
            numbers: history.iter().filter_map(told).collect(),
        })
    }

    /// The number it is the best by.
    pub fn value(&self) -> f64 {
        self.numbers.iter().find(|(name, _)| *name == self.monitor).map_or(f64::NAN, |(_, v)| *v)
    }

    /// The number a run is judged by where nothing says which: the first of the validation's metrics, else its loss, else
    /// those of the training.
    pub fn monitor_of(history: &History) -> Option<String> {
        let names: Vec<&str> = history.iter().map(|(name, _)| name).collect();
        monitor_among(names.into_iter())
    }
}

/// As [`Best::monitor_of`], of names.
pub(super) fn monitor_among<'a>(names: impl Iterator<Item = &'a str> + Clone) -> Option<String> {
    let known = |name: &str| Mode::Auto.upwards(name).is_some();
    let metric = |name: &&str| *name != "loss" && known(name);
    let validation = || names.clone().filter_map(|name| name.strip_prefix("val_"));
    let of_validation = validation().find(metric).or_else(|| validation().find(|name| *name == "loss"));
    let training = || names.clone().filter(|name| !name.starts_with("val_"));
    match of_validation {
        Some(name) => Some(format!("val_{name}")),
        None => training().find(metric).or_else(|| training().find(|name| *name == "loss")).map(str::to_owned),
    }
}

/// Whether a number of this name improves upwards.
pub(crate) fn upwards(monitor: &str) -> bool {
    Mode::Auto.upwards(monitor).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(series: &[(&str, &[f64])]) -> History {
        let epochs = (0..series.first().map_or(0, |(_, v)| v.len())).collect();
        let series = series.iter().map(|(name, v)| ((*name).to_owned(), v.to_vec())).collect();
        History::of(epochs, series).expect("as many numbers as epochs")
    }

    #[test]
    fn the_best_epoch_is_the_first_of_the_best() {
        let nan = f64::NAN;
        let run = history(&[
            ("loss", &[3.0, 2.0, 1.0, nan]),
            ("val_accuracy", &[0.5, 0.9, 0.9, nan]),
            ("val_loss", &[nan, 0.4, 0.3, f64::NEG_INFINITY]),
        ]);
        let by = |monitor| Best::of(&run, monitor).map(|best| (best.epoch, best.value()));
        assert_eq!(by("val_accuracy"), Some((1, 0.9)));
        assert_eq!(by("val_loss"), Some((2, 0.3)));
        assert_eq!(by("f1"), None);
        assert_eq!(Best::of(&history(&[("loss", &[nan, nan])]), "loss"), None);
        assert_eq!(Best::of(&History::default(), "loss"), None);
    }

    #[test]
    fn the_validation_s_metric_comes_first() {
        let monitor =
            |names: &[&str]| Best::monitor_of(&history(&names.iter().map(|n| (*n, &[1.0][..])).collect::<Vec<_>>()));
        assert_eq!(monitor(&["loss", "accuracy", "val_loss", "val_accuracy"]).as_deref(), Some("val_accuracy"));
        assert_eq!(monitor(&["loss", "accuracy", "val_loss"]).as_deref(), Some("val_loss"));
        assert_eq!(monitor(&["learning_rate", "loss", "mae"]).as_deref(), Some("mae"));
        assert_eq!(monitor(&["learning_rate", "loss"]).as_deref(), Some("loss"));
        assert_eq!(monitor(&["learning_rate"]), None);
    }
}
