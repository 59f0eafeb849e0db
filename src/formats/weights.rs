//! Variables and snapshots of trainings as safetensors files: named arrays, little-endian, behind a header in JSON.
//!
//! Numbers that f32 holds are written as F32, others as F64: reading gives the same bits.

use crate::base::{Error, Result};
use crate::nn::optim::Progress;
use crate::train::save::save;
use crate::train::{Model, Snapshot};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use std::collections::HashMap;
use std::path::Path;

type Arrays = Vec<(String, Vec<usize>, Vec<f64>)>;

impl Model {
    /// Writes all variables to a safetensors file, named `layer/variable`. The file is written whole or not at all.
    ///
    /// # Errors
    /// The device was lost, or the file cannot be written.
    pub fn save_weights(&self, path: impl AsRef<Path>) -> Result<()> {
        let all = self.named_variables();
        let arrays = all.into_iter().map(|(name, v)| Ok((name, v.shape().to_vec(), v.values()?)));
        write(path.as_ref(), &arrays.collect::<Result<Arrays>>()?, HashMap::new())
    }

    /// Reads all variables from a file of [`Model::save_weights`].
    ///
    /// # Errors
    /// A file that is none, or a variable that is not in it or has another shape; nothing is changed then.
    pub fn load_weights(&mut self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let (arrays, _) = read(path)?;
        let mut values = Vec::new();
        for (name, v) in self.named_variables() {
            match arrays.iter().find(|(n, ..)| *n == name) {
                Some((_, shape, numbers)) if shape == v.shape() => values.push((v, numbers)),
                Some((_, shape, _)) => return Err(unlike(path, &name, v.shape(), &format!("shape {shape:?}"))),
                None => return Err(unlike(path, &name, v.shape(), "no such array")),
            }
        }
        values.into_iter().try_for_each(|(v, numbers)| v.assign(numbers))
    }
}

fn unlike(path: &Path, name: &str, shape: &[usize], got: &str) -> Error {
    let help = "build the model as the one that was saved";
    Error::request(format!("{}: `{name}`", path.display()), format!("shape {shape:?}"), got, help)
}

fn write(path: &Path, arrays: &Arrays, metadata: HashMap<String, String>) -> Result<()> {
    let exact = |numbers: &[f64]| numbers.iter().all(|v| f64::from(*v as f32).to_bits() == v.to_bits());
    let bytes: Vec<(Dtype, Vec<u8>)> = arrays
        .iter()
        .map(|(_, _, numbers)| match exact(numbers) {
            true => (Dtype::F32, numbers.iter().flat_map(|v| (*v as f32).to_le_bytes()).collect()),
            false => (Dtype::F64, numbers.iter().flat_map(|v| v.to_le_bytes()).collect()),
        })
        .collect();
    let failed = |e: safetensors::SafeTensorError| Error::Data(format!("{}: cannot be written: {e}", path.display()));
    let mut views = Vec::with_capacity(arrays.len());
    for ((name, shape, _), (dtype, bytes)) in arrays.iter().zip(&bytes) {
        views.push((name.as_str(), TensorView::new(*dtype, shape.clone(), bytes).map_err(failed)?));
    }
    let metadata = (!metadata.is_empty()).then_some(metadata);
    save(path, &safetensors::serialize(views, metadata).map_err(failed)?)
}

fn read(path: &Path) -> Result<(Arrays, HashMap<String, String>)> {
    let damaged = |what: String| {
        Error::Data(format!("{}: {what}; give a file that was written whole, or another one", path.display()))
    };
    let bytes = std::fs::read(path).map_err(|e| damaged(format!("cannot be read: {e}")))?;
    let (_, header) = SafeTensors::read_metadata(&bytes).map_err(|e| damaged(format!("no safetensors file: {e}")))?;
    let file = SafeTensors::deserialize(&bytes).map_err(|e| damaged(format!("no safetensors file: {e}")))?;
    let mut arrays = Vec::new();
    for (name, view) in file.iter() {
        let data = view.data();
        let numbers: Vec<f64> = match view.dtype() {
            Dtype::F32 => data.as_chunks::<4>().0.iter().map(|b| f64::from(f32::from_le_bytes(*b))).collect(),
            Dtype::F64 => data.as_chunks::<8>().0.iter().map(|b| f64::from_le_bytes(*b)).collect(),
            other => return Err(damaged(format!("array `{name}`: expected F32 or F64, got {other:?}"))),
        };
        arrays.push((name.to_owned(), view.shape().to_vec(), numbers));
    }
    Ok((arrays, header.metadata().clone().unwrap_or_default()))
}

/// Writes a training at the end of `epoch`.
pub(super) fn write_snapshot(path: &Path, snapshot: &Snapshot, epoch: usize) -> Result<()> {
    let Progress { steps, carry, learning_rate } = snapshot.progress;
    let mut words = HashMap::new();
    let mut put = |key: &str, value: u64| words.insert(key.to_owned(), value.to_string());
    put("epoch", epoch as u64);
    put("variables", snapshot.variables as u64);
    put("steps", steps);
    // The bits: text would round.
    put("carry", carry.to_bits());
    put("passes", u64::from(snapshot.counters[0]));
    put("evaluated", u64::from(snapshot.counters[1]));
    if let Some(rate) = learning_rate {
        put("learning_rate", rate.to_bits());
    }
    write(path, &snapshot.arrays, words)
}

/// Reads a training, and the epoch it was written after.
pub(super) fn read_snapshot(path: &Path) -> Result<(Snapshot, usize)> {
    let (arrays, words) = read(path)?;
    let find = |key: &str| words.get(key).and_then(|text| text.parse::<u64>().ok());
    let get = |key: &str| {
        find(key)
            .ok_or_else(|| Error::Data(format!("{}: no number `{key}`: not a backup of a training", path.display())))
    };
    let progress = Progress {
        steps: get("steps")?,
        carry: f64::from_bits(get("carry")?),
        learning_rate: find("learning_rate").map(f64::from_bits),
    };
    let counters = [get("passes")? as u32, get("evaluated")? as u32];
    Ok((Snapshot { variables: get("variables")? as usize, arrays, progress, counters }, get("epoch")? as usize))
}
