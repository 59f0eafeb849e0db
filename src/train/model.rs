//! A model: a graph whose layers have variables, on a device. It is compiled, trained, evaluated and asked.

use super::build::build;
use super::compiled::{Objective, compile};
use super::device::Device;
use super::engine::Engine;
use super::flat::Flat;
use super::graph::Graph;
use super::layer::{SharedLayer, assign};
use super::logs::{Logs, Told};
use super::objectives::{Compile, IntoMetrics, Parts};
use super::predict::Predictors;
use super::remembered::Remembered;
use super::runner::Runner;
use super::setup::Setup;
use super::variable::Variable;
use crate::base::{Error, Result, Seed};
use crate::data::Samples;
use crate::exec::DataId;
use crate::nn::loss::Loss;
use crate::nn::optim::Optimizer;
use crate::plan::{Plan, Program};
use std::sync::Arc;

/// Samples a batch where nothing says otherwise: Keras's default.
pub const BATCH: usize = 32;

/// A model: a graph whose layers have variables, on a device.
///
/// Layers and models are handles: those used in several models share their variables, and training one model changes
/// the others.
pub struct Model {
    graph: Graph,
    pub(super) flat: Flat,
    pub(super) device: Device,
    pub(super) runner: Runner,
    pub(super) compiled: Option<State>,
    pub(super) predictors: Predictors,
    /// Times the data was shuffled.
    pub(super) passes: u32,
    /// Whether `fit` is going on: its engine must stay as it is.
    pub(super) training: bool,
}

/// What compiling a model adds to it.
pub(super) struct State {
    pub optimizer: Arc<dyn Optimizer>,
    pub objectives: Vec<Objective>,
    observe_every: Option<u64>,
    pub told: Told,
    /// Whether somebody was warned that layers were frozen or unfrozen since.
    warned: bool,
    pub engine: Option<Engine>,
    /// Evaluates while the engine trains.
    pub judge: Option<Engine>,
    /// Whether variables and averages have changed places.
    pub swapped: bool,
    /// What the optimizer is to remember, until there is an engine that does.
    pub pending: Vec<Remembered>,
}

impl Model {
    pub(super) fn new(graph: Graph, device: &Device, seed: Seed) -> Result<Self> {
        let mut flat = Flat::new(&graph)?;
        build(&mut flat, seed)?;
        Ok(Self {
            graph,
            flat,
            device: device.clone(),
            runner: Runner::new(seed),
            compiled: None,
            predictors: Predictors::default(),
            passes: 0,
            training: false,
        })
    }

    /// The graph.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// The device it runs on.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// The seed masks and shuffles are drawn from.
    pub fn seed(&self) -> Seed {
        self.runner.seed
    }

    /// The layers in the order they are applied in; a slice of them makes another model that shares their variables.
    pub fn layers(&self) -> Vec<SharedLayer> {
        self.graph.layers()
    }

    /// The layer of this name; a layer within a model used as a layer as `model/layer`.
    ///
    /// # Errors
    /// No layer of this name, with those there are and the nearest one.
    pub fn layer(&self, name: &str) -> Result<SharedLayer> {
        self.graph.layer(name)
    }

    /// The variables of all layers, each once.
    pub fn variables(&self) -> Vec<Variable> {
        self.graph.variables()
    }

    /// Lets all layers learn or freezes them; compile again for it to take effect.
    pub fn set_trainable(&self, trainable: bool) {
        self.graph.as_layer().set_trainable(trainable);
    }

    /// The values of all variables, in the order of [`Model::variables`].
    ///
    /// # Errors
    /// The device was lost.
    pub fn get_weights(&self) -> Result<Vec<Vec<f64>>> {
        self.variables().iter().map(Variable::values).collect()
    }

    /// Gives all variables these values.
    ///
    /// # Errors
    /// Another number of arrays, or an array of another size; nothing is changed then.
    pub fn set_weights(&mut self, weights: &[Vec<f64>]) -> Result<()> {
        assign("model", &self.variables(), weights)
    }

    /// A model of the same structure, not compiled, with variables of its own, drawn from `seed`: Keras's `clone_model`.
    ///
    /// # Errors
    /// As [`Sequential::build`](super::Sequential::build).
    pub fn clone_model(&self, seed: Seed) -> Result<Self> {
        Self::new(self.graph.clone_structure(), &self.device, seed)
    }

    /// Says what is lowered and told: one loss for one output, metrics by value or name.
    ///
    /// What the optimizer remembers begins anew. Which layers learn is settled here: after freezing or unfreezing some,
    /// compile again.
    ///
    /// # Errors
    /// A loss, metric or optimizer that does not fit the outputs, or an option outside its range; nothing to train.
    pub fn compile(
        &mut self,
        optimizer: impl Optimizer + 'static,
        loss: impl Loss + 'static,
        metrics: impl IntoMetrics,
    ) -> Result<()> {
        self.compile_with(Compile::new(optimizer).loss(loss).metrics(metrics))
    }

