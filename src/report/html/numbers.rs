//! The curves of the epochs, and their numbers.

use super::page::Report;
use super::text::{folded, in_column, table};
use crate::report::curves::place;
use crate::report::plot::Picture;
use crate::report::{Curves, run::Best};

/// A chart for each number, and the table of all.
pub(super) fn curves(report: &Report) -> String {
    let history = &report.history;
    if history.epochs.is_empty() {
        return "<section>\n<h2>Curves</h2>\n<p>No epoch was finished.</p>\n</section>\n".to_owned();
    }
    let mut curves = Curves::new(&report.title).run(&report.title, history);
    if let Some(best) = &report.result.best {
        curves = curves.monitor(&best.monitor);
    }
    // Names of the history itself are always known.
    let charts = curves.charts().unwrap_or_default();
    let charts: String = charts.into_iter().map(|chart| chart.sized(400.0, 260.0)).map(|c| figure(&c)).collect();
    let mut told: Vec<(&str, &[f64])> = history.iter().collect();
    told.sort_by_cached_key(|(name, _)| place(name));
    let names: Vec<&str> = told.iter().map(|(name, _)| *name).collect();
    let best = report.result.best.as_ref().map(|best| best.epoch);
    let best = best.or_else(|| Some(Best::of(history, &Best::monitor_of(history)?)?.epoch));
    let rows = history.epochs.iter().enumerate().map(|(at, epoch)| {
        let mark = if best == Some(*epoch) { " ★" } else { "" };
        let numbers = told.iter().map(|(name, all)| in_column(name, all.get(at).copied().unwrap_or(f64::NAN)));
        std::iter::once(format!("{}{mark}", epoch + 1)).chain(numbers).collect()
    });
    let table = table("numbers", &[&["epoch"], &names[..]].concat(), rows);
    let table = folded("Numbers of every epoch (★: the best)", &table);
    format!("<section>\n<h2>Curves</h2>\n<div class=\"figures\">\n{charts}</div>\n{table}</section>\n")
}

/// A picture on its own.
pub(super) fn figure(picture: &impl Picture) -> String {
    format!("<figure>{}</figure>\n", picture.svg())
}
