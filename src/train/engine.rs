//! A compiled model in the memory of a device, its variables tied to the layers' handles.

use super::compiled::Compiled;
use super::device::Device;
use super::flat::Flat;
use super::runner::{self, HeadTotals, Runner};
use super::variable::{Binding, Memory, Variable, claim, fetch};
use crate::base::{Error, Result, Rows};
use crate::data::Samples;
use crate::exec::DataId;
use crate::nn::optim::AVERAGE;
use crate::plan::{Arena, Plan, Program, Role, Value};
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

/// A plan in memory whose variables are those of layers.
pub(super) struct Bound {
    pub memory: Arc<Memory>,
    bindings: Vec<Binding>,
}

impl Bound {
    /// Allocates `plan` on `device` and finds the variables of the layers of `flat` in it.
    pub fn new(plan: &Plan, flat: &Flat, device: &Device) -> Result<Self> {
        let memory = Memory::new(device.executor(plan.clone())?);
        let written: HashSet<Value> = plan.program(Program::Train).iter().flat_map(|d| d.all_writes()).collect();
        let mut bindings = Vec::new();
        for call in flat.calls().filter(|c| c.call == 0) {
            for variable in call.handle.variables() {
                let name = format!("{}/{}", call.scope, variable.name());
                let Some(value) = plan.find(&name) else { continue };
                let trained = plan.values[value.0].role == Role::Param;
                bindings.push(Binding::new(variable, value, trained || written.contains(&value)));
            }
        }
        Ok(Self { memory, bindings })
    }

    /// Brings the variables up to date.
    pub fn fetch(&mut self) -> Result<()> {
        fetch(&mut self.bindings, &self.memory)
    }

    /// Fetches the variables and takes those that training writes.
    pub fn claim(&mut self) -> Result<()> {
        self.fetch()?;
        claim(&self.bindings, &self.memory);
        Ok(())
    }
}

/// A model compiled for training and evaluation.
pub(super) struct Engine {
    pub compiled: Compiled,
    bound: Bound,
}

impl Engine {
    pub fn new(compiled: Compiled, flat: &Flat, device: &Device) -> Result<Self> {
        let bound = Bound::new(&compiled.plan, flat, device)?;
        Ok(Self { compiled, bound })
    }

    /// Samples a batch.
    pub fn batch(&self) -> usize {
        self.compiled.plan.batch
    }

    /// The variables' copies in the plan, by the variables' numbers.
    pub(super) fn values_by_variable(&self) -> HashMap<usize, Value> {
        self.bound.bindings.iter().map(|b| (b.variable().id(), b.value())).collect()
    }

    /// Takes over what the optimizer remembers in `other`, of another batch size.
    pub fn inherit(&mut self, other: &Self) -> Result<()> {
        let (mine, theirs) = (&self.compiled.plan, &other.compiled.plan);
        let slot = |role| matches!(role, Role::Whole(Arena::Slot(_), _) | Role::Auxiliary);
        let of =
            |plan: &Plan| (0..plan.values.len()).map(Value).filter(|v| slot(plan.values[v.0].role)).collect::<Vec<_>>();
        let old = of(theirs);
        let same = |v: &Value| {
            let info = &mine.values[v.0];
            let known = old.iter().find(|o| theirs.values[o.0].name == info.name)?;
            (theirs.values[known.0].len() == info.len()).then_some((*known, *v))
        };
        let pairs: Vec<(Value, Value)> = of(mine).iter().filter_map(same).collect();
        self.bound.memory.copy_from(&other.bound.memory, &pairs)
    }

    /// Fetches the variables and takes those that training writes.
    pub fn claim(&mut self) -> Result<()> {
        self.bound.claim()
    }

    /// Brings the variables up to date.
    pub fn fetch(&mut self) -> Result<()> {
        self.bound.fetch()
    }

    fn columns(&self, samples: &Samples) -> Result<Vec<(Value, Rows)>> {
        let c = &self.compiled;
        count(&samples.name, "inputs", c.inputs.len(), samples.inputs.len())?;
        count(&samples.name, "labels", c.heads.len(), samples.labels.len())?;
        for (head, labels) in c.heads.iter().zip(&samples.labels) {
            let width = c.plan.values[head.y.0].len() / c.plan.batch.max(1);
            if labels.width != width {
                return Err(Error::request(
                    format!("labels of {} for output `{}`", samples.name, head.name),
                    format!("{width} numbers a sample, as {} takes them", head.loss.name()),
                    labels.width,
                    "a class as one number goes with a sparse loss, one number a class with its dense sister",
                ));
            }
            if labels.len() != samples.len() {
                let what = format!("labels of {} for output `{}`", samples.name, head.name);
                let expected = format!("{} rows, one a sample", samples.len());
                return Err(Error::request(what, expected, labels.len(), "give every sample its label"));
            }
        }
        runner::check_labels(c, &samples.labels, &samples.name)?;
        let inputs = c.inputs.iter().copied().zip(samples.inputs.iter().cloned());
        let labels = c.heads.iter().map(|h| h.y).zip(samples.labels.iter().cloned());
        let ones = || Rows::floats(1, vec![1.0; samples.len()]);
        let weights = c.w.map(|w| (w, samples.weights.clone().unwrap_or_else(ones)));
        if weights.is_none() && samples.weights.is_some() {
            return Err(Error::request(
                format!("sample weights of {}", samples.name),
                "a model compiled to take them",
                "one trained without so far",
                "give weights to every call of fit, or compile again",
            ));
        }
        Ok(inputs.chain(labels).chain(weights).collect())
    }

