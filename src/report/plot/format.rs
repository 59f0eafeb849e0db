//! Numbers and texts as pictures show them.

/// A coordinate in CSS pixels: two decimals are finer than any screen.
pub(super) fn pixels(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// Text as it may stand in an element or an attribute of XML; what XML 1.0 forbids becomes `\u{fffd}`.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => out.push(' '),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}

/// About how wide a text is in pixels at `size` pixels a line, on the wide side: the reader's font is not known.
pub(super) fn width(text: &str, size: f64) -> f64 {
    let em = |character: char| match character {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' => 0.31,
        ' ' | 'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '/' | '-' => 0.4,
        'm' | 'w' | 'M' | 'W' | '%' | '@' => 0.92,
        'A'..='Z' | '+' | '=' | '<' | '>' | '×' | '±' | '−' | '→' => 0.72,
        '⁰'..='⁹' | '¹' | '²' | '³' | '⁻' => 0.4,
        character if u32::from(character) >= 0x2e80 => 1.0,
        _ => 0.61,
    };
    text.chars().map(em).sum::<f64>() * size
}

/// The text, cut with an ellipsis where it is wider than `room`.
pub(super) fn fit(text: &str, size: f64, room: f64) -> String {
    // Half a pixel for the rounding of a room that was measured for this very text.
    if width(text, size) <= room + 0.5 {
        return text.to_owned();
    }
    let mut kept = text.to_owned();
    while !kept.is_empty() && width(&kept, size) + width("…", size) > room {
        kept.pop();
    }
    kept.trim_end().to_owned() + "…"
}

/// The text in lines no wider than `room`, broken at spaces.
pub(super) fn wrap(text: &str, size: f64, room: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if width(line, size) + width(" ", size) + width(word, size) <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.iter().map(|line| fit(line, size, room)).collect()
}

/// How an axis or a bar writes its numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Style {
    /// As they are.
    #[default]
    Plain,
    /// Shares of one, in hundredths.
    Percent,
}

impl Style {
    /// A number of an axis whose ticks are `step` apart: as many digits as tell neighbours apart.
    pub(super) fn tick(self, value: f64, step: f64, largest: f64) -> String {
        match self {
            Self::Plain if value == 0.0 => "0".to_owned(),
            Self::Plain if !(1e-3..1e6).contains(&largest) => scientific(value, digits(value, step)),
            Self::Plain => signed(&decimals(value, places(step))),
            Self::Percent => signed(&decimals(value * 100.0, places(step * 100.0))) + " %",
        }
    }

    /// A number by itself, to four digits.
    pub(super) fn value(self, value: f64) -> String {
        if value.is_nan() {
            return "NaN".to_owned();
        }
        if value.is_infinite() {
            return if value > 0.0 { "∞" } else { "−∞" }.to_owned();
        }
        let size = value.abs();
        match self {
            Self::Percent => signed(&decimals(value * 100.0, 1)) + " %",
            Self::Plain if size == 0.0 => "0".to_owned(),
            Self::Plain if !(1e-3..1e6).contains(&size) => scientific(value, 2),
            Self::Plain => {
                let whole = size.log10().floor().max(0.0) as usize;
                let text = decimals(value, 3_usize.saturating_sub(whole));
                let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
                signed(text)
            }
        }
    }
}

/// Decimals of a number that is a multiple of `step`.
fn places(step: f64) -> usize {
    (-(step * 1.000_001).log10().floor()).clamp(0.0, 12.0) as usize
}

/// Decimals of the mantissa of `value`, a multiple of `step`.
fn digits(value: f64, step: f64) -> usize {
    let exponent = |v: f64| (v.abs() * 1.000_001).log10().floor();
    // The mantissa of 15 needs one decimal where the step is 1, none where it is 5: drop what is zero later.
    (exponent(value) - exponent(step)).clamp(0.0, 12.0) as usize
}

