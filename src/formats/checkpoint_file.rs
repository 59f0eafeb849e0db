//! A checkpoint as one file: safetensors, with everything that is not an array as JSON in its metadata, and a checksum.
//!
//! The file begins `length of the header (8 bytes), {"__metadata__":{"checksum":"8 hex digits",…`: the checksum is the CRC-32
//! of the whole file with `00000000` in its place. So every bit flipped and every byte cut is told before anything is
//! believed. `layer/variable` are the model's variables, so that it also serves as a file of weights; names that begin
//! with `/` are the rest.

use super::arrays::{self, Arrays};
use crate::base::{Error, Result, Seed};
use crate::nn::optim::Progress;
use crate::train::callback::State;
use crate::train::{Checkpoint, History, Snapshot};
use serde_json::{Value, json};

/// What the header begins with, up to the digits of the checksum.
const START: &str = r#"{"__metadata__":{"checksum":""#;

/// Bytes of the header's length.
const LENGTH: usize = 8;

/// Where the digits of the checksum are.
const DIGITS: std::ops::Range<usize> = LENGTH + START.len()..LENGTH + START.len() + 8;

/// The form of the file; a reader refuses a later one.
const FORM: u64 = 1;

/// Most steps a training may have made: there are always more to come.
const MOST_STEPS: u64 = 1 << 53;

const TOTALS: &str = "/totals/";
const EPOCHS: &str = "/history/epochs";
const HISTORY: &str = "/history/";
const CALLBACKS: &str = "/callback/";

/// The bytes of a checkpoint.
pub fn encode(checkpoint: &Checkpoint) -> Vec<u8> {
    let c = checkpoint;
    let mut all: Vec<(String, &[usize], &[f64])> = Vec::new();
    all.extend(c.snapshot.arrays.iter().map(|(name, shape, numbers)| (name.clone(), &shape[..], &numbers[..])));
    let lengths = |numbers: &[f64]| [numbers.len()];
    let epochs: Vec<f64> = c.history.epochs.iter().map(|e| *e as f64).collect();
    let mut flat: Vec<(String, &[f64])> = vec![(EPOCHS.to_owned(), &epochs)];
    flat.extend(c.totals.iter().map(|(name, _, numbers)| (format!("{TOTALS}{name}"), &numbers[..])));
    // Names of what is told may be anything: the header tells them by number.
    flat.extend(c.history.iter().enumerate().map(|(i, (_, numbers))| (format!("{HISTORY}{i}"), numbers)));
    for state in &c.states {
        flat.extend(state.arrays.iter().map(|(n, numbers)| (format!("{CALLBACKS}{}/{n}", state.name), &numbers[..])));
    }
    let shapes: Vec<[usize; 1]> = flat.iter().map(|(_, numbers)| lengths(numbers)).collect();
    all.extend(flat.into_iter().zip(&shapes).map(|((name, numbers), shape)| (name, &shape[..], numbers)));
    let first = [("checksum", "00000000".to_owned()), ("training", words(c).to_string())];
    let mut bytes = arrays::encode(&all, &first);
    let sum = format!("{:08x}", crc32fast::hash(&bytes));
    bytes[DIGITS].copy_from_slice(sum.as_bytes());
    bytes
}

/// What a checkpoint holds besides arrays.
fn words(c: &Checkpoint) -> Value {
    let Progress { steps, carry, learning_rate } = c.snapshot.progress;
    let states: Vec<Value> = c.states.iter().map(|s| json!({ "name": s.name, "texts": s.texts })).collect();
    let told: Vec<&str> = c.history.iter().map(|(name, _)| name).collect();
    json!({
        "form": FORM,
        "version": c.version,
        "device": c.device,
        "epoch": c.epoch,
        "step": c.step,
        "batch": c.batch,
        "stopped": c.stopped,
        "seed": c.seed.0,
        "steps": steps,
        // The bits: text would round, and knows no NaN.
        "carry": carry.to_bits(),
        "learning_rate": learning_rate.map(f64::to_bits),
        "shuffled": c.snapshot.counters[0],
        "evaluated": c.snapshot.counters[1],
        "variables": c.snapshot.variables,
        "history": told,
        "callbacks": states,
        "facts": c.facts,
    })
}

/// The checkpoint in `bytes`; `source` is what messages call it.
///
/// # Errors
/// Bytes that are no checkpoint, or were damaged.
pub fn decode(bytes: &[u8], source: &str) -> Result<Checkpoint> {
    let broken = |what: &str| Error::Data(format!("{source}: {what}; give a checkpoint that was saved whole"));
    checked(bytes).map_err(broken)?;
    let (arrays, metadata) = arrays::decode(bytes, source)?;
    let training = metadata.get("training").and_then(|text| serde_json::from_str::<Value>(text).ok());
    let training = training.ok_or_else(|| broken("it has no checkpoint's metadata"))?;
    if training["form"].as_u64() != Some(FORM) {
        return Err(broken("it was saved by a later wgrad"));
    }
    parted(arrays, &training, source).ok_or_else(|| broken("what it says of the training makes no sense"))
}

