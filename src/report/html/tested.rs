//! What the model answered to test samples: confusion matrix, classes, and what it got most wrong.

use super::digest::{Digest, DigestKind, Fitted, WrongClass, WrongNumber};
use super::numbers::figure;
use super::shown::Shown;
use super::text::{escape, folded, percent, put, short, table, whole};
use crate::report::plot::{Chart, Color, Line};

/// Matrices of more classes than this are told by what was confused most.
const MATRIX: usize = 20;
/// How many pairs of classes are told where there is no matrix.
const PAIRS: usize = 20;

/// The part of the page.
pub(super) fn part(digest: &Digest) -> String {
    let inner = match &digest.kind {
        DigestKind::Classes { classes, correct, counts, worst } => {
            let all = digest.samples as u64;
            let share = if all > 0 { percent(*correct as f64 / all as f64) } else { "none".to_owned() };
            let told = format!("<p>{} of {} samples right: {share}.</p>\n", whole(*correct), whole(all));
            told + &of_classes(classes, counts, worst)
        }
        DigestKind::Numbers { outputs, worst } => of_numbers(digest.samples, outputs, worst),
    };
    format!("<section>\n<h2>Answers: {}</h2>\n{inner}</section>\n", escape(&digest.name))
}

fn of_classes(classes: &[String], counts: &[u64], worst: &[WrongClass]) -> String {
    let mut out = match classes.len() {
        _ if counts.is_empty() => String::new(),
        few if few <= MATRIX => matrix(classes, counts),
        _ => confused(classes, counts),
    };
    if !counts.is_empty() {
        out += &folded("Precision and recall of each class", &per_class(classes, counts));
    }
    if worst.is_empty() {
        return out;
    }
    out += "<h3>Most wrong</h3>\n";
    out += "<p>What the model was surest of and wrong about: taken for the first class, in truth the second.</p>\n";
    let tells = |w: &WrongClass| {
        let [said, right] = [w.said, w.right].map(|at| escape(classes.get(at).map_or("", String::as_str)));
        (
            format!("{said} <small>{}</small>", percent(w.of_said)),
            format!("{right} <small>{}</small>", percent(w.of_right)),
        )
    };
    out + &samples(worst.iter().map(|w| (w.index, &w.shown, tells(w))), ["said", "right"])
}

/// The rows of a matrix, each with the number of its class.
fn rows(n: usize, counts: &[u64]) -> impl Iterator<Item = (usize, &[u64])> {
    counts.chunks(n.max(1)).enumerate()
}

/// The confusion matrix; the ground of a cell is the share of its row, blue where right and orange where not.
fn matrix(classes: &[String], counts: &[u64]) -> String {
    let n = classes.len();
    let mut out =
        "<h3>Confusion matrix</h3>\n<p>A row has the samples of a class, a column what they were taken for.</p>\n\
                   <div class=\"scroll\"><table class=\"confusion\"><thead><tr><td class=\"corner\">right ╲ said</td>"
            .to_owned();
    classes.iter().for_each(|name| put(&mut out, format_args!("<th scope=\"col\">{}</th>", escape(name))));
    out.push_str("</tr></thead><tbody>\n");
    for (right, row) in rows(n, counts) {
        let name = classes.get(right).map_or("", String::as_str);
        put(&mut out, format_args!("<tr><th scope=\"row\">{}</th>", escape(name)));
        let all = row.iter().sum::<u64>().max(1) as f64;
        for (said, count) in row.iter().enumerate() {
            if *count == 0 {
                out.push_str("<td class=\"none\">·</td>");
                continue;
            }
            let share = *count as f64 / all;
            // Mistakes are few, so their colour grows with the root of the share.
            let (kind, ground) = if right == said { ("hit", share) } else { ("miss", share.sqrt()) };
            let of = format!(
                "{} of class {name} said to be {}",
                whole(*count),
                classes.get(said).map_or("", String::as_str)
            );
            put(
                &mut out,
                format_args!(
                    "<td class=\"{kind}\" style=\"--share:{ground:.2}\" title=\"{}\">{count}</td>",
                    escape(&of)
                ),
            );
        }
        out.push_str("</tr>\n");
    }
    out + "</tbody></table></div>\n"
}

/// The pairs of classes that were confused most.
fn confused(classes: &[String], counts: &[u64]) -> String {
    let n = classes.len();
    let cells =
        rows(n, counts).flat_map(|(right, row)| row.iter().enumerate().map(move |(said, count)| (right, said, *count)));
    let mut pairs: Vec<(usize, usize, u64)> =
        cells.filter(|(right, said, count)| right != said && *count > 0).collect();
    pairs.sort_by_key(|(.., count)| std::cmp::Reverse(*count));
    let all = |right: usize| rows(n, counts).nth(right).map_or(0, |(_, row)| row.iter().sum::<u64>());
    let name = |at: usize| escape(classes.get(at).map_or("", String::as_str));
    let row = |(right, said, count): (usize, usize, u64)| {
        vec![name(right), name(said), whole(count), percent(count as f64 / all(right).max(1) as f64)]
    };
    let rows = pairs.into_iter().take(PAIRS).map(row);
    format!("<h3>Confused most</h3>\n{}", table("words", &["right", "said", "samples", "share of the class"], rows))
}