    /// Hands samples to the device.
    pub fn load(&mut self, samples: &Samples) -> Result<DataId> {
        let columns = self.columns(samples)?;
        self.bound.memory.executor().load(&columns)
    }

    /// Hands a batch to the inputs; gives the number of its rows.
    pub fn feed(&mut self, samples: &Samples) -> Result<usize> {
        let columns = self.columns(samples)?;
        self.bound.memory.executor().feed(&columns)
    }

    pub fn unload(&mut self, data: DataId) {
        self.bound.memory.executor().unload(data);
    }

    pub fn order(&mut self, data: DataId, order: &[u32]) -> Result<()> {
        self.bound.memory.executor().order(data, order)
    }

    /// Steps best handed over at once.
    pub fn group(&self) -> usize {
        self.bound.memory.executor().steps_per_submit().max(1)
    }

    /// Runs batches of a data set.
    pub fn run(
        &mut self,
        runner: &mut Runner,
        program: Program,
        data: DataId,
        batches: Range<usize>,
        samples: usize,
    ) -> Result<()> {
        let mut executor = self.bound.memory.executor();
        let done = runner.run(&mut **executor, &self.compiled, program, data, batches, samples);
        self.touch(program);
        done
    }

    /// Runs the batch that was fed, of `rows` rows.
    pub fn replay(&mut self, runner: &mut Runner, program: Program, rows: usize) -> Result<()> {
        let steps = runner.fill(&self.compiled, program, 0..1, rows);
        let mut executor = self.bound.memory.executor();
        let done = executor.replay(program, steps);
        self.touch(program);
        done
    }

    /// States that training has changed the variables; said while the executor is held, so that nobody fetches before.
    fn touch(&self, program: Program) {
        if program == Program::Train {
            self.bound.memory.touch();
        }
    }

    /// What it runs on.
    #[cfg(feature = "gpu")]
    pub fn device(&self) -> String {
        self.bound.memory.executor().device()
    }

    /// Lets totals begin at zero.
    pub fn reset(&mut self) -> Result<()> {
        runner::reset(&mut **self.bound.memory.executor(), &self.compiled)
    }

    pub fn totals(&self) -> Result<(Vec<HeadTotals>, f64)> {
        runner::totals(&mut **self.bound.memory.executor(), &self.compiled)
    }

    /// What the optimizer remembers from step to step, by name.
    pub fn remembered(&self) -> Vec<(String, Value)> {
        let values = self.compiled.plan.values.iter().enumerate();
        let own = format!("{}/", self.compiled.optimizer.name());
        let slot = |role| matches!(role, Role::Whole(Arena::Slot(_), _));
        let slots = values.filter(|(_, v)| slot(v.role) || (v.role == Role::Auxiliary && v.name.starts_with(&own)));
        slots.map(|(i, v)| (v.name.clone(), Value(i))).collect()
    }

    /// What the epoch adds up in: totals of every output, penalties, metrics, in one order.
    pub fn totals_held(&self) -> Vec<Value> {
        let c = &self.compiled;
        let heads = c.heads.iter().flat_map(|h| std::iter::once(h.totals).chain(h.metrics.iter().map(|m| m.state)));
        heads.chain(c.penalties).collect()
    }

    /// The variables and the averages the optimizer keeps of them, chunk by chunk; none where it keeps none.
    fn averages(&self) -> Vec<(Value, Value)> {
        let plan = &self.compiled.plan;
        let chunk = |arena: Arena, chunk: u16| plan.of_role(Role::Whole(arena, chunk)).next();
        (0..).map_while(|c| Some((chunk(Arena::Param, c)?, chunk(Arena::Slot(AVERAGE), c)?))).collect()
    }

    /// Whether the optimizer keeps averages of the variables.
    pub fn keeps_averages(&self) -> bool {
        !self.averages().is_empty()
    }

    /// Gives each pair of variables and averages what `f` makes of them.
    pub fn exchange_averages(&mut self, f: impl Fn(Vec<f64>, Vec<f64>) -> (Vec<f64>, Vec<f64>)) -> Result<()> {
        let pairs = self.averages();
        let mut executor = self.bound.memory.executor();
        for (variables, averages) in pairs {
            let (v, a) = f(executor.read(variables)?, executor.read(averages)?);
            executor.write(variables, &v)?;
            executor.write(averages, &a)?;
        }
        self.bound.memory.touch();
        Ok(())
    }

    /// Brings to the host what has its newest values here.
    pub fn leave<'a>(&self, variables: impl IntoIterator<Item = &'a Variable>) -> Result<()> {
        variables.into_iter().try_for_each(|v| v.leave(&self.bound.memory))
    }

    /// Overwrites a value.
    pub fn write(&mut self, value: Value, numbers: &[f64]) -> Result<()> {
        self.bound.memory.executor().write(value, numbers)
    }

    /// The numbers of a value.
    pub fn read(&self, value: Value) -> Result<Vec<f64>> {
        self.bound.memory.executor().read(value)
    }
}

/// Fails unless there are as many tables as the model has inputs or outputs.
pub(super) fn count(name: &str, what: &str, expected: usize, got: usize) -> Result<()> {
    if expected == got {
        return Ok(());
    }
    let help = format!("give the model one table for each of its {what}, in the order it names them");
    Err(Error::request(format!("{what} of {name}"), expected, got, help))
}
