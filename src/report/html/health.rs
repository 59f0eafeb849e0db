//! What was found in the layers while the model trained.

use super::layers_file::Layers;
use super::numbers::figure;
use super::text::{escape, folded, percent, short, table};
use crate::nn::insight::{Report, Statistics};
use crate::report::insight::charts;

/// The pictures and the table.
pub(super) fn part(layers: &Layers) -> String {
    if layers.looks.is_empty() {
        return String::new();
    }
    let looks: Vec<(&str, &Report)> = layers.looks.iter().map(|(name, report)| (name.as_str(), report)).collect();
    let figures: String = charts(&looks).into_iter().map(|c| figure(&c.sized(400.0, 260.0))).collect();
    let tables: String = looks.iter().map(|(name, look)| folded(&format!("Layers, {name}"), &found(look))).collect();
    format!(
        "<section>\n<h2>Layers while training</h2>\n<p>Layer 1 is the first. A healthy net has deviations of one size in all \
         layers, forward and backward.</p>\n<div class=\"figures\">\n{figures}</div>\n{tables}</section>\n"
    )
}

fn found(look: &Report) -> String {
    let gradient = |layer: &str| look.gradients.iter().find(|(name, _)| name == layer).map(|(_, s)| s.deviation());
    let row = |(at, (layer, s)): (usize, &(String, Statistics))| {
        vec![
            format!("{}. {}", at + 1, escape(layer)),
            short(s.mean),
            short(s.deviation()),
            short(s.smallest),
            short(s.largest),
            percent(s.saturated),
            percent(s.dead),
            gradient(layer).map_or_else(|| "–".to_owned(), short),
        ]
    };
    let head =
        ["layer", "mean", "deviation", "smallest", "largest", "saturated", "dead units", "deviation of gradient"];
    table("numbers", &head, look.activations.iter().enumerate().map(row))
}
