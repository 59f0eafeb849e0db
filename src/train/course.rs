//! Where a training has come to: its data on the device, the epoch, the step, and what earlier epochs came to.

use super::checkpoint::{DATA, Facts, RECORDED};
use super::fit::Fit;
use super::logs::{History, Interruption};
use super::model::{Model, not_compiled};
use crate::base::{Result, RowData, Rows};
use crate::data::Samples;
use crate::exec::DataId;

/// The data of a training on the device, and where it has come to.
pub(super) struct Course {
    pub train: DataId,
    /// Samples trained on.
    pub samples: usize,
    /// Data set and the number of its samples to evaluate.
    pub validation: Option<(DataId, usize)>,
    /// Batches in one time through the data, and those of this time that are done.
    pub batches: usize,
    pub done: usize,
    /// Steps an epoch has, and where epochs end.
    pub steps: usize,
    pub epochs: usize,
    /// The epoch this call of `fit` began in.
    pub first: usize,
    /// Whether it went on from a checkpoint.
    pub resumed: bool,
    /// The epoch, and the steps of it that are done.
    pub epoch: usize,
    pub at: usize,
    /// Whether a callback has ended training.
    pub stop: bool,
    /// Whether somebody has asked it to stop where it is.
    pub interrupted: Option<Interruption>,
    pub history: History,
    /// What was trained on and evaluated, and the facts of it once somebody has asked.
    pub given: [Option<Samples>; 2],
    pub facts: Option<Facts>,
}

impl Course {
    pub fn new(train: DataId, trained: Samples, fit: &Fit<'_>) -> Self {
        Self {
            train,
            samples: trained.len(),
            validation: None,
            batches: 0,
            done: 0,
            steps: 0,
            epochs: fit.epochs,
            first: fit.initial_epoch,
            resumed: false,
            epoch: fit.initial_epoch,
            at: 0,
            stop: false,
            interrupted: None,
            history: History::default(),
            given: [Some(trained), fit.validation.clone()],
            facts: None,
        }
    }

    /// Whether there is anything left to do. An epoch that a callback has stopped within still comes to its end.
    pub fn goes_on(&self) -> bool {
        self.interrupted.is_none() && (self.at > 0 || (self.epoch < self.epochs && !self.stop))
    }
}

impl Model {
    /// What a training that goes on must agree in. Reads all data once.
    pub(super) fn facts(&self, fit: &Fit<'_>, course: &Course) -> Result<Facts> {
        let state = self.compiled.as_ref().ok_or_else(not_compiled)?;
        let engine = state.engine.as_ref().ok_or_else(not_compiled)?;
        let plan = &engine.compiled.plan;
        let mut facts = vec![
            ("optimizer".to_owned(), state.optimizer.name().to_owned()),
            ("batch size".to_owned(), engine.batch().to_string()),
            ("precision".to_owned(), if self.device.number_size() == 8 { "float64" } else { "float32" }.to_owned()),
        ];
        let mut tell = |name: &str, text: String| facts.push((name.to_owned(), text));
        for (name, v) in self.named_variables() {
            tell(&format!("variable `{name}`"), format!("shape {:?}", v.shape()));
        }
        for (i, call) in self.flat.calls().enumerate() {
            let inputs: Vec<String> = call.inputs.iter().map(usize::to_string).collect();
            let learns = if call.trainable { "" } else { ", frozen" };
            let text = format!("{} `{}` of {}{learns}", call.handle.kind(), call.scope, inputs.join(", "));
            tell(&format!("layer call {}", i + 1), text);
        }
        for head in &engine.compiled.heads {
            tell(&format!("loss of output `{}`", head.name), format!("{} × {}", head.loss.name(), head.loss_weight));
        }
        tell("numbers told", state.told.names(&engine.compiled).join(", "));
        for (name, value) in engine.remembered() {
            tell(&format!("array `{name}` of the optimizer"), format!("{} numbers", plan.values[value.0].len()));
        }
        if let Ok(config) = state.optimizer.config() {
            for key in ["learning_rate", "schedules"] {
                // A schedule's length is among its numbers: another one is another training.
                let told = config.fields.get(key).map(|value| value.to_string().replace('"', ""));
                tell(&format!("{key} of the optimizer"), told.unwrap_or_else(|| "none".to_owned()));
            }
        }
        for (name, samples) in DATA.iter().zip(&course.given) {
            tell(name, samples.as_ref().map_or_else(|| "none".to_owned(), fingerprint));
        }
        let count = |limit: Option<usize>| limit.map_or_else(|| "all".to_owned(), |n| n.to_string());
        tell("samples trained on", course.samples.to_string());
        tell("shuffle", fit.shuffle.to_string());
        tell("steps per epoch", course.steps.to_string());
        tell("validation steps", count(fit.validation_steps));
        tell(RECORDED, format!("{:08x}", crc32fast::hash(plan.to_string().as_bytes())));
        Ok(facts)
    }
}

/// Samples told apart by their number, shapes and bytes.
fn fingerprint(samples: &Samples) -> String {
    let mut hash = crc32fast::Hasher::new();
    let floats = |numbers: &[f32], hash: &mut crc32fast::Hasher| {
        numbers.chunks(1 << 12).for_each(|part| {
            let bytes: Vec<u8> = part.iter().flat_map(|v| v.to_le_bytes()).collect();
            hash.update(&bytes);
        });
    };
    let mut table = |rows: &Rows| {
        hash.update(&(rows.width as u64).to_le_bytes());
        hash.update(&(rows.len() as u64).to_le_bytes());
        match &rows.data {
            RowData::Bytes { data, scale, shift } => {
                floats(&[*scale, *shift], &mut hash);
                hash.update(data);
            }
            RowData::Floats(numbers) => floats(numbers, &mut hash),
        }
    };
    samples.inputs.iter().chain(&samples.labels).chain(&samples.weights).for_each(&mut table);
    let widths = |all: &[Rows]| all.iter().map(|rows| rows.width.to_string()).collect::<Vec<_>>().join(" and ");
    let (inputs, labels) = (widths(&samples.inputs), widths(&samples.labels));
    let weights = if samples.weights.is_some() { ", weighted" } else { "" };
    let crc = hash.finalize();
    format!("{} samples of {inputs} numbers with labels of {labels}{weights}, checksum {crc:08x}", samples.len())
}
