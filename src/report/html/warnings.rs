//! What the reader should know before the numbers are believed.

use super::layers_file::Layers;
use super::page::Report;
use super::text::{escape, percent, put, short};
use crate::nn::insight::{Statistics, first_not_finite};
use crate::report::curves::place;
use crate::report::run::{Best, upwards};
use crate::train::History;

/// Shares of a layer's units that are dead, and of its outputs that are saturated, that are worth a word. Half of what a relu
/// gives is at its bound in a healthy net.
const DEAD: f64 = 0.5;
const SATURATED: f64 = 0.9;
/// How many times smaller the first layer's gradients are than the last's when they are said to vanish, or larger to explode.
const FAR: f64 = 1e3;

/// The warnings the run itself gave, and what the numbers show.
pub(super) fn part(report: &Report) -> String {
    let mut all = report.result.warnings.clone();
    all.extend(of_history(&report.history, report.result.best.as_ref()));
    all.extend(of_layers(&report.layers));
    if all.is_empty() {
        return String::new();
    }
    let mut out = "<section class=\"warnings\">\n<h2>Worth knowing</h2>\n<ul>\n".to_owned();
    all.iter().for_each(|text| put(&mut out, format_args!("<li>{}</li>\n", escape(text))));
    out + "</ul>\n</section>\n"
}

fn of_history(history: &History, best: Option<&Best>) -> Vec<String> {
    let mut all = Vec::new();
    let mut told: Vec<(&str, &[f64])> = history.iter().collect();
    told.sort_by_cached_key(|(name, _)| place(name));
    for (name, numbers) in told {
        let bad = numbers.iter().filter(|v| !v.is_finite()).count();
        // A number that is told from some epoch on is not one that was lost.
        let first = numbers.iter().position(|v| v.is_finite()).unwrap_or(0);
        let lost = (first..numbers.len()).find(|at| !numbers[*at].is_finite());
        if let (Some(epoch), true) = (lost.and_then(|at| history.epochs.get(at)), bad > 0) {
            all.push(format!("{name} is not a finite number from epoch {} on, in {bad} of all epochs", epoch + 1));
        }
    }
    let Some(best) = best else { return all };
    let Some(last) = history.last(&best.monitor).filter(|v| v.is_finite()) else { return all };
    let since = history.epochs.iter().filter(|epoch| **epoch > best.epoch).count();
    let epochs = history.epochs.len();
    if since * 4 > epochs && epochs >= 4 && last != best.value() {
        let (value, monitor) = (short(best.value()), &best.monitor);
        all.push(format!(
            "{monitor} was best in epoch {} ({value}) and was {} after the last: best.keras has the model of the best epoch, \
             model.keras that of the last, unless a callback restored another",
            best.epoch + 1,
            short(last)
        ));
    }
    if since == 0 && epochs >= 4 && improving(history, &best.monitor) {
        all.push(format!("{} was still improving in the last epoch: more epochs may help", best.monitor));
    }
    all
}

/// Whether a number improved in each of the last three epochs.
fn improving(history: &History, name: &str) -> bool {
    let Some(numbers) = history.get(name).filter(|numbers| numbers.len() >= 4) else { return false };
    let better = |pair: &[f64]| if upwards(name) { pair[1] > pair[0] } else { pair[1] < pair[0] };
    numbers[numbers.len() - 4..].windows(2).all(better)
}

fn of_layers(layers: &Layers) -> Vec<String> {
    let Some((name, look)) = layers.looks.last() else { return Vec::new() };
    let mut all = Vec::new();
    if let Some((layer, direction)) = first_not_finite(look) {
        all.push(format!("{name}: numbers that are not finite come up in {layer} first ({direction:?})"));
    }
    for (layer, s) in &look.activations {
        if s.dead > DEAD {
            all.push(format!("{name}: {} of the units of {layer} are dead: zero for every sample", percent(s.dead)));
        }
        if s.saturated > SATURATED {
            let share = percent(s.saturated);
            all.push(format!("{name}: {share} of the outputs of {layer} are saturated, where learning is slow"));
        }
    }
    let deviation = |at: Option<&(String, Statistics)>| at.map(|(_, s)| s.deviation());
    // The last layer's gradients come first.
    if let (Some(last), Some(first)) = (deviation(look.gradients.first()), deviation(look.gradients.last())) {
        if first > 0.0 && last > FAR * first {
            all.push(format!("{name}: gradients shrink {}-fold from the last layer to the first", short(last / first)));
        }
        if last > 0.0 && first > FAR * last {
            all.push(format!("{name}: gradients grow {}-fold from the last layer to the first", short(first / last)));
        }
    }
    all
}
