//! Times and rates in words.

use crate::train::grouped;

/// A duration in seconds as people say it: `350 us`, `12 ms`, `3.4 s`, `2:05`, `1:02:03`.
pub fn span(seconds: f64) -> String {
    match seconds {
        s if !s.is_finite() || s < 0.0 => "?".to_owned(),
        s if s < 1e-3 => format!("{:.0} us", s * 1e6),
        s if s < 1.0 => format!("{:.0} ms", s * 1e3),
        s if s < 10.0 => format!("{s:.1} s"),
        s => clock(s),
    }
}

/// Whole seconds as Keras's bar shows them: `34s`, `2:05`, `1:02:03`.
pub fn clock(seconds: f64) -> String {
    if !seconds.is_finite() || seconds < 0.0 {
        return "?".to_owned();
    }
    let s = seconds.round() as u64;
    let (hours, minutes, rest) = (s / 3600, s / 60 % 60, s % 60);
    match (hours, minutes) {
        (0, 0) => format!("{rest}s"),
        (0, _) => format!("{minutes}:{rest:02}"),
        _ => format!("{hours}:{minutes:02}:{rest:02}"),
    }
}

/// Time of a step as Keras's bar shows it: `350us/step`, `12ms/step`, `2s/step`.
pub fn per_step(seconds: f64) -> String {
    match seconds {
        s if s < 1e-3 => format!("{:.0}us/step", s * 1e6),
        s if s < 1.0 => format!("{:.0}ms/step", s * 1e3),
        s => format!("{s:.0}s/step"),
    }
}

/// A rate of samples with three digits or all of them before the point: `0.25`, `12.3`, `12,345` a second.
pub fn rate(per_second: f64) -> String {
    if !per_second.is_finite() {
        return "?".to_owned();
    }
    match per_second {
        r if r < 1.0 => format!("{r:.2}"),
        r if r < 100.0 => format!("{r:.1}"),
        r => grouped(r.round() as usize),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_in_the_unit_people_use() {
        for (seconds, told) in [
            (350e-6, "350 us"),
            (0.0124, "12 ms"),
            (3.42, "3.4 s"),
            (34.4, "34s"),
            (125.0, "2:05"),
            (3723.0, "1:02:03"),
        ] {
            assert_eq!(span(seconds), told);
        }
        assert_eq!([span(f64::NAN), clock(f64::INFINITY), clock(-1.0)], ["?"; 3].map(str::to_owned));
        assert_eq!([per_step(2e-6), per_step(0.0149), per_step(2.0)], ["2us/step", "15ms/step", "2s/step"]);
    }

    #[test]
    fn rates_keep_three_digits() {
        assert_eq!([rate(0.25), rate(12.34), rate(1_234_567.8)], ["0.25", "12.3", "1,234,568"]);
    }
}
