//! Smith's range test: train while η grows geometrically, and see at which rate the loss falls fastest.
//!
//! Smith 2017 (arXiv:1506.01186).

use super::{ExponentialDecay, Schedule, positive, require};
use crate::base::Result;
use crate::nn::config::{Config, config};

/// η(t) = η₀ · (η₁/η₀)^(t/(n − 1)): from η₀ at the first of n steps to η₁ at the last.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RangeTest {
    min_learning_rate: f64,
    max_learning_rate: f64,
    steps: f64,
}

impl RangeTest {
    /// From `min_learning_rate` > 0 to a greater `max_learning_rate` in `steps` ≥ 2 steps. Usual: 1e-6 to 10 in 500.
    pub fn new(min_learning_rate: f64, max_learning_rate: f64, steps: f64) -> Self {
        Self { min_learning_rate, max_learning_rate, steps }
    }
}

impl Schedule for RangeTest {
    fn at(&self, step: u64) -> f64 {
        let growth = self.max_learning_rate / self.min_learning_rate;
        ExponentialDecay::new(self.min_learning_rate, self.steps - 1.0, growth).at(step)
    }

    fn check(&self) -> Result<()> {
        let (name, min, max) = (self.name(), self.min_learning_rate, self.max_learning_rate);
        positive(name, "min_learning_rate", min)?;
        let range = format!("a number > min_learning_rate = {min}");
        require(max.is_finite() && max > min, name, "max_learning_rate", &range, max)?;
        require(self.steps.is_finite() && self.steps >= 2.0, name, "steps", "a number ≥ 2", self.steps)
    }

    fn name(&self) -> &'static str {
        "range_test"
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

/// A loss this many times the first one has diverged: what follows is not looked at.
const DIVERGED: f64 = 4.0;

/// Readings averaged to either side, as a share of all.
const SPAN: f64 = 0.03;

/// Readings to either side through which a straight line is laid for the slope, as a share of all. Fewer leave too much
/// of the noise: the slope of a single batch's losses is almost nothing else.
const SLOPE_SPAN: f64 = 0.08;

/// This share of some readings, rounded up.
fn share_of(readings: usize, share: f64) -> usize {
    (readings as f64 * share).ceil() as usize
}

/// The mean of `losses` around each reading, over as many readings on either side: it lags in neither direction.
fn smoothed(losses: &[f64], span: usize) -> Vec<f64> {
    let mean = |i: usize| {
        let side = span.min(i).min(losses.len() - 1 - i);
        let around = &losses[i - side..=i + side];
        around.iter().sum::<f64>() / around.len() as f64
    };
    (0..losses.len()).map(mean).collect()
}

/// The rate at which the loss fell fastest, or `None` where it never fell.
///
/// The rule: readings from the first loss on that is not finite, or more than 4 times the first, are left out. Each
/// loss is replaced by the mean of those around it, 3 % of the readings to either side. Up to where that curve is
/// lowest, the rate is taken at which the loss falls most steeply over ln η: the straight line of least squares through
/// the readings around it, 8 % of them to either side; nearer to the ends no rate is suggested. The loss counts as
/// falling if the curve comes down from its start by more than two standard deviations of the readings around it: less
/// may be noise.
///
/// `rates` must ascend, as those of [`RangeTest`] do; at least 8 readings are needed.
pub fn suggest(rates: &[f64], losses: &[f64]) -> Option<f64> {
    let first = *losses.first()?;
    let told =
        |(rate, loss): &(&f64, &f64)| rate.is_finite() && loss.is_finite() && **loss <= first + DIVERGED * first.abs();
    let (rates, losses): (Vec<f64>, Vec<f64>) = rates.iter().zip(losses).take_while(told).unzip();
    if rates.len() < 8 || rates.windows(2).any(|pair| pair[0] <= 0.0 || pair[1] <= pair[0]) {
        return None;
    }
    let span = share_of(losses.len(), SPAN);
    let curve = smoothed(&losses, span);
    // Nearer to the ends the means are of few readings.
    let whole = span..curve.len() - span;
    let start = curve[whole.start];
    let lowest = whole.min_by(|a, b| curve[*a].total_cmp(&curve[*b]))?;
    let noise = losses.iter().zip(&curve).map(|(l, c)| (l - c).powi(2)).sum::<f64>() / losses.len() as f64;
    if start - curve[lowest] <= 2.0 * noise.sqrt() {
        return None;
    }
    let span = share_of(losses.len(), SLOPE_SPAN);
    let steepest = (span..=lowest.min(losses.len() - 1 - span))
        .map(|i| (slope(&rates[i - span..=i + span], &losses[i - span..=i + span]), i))
        .min_by(|a, b| a.0.total_cmp(&b.0));
    steepest.filter(|(slope, _)| *slope < 0.0).map(|(_, i)| rates[i])
}

/// The slope of the line of least squares through `losses` over ln `rates`.
fn slope(rates: &[f64], losses: &[f64]) -> f64 {
    let mean = |all: &mut dyn Iterator<Item = f64>| all.sum::<f64>() / rates.len() as f64;
    let middle = mean(&mut rates.iter().map(|rate| rate.ln()));
    let level = mean(&mut losses.iter().copied());
    let (mut up, mut across) = (0.0, 0.0);
    for (rate, loss) in rates.iter().zip(losses) {
        let x = rate.ln() - middle;
        up += x * (loss - level);
        across += x * x;
    }
    up / across
}

config! {
    RangeTest = "RangeTest" (OWN), Self::new(0.0, 0.0, 0.0);
    needs min_learning_rate, max_learning_rate, steps;
}

#[cfg(test)]
mod tests {
    use super::{RangeTest, Schedule, suggest};
    use crate::base::Seed;

