//! What a run came to, and what is left of it in its folder.

use super::session::Session;
use crate::base::{Error, Result, Rows};
use crate::data::{Array, Labels, Samples};
use crate::report::html::{self, Evaluated, Report};
use crate::report::run::{Ended, RunFolder, RunResult};
use crate::train::History;

/// Most numbers a sample whose predictions are looked at one by one.
const MOST_NUMBERS: usize = 16;

impl Session {
    /// What a training came to: its numbers, evaluated on the test samples if there are any.
    ///
    /// # Errors
    /// The device was lost.
    pub fn result(&mut self, history: &History) -> Result<RunResult> {
        let mut result = RunResult::of(history, self.file().epochs(), None, self.started);
        let [all, trainable, _] = self.model.parameters();
        result.device = self.model.device().to_string();
        result.precision = self.file().precision().to_owned();
        result.seed = Some(self.file().seed());
        (result.parameters, result.trainable) = (Some(all as u64), Some(trainable as u64));
        result.memory = self.model.memory(self.batch()).ok().map(|memory| memory.allocated);
        (result.steps, result.seconds) = (Some(self.model.steps_done()), Some(self.timer.seconds()));
        result.samples_per_second = self.timer.samples_per_second(self.batch());
        result.run_file = self.file().name().to_owned();
        result.warnings = self.data.notes.clone();
        if let Some(test) = &self.data.test
            && history.interrupted.is_none()
        {
            result.test = self.model.evaluate(test)?.iter().map(|(name, v)| (name.to_owned(), v)).collect();
        }
        Ok(result)
    }

    /// Writes what is left of a run besides its model: the result, curves and report.
    ///
    /// # Errors
    /// A file that cannot be written; the device was lost.
    pub fn finish(&mut self, folder: &RunFolder, history: &History, result: &RunResult) -> Result<()> {
        let mut report = Report::new(&result.name)
            .history(history)
            .result(result)
            .summary(self.model.summary().to_string())
            .run_file(self.file().resolved()?);
        let looks = [("first", self.observations.first()), ("last", self.observations.last())];
        let most = self.observations.len().min(2);
        for (name, found) in looks.into_iter().take(most) {
            if let Some(found) = found {
                report = report.insight(format!("{name}: epoch {}", found.epoch + 1), &found.report);
            }
        }
        if history.interrupted.is_none() {
            for evaluated in self.evaluated()? {
                report = report.evaluated(&evaluated);
            }
        }
        folder.finish(&report)
    }

    /// Writes what is left of a run that has failed.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn failed(&self, folder: &RunFolder, name: &str, error: &Error) -> Result<()> {
        if !self.begun.get() {
            // What there was before is as it was.
            return Ok(());
        }
        let history = crate::report::run::read_history(folder.at(RunFolder::HISTORY)).unwrap_or_default();
        let mut result = RunResult::of(&history, self.file().epochs(), None, self.started);
        name.clone_into(&mut result.name);
        result.device = self.model.device().to_string();
        result.seed = Some(self.file().seed());
        result.run_file = self.file().name().to_owned();
        result.ended = Some(if matches!(error, Error::Diverged { .. }) { Ended::Diverged } else { Ended::Failed });
        result.why = error.to_string();
        let report = Report::new(name).history(&history).result(&result).run_file(self.file().resolved()?);
        folder.finish(&report)
    }

    /// What the model answers to the samples that test, or else to those that validate.
    fn evaluated(&mut self) -> Result<Vec<Evaluated>> {
        let (part, samples) = match (&self.data.test, &self.data.validation) {
            (Some(test), _) => ("test", test),
            (None, Some(validation)) => ("validation", validation),
            (None, None) => return Ok(Vec::new()),
        };
        let few =
            |labels: &Labels| labels.classes().is_some() || labels.shape().iter().product::<usize>() <= MOST_NUMBERS;
        if !self.data.labels.iter().any(few) {
            return Ok(Vec::new());
        }
        let samples = samples.clone();
        let answers = self.model.predict_all(&samples)?;
        let outputs: Vec<String> = self.outputs().map(str::to_owned).collect();
        let mut all = Vec::new();
        for ((answers, labels), (kind, output)) in
            answers.into_iter().zip(&samples.labels).zip(self.data.labels.iter().zip(outputs))
        {
            let several = if self.data.labels.len() > 1 { format!(", {output}") } else { String::new() };
            let name = format!("{}, {part} part{several}", self.data.name);
            if let Some(evaluated) = evaluated(answers, labels, kind) {
                all.push(self.shown(evaluated.named(name), &samples));
            }
        }
        Ok(all)
    }

    /// With the samples, where there is one table of them.
    fn shown(&self, evaluated: Evaluated, samples: &Samples) -> Evaluated {
        match (samples.inputs.as_slice(), self.data.input_shapes.as_slice()) {
            ([rows], [shape]) => evaluated.samples(html::Samples {
                rows: rows.clone(),
                shape: shape.clone(),
                features: self.data.features.clone().unwrap_or_default(),
            }),
            _ => evaluated,
        }
    }
}

/// Answers beside what would have been right; none where a sample has too many numbers to look at.
fn evaluated(answers: Array, labels: &Rows, kind: &Labels) -> Option<Evaluated> {
    let mut row = vec![0.0_f64; labels.width];
    match kind {
        Labels::Classes { names } => {
            let class = |i: usize| {
                labels.gather(i, &mut row);
                row.first().copied().unwrap_or_default() as u32
            };
            let classes = (0..labels.len()).map(class).collect();
            Some(Evaluated::classes(answers, classes).outputs(names.clone()))
        }
        Labels::Numbers { names, .. } if labels.width <= MOST_NUMBERS && answers.width() == labels.width => {
            let mut targets = Vec::with_capacity(labels.len() * labels.width);
            for i in 0..labels.len() {
                labels.gather(i, &mut row);
                targets.extend_from_slice(&row);
            }
            Some(Evaluated::numbers(answers, targets).outputs(names.clone()))
        }
        Labels::Numbers { .. } => None,
    }
}
