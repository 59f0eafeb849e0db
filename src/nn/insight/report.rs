//! What was seen, on the host: statistics of layers, norms of gradients, and the first place that is not finite.

use std::fmt;

/// Statistics of an array in one step; of its finite numbers, but for the counts.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Statistics {
    /// Numbers of the batch's samples; 0 where no step has observed yet.
    pub count: u64,
    /// Their mean; NaN where none is finite, as are the next three.
    pub mean: f64,
    /// Mean of the squared deviations.
    pub variance: f64,
    /// The smallest.
    pub smallest: f64,
    /// The largest.
    pub largest: f64,
    /// Share of the numbers near a bound of the activation.
    pub saturated: f64,
    /// Share of the units that are at the lower bound for every sample.
    pub dead: f64,
    /// How many are NaN or infinite.
    pub not_finite: u64,
}

impl Statistics {
    /// From the numbers the kernel wrote; what is missing counts as 0.
    pub fn of(numbers: &[f64]) -> Self {
        let at = |i: usize| numbers.get(i).copied().unwrap_or(0.0);
        let (count, not_finite) = (at(0) as u64, at(7) as u64);
        let some = |v: f64| if count > not_finite { v } else { f64::NAN };
        let [mean, variance, smallest, largest] = [1, 2, 3, 4].map(|i| some(at(i)));
        Self { count, mean, variance, smallest, largest, saturated: at(5), dead: at(6), not_finite }
    }

    /// Square root of the variance.
    pub fn deviation(&self) -> f64 {
        self.variance.sqrt()
    }

    /// Whether every number is finite.
    pub fn is_finite(&self) -> bool {
        self.not_finite == 0
    }
}

/// Four digits, whatever the size.
fn short(v: f64) -> String {
    let plain = v == 0.0 || (1e-3..1e4).contains(&v.abs());
    if plain || !v.is_finite() { format!("{v:.4}") } else { format!("{v:.3e}") }
}

impl fmt::Display for Statistics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.count == 0 {
            return f.write_str("nothing observed yet");
        }
        if self.count > self.not_finite {
            let [mean, deviation, smallest, largest] =
                [self.mean, self.deviation(), self.smallest, self.largest].map(short);
            write!(f, "mean {mean}, deviation {deviation}, {smallest} to {largest}")?;
            let percent = |share: f64| 100.0 * share;
            write!(f, ", saturated {:.1} %, dead {:.1} %", percent(self.saturated), percent(self.dead))?;
        } else {
            f.write_str("no finite number")?;
        }
        if self.is_finite() { Ok(()) } else { write!(f, ", {} of {} not finite", self.not_finite, self.count) }
    }
}

/// The gradient of a variable, or of all together, in one step.
#[derive(Clone, Debug, PartialEq)]
pub struct Norm {
    /// The variable, `layer/what`.
    pub variable: String,
    /// Numbers in it.
    pub numbers: usize,
    /// √Σ g² over the finite ones.
    pub norm: f64,
    /// The largest |g| of these.
    pub largest: f64,
    /// How many are NaN or infinite.
    pub not_finite: u64,
}

impl Norm {
    /// From the numbers the kernel wrote; what is missing counts as 0.
    pub(super) fn of(variable: &str, numbers: usize, told: &[f64]) -> Self {
        let at = |i: usize| told.get(i).copied().unwrap_or(0.0);
        Self { variable: variable.to_owned(), numbers, norm: at(0), largest: at(1), not_finite: at(2) as u64 }
    }
}

impl fmt::Display for Norm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "norm {}, largest {}", short(self.norm), short(self.largest))?;
        if self.not_finite == 0 { Ok(()) } else { write!(f, ", {} of {} not finite", self.not_finite, self.numbers) }
    }
}

/// Everything seen in a step, in the order it was computed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// Each layer's output, the first layer first.
    pub activations: Vec<(String, Statistics)>,
    /// Gradients of the layers' outputs, the last layer first.
    pub gradients: Vec<(String, Statistics)>,
    /// Gradients of the variables: of all together first.
    pub norms: Vec<Norm>,
}

/// Where a number came up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// In what a layer gave.
    Forward,
    /// In the gradient of what it gave, or of a variable.
    Backward,
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Forward => "forward",
            Self::Backward => "backward",
        })
    }
}

/// The first layer, and in which direction, whose numbers are not all finite: forward through the layers, then backward,
/// then the variables.
pub fn first_not_finite(report: &Report) -> Option<(&str, Direction)> {
    let spoilt = |all: &[(String, Statistics)]| all.iter().position(|(_, s)| !s.is_finite());
    if let Some(i) = spoilt(&report.activations) {
        return Some((&report.activations[i].0, Direction::Forward));
    }
    if let Some(i) = spoilt(&report.gradients) {
        return Some((&report.gradients[i].0, Direction::Backward));
    }
    // All variables together come first and are no place.
    let variable = report.norms.iter().skip(1).find(|n| n.not_finite > 0)?;
    Some((&variable.variable, Direction::Backward))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(not_finite: f64) -> Statistics {
        Statistics::of(&[10.0, 0.5, 4.0, -1.0, 3.0, 0.25, 0.5, not_finite])
    }

    fn of(layers: [(&str, f64); 2]) -> Vec<(String, Statistics)> {
        layers.map(|(layer, n)| (layer.to_owned(), seen(n))).to_vec()
    }

    #[test]
    fn the_first_place_is_named_forward_before_backward_before_variables() {
        let norms = |n| {
            [("all variables", 9.0), ("a/kernel", 0.0), ("b/kernel", n)].map(|(v, n)| Norm::of(v, 9, &[1.0, 1.0, n]))
        };
        let report = |forward, backward, n| Report {
            activations: of([("a", 0.0), ("b", forward)]),
            gradients: of([("b", 0.0), ("a", backward)]),
            norms: norms(n).to_vec(),
        };
        for (forward, backward, variable, place) in [
            (1.0, 1.0, 1.0, Some(("b", Direction::Forward))),
            (0.0, 1.0, 1.0, Some(("a", Direction::Backward))),
            (0.0, 0.0, 1.0, Some(("b/kernel", Direction::Backward))),
            (0.0, 0.0, 0.0, None),
        ] {
            assert_eq!(first_not_finite(&report(forward, backward, variable)), place);
        }
    }

    #[test]
    fn what_is_seen_is_told_in_words() {
        assert_eq!(
            seen(3.0).to_string(),
            "mean 0.5000, deviation 2.0000, -1.0000 to 3.0000, saturated 25.0 %, dead 50.0 %, 3 of 10 not finite"
        );
        assert!(seen(10.0).mean.is_nan());
        assert_eq!(seen(10.0).to_string(), "no finite number, 10 of 10 not finite");
        assert_eq!(Statistics::default().to_string(), "nothing observed yet");
        assert_eq!(
            Norm::of("a", 9, &[1e-8, 2e30, 1.0]).to_string(),
            "norm 1.000e-8, largest 2.000e30, 1 of 9 not finite"
        );
        assert_eq!(Statistics::of(&[]).to_string(), "nothing observed yet");
    }
}