fn per_class(classes: &[String], counts: &[u64]) -> String {
    let n = classes.len();
    let row = |(at, row): (usize, &[u64])| {
        let hits = row.get(at).copied().unwrap_or(0) as f64;
        let right: u64 = row.iter().sum();
        let said: u64 = counts.iter().skip(at).step_by(n.max(1)).sum();
        let (precision, recall) = (hits / said as f64, hits / right as f64);
        let f1 = 2.0 * hits / (said + right) as f64;
        let name = escape(classes.get(at).map_or("", String::as_str));
        let told = |share: f64| if share.is_nan() { "–".to_owned() } else { percent(share) };
        vec![name, whole(right), told(precision), told(recall), told(f1)]
    };
    table("numbers", &["class", "samples", "precision", "recall", "F1"], rows(n, counts).map(row))
}

fn of_numbers(count: usize, outputs: &[Fitted], worst: &[WrongNumber]) -> String {
    let row = |fit: &Fitted| {
        let errors = [fit.mean_absolute_error, fit.root_mean_squared_error, fit.r2].map(short);
        std::iter::once(escape(&fit.name)).chain(errors).collect()
    };
    let head = ["number", "mean absolute error", "root of the mean squared error", "R²"];
    let mut out = format!("<p>{} samples.</p>\n", whole(count as u64));
    out += &table("numbers", &head, outputs.iter().map(row));
    let figures: String = outputs.iter().map(|fit| figure(&scatter(fit))).collect();
    put(&mut out, format_args!("<div class=\"figures\">\n{figures}</div>\n"));
    if worst.is_empty() {
        return out;
    }
    out += "<h3>Most wrong</h3>\n";
    let tells = |w: &WrongNumber| {
        let name = match outputs {
            [_] => String::new(),
            all => all.get(w.output).map_or(String::new(), |fit| format!("{}: ", escape(&fit.name))),
        };
        (format!("{name}{}", short(w.predicted)), short(w.target))
    };
    out + &samples(worst.iter().map(|w| (w.index, &w.shown, tells(w))), ["predicted", "right"])
}

/// Predictions over what was right, and the line on which they would be the same.
fn scatter(fit: &Fitted) -> Chart {
    let finite = fit.points.iter().flat_map(|(t, p)| [*t, *p]).filter(|v| v.is_finite());
    let (low, high) = finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
    let same = Line::points("", [(low, low), (high, high)]).color(Color::Ink).dashed();
    Chart::new(&fit.name)
        .x("right")
        .y("predicted")
        .line(same)
        .line(Line::points("", fit.points.iter().copied()).dots().color(Color::Blue))
        .sized(400.0, 310.0)
}

/// Samples, each with what was said and what is right: images as pictures, others as a table.
fn samples<'a>(all: impl Iterator<Item = (usize, &'a Shown, (String, String))>, names: [&str; 2]) -> String {
    let all: Vec<_> = all.collect();
    if all.iter().any(|(_, shown, _)| matches!(shown, Shown::Picture(_))) {
        let mut out = "<div class=\"images\">\n".to_owned();
        for (index, shown, (said, right)) in &all {
            let picture = match shown {
                Shown::Picture(address) => format!("<img alt=\"sample {index}\" src=\"{}\">", escape(address)),
                _ => String::new(),
            };
            put(
                &mut out,
                format_args!(
                    "<figure>{picture}<figcaption><b>{said}</b><br>{right}<br><small>sample {index}</small></figcaption></figure>\n"
                ),
            );
        }
        return out + "</div>\n";
    }
    let features: Vec<&str> =
        match all.iter().find_map(|(_, shown, _)| if let Shown::Row(row) = shown { Some(row) } else { None }) {
            Some(row) => row.iter().map(|(name, _)| name.as_str()).collect(),
            None => Vec::new(),
        };
    let row = |(index, shown, (said, right)): &(usize, &Shown, (String, String))| {
        let mut cells = vec![index.to_string(), said.clone(), right.clone()];
        if let Shown::Row(row) = shown {
            cells.extend(row.iter().map(|(_, v)| short(*v)));
        }
        cells
    };
    table("numbers", &[&["sample"], &names[..], &features[..]].concat(), all.iter().map(row))
}