    /// Says what is lowered and told of each output; see [`Model::compile`].
    ///
    /// # Errors
    /// As [`Model::compile`], and another number of losses than outputs.
    pub fn compile_with(&mut self, how: Compile) -> Result<()> {
        self.not_within_fit("compile")?;
        let Parts { optimizer, objectives, observe_every } = how.parts()?;
        let mut setup = Setup::new(BATCH, self.seed());
        setup.blank = true;
        let before = self.flat.settle();
        let trial = compile(&self.flat, optimizer.clone(), &objectives, &setup);
        if trial.is_err() {
            self.flat.settle_as(&before);
        }
        let trial = trial?;
        let told = Told::new(&trial, &objectives);
        // Variables must not keep the memory of an engine alive that nobody runs any more.
        self.variables().iter().try_for_each(Variable::settle)?;
        self.runner.progress = Default::default();
        let (engine, judge) = (None, None);
        self.compiled = Some(State {
            optimizer,
            objectives,
            observe_every,
            told,
            warned: false,
            engine,
            judge,
            swapped: false,
            pending: Vec::new(),
        });
        Ok(())
    }

    pub(super) fn state(&mut self) -> Result<&mut State> {
        self.compiled.as_mut().ok_or_else(not_compiled)
    }

    /// The learning rate of the next step.
    ///
    /// # Errors
    /// The model is not compiled.
    pub fn learning_rate(&self) -> Result<f64> {
        let state = self.compiled.as_ref().ok_or_else(not_compiled)?;
        let progress = &self.runner.progress;
        Ok(progress.learning_rate.unwrap_or_else(|| state.optimizer.learning_rate(progress.steps)))
    }

    /// Holds the learning rate at `rate` from the next step on, whatever the schedule says.
    ///
    /// # Errors
    /// A negative rate or none.
    pub fn set_learning_rate(&mut self, rate: f64) -> Result<()> {
        crate::base::Allowed::NotNegative.check("model", "learning_rate", rate)?;
        self.runner.progress.learning_rate = Some(rate);
        Ok(())
    }

    /// Steps trained since the model was compiled.
    pub fn steps_done(&self) -> u64 {
        self.runner.progress.steps
    }

    /// Which layers learn is as it was when the model was compiled; says so once if some were frozen or unfrozen since.
    pub(super) fn warn_of_freezing(&mut self) {
        let Some(state) = &mut self.compiled else { return };
        let changed = self.flat.calls().filter(|c| c.call == 0 && c.learns() != c.trainable);
        let changed: Vec<&str> = changed.map(|c| c.scope.as_str()).collect();
        if !changed.is_empty() && !state.warned {
            state.warned = true;
            eprintln!(
                "warning: layers {} were frozen or unfrozen after compile, and train as they were: compile the model again for it to take effect",
                changed.join(", ")
            );
        }
    }

    /// The plan of training and evaluation in batches of `batch`: what its listing shows and its memory is counted from.
    ///
    /// # Errors
    /// The model is not compiled, or does not work with this batch size.
    pub fn plan(&self, batch: usize) -> Result<Plan> {
        let state = self.compiled.as_ref().ok_or_else(not_compiled)?;
        if let Some(engine) = state.engine.as_ref().filter(|e| e.batch() == batch) {
            return Ok(engine.compiled.plan.clone());
        }
        Ok(state.record(&self.flat, batch, false, self.seed())?.plan)
    }

    /// The batch size it is trained with, or would be.
    pub fn batch(&self) -> usize {
        self.compiled.as_ref().and_then(|s| s.engine.as_ref()).map_or(BATCH, Engine::batch)
    }

    /// Makes sure that there is an engine for batches of `batch`, with sample weights where `weighted`.
    pub(super) fn prepare(&mut self, batch: usize, weighted: bool) -> Result<()> {
        let seed = self.seed();
        let state = self.compiled.as_mut().ok_or_else(not_compiled)?;
        let fits = |e: &Engine| e.batch() == batch && (e.compiled.w.is_some() || !weighted);
        if !state.engine.as_ref().is_some_and(fits) {
            let compiled = state.record(&self.flat, batch, weighted, seed)?;
            let mut engine = Engine::new(compiled, &self.flat, &self.device)?;
            if !state.pending.is_empty() {
                engine.remember(&state.pending)?;
                state.pending.clear();
            }
            if let Some(old) = &state.engine {
                engine.inherit(old)?;
                self.flat.calls().flat_map(|c| c.handle.variables()).try_for_each(|v| v.settle())?;
            }
            state.engine = Some(engine);
        }
        Ok(())
    }

    /// Refuses what would change the engine `fit` trains with.
    pub(super) fn not_within_fit(&self, call: &str) -> Result<()> {
        if !self.training {
            return Ok(());
        }
        let help = "call it before or after, or end training with stop_training";
        Err(Error::request(call, "a model that is not being trained", "a call from within fit", help))
    }

