//! What goes along while a model is recorded: statistics of values as they are computed, of their gradients, and norms.

use super::gradient_norms::{self, NORM, Norms};
use super::report::{Direction, Norm, Report, Statistics};
use super::statistics::{self, STATISTICS, Units};
use crate::base::Result;
use crate::kernel::Bounds;
use crate::plan::{Plan, Program, Tape, Value, When};

/// A value that is looked at.
#[derive(Clone, Debug)]
struct Observed {
    /// The layer.
    layer: String,
    /// What it gave.
    y: Value,
    /// Rows and units.
    units: Units,
    /// Statistics of y.
    activation: Value,
    /// Its gradient, where it has one, and the statistics of that.
    dy: Option<Value>,
    gradient: Option<Value>,
}

/// What is looked at in a model, and where the results are found.
///
/// Call [`Insight::record`] after each layer, [`Insight::differentiated`] once the gradients are complete and before the
/// optimizer is recorded, and [`Insight::report`] when somebody looks.
#[derive(Clone, Debug, Default)]
pub struct Insight {
    observed: Vec<Observed>,
    norms: Option<Norms>,
}

/// Records `f` for steps that observe, under the name `scope`.
fn during<R>(tape: &mut Tape, scope: &str, f: impl FnOnce(&mut Tape) -> Result<R>) -> Result<R> {
    tape.aside(scope, |t| t.during(When::Observe, f))
}

impl Insight {
    /// Nothing is looked at yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Looks at `y`, the output of the layer called `layer`, batch first, whose activation has these `bounds`
    /// ([`Activation::bounds`](crate::nn::act::Activation::bounds)), and later at its gradient. Outside training nothing is
    /// recorded.
    ///
    /// # Errors
    /// A value without numbers, or of too many units.
    pub fn record(&mut self, tape: &mut Tape, layer: &str, y: Value, bounds: Bounds) -> Result<()> {
        if !tape.training() {
            return Ok(());
        }
        let layer = self.free(layer);
        let units = Units::of(tape, &format!("insight into layer `{layer}`"), y, bounds)?;
        let activation = during(tape, &scope(&layer), |t| {
            let s = t.output("activation", &[STATISTICS]);
            statistics::record(t, units, y, s).map(|()| s)
        })?;
        self.observed.push(Observed { layer, y, units, activation, dy: None, gradient: None });
        Ok(())
    }

    /// A name no other value that is looked at has: a layer called again is told of by its number.
    fn free(&self, layer: &str) -> String {
        let numbered = (2..).map(|n| format!("{layer} ({n})"));
        let free = |name: &String| self.observed.iter().all(|o| o.layer != *name);
        std::iter::once(layer.to_owned()).chain(numbered).find(free).unwrap_or_default()
    }

    /// Looks at the gradients, each where its last contribution has been added, and at the norms of the variables'.
    ///
    /// # Errors
    /// As [`Tape::run`].
    pub fn differentiated(&mut self, tape: &mut Tape) -> Result<()> {
        if !tape.training() {
            return Ok(());
        }
        for o in &mut self.observed {
            let Some(dy) = tape.gradient(o.y) else { continue };
            let s = during(tape, &scope(&o.layer), |t| {
                let s = t.output("gradient", &[STATISTICS]);
                t.behind(dy, |t| statistics::record(t, o.units.unbounded(), dy, s)).map(|()| s)
            })?;
            (o.dy, o.gradient) = (Some(dy), Some(s));
        }
        self.norms = during(tape, "insight", gradient_norms::record)?;
        Ok(())
    }

    /// The kernel that last writes what `layer` gives, or its gradient, in training.
    pub fn kernel(&self, plan: &Plan, layer: &str, direction: Direction) -> Option<&'static str> {
        let o = self.observed.iter().find(|o| o.layer == layer)?;
        let value = if direction == Direction::Forward { o.y } else { o.dy? };
        let writes = plan.program(Program::Train).iter().rev().find(|d| d.all_writes().any(|w| w == value));
        writes.map(|d| d.call.name())
    }

    /// Everything found in the last step that observed; `read` gives the numbers of a value, as executors do.
    ///
    /// # Errors
    /// Those of `read`.
    pub fn report(&self, mut read: impl FnMut(Value) -> Result<Vec<f64>>) -> Result<Report> {
        let mut report = Report::default();
        for o in &self.observed {
            report.activations.push((o.layer.clone(), Statistics::of(&read(o.activation)?)));
        }
        for o in self.observed.iter().rev() {
            if let Some(s) = o.gradient {
                report.gradients.push((o.layer.clone(), Statistics::of(&read(s)?)));
            }
        }
        if let Some(Norms { s, of }) = &self.norms {
            let numbers = read(*s)?;
            let all = of.iter().zip(numbers.chunks(NORM));
            report.norms.extend(all.map(|((name, numbers), told)| Norm::of(name, *numbers, told)));
        }
        Ok(report)
    }
}

fn scope(layer: &str) -> String {
    format!("insight/{layer}")
}