/// Fails with what is wrong with the checksum.
fn checked(bytes: &[u8]) -> Result<(), &'static str> {
    let starts = bytes.get(LENGTH..DIGITS.start).is_some_and(|start| start == START.as_bytes());
    let (true, Some(digits)) = (starts, bytes.get(DIGITS)) else { return Err("no checkpoint, or a damaged one") };
    let mut hash = crc32fast::Hasher::new();
    hash.update(bytes.get(..DIGITS.start).unwrap_or_default());
    hash.update(b"00000000");
    hash.update(bytes.get(DIGITS.end..).unwrap_or_default());
    if format!("{:08x}", hash.finalize()).as_bytes() == digits { Ok(()) } else { Err("its checksum is wrong") }
}

/// A list of texts.
fn texts(value: &Value) -> Option<Vec<String>> {
    value.as_array()?.iter().map(|text| text.as_str().map(str::to_owned)).collect()
}

/// A list of pairs of texts.
fn pairs(value: &Value) -> Option<Vec<(String, String)>> {
    value.as_array()?.iter().map(|pair| Some((pair.get(0)?.as_str()?.into(), pair.get(1)?.as_str()?.into()))).collect()
}

/// The checkpoint of arrays and words.
fn parted(all: Arrays, words: &Value, source: &str) -> Option<Checkpoint> {
    let number = |name: &str| words[name].as_u64();
    let index = |name: &str| usize::try_from(number(name)?).ok();
    let short = |name: &str| u32::try_from(number(name)?).ok();
    let text = |name: &str| words[name].as_str().map(str::to_owned);
    let [mut variables, mut remembered, mut totals, mut rest] = <[Arrays; 4]>::default();
    for array in all {
        let own = [TOTALS, HISTORY, CALLBACKS].iter().position(|start| array.0.starts_with(start));
        match own {
            None if array.0.starts_with('/') => remembered.push(array),
            None => variables.push(array),
            Some(0) => totals.push((array.0[TOTALS.len()..].to_owned(), array.1, array.2)),
            Some(_) => rest.push(array),
        }
    }
    totals.sort_by_key(|(name, ..)| name.parse::<usize>().unwrap_or(usize::MAX));
    let find = |name: &str| rest.iter().find(|(n, ..)| n == name).map(|(_, _, numbers)| numbers.clone());
    let epochs = find(EPOCHS)?.iter().map(|e| *e as usize).collect();
    let told = texts(&words["history"])?.into_iter().enumerate();
    let series = told.map(|(i, name)| Some((name, find(&format!("{HISTORY}{i}"))?))).collect::<Option<_>>()?;
    let mut states = Vec::new();
    for state in words["callbacks"].as_array()? {
        let name = state["name"].as_str()?.to_owned();
        // Two of one name would share their arrays.
        if states.iter().any(|known: &State| known.name == name) {
            return None;
        }
        states.push(State { arrays: Vec::new(), texts: pairs(&state["texts"])?, name });
    }
    for (path, _, numbers) in &rest {
        // Of `a` and `a/b` the longer name has `a/b/c`.
        let own =
            |state: &State| path.strip_prefix(CALLBACKS)?.strip_prefix(&state.name)?.strip_prefix('/').map(str::len);
        let owner = states.iter_mut().filter_map(|state| Some((own(state)?, state))).min_by_key(|(left, _)| *left);
        if let Some((left, state)) = owner {
            state.arrays.push((path[path.len() - left..].to_owned(), numbers.clone()));
        }
    }
    let known = index("variables")? == variables.len();
    variables.extend(remembered);
    let learning_rate = if words["learning_rate"].is_null() { None } else { Some(number("learning_rate")?) };
    let progress = Progress {
        steps: number("steps").filter(|steps| *steps <= MOST_STEPS)?,
        carry: f64::from_bits(number("carry")?),
        learning_rate: learning_rate.map(f64::from_bits),
    };
    known.then_some(Checkpoint {
        snapshot: Snapshot {
            variables: index("variables")?,
            arrays: variables,
            progress,
            counters: [short("shuffled")?, short("evaluated")?],
        },
        totals,
        seed: Seed(number("seed")?),
        epoch: index("epoch")?,
        step: index("step")?,
        batch: index("batch")?,
        stopped: words["stopped"].as_bool()?,
        history: History::of(epochs, series)?,
        states,
        facts: pairs(&words["facts"])?,
        version: text("version")?,
        device: text("device")?,
        source: source.to_owned(),
    })
}
