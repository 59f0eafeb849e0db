//! Texts and numbers as a page has them.

use crate::report::curves::share;
use std::fmt::Write;

/// Text as it may stand in an element or an attribute; control characters but line breaks and tabs are left out.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(character),
            control if control.is_control() => {}
            other => out.push(other),
        }
    }
    out
}

/// A number to four digits.
pub(super) fn short(value: f64) -> String {
    crate::report::plot::short(value)
}

/// A number of this name: shares of one in hundredths.
pub(crate) fn named(name: &str, value: f64) -> String {
    if share(name) && value.is_finite() { percent(value) } else { short(value) }
}

/// A share of one in hundredths, always with two digits behind the point, so that columns of them line up.
pub(super) fn percent(share: f64) -> String {
    if share.is_finite() { format!("{:.2} %", share * 100.0) } else { short(share) }
}

/// As [`named`], with four digits behind the point as epoch lines have them, so that columns line up.
pub(super) fn in_column(name: &str, value: f64) -> String {
    let even = (1e-3..1e3).contains(&value.abs()) && !share(name);
    if even { format!("{value:.4}").replace('-', "−") } else { named(name, value) }
}

/// A whole number with its thousands apart.
pub(super) fn whole(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A time in the two units that tell it.
pub(super) fn time(seconds: f64) -> String {
    match seconds {
        s if !(0.0..1e10).contains(&s) => short(s) + " s",
        s if s < 10.0 => format!("{s:.1} s"),
        s if s < 60.0 => format!("{s:.0} s"),
        s if s < 3600.0 => format!("{} min {} s", s as u64 / 60, s as u64 % 60),
        s => format!("{} h {} min", s as u64 / 3600, s as u64 / 60 % 60),
    }
}

/// A table: names of columns and rows of cells, which are HTML already. The first column names the rows.
pub(super) fn table(class: &str, head: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut out = format!("<div class=\"scroll\"><table class=\"{class}\"><thead><tr>");
    head.iter().for_each(|name| put(&mut out, format_args!("<th scope=\"col\">{}</th>", escape(name))));
    out.push_str("</tr></thead><tbody>\n");
    for row in rows {
        out.push_str("<tr>");
        for (at, cell) in row.iter().enumerate() {
            match at {
                0 => put(&mut out, format_args!("<th scope=\"row\">{cell}</th>")),
                _ => put(&mut out, format_args!("<td>{cell}</td>")),
            }
        }
        out.push_str("</tr>\n");
    }
    out + "</tbody></table></div>\n"
}

/// Adds to a text, which does not fail.
pub(super) fn put(out: &mut String, told: std::fmt::Arguments<'_>) {
    let _ = out.write_fmt(told);
}

/// What is folded away until it is asked for.
pub(super) fn folded(summary: &str, inner: &str) -> String {
    format!("<details><summary>{}</summary>\n{inner}</details>\n", escape(summary))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_numbers() {
        assert_eq!(escape("<b a='1'>&\u{7}\n"), "&lt;b a=&#39;1&#39;&gt;&amp;\n");
        assert_eq!((whole(0), whole(999), whole(1_234_567)), ("0".into(), "999".into(), "1,234,567".into()));
        assert_eq!((time(3.25), time(61.0), time(7_260.0)), ("3.2 s".into(), "1 min 1 s".into(), "2 h 1 min".into()));
        assert_eq!((named("val_accuracy", 0.9), named("loss", 0.9)), ("90.00 %".into(), "0.9".into()));
        assert_eq!((in_column("loss", -0.25), in_column("loss", 0.0)), ("−0.2500".into(), "0".into()));
        assert_eq!(percent(f64::NAN), "NaN");
    }
}
