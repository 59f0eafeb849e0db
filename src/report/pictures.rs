//! Pictures of single questions: which learning rate, and whether numbers keep their size from layer to layer.

use super::plot::{Chart, Color, Line, Panels, Picture};
use crate::nn::insight::{Report, Statistics};

/// The loss over the learning rate of a range test, as SVG: the readings, their running mean, and the rate suggested.
///
/// What diverges at the end is cut: the axis ends at one and a half times the loss of the first readings.
///
/// ```
/// use wgrad::report::learning_rate_plot;
/// let rates: Vec<f64> = (0..20).map(|i| 1e-5 * 10_f64.powf(i as f64 / 4.0)).collect();
/// let losses: Vec<f64> = (0..20).map(|i| if i < 15 { 2.3 - 0.1 * i as f64 } else { 40.0 }).collect();
/// assert!(learning_rate_plot("digits", &rates, &losses, Some(1e-3)).contains("suggested: 1.0e-3"));
/// ```
pub fn learning_rate_plot(title: &str, rates: &[f64], losses: &[f64], suggestion: Option<f64>) -> String {
    learning_rate_chart(title, rates, losses, suggestion).svg()
}

/// As [`learning_rate_plot`], to be drawn as something else.
pub fn learning_rate_chart(title: &str, rates: &[f64], losses: &[f64], suggestion: Option<f64>) -> Chart {
    let points = |values: &[f64]| rates.iter().copied().zip(values.iter().copied()).collect::<Vec<_>>();
    // As `nn::schedule::suggest` smooths them: 3 % of the readings to either side.
    let smooth = smoothed(losses, (losses.len() * 3).div_ceil(100));
    let finite = losses.iter().copied().filter(|v| v.is_finite());
    let least = finite.clone().fold(f64::INFINITY, f64::min);
    let start = finite.clone().take(8).fold(f64::NEG_INFINITY, f64::max);
    let high = finite.fold(f64::NEG_INFINITY, f64::max);
    let mut chart = Chart::new(title).x("learning rate").y("loss").log_x();
    if least.is_finite() && high > 1.5 * start {
        chart = chart.y_range(least.min(0.0), 1.5 * start).note("losses above one and a half times the first are cut");
    }
    chart = chart.line(Line::points("each reading", points(losses)).color(Color::Sky));
    chart = chart.line(Line::points("running mean", points(&smooth)).color(Color::Blue));
    if let Some(rate) = suggestion {
        chart = chart.mark(rate, format!("suggested: {rate:.1e}"));
    }
    chart.sized(720.0, 400.0)
}

/// The picture Glorot and He drew of initializers, as SVG: from layer to layer the mean of activations in a band of one
/// standard deviation, the standard deviation of activations and of gradients on logarithmic axes, and the share of dead
/// units or, where none is dead, of saturated numbers. A line for each report, such as the first step and the last.
///
/// Source: X. Glorot, Y. Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010; K. He et
/// al., "Delving deep into rectifiers", 2015.
pub fn variance_plot(title: &str, reports: &[(&str, &Report)]) -> String {
    variance_panels(title, reports).svg()
}

/// As [`variance_plot`], to be drawn with others.
pub fn variance_panels(title: &str, reports: &[(&str, &Report)]) -> Panels {
    let mean = |(name, report): &(&str, &Report)| band(name, report.activations.iter().map(|(_, s)| s));
    let means = reports.iter().map(mean).fold(Chart::new("activations: mean ± deviation").x("layer"), Chart::line);
    let [deviations, gradients, saturated, dead] = super::insight::charts(reports);
    let some_are_dead = reports.iter().flat_map(|(_, report)| &report.activations).any(|(_, s)| s.dead > 0.0);
    let share = if some_are_dead { dead } else { saturated };
    Panels::new(title).columns(2).panel(means).panel(deviations).panel(gradients).panel(share)
}

/// A line of means in a band of one deviation, a point a layer.
fn band<'a>(name: &str, all: impl Iterator<Item = &'a Statistics>) -> Line {
    let (means, deviations): (Vec<f64>, Vec<f64>) = all.map(|s| (s.mean, s.deviation())).unzip();
    Line::new(name, means).spread(deviations).markers()
}

/// The mean of each number and up to `reach` neighbours to each side; of the finite ones, NaN where none is.
pub(crate) fn smoothed(values: &[f64], reach: usize) -> Vec<f64> {
    let mean = |at: usize| {
        // As many to each side, so that the ends are not drawn towards the middle.
        let reach = reach.min(at).min(values.len() - 1 - at);
        let near = values[at - reach..=at + reach].iter().filter(|v| v.is_finite());
        let (sum, n) = near.fold((0.0, 0.0), |(sum, n), v| (sum + v, n + 1.0));
        if n > 0.0 && values[at].is_finite() { sum / n } else { f64::NAN }
    };
    (0..values.len()).map(mean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn running_means_keep_ends_and_gaps() {
        assert_eq!(smoothed(&[1.0, 2.0, 6.0, 4.0], 1), [1.0, 3.0, 4.0, 4.0]);
        let gap = smoothed(&[1.0, f64::NAN, 3.0], 1);
        assert!(gap[0] == 1.0 && gap[1].is_nan() && gap[2] == 3.0);
        assert!(smoothed(&[], 3).is_empty());
    }

    #[test]
    fn pictures_of_nothing_say_so() {
        assert!(learning_rate_plot("none", &[], &[], None).contains("no data"));
        assert!(variance_plot("none", &[("first", &Report::default())]).contains("no data"));
    }
}
