//! The curves of runs: loss, metrics and learning rate, epoch by epoch.

use super::pictures::smoothed;
use super::plot::{Chart, Color, Line, Panels};
use super::run::{Best, upwards};
use crate::base::{Error, Result};
use crate::train::History;

/// The curves of one run, or of several over each other: a chart for the loss, for each metric and for the learning rate, of
/// training and validation, with a disc at the best epoch.
///
/// ```
/// use wgrad::report::{Curves, plot::Picture};
/// use wgrad::train::History;
/// let series = [("loss", [0.9, 0.4, 0.3]), ("val_loss", [0.8, 0.5, 0.6])];
/// let series = series.map(|(name, numbers)| (name.to_owned(), numbers.to_vec())).to_vec();
/// let history = History::of(vec![0, 1, 2], series).unwrap();
/// let svg = Curves::new("Digits").run("nadam", &history).panels()?.svg();
/// assert!(svg.contains("validation") && svg.contains("best: epoch 2"));
/// # Ok::<(), wgrad::base::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Curves<'a> {
    title: String,
    runs: Vec<(String, &'a History)>,
    only: Vec<String>,
    log: bool,
    smooth: usize,
    monitor: Option<String>,
}

/// More runs than this are drawn without their training, if they have a validation.
const CROWD: usize = 6;

/// Names of the learning rate in histories: ours and Keras 3's, and Keras 2's.
const RATES: [&str; 2] = ["learning_rate", "lr"];

impl<'a> Curves<'a> {
    /// Of no run yet.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }

    /// Adds a run under its name.
    pub fn run(mut self, name: impl Into<String>, history: &'a History) -> Self {
        self.runs.push((name.into(), history));
        self
    }

    /// Only the number of this name, in training and validation, and those of further calls.
    pub fn metric(mut self, name: impl Into<String>) -> Self {
        let name: String = name.into();
        self.only.push(name.strip_prefix("val_").unwrap_or(&name).to_owned());
        self
    }

    /// Logarithmic axes for what improves downwards, such as losses, and for the learning rate.
    pub fn log(mut self) -> Self {
        self.log = true;
        self
    }

    /// Draws the running mean of this many epochs to either side of each, fewer at the ends; the numbers of the best epochs
    /// stay as they are. Default: 0.
    pub fn smooth(mut self, epochs: usize) -> Self {
        self.smooth = epochs;
        self
    }

    /// The number the best epoch is the best by, such as `val_loss`. Default: [`Best::monitor_of`].
    pub fn monitor(mut self, name: impl Into<String>) -> Self {
        self.monitor = Some(name.into());
        self
    }

    /// What there is a chart for, in their order: the loss, metrics, the learning rate if it was not one number
    /// all through each run.
    ///
    /// # Errors
    /// A number was asked for that no run has.
    pub fn names(&self) -> Result<Vec<String>> {
        let mut all: Vec<String> = Vec::new();
        for name in self.runs.iter().flat_map(|(_, history)| history.iter()).map(|(name, _)| name) {
            let name = name.strip_prefix("val_").unwrap_or(name);
            if !all.iter().any(|known| known == name) {
                all.push(name.to_owned());
            }
        }
        let known: Vec<&str> = all.iter().map(String::as_str).collect();
        if let Some(stranger) = self.only.iter().find(|name| !known.contains(&name.as_str())) {
            return Err(Error::unknown("metric", stranger, &known));
        }
        all.sort_by_cached_key(|name| place(name));
        match self.only.is_empty() {
            true => all.retain(|name| !RATES.contains(&name.as_str()) || self.varies(name)),
            false => all.retain(|name| self.only.contains(name)),
        }
        Ok(all)
    }

    /// The chart of each of [`Curves::names`].
    ///
    /// # Errors
    /// As [`Curves::names`].
    pub fn charts(&self) -> Result<Vec<Chart>> {
        Ok(self.names()?.iter().map(|name| self.chart(name)).collect())
    }

    /// All charts as one picture.
    ///
    /// # Errors
    /// As [`Curves::names`].
    pub fn panels(&self) -> Result<Panels> {
        let mut charts = self.charts()?;
        if charts.len() == 1 {
            charts = charts.into_iter().map(|chart| chart.sized(720.0, 400.0)).collect();
        }
        let columns = if charts.len() == 1 { 1 } else { 2 };
        Ok(charts.into_iter().fold(Panels::new(&self.title).columns(columns), Panels::panel))
    }

    /// Whether a number changes within a run.
    fn varies(&self, name: &str) -> bool {
        let mut series = self.runs.iter().filter_map(|(_, history)| history.get(name));
        series.any(|all| all.windows(2).any(|pair| pair[0] != pair[1]))
    }