fn decimals(value: f64, places: usize) -> String {
    let text = format!("{value:.places$}");
    let (sign, rest) = text.strip_prefix('-').map_or(("", text.as_str()), |rest| ("-", rest));
    let (whole, part) = rest.split_once('.').map_or((rest, String::new()), |(whole, part)| (whole, format!(".{part}")));
    if whole.len() < 5 {
        return text;
    }
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{sign}{grouped}{part}")
}

/// `-0.0` is zero, and a minus is as wide as a digit.
fn signed(text: &str) -> String {
    match text.strip_prefix('-') {
        Some(rest) if rest.chars().all(|c| matches!(c, '0' | '.')) => rest.to_owned(),
        Some(rest) => format!("−{rest}"),
        None => text.to_owned(),
    }
}

/// `2.5×10⁻⁷`; one before the power is left out.
fn scientific(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let mantissa = if mantissa.contains('.') { mantissa.trim_end_matches('0').trim_end_matches('.') } else { mantissa };
    let power = |c: char| match c {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        digit => char::from_u32('⁰' as u32 + digit.to_digit(10).unwrap_or(0)).unwrap_or('⁰'),
    };
    let power: String = exponent.chars().map(power).collect();
    match mantissa {
        "1" => format!("10{power}"),
        "-1" => format!("−10{power}"),
        mantissa => format!("{}×10{power}", signed(mantissa)),
    }
}

/// Numbers of a logarithmic axis: plain while all are short, else all as powers of ten but 1 and 10.
pub(super) fn powers(values: &[f64]) -> Vec<String> {
    let short = |value: &f64| (1e-3..1e5).contains(&(value * 1.000_001));
    let all = values.iter().all(short);
    let plain = |value: f64| all || [1.0, 10.0].iter().any(|known: &f64| (value / known - 1.0).abs() < 1e-9);
    let text = |value: &f64| if plain(*value) { Style::Plain.value(*value) } else { scientific(*value, 2) };
    values.iter().map(text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_tell_neighbours_apart() {
        let tick = |value, step, largest| Style::Plain.tick(value, step, largest);
        assert_eq!(tick(0.25, 0.05, 1.0), "0.25");
        assert_eq!(tick(-0.5, 0.5, 1.0), "−0.5");
        assert_eq!(tick(0.3, 0.1, 1.0), "0.3");
        assert_eq!(tick(20_000.0, 5_000.0, 50_000.0), "20,000");
        assert_eq!(tick(2e300, 5e299, 2e300), "2×10³⁰⁰");
        assert_eq!(tick(1.5e-9, 5e-10, 2e-9), "1.5×10⁻⁹");
        assert_eq!(tick(0.0, 5e-10, 2e-9), "0");
        assert_eq!(Style::Percent.tick(0.975, 0.005, 1.0), "97.5 %");
        assert_eq!(Style::Plain.value(0.97134), "0.971");
        assert_eq!(Style::Plain.value(1234.56), "1235");
        assert_eq!(Style::Plain.value(f64::NAN), "NaN");
        assert_eq!(Style::Percent.value(0.9713), "97.1 %");
        assert_eq!(powers(&[0.01, 0.1, 1.0]), ["0.01", "0.1", "1"]);
        assert_eq!(powers(&[1e-5, 1e-3, 2e-3, 1.0]), ["10⁻⁵", "10⁻³", "2×10⁻³", "1"]);
        assert_eq!((pixels(1.0), pixels(-0.001), pixels(1.256)), ("1".into(), "0".into(), "1.26".into()));
    }

    #[test]
    fn texts_fit() {
        assert_eq!(escape("a<b & \"c\"\u{1}"), "a&lt;b &amp; &quot;c&quot;\u{fffd}");
        let cut = fit("a very long name indeed", 12.0, 60.0);
        assert!(cut.ends_with('…') && width(&cut, 12.0) <= 60.0, "{cut}");
        assert_eq!(fit("short", 12.0, 60.0), "short");
        assert!(wrap("one two three four", 12.0, 60.0).len() > 1);
    }
}
