//! The page, part after part.

use super::digest::Digest;
use super::evaluated::Evaluated;
use super::layers_file::Layers;
use super::text::{escape, folded, put};
use super::{evaluated_file, head, health, numbers, tested, warnings};
use crate::base::Result;
use crate::nn::insight;
use crate::report::run::RunResult;
use crate::train::History;
use crate::train::save::save;
use std::path::Path;

/// What a report is made of. What it has nothing of is left out of the page.
///
/// ```
/// use wgrad::report::{html::Report, run::RunResult};
/// use wgrad::train::History;
/// let history = History::of(vec![0, 1], vec![("loss".to_owned(), vec![0.5, 0.3])]).unwrap();
/// let result = RunResult::of(&history, 2, None, std::time::SystemTime::now());
/// let page = Report::new("digits <1>").history(&history).result(&result).run_file("epochs = 2\n").render();
/// assert!(page.contains("digits &lt;1&gt;") && page.contains("epochs = 2"));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// What the page is called, at best the run's name.
    pub title: String,
    /// The numbers of every epoch.
    pub history: History,
    /// What came of the run.
    pub result: RunResult,
    /// What the model answered to test sets.
    pub evaluated: Vec<Digest>,
    pub(super) layers: Layers,
    /// The run file as it was carried out; empty where there was none.
    pub run_file: String,
}

impl Report {
    /// An empty report of this title, at best the run's name.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }

    /// The numbers of every epoch: curves and their table.
    pub fn history(mut self, history: &History) -> Self {
        self.history = history.clone();
        self
    }

    /// What came of the run: the numbers at the top, warnings, the environment.
    pub fn result(mut self, result: &RunResult) -> Self {
        self.result = result.clone();
        self
    }

    /// What the model answered to a test set; a model of several outputs adds one for each.
    pub fn evaluated(mut self, evaluated: &Evaluated) -> Self {
        self.evaluated.push(Digest::of(evaluated));
        self
    }

    /// What a look into the layers found, under a name such as `first step`; at best the first and the last.
    pub fn insight(mut self, name: impl Into<String>, report: &insight::Report) -> Self {
        self.layers.looks.push((name.into(), report.clone()));
        self
    }

    /// The model's table of layers: what [`Summary`](crate::train::Summary) prints.
    pub fn summary(mut self, summary: impl Into<String>) -> Self {
        self.layers.summary = summary.into();
        self
    }

    /// The run file as it was carried out.
    pub fn run_file(mut self, text: impl Into<String>) -> Self {
        self.run_file = text.into();
        self
    }

    /// The text of `evaluated.json`, if there is anything to tell.
    pub fn evaluated_json(&self) -> Option<String> {
        (!self.evaluated.is_empty()).then(|| evaluated_file::to_json(&self.evaluated))
    }

    /// The text of `layers.json`, if there is anything to tell.
    pub fn layers_json(&self) -> Option<String> {
        (self.layers != Layers::default()).then(|| self.layers.to_json())
    }

    /// The page.
    pub fn render(&self) -> String {
        let mut parts = vec![head::part(self), warnings::part(self), numbers::curves(self)];
        parts.extend(self.evaluated.iter().map(tested::part));
        parts.extend([health::part(&self.layers), self.files(), head::environment(&self.result)]);
        let title = escape(&self.title);
        let mut page = format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <title>{title} · wgrad</title>\n<style>\n{}</style>\n</head>\n<body>\n<main>\n",
            include_str!("style.css")
        );
        parts.iter().for_each(|part| page.push_str(part));
        put(&mut page, format_args!("</main>\n</body>\n</html>\n"));
        page
    }

    /// Writes the page to a file, whole or not at all. The folder must exist.
    ///
    /// # Errors
    /// The system would not write.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        save(path, self.render().as_bytes())
    }

    /// Table of layers and run file, as they are.
    fn files(&self) -> String {
        let pre = |text: &str| format!("<pre>{}</pre>\n", escape(text.trim_end()));
        let mut out = String::new();
        if !self.layers.summary.is_empty() {
            out += &folded("Layers of the model", &pre(&self.layers.summary));
        }
        if !self.run_file.is_empty() {
            out += &folded("Run file", &pre(&self.run_file));
        }
        if out.is_empty() { out } else { format!("<section>\n<h2>What was run</h2>\n{out}</section>\n") }
    }
}
