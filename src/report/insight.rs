//! What was found of layers and gradients while a model trained: as data, and as the picture of a textbook.

use super::plot::{Chart, Line, Panels};
use crate::base::Result;
use crate::nn::insight::{Report, Statistics, first_not_finite};
use crate::train::callback::{Callback, Every, Run};

/// What was found in a step.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// The epoch, counted from 0.
    pub epoch: usize,
    /// Steps of the epoch that were done.
    pub step: usize,
    /// What was found.
    pub report: Report,
}

/// Collects [`Model::insight`](crate::train::Model::insight) every so many steps, and ends a training whose numbers are no
/// longer finite with the name of the layer and kernel where that began.
///
/// The model must be compiled with [`Compile::observe_every`](crate::train::Compile::observe_every), at best the same number
/// of steps.
#[derive(Clone, Debug)]
pub struct InsightLog {
    every: usize,
    observations: Vec<Observation>,
    only_look: bool,
}

impl InsightLog {
    /// Collects every `steps` steps of an epoch.
    pub fn every(steps: usize) -> Self {
        Self { every: steps.max(1), observations: Vec::new(), only_look: false }
    }

    /// Leaves a training whose numbers are no longer finite to others, such as
    /// [`TerminateOnNan`](crate::train::callback::TerminateOnNan).
    pub fn only_look(mut self) -> Self {
        self.only_look = true;
        self
    }

    /// What was found.
    pub fn observations(&self) -> &[Observation] {
        &self.observations
    }

    /// The picture of the first and the last: see [`layers`].
    pub fn picture(&self, title: &str) -> Panels {
        let mut named = Vec::new();
        if let (Some(first), Some(last)) = (self.observations.first(), self.observations.last()) {
            named.push(("first", &first.report));
            if self.observations.len() > 1 {
                named.push(("last", &last.report));
            }
        }
        layers(title, &named)
    }
}

impl Callback for InsightLog {
    fn every(&self) -> Every {
        Every::Steps(self.every)
    }
    fn train_begin(&mut self, _: &mut Run<'_>) -> Result<()> {
        self.observations.clear();
        Ok(())
    }
    fn step_end(&mut self, run: &mut Run<'_>) -> Result<()> {
        // A training that went on from a checkpoint may not have come to a step that observes.
        let Some(report) = run.model.last_look()? else { return Ok(()) };
        let finite = first_not_finite(&report).is_none();
        self.observations.push(Observation { epoch: run.epoch, step: run.step, report });
        if finite || self.only_look {
            return Ok(());
        }
        let loss = run.logs()?.loss();
        Err(run.model.diverged(loss))
    }
}

/// One layer after the other: deviation of activations and of gradients, shares of saturated numbers and of dead units; a
/// line for each of the reports.
pub fn layers(title: &str, reports: &[(&str, &Report)]) -> Panels {
    charts(reports).into_iter().fold(Panels::new(title).columns(2), Panels::panel)
}

/// The charts of [`layers`].
pub(crate) fn charts(reports: &[(&str, &Report)]) -> [Chart; 4] {
    let line = |name: &str, all: &[(String, Statistics)], of: fn(&Statistics) -> f64| {
        let points = all.iter().enumerate().map(|(i, (_, s))| ((i + 1) as f64, of(s)));
        Line::points(name, points).markers()
    };
    let chart = |what: &str, logarithmic: bool, lines: Vec<Line>| {
        let chart = Chart::new(what).x("layer");
        let chart = if logarithmic { chart.log_y() } else { chart.y_range(0.0, 1.0).percent() };
        lines.into_iter().fold(chart, Chart::line)
    };
    let forward = |of: fn(&Statistics) -> f64| reports.iter().map(|(n, r)| line(n, &r.activations, of)).collect();
    let backward = reports.iter().map(|(n, r)| {
        let first_to_last: Vec<_> = r.gradients.iter().rev().cloned().collect();
        line(n, &first_to_last, Statistics::deviation)
    });
    [
        chart("deviation of activations", true, forward(Statistics::deviation)),
        chart("deviation of gradients", true, backward.collect()),
        chart("saturated activations", false, forward(|s| s.saturated)),
        chart("dead units", false, forward(|s| s.dead)),
    ]
}
