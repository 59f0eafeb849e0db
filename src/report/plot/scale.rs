//! From numbers to places on an axis, and the numbers worth naming on it.

use super::format::{self, Style};

/// How an axis counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Kind {
    /// By differences.
    #[default]
    Linear,
    /// By ratios; only what is above zero has a place.
    Log,
}

/// One axis. `low < high`, both finite; for [`Kind::Log`] both above zero.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    pub(super) kind: Kind,
    pub(super) low: f64,
    pub(super) high: f64,
}

/// A number named on an axis.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tick {
    pub(super) value: f64,
    /// Empty where only a thin mark is drawn.
    pub(super) label: String,
}

impl Kind {
    /// Whether a number has a place on the axis.
    pub(super) fn takes(self, value: f64) -> bool {
        value.is_finite() && (self == Self::Linear || value > 0.0)
    }
}

impl Scale {
    /// The axis of `values`: a share `room` of its length is left free at both ends, but zero is not crossed for it.
    /// What is set in `limits` is taken as it is.
    pub(super) fn of(kind: Kind, values: impl Iterator<Item = f64>, limits: Option<(f64, f64)>, room: f64) -> Self {
        let sorted = |(a, b): (f64, f64)| (a.min(b), a.max(b));
        let fits = |&(a, b): &(f64, f64)| kind.takes(a) && kind.takes(b) && a != b;
        if let Some((low, high)) = limits.filter(fits).map(sorted) {
            return Self { kind, low, high };
        }
        let around = |(low, high): (f64, f64), v: f64| (low.min(v), high.max(v));
        let (low, high) = values.filter(|v| kind.takes(*v)).fold((f64::INFINITY, f64::NEG_INFINITY), around);
        if low > high {
            let (low, high) = if kind == Kind::Log { (0.1, 1.0) } else { (0.0, 1.0) };
            return Self { kind, low, high };
        }
        match kind {
            Kind::Linear => Self::linear(low, high, room),
            Kind::Log => Self::log(low, high, room),
        }
    }

    fn linear(low: f64, high: f64, room: f64) -> Self {
        // Halves, because the difference of two finite numbers need not be finite.
        let half = high / 2.0 - low / 2.0;
        let size = low.abs().max(high.abs());
        if size == 0.0 {
            return Self { kind: Kind::Linear, low: 0.0, high: 1.0 };
        }
        let (mut wide_low, mut wide_high) = if half <= size * 1e-12 {
            let more = (size * 0.1).max(f64::MIN_POSITIVE);
            (low - more, high + more)
        } else {
            let more = half * (2.0 * room);
            (low - more, high + more)
        };
        // Zero is a better end than a number near it.
        if low >= 0.0 && wide_low <= half * (4.0 * room) {
            wide_low = 0.0;
        }
        if high <= 0.0 {
            wide_high = wide_high.min(0.0);
        }
        let limit = |v: f64| v.clamp(f64::MIN, f64::MAX);
        Self { kind: Kind::Linear, low: limit(wide_low), high: limit(wide_high) }
    }

    fn log(low: f64, high: f64, room: f64) -> Self {
        let (from, to) = (low.log10(), high.log10());
        let more = if to - from < 1e-9 { 0.5 } else { (to - from) * room };
        let at = |exponent: f64| 10_f64.powf(exponent).clamp(f64::MIN_POSITIVE, f64::MAX);
        Self { kind: Kind::Log, low: at(from - more).min(low), high: at(to + more).max(high) }
    }

    /// Where `value` is: 0 at the low end, 1 at the high end, beyond them outside.
    pub(super) fn at(&self, value: f64) -> f64 {
        match self.kind {
            Kind::Linear => (value / 2.0 - self.low / 2.0) / (self.high / 2.0 - self.low / 2.0),
            Kind::Log => {
                let (low, high) = (self.low.log10(), self.high.log10());
                // At and below zero there is no place; the low end stands for it.
                if value > 0.0 { (value.log10() - low) / (high - low) } else { 0.0 }
            }
        }
    }

    /// Around `wanted` ticks; whole numbers only, if `whole`.
    pub(super) fn ticks(&self, wanted: usize, whole: bool, style: Style) -> Vec<Tick> {
        let wanted = wanted.max(2);
        let log = if self.kind == Kind::Log { self.log_ticks(wanted) } else { Vec::new() };
        // On a logarithmic axis shorter than a decade round numbers at even distances may be all there are.
        if log.iter().filter(|tick| !tick.label.is_empty()).count() < 2 {
            self.even_ticks(wanted, whole, style)
        } else {
            log
        }
    }

