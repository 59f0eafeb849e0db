//! A look into a model's training: what the device found of its layers and gradients, and where numbers stop being finite.

use super::model::{Model, not_compiled};
use crate::base::{Error, Result};
use crate::nn::insight::{Direction, Report, first_not_finite};

impl Model {
    /// Statistics of the layers' activations and gradients and the norms of the variables' gradients, in the last step that
    /// observed; see [`Compile::observe_every`](super::Compile::observe_every). Waits for the device.
    ///
    /// # Errors
    /// The model is not compiled to observe, or has not trained; the device was lost.
    pub fn insight(&self) -> Result<Report> {
        self.last_look()?.ok_or_else(|| {
            let help = "train a step that observes first";
            Error::request("insight", "a step that observed", "none so far", help)
        })
    }

    /// As [`Model::insight`], or none where no step has observed since the model was compiled or went on from a checkpoint.
    ///
    /// # Errors
    /// The model is not compiled to observe, or has not trained; the device was lost.
    pub fn last_look(&self) -> Result<Option<Report>> {
        let engine = self.compiled.as_ref().ok_or_else(not_compiled)?.engine.as_ref();
        let Some((engine, (_, insight))) = engine.and_then(|e| Some((e, e.compiled.insight.as_ref()?))) else {
            return Err(Error::request(
                "insight",
                "a model that has trained and was compiled to observe",
                "one that was not",
                "compile it with Compile::observe_every(steps) and train it",
            ));
        };
        let report = insight.report(|value| engine.read(value))?;
        // A step that observes counts numbers.
        Ok(Some(report).filter(|report| report.activations.iter().any(|(_, s)| s.count > 0)))
    }

    /// The error of a loss that is no longer finite, naming what is known of where that began.
    pub fn diverged(&self, loss: f64) -> Error {
        let place = self.insight().ok().and_then(|report| self.place_of(&report)).unwrap_or_default();
        Error::Diverged { step: self.runner.progress.steps, loss, place }
    }

    /// Where numbers first stop being finite in `report`, in words: the layer, the direction and the kernel.
    pub fn place_of(&self, report: &Report) -> Option<String> {
        let (layer, direction) = first_not_finite(report)?;
        let engine = self.compiled.as_ref()?.engine.as_ref()?;
        let kernel = engine
            .compiled
            .insight
            .as_ref()
            .and_then(|(_, insight)| insight.kernel(&engine.compiled.plan, layer, direction));
        let kernel = kernel.map(|k| format!(" (kernel `{k}`)")).unwrap_or_default();
        Some(match direction {
            Direction::Forward => format!(", first in what layer `{layer}` gave{kernel}"),
            Direction::Backward => format!(", first in the gradient of what layer `{layer}` gave{kernel}"),
        })
    }
}
