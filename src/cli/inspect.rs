//! `wgrad inspect`: what the layers of a run do with their numbers, before and after some steps.

use super::asked::Asked;
use super::json::Object;
use super::{runs, whole};
use crate::nn::insight::{Report, Statistics};
use crate::report::variance_panels;
use clap::Args;
use std::path::PathBuf;

/// Options of `wgrad inspect`.
#[derive(Args)]
pub struct Options {
    #[command(flatten)]
    asked: Asked,
    /// Steps trained; the first and the last are looked at
    #[arg(long, default_value_t = 1, value_parser = whole::<usize>, allow_negative_numbers = true)]
    steps: usize,
    /// Draws mean and deviation of each layer: a path that ends in .svg or .png
    #[arg(long, value_name = "FILE")]
    plot: Option<PathBuf>,
}

/// A share in percent.
fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

/// A line a layer.
fn table(report: &Report) -> String {
    let head = ["layer", "mean", "deviation", "saturated", "dead", "deviation of gradients"].map(str::to_owned);
    let mut rows = vec![head];
    for (layer, s) in &report.activations {
        let gradient = report.gradients.iter().find(|(name, _)| name == layer);
        rows.push([
            layer.clone(),
            format!("{:.3e}", s.mean),
            format!("{:.3e}", s.deviation()),
            percent(s.saturated),
            percent(s.dead),
            gradient.map_or_else(String::new, |(_, s)| format!("{:.3e}", s.deviation())),
        ]);
    }
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..rows[0].len()).map(width).collect();
    let line = |row: &[String; 6]| {
        let cell = |(i, cell): (usize, &String)| {
            let width = widths[i];
            if i == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
        };
        row.iter().enumerate().map(cell).collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// A look as JSON.
fn object(step: usize, report: &Report) -> Object {
    let statistics = |s: &Statistics| {
        serde_json::json!({
            "mean": s.mean, "deviation": s.deviation(), "smallest": s.smallest, "largest": s.largest,
            "saturated": s.saturated, "dead": s.dead, "not_finite": s.not_finite,
        })
    };
    let layers = |all: &[(String, Statistics)]| {
        all.iter().map(|(name, s)| (name.clone(), statistics(s))).collect::<serde_json::Map<_, _>>()
    };
    Object::new("layers")
        .with("step", step)
        .with("activations", layers(&report.activations))
        .with("gradients", layers(&report.gradients))
}

/// Runs the command.
pub fn run(options: &Options) -> anyhow::Result<()> {
    let talk = &options.asked.talk;
    let (mut file, data, device) = options.asked.ready()?;
    for (key, value) in [("observe_every", 1), ("epochs", 1), ("steps_per_epoch", options.steps)] {
        file = file.with(&format!("train.{key}"), value)?;
    }
    file = file.with("train.callbacks", serde_json::Value::Null)?;
    let mut session = file.prepare_with(data, &device)?;
    session.data.validation = None;
    talk.note(format!("{}: {} steps of {} samples", session.data.name, options.steps, session.batch()));
    talk.note(format!("Device: {device}"));
    session.train(None, Ok)?;
    let looks = [("first step", session.observations.first()), ("last step", session.observations.last())];
    let looks: Vec<(&str, &_)> = looks.into_iter().filter_map(|(name, look)| Some((name, look?))).collect();
    let looks = if options.steps == 1 { looks.get(..1) } else { Some(looks.as_slice()) }.unwrap_or_default();
    for (name, look) in looks {
        if talk.json() {
            println!("{}", object(look.step, &look.report));
        } else {
            println!("{name}\n{}", table(&look.report));
        }
    }
    if let Some(path) = &options.plot {
        let reports: Vec<(&str, &Report)> = looks.iter().map(|(name, look)| (*name, &look.report)).collect();
        runs::draw(&variance_panels(&session.data.name, &reports), path)?;
        talk.note(format!("Saved: {}", path.display()));
    }
    Ok(())
}