    /// The engine that evaluates: the one that trains, unless `fit` is going on.
    pub(super) fn evaluator(&mut self, weighted: bool) -> Result<(&mut Engine, &mut Runner)> {
        if !self.training {
            let batch = self.batch();
            self.prepare(batch, weighted)?;
        }
        let (seed, batch, training) = (self.seed(), self.batch(), self.training);
        let state = self.compiled.as_mut().ok_or_else(not_compiled)?;
        let place = if training { &mut state.judge } else { &mut state.engine };
        if !place.as_ref().is_some_and(|e| e.compiled.w.is_some() || !weighted) {
            *place = None;
        }
        if place.is_none() {
            let compiled =
                compile(&self.flat, state.optimizer.clone(), &state.objectives, &setup(batch, weighted, seed))?;
            *place = Some(Engine::new(compiled, &self.flat, &self.device)?);
        }
        match place {
            Some(engine) => Ok((engine, &mut self.runner)),
            None => Err(not_compiled()),
        }
    }

    /// Loss and metrics over samples in inference mode.
    ///
    /// # Errors
    /// The model is not compiled, samples that do not fit it, the device was lost.
    pub fn evaluate(&mut self, samples: impl Into<Samples>) -> Result<Logs> {
        let samples = samples.into();
        let (engine, runner) = self.evaluator(samples.weights.is_some())?;
        engine.fetch()?;
        let data = engine.load(&samples)?;
        let done = evaluate(engine, runner, data, 0..samples.len(), None);
        engine.unload(data);
        done?;
        self.logs_of_evaluation()
    }

    pub(super) fn logs_of_evaluation(&mut self) -> Result<Logs> {
        let training = self.training;
        let state = self.state()?;
        let engine = if training { &state.judge } else { &state.engine };
        engine.as_ref().map_or_else(|| Err(not_compiled()), |e| state.told.logs(e))
    }

    /// One step on one batch; loss and metrics of it, before the step.
    ///
    /// The batch size of the model becomes that of the first batch; smaller batches work with it, a larger one makes it
    /// grow.
    ///
    /// # Errors
    /// The model is not compiled, samples that do not fit it, the device was lost.
    pub fn train_on_batch(&mut self, samples: impl Into<Samples>) -> Result<Logs> {
        self.on_batch(Program::Train, &samples.into())
    }

    /// Loss and metrics of one batch in inference mode.
    ///
    /// # Errors
    /// As [`Model::train_on_batch`].
    pub fn test_on_batch(&mut self, samples: impl Into<Samples>) -> Result<Logs> {
        self.on_batch(Program::Evaluate, &samples.into())
    }

    fn on_batch(&mut self, program: Program, samples: &Samples) -> Result<Logs> {
        self.not_within_fit("train_on_batch or test_on_batch")?;
        let have = self.compiled.as_ref().and_then(|s| s.engine.as_ref()).map_or(0, Engine::batch);
        self.prepare(have.max(samples.len()).max(1), samples.weights.is_some())?;
        let runner = &mut self.runner;
        let state = self.compiled.as_mut().ok_or_else(not_compiled)?;
        let engine = state.engine.as_mut().ok_or_else(not_compiled)?;
        if program == Program::Train {
            engine.claim()?
        } else {
            engine.fetch()?
        }
        let rows = engine.feed(samples)?;
        engine.reset()?;
        engine.replay(runner, program, rows)?;
        state.told.logs(engine)
    }
}

impl State {
    fn record(&self, flat: &Flat, batch: usize, weighted: bool, seed: Seed) -> Result<super::compiled::Compiled> {
        let mut setup = setup(batch, weighted, seed);
        setup.observe_every = self.observe_every;
        compile(flat, self.optimizer.clone(), &self.objectives, &setup)
    }
}

fn setup(batch: usize, weighted: bool, seed: Seed) -> Setup {
    let mut setup = Setup::new(batch, seed).sample_weight(weighted);
    setup.blank = true;
    setup
}

pub(super) fn not_compiled() -> Error {
    let help = "call compile with an optimizer and a loss first";
    Error::request("model", "a compiled model", "one that was not compiled", help)
}

/// Evaluates rows `rows` of a data set, at most `limit` batches; the rows are those of the order set.
pub(super) fn evaluate(
    engine: &mut Engine,
    runner: &mut Runner,
    data: DataId,
    rows: std::ops::Range<usize>,
    limit: Option<usize>,
) -> Result<()> {
    engine.reset()?;
    let batches = rows.len().div_ceil(engine.batch()).min(limit.unwrap_or(usize::MAX));
    let group = engine.group();
    let mut done = 0;
    while done < batches {
        let next = (done + group).min(batches);
        engine.run(runner, Program::Evaluate, data, done..next, rows.len())?;
        done = next;
    }
    Ok(())
}