    fn best(&self, history: &History, name: &str) -> Option<Best> {
        // A rate is not what an epoch is the best by.
        if RATES.contains(&name) {
            return None;
        }
        let told = self.monitor.clone().filter(|name| history.get(name).is_some());
        Best::of(history, &told.or_else(|| Best::monitor_of(history))?)
    }

    fn chart(&self, name: &str) -> Chart {
        if self.smooth > 0 && RATES.contains(&name) {
            return Self { smooth: 0, ..self.clone() }.chart(name);
        }
        let chart = Chart::new(name).x("epoch");
        let chart = if self.logarithmic(name) { chart.log_y() } else { chart };
        let chart = if share(name) { chart.percent() } else { chart };
        match self.runs.as_slice() {
            [(_, history)] => self.single(chart, name, history),
            runs => self.several(chart, name, runs),
        }
    }

    fn logarithmic(&self, name: &str) -> bool {
        if !RATES.contains(&name) {
            return self.log && !upwards(name);
        }
        // A rate that falls far, as by a factor an epoch, is a line on a logarithmic axis and nothing on another.
        let all = || self.runs.iter().filter_map(|(_, history)| history.get(name)).flatten().copied();
        let (low, high) = all().fold((f64::INFINITY, 0.0_f64), |(low, high), v| (low.min(v), high.max(v)));
        self.log || (low > 0.0 && high > 20.0 * low)
    }

    /// Training and validation in two colours; what has no validation needs no key.
    fn single(&self, mut chart: Chart, name: &str, history: &History) -> Chart {
        let validation = history.get(&format!("val_{name}"));
        let best = self.best(history, name);
        if let Some(best) = &best {
            let text = format!("best: epoch {}", best.epoch + 1);
            chart = chart.mark((best.epoch + 1) as f64, text);
        }
        if let Some(numbers) = history.get(name) {
            let key = if validation.is_some() { "training" } else { "" };
            chart = chart.line(self.line(key, history, numbers).color(Color::Blue));
        }
        if let Some(numbers) = validation {
            chart = chart.line(self.line("validation", history, numbers).color(Color::Vermilion));
            chart = disc(chart, best.as_ref(), name, Color::Vermilion);
        }
        chart
    }

    /// A colour a run: its validation solid and its training dashed, or its training solid.
    fn several(&self, mut chart: Chart, name: &str, runs: &[(String, &History)]) -> Chart {
        let mut dashed = false;
        for (at, (run, history)) in runs.iter().enumerate() {
            let color = Color::nth(at);
            let (training, validation) = (history.get(name), history.get(&format!("val_{name}")));
            let numbers = validation.or(training).unwrap_or_default();
            let solid = self.line(run, history, numbers).color(color);
            // Where colours begin again, dashes tell the runs apart.
            let again = at / Color::ALL.len() % 2 == 1;
            chart = chart.line(if again { solid.dashed() } else { solid });
            if let (Some(numbers), Some(_), true) = (training, validation, runs.len() <= CROWD) {
                chart = chart.line(self.line("", history, numbers).color(color).dashed());
                dashed = true;
            }
            chart = disc(chart, self.best(history, name).as_ref(), name, color);
        }
        if dashed { chart.note("solid: validation, dashed: training") } else { chart }
    }

    /// A line of the numbers of each epoch, which charts count from 1.
    fn line(&self, name: &str, history: &History, numbers: &[f64]) -> Line {
        let numbers = if self.smooth > 0 { smoothed(numbers, self.smooth) } else { numbers.to_vec() };
        Line::points(name, history.epochs.iter().zip(numbers).map(|(epoch, v)| ((epoch + 1) as f64, v)))
    }
}

/// Where the numbers of a name stand: losses first, then metrics by name, the learning rate last; each before its validation.
pub(crate) fn place(name: &str) -> (u8, String, bool) {
    let bare = name.strip_prefix("val_").unwrap_or(name);
    let rank = if RATES.contains(&bare) { 2 } else { u8::from(bare != "loss") };
    (rank, bare.to_owned(), bare != name)
}

/// A disc at the best epoch, on the line of what it is validated with.
fn disc(chart: Chart, best: Option<&Best>, name: &str, color: Color) -> Chart {
    let Some(best) = best else { return chart };
    let of = |name: &str| best.numbers.iter().find(|(n, _)| n == name).map(|(_, v)| *v);
    let Some(value) = of(&format!("val_{name}")).or_else(|| of(name)) else { return chart };
    chart.line(Line::points("", [((best.epoch + 1) as f64, value)]).markers().color(color))
}

/// Whether numbers of this name are shares of one that people tell in hundredths.
pub(crate) fn share(name: &str) -> bool {
    let name = name.strip_prefix("val_").unwrap_or(name);
    name == "acc" || ["accuracy", "top_k", "precision", "recall"].iter().any(|part| name.contains(part))
}