    const STEPS: usize = 200;

    fn rates() -> Vec<f64> {
        let test = RangeTest::new(1e-6, 10.0, STEPS as f64);
        (0..STEPS as u64).map(|t| test.at(t)).collect()
    }

    #[test]
    fn grows_from_the_lowest_to_the_highest() {
        let rates = rates();
        assert!((rates[0] / 1e-6 - 1.0).abs() < 1e-12 && (rates[STEPS - 1] / 10.0 - 1.0).abs() < 1e-12);
        assert!(RangeTest::new(0.0, 1.0, 9.0).check().is_err() && RangeTest::new(1.0, 1.0, 9.0).check().is_err());
        assert!(RangeTest::new(0.1, 1.0, 1.0).check().is_err() && RangeTest::new(0.1, 1.0, 2.0).check().is_ok());
    }

    /// A loss that falls as a logistic curve around ln η = ln 10⁻³ and explodes at the end.
    fn falling(noise: f64) -> Vec<f64> {
        let random = Seed(4).stream(0);
        let loss = |(i, rate): (usize, f64)| {
            let fall = 1.5 / (1.0 + (-(rate / 1e-3).ln()).exp());
            let explosion = if rate > 1.0 { (rate - 1.0).powi(3) } else { 0.0 };
            2.3 - fall + explosion + noise * random.normal(0, i as u32)
        };
        rates().into_iter().enumerate().map(loss).collect()
    }

    #[test]
    fn suggests_the_steepest_descent() {
        for noise in [0.0, 0.05] {
            let found = suggest(&rates(), &falling(noise)).expect("it falls");
            assert!((found / 1e-3).ln().abs() < 1.2, "noise {noise}: {found}");
        }
        let mut losses = falling(0.0);
        losses[150..].fill(f64::NAN);
        assert!(suggest(&rates(), &losses).is_some(), "readings before the first NaN count");
    }

    /// A batch's loss is noisy, the first ones as all others: a rate at the very beginning is none.
    #[test]
    fn noise_at_the_ends_is_no_descent() {
        for seed in 0..20 {
            let random = Seed(seed).stream(0);
            let noisy = |(i, loss): (usize, f64)| loss + 0.2 * random.normal(0, i as u32);
            let losses: Vec<f64> = falling(0.0).into_iter().enumerate().map(noisy).collect();
            let found = suggest(&rates(), &losses).expect("it falls");
            assert!((found / 1e-3).ln().abs() < 2.5, "seed {seed}: {found}");
        }
    }

    #[test]
    fn refuses_where_the_loss_never_falls() {
        let random = Seed(5).stream(0);
        let flat: Vec<f64> = (0..STEPS).map(|i| 2.3 + 0.1 * random.normal(0, i as u32)).collect();
        assert_eq!(suggest(&rates(), &flat), None, "noise is no fall");
        let rising: Vec<f64> = (0..STEPS).map(|i| 1.0 + i as f64 / 100.0).collect();
        assert_eq!(suggest(&rates(), &rising), None);
        assert_eq!(suggest(&rates(), &[2.3; STEPS]), None);
        assert_eq!(suggest(&rates(), &[f64::NAN; STEPS]), None);
        assert_eq!(suggest(&[], &[]), None);
    }
}