    /// Ticks at powers of ten, with thin ones between; where these are few, at twice and five times them too.
    fn log_ticks(&self, wanted: usize) -> Vec<Tick> {
        let decades = (self.high.log10().floor() - self.low.log10().ceil()).max(0.0) as i64;
        let (first, last) = (self.low.log10().floor() as i64, self.high.log10().ceil() as i64);
        let stride = (decades as usize).div_ceil(wanted).max(1) as i64;
        let named: &[u8] = if decades as usize * 3 <= wanted { &[1, 2, 5] } else { &[1] };
        let (mut ticks, mut labelled) = (Vec::new(), Vec::new());
        for exponent in first..=last {
            for digit in 1..10_u8 {
                let value = f64::from(digit) * 10_f64.powi(exponent as i32);
                let full = exponent.rem_euclid(stride) == 0 && named.contains(&digit);
                // Thin marks between the powers of ten, unless there are too many of these.
                let seen = full || (stride == 1 && decades <= 6) || (digit == 1 && decades <= 60);
                if seen && self.holds(value) {
                    ticks.push(Tick { value, label: String::new() });
                    labelled.extend(full.then_some((ticks.len() - 1, value)));
                }
            }
        }
        let values: Vec<f64> = labelled.iter().map(|(_, value)| *value).collect();
        for ((at, _), label) in labelled.iter().zip(format::powers(&values)) {
            ticks[*at].label = label;
        }
        ticks
    }

    /// Ticks at even distances of 1, 2 or 5 times a power of ten.
    fn even_ticks(&self, wanted: usize, whole: bool, style: Style) -> Vec<Tick> {
        let rough = (self.high / 2.0 - self.low / 2.0) / wanted as f64 * 2.0;
        let power = 10_f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0].map(|n| n * power).into_iter().find(|step| *step >= rough * 0.7);
        let step = step.filter(|step| step.is_normal()).unwrap_or(rough);
        let step = if whole { step.max(1.0) } else { step };
        let largest = self.low.abs().max(self.high.abs());
        let first = (self.low / step).ceil();
        let values = (0..4 * wanted).map(|n| (first + n as f64) * step).filter(|value| self.holds(*value));
        values.map(|value| Tick { value, label: style.tick(value, step, largest) }).collect()
    }

    /// Whether `value` is on the axis, but for rounding.
    fn holds(&self, value: f64) -> bool {
        (-1e-9..=1.0 + 1e-9).contains(&self.at(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(kind: Kind, values: &[f64]) -> Vec<String> {
        let ticks = Scale::of(kind, values.iter().copied(), None, 0.0).ticks(5, false, Style::Plain);
        ticks.into_iter().map(|tick| tick.label).filter(|label| !label.is_empty()).collect()
    }

    #[test]
    fn ticks_are_round_numbers() {
        assert_eq!(labels(Kind::Linear, &[0.0, 1.0]), ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(labels(Kind::Linear, &[-20.0, 60.0]), ["−20", "0", "20", "40", "60"]);
        assert_eq!(labels(Kind::Log, &[1e-4, 1.0]), ["10⁻⁴", "10⁻³", "10⁻²", "10⁻¹", "1"]);
        assert_eq!(labels(Kind::Linear, &[0.0, 4e9]), ["0", "10⁹", "2×10⁹", "3×10⁹", "4×10⁹"]);
        assert_eq!(labels(Kind::Log, &[1.35e-4, 1e-3]), ["2×10⁻⁴", "5×10⁻⁴", "10⁻³"]);
        assert_eq!(labels(Kind::Log, &[0.31, 0.6]), ["0.35", "0.40", "0.45", "0.50", "0.55", "0.60"]);
        assert!((2..=8).contains(&labels(Kind::Log, &[1e-300, 1e300]).len()));
    }

    #[test]
    fn whole_numbers_are_not_cut() {
        let ticks = Scale::of(Kind::Linear, [1.0, 3.0].into_iter(), None, 0.0).ticks(8, true, Style::Plain);
        assert_eq!(ticks.iter().map(|tick| tick.value).collect::<Vec<_>>(), [1.0, 2.0, 3.0]);
    }

    #[test]
    fn every_finite_number_has_a_place() {
        let cases: [&[f64]; 9] = [
            &[],
            &[0.0],
            &[7.0],
            &[-3.0, -3.0],
            &[f64::MIN, f64::MAX],
            &[5e-324, 1e-310],
            &[1e15, 1e15 + 0.125],
            &[f64::NAN, f64::INFINITY, 2.0],
            &[1e-300, 1e300],
        ];
        for kind in [Kind::Linear, Kind::Log] {
            for values in cases {
                let scale = Scale::of(kind, values.iter().copied(), None, 0.04);
                assert!(
                    scale.low.is_finite() && scale.high.is_finite() && scale.low < scale.high,
                    "{values:?} {scale:?}"
                );
                for value in values.iter().filter(|v| kind.takes(**v)) {
                    let at = scale.at(*value);
                    assert!((-1e-6..=1.0 + 1e-6).contains(&at), "{kind:?} {values:?}: {value} at {at}");
                }
                let ticks = scale.ticks(6, false, Style::Plain);
                assert!(ticks.len() <= 120, "{kind:?} {values:?}: {} ticks", ticks.len());
                assert!(ticks.iter().all(|tick| tick.value.is_finite()));
            }
        }
    }

    #[test]
    fn limits_that_make_no_axis_are_not_taken() {
        let scale = |limits| Scale::of(Kind::Log, [1.0, 10.0].into_iter(), Some(limits), 0.0);
        assert_eq!(scale((0.0, 5.0)).high, 10.0);
        assert_eq!((scale((5.0, 2.0)).low, scale((5.0, 2.0)).high), (2.0, 5.0));
    }
}
