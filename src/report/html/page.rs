//! The page, part after part.

use super::Evaluated;
use crate::base::Result;
use crate::nn::insight;
use crate::report::run::RunResult;
use crate::train::History;
use crate::train::save::save;
use std::path::Path;

/// What a report is made of. Everything but the title may be left out; its part is then left out too.
#[derive(Clone, Debug, Default)]
pub struct Report<'a> {
    title: String,
    history: Option<&'a History>,
    result: Option<&'a RunResult>,
    evaluated: Vec<&'a Evaluated>,
    insight: Vec<(String, &'a insight::Report)>,
    summary: String,
    run_file: String,
}

impl<'a> Report<'a> {
    /// An empty report of this title, at best the run's name.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }

    /// The numbers of every epoch: curves and their table.
    pub fn history(mut self, history: &'a History) -> Self {
        self.history = Some(history);
        self
    }

    /// What came of the run: the numbers at the top, the environment.
    pub fn result(mut self, result: &'a RunResult) -> Self {
        self.result = Some(result);
        self
    }

    /// What the model answered to a test set; a model of several outputs adds one for each.
    pub fn evaluated(mut self, evaluated: &'a Evaluated) -> Self {
        self.evaluated.push(evaluated);
        self
    }

    /// What a look into the layers found, under a name such as `first step`; at best the first and the last.
    pub fn insight(mut self, name: impl Into<String>, report: &'a insight::Report) -> Self {
        self.insight.push((name.into(), report));
        self
    }

    /// The model's table of layers: what [`Summary`](crate::train::Summary) prints.
    pub fn summary(mut self, summary: impl Into<String>) -> Self {
        self.summary = summary.into();
        self
    }

    /// The run file as it was carried out.
    pub fn run_file(mut self, text: impl Into<String>) -> Self {
        self.run_file = text.into();
        self
    }

    /// The page.
    pub fn render(&self) -> String {
        String::new()
    }

    /// Writes the page to a file, whole or not at all. The folder must exist.
    ///
    /// # Errors
    /// The system would not write.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        save(path, self.render().as_bytes())
    }
}
