//! How often numbers are where.

use super::canvas::{Area, Canvas};
use super::color::Color;
use super::keys::Key;
use super::scale::{Kind, Scale};
use super::{Chart, Line, Picture};

/// Counts of numbers in bins of equal width. Several series share the bins; each shows its share of its own numbers, so
/// that series of different length compare.
///
/// ```
/// use wgrad::report::plot::{Histogram, Picture};
/// let svg = Histogram::new("Weights").x("weight").series("first layer", &[-0.1, 0.0, 0.02, 0.3]).svg();
/// assert!(svg.contains("first layer"));
/// ```
#[derive(Clone, Debug)]
pub struct Histogram {
    title: String,
    x: String,
    bins: Option<usize>,
    series: Vec<(String, Vec<f64>)>,
    range: Option<(f64, f64)>,
}

impl Histogram {
    /// No numbers yet.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), x: String::new(), bins: None, series: Vec::new(), range: None }
    }

    /// Names what is counted.
    pub fn x(mut self, label: impl Into<String>) -> Self {
        self.x = label.into();
        self
    }

    /// How many bins, from 1 to 1,000; without it, by the rule of Freedman and Diaconis, from 5 to 80.
    pub fn bins(mut self, bins: usize) -> Self {
        self.bins = Some(bins.clamp(1, 1000));
        self
    }

    /// Counts only what is between two numbers; how much is outside is noted.
    pub fn range(mut self, low: f64, high: f64) -> Self {
        self.range = Some((low, high));
        self
    }

    /// Adds numbers under a name, which may be empty.
    pub fn series<T: Copy + Into<f64>>(mut self, name: impl Into<String>, values: &[T]) -> Self {
        self.series.push((name.into(), values.iter().map(|v| (*v).into()).collect()));
        self
    }

    /// Number of bins for numbers on a scale: width 2·IQR·n^(−1/3), by the series that asks for most.
    fn bin_count(&self, scale: &Scale) -> usize {
        let wanted = |values: &Vec<f64>| {
            let mut sorted: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
            sorted.sort_by(f64::total_cmp);
            let quantile = |share: f64| sorted.get((share * sorted.len() as f64) as usize).copied().unwrap_or(0.0);
            let width = 2.0 * (scale.at(quantile(0.75)) - scale.at(quantile(0.25))) / (sorted.len() as f64).cbrt();
            if width > 0.0 { (1.0 / width).ceil() as usize } else { 5 }
        };
        self.bins
            .unwrap_or_else(|| self.series.iter().map(|(_, values)| wanted(values)).max().unwrap_or(5).clamp(5, 80))
    }

    /// The chart that shows it.
    fn chart(&self) -> Chart {
        let all = self.series.iter().flat_map(|(_, values)| values.iter().copied());
        let scale = Scale::of(Kind::Linear, all, self.range, 0.0);
        let bins = self.bin_count(&scale);
        let single = self.series.len() == 1;
        let mut chart = Chart::new(&self.title).x(&self.x).y(if single { "count" } else { "share" }).y_include(0.0);
        for (nth, (name, values)) in self.series.iter().enumerate() {
            let mut counts = vec![0_u64; bins];
            let (mut outside, mut bad) = (0, 0);
            for value in values {
                let at = scale.at(*value);
                if !value.is_finite() {
                    bad += 1;
                } else if (0.0..=1.0).contains(&at) {
                    // The last bin holds its upper end too.
                    counts[((at * bins as f64) as usize).min(bins - 1)] += 1;
                } else {
                    outside += 1;
                }
            }
            let counted: u64 = counts.iter().sum();
            let unit = if single { 1.0 } else { counted.max(1) as f64 };
            let mut points = Vec::new();
            let edge = |bin: usize| {
                let share = bin as f64 / bins as f64;
                scale.low * (1.0 - share) + scale.high * share
            };
            if counted > 0 {
                points.push((edge(0), 0.0));
                for (bin, count) in counts.iter().enumerate() {
                    let height = *count as f64 / unit;
                    points.extend([(edge(bin), height), (edge(bin + 1), height)]);
                }
                points.push((edge(bins), 0.0));
            }
            let mut line = Line::points(name, points).color(Color::nth(nth));
            line.filled = true;
            chart = chart.line(line);
            let of = if name.is_empty() { String::new() } else { format!(" of {name}") };
            for (count, what) in [(bad, "NaN or infinite"), (outside, "outside the range")] {
                if count > 0 {
                    chart = chart.note(format!("not counted{of}: {count} {what}"));
                }
            }
        }
        chart
    }
}

impl Picture for Histogram {
    fn title(&self) -> &str {
        &self.title
    }

    fn size(&self) -> (f64, f64) {
        self.chart().size()
    }

    fn panel_size(&self) -> (f64, f64) {
        self.chart().panel_size()
    }

    fn keys(&self) -> Vec<Key> {
        self.chart().keys()
    }

    fn draw(&self, canvas: &mut Canvas, area: Area, keys: bool) {
        self.chart().draw(canvas, area, keys);
    }
}
