//! One line of a chart: its numbers and how it is drawn.

use super::color::Color;

/// A named line. Numbers are drawn in the order they come in.
#[derive(Clone, Debug)]
pub struct Line {
    pub(super) name: String,
    pub(super) points: Vec<(f64, f64)>,
    /// Half the height of the shaded band around each point, in units of y; empty for none.
    pub(super) spread: Vec<f64>,
    pub(super) color: Option<Color>,
    pub(super) dashed: bool,
    pub(super) markers: bool,
    /// Whether the points are not joined.
    pub(super) loose: bool,
    /// Whether the ground under the line is shaded.
    pub(super) filled: bool,
}

impl Line {
    /// One number an epoch, counted from 1. An empty name leaves the line without a key.
    pub fn new<T: Into<f64>>(name: impl Into<String>, values: impl IntoIterator<Item = T>) -> Self {
        Self::points(name, values.into_iter().enumerate().map(|(at, value)| ((at + 1) as f64, value.into())))
    }

    /// Points of x and y.
    pub fn points<X: Into<f64>, Y: Into<f64>>(
        name: impl Into<String>,
        points: impl IntoIterator<Item = (X, Y)>,
    ) -> Self {
        Self {
            name: name.into(),
            points: points.into_iter().map(|(x, y)| (x.into(), y.into())).collect(),
            spread: Vec::new(),
            color: None,
            dashed: false,
            markers: false,
            loose: false,
            filled: false,
        }
    }

    /// The mean of several runs, epoch by epoch from 1, in a band of one standard deviation (the root of the mean square;
    /// `n`, not `n − 1`) to each side. Runs may differ in length.
    ///
    /// ```
    /// use wgrad::report::plot::{Chart, Line, Picture};
    /// let runs = [vec![1.0, 0.5, 0.2], vec![1.2, 0.4, 0.4]];
    /// let svg = Chart::new("Two seeds").line(Line::mean("loss", &runs)).svg();
    /// assert!(svg.contains("<polygon"));
    /// ```
    pub fn mean<R: AsRef<[f64]>>(name: impl Into<String>, runs: &[R]) -> Self {
        let longest = runs.iter().map(|run| run.as_ref().len()).max().unwrap_or(0);
        let (mut means, mut deviations) = (Vec::new(), Vec::new());
        for at in 0..longest {
            let there: Vec<f64> = runs.iter().filter_map(|run| run.as_ref().get(at).copied()).collect();
            let n = there.len() as f64;
            let mean = there.iter().sum::<f64>() / n;
            means.push(mean);
            deviations.push((there.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt());
        }
        Self::new(name, means).spread(deviations)
    }

    /// A shaded band of this half height around each point, in units of y; points beyond these numbers have none.
    pub fn spread<T: Into<f64>>(mut self, half_heights: impl IntoIterator<Item = T>) -> Self {
        self.spread = half_heights.into_iter().map(Into::into).collect();
        self
    }

    /// A colour of its own, instead of the next of the palette.
    pub fn color(mut self, color: Color) -> Self {
        self.color = Some(color);
        self
    }

    /// Dashes, for what is compared with a solid line.
    pub fn dashed(mut self) -> Self {
        self.dashed = true;
        self
    }

    /// A disc at each point.
    pub fn markers(mut self) -> Self {
        self.markers = true;
        self
    }

    /// A disc at each point and no line between them, for a cloud of points.
    pub fn dots(mut self) -> Self {
        (self.markers, self.loose) = (true, true);
        self
    }
}
