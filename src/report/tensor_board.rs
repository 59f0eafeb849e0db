//! Epochs as TensorBoard events.
//!
//! An event file is a list of records: length (u64), its checksum, the bytes, their checksum; the checksum is CRC-32C, turned
//! right by 15 bits plus 0xa282ead8. The bytes are an `Event` of protocol buffers: wall_time = 1 (double), step = 2 (int64),
//! file_version = 3 (text) or summary = 5, whose values = 1 have tag = 1 (text) and simple_value = 2 (float). Source:
//! tensorflow/core/lib/io/record_writer.h, tensorflow/core/util/event.proto.

use crate::base::{Error, Result};
use crate::train::Logs;
use crate::train::callback::{Callback, Run};
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Keras's `TensorBoard` callback: what every epoch is told as, as scalars of the runs `train` and `validation`
/// (`epoch_loss`, `epoch_accuracy`, …, `epoch_learning_rate`).
#[derive(Debug)]
pub struct TensorBoard {
    folder: PathBuf,
    runs: Vec<(&'static str, File)>,
}

impl TensorBoard {
    /// Into the folders `train` and `validation` of this one.
    pub fn new(folder: impl AsRef<Path>) -> Self {
        Self { folder: folder.as_ref().to_owned(), runs: Vec::new() }
    }

    fn failed(&self, source: std::io::Error) -> Error {
        Error::Write { path: self.folder.clone(), source, help: "check the permissions and the room on the disk" }
    }

    fn write(&mut self, run: &'static str, step: usize, scalars: &[(String, f64)]) -> Result<()> {
        if scalars.is_empty() {
            return Ok(());
        }
        self.add(run, step, scalars).map_err(|source| self.failed(source))
    }

    fn add(&mut self, run: &'static str, step: usize, scalars: &[(String, f64)]) -> std::io::Result<()> {
        let known = self.runs.iter().position(|(name, _)| *name == run);
        let at = match known {
            Some(at) => at,
            None => {
                let folder = self.folder.join(run);
                std::fs::create_dir_all(&folder)?;
                static COUNT: AtomicU64 = AtomicU64::new(0);
                let count = COUNT.fetch_add(1, Ordering::Relaxed);
                let name = format!("events.out.tfevents.{:.0}.{}.{count}.wgrad", now(), std::process::id());
                let mut file = File::create_new(folder.join(name))?;
                file.write_all(&record(&text(3, "brain.Event:2")))?;
                self.runs.push((run, file));
                self.runs.len() - 1
            }
        };
        let values: Vec<u8> =
            scalars.iter().flat_map(|(tag, v)| bytes(1, &[text(1, tag), float(2, *v as f32)].concat())).collect();
        let event = [number(2, step as u64), bytes(5, &values)].concat();
        let file = &mut self.runs[at].1;
        file.write_all(&record(&event))?;
        file.flush()
    }
}

impl Callback for TensorBoard {
    fn train_begin(&mut self, _: &mut Run<'_>) -> Result<()> {
        self.runs.clear();
        Ok(())
    }

    fn epoch_end(&mut self, logs: &mut Logs, run: &mut Run<'_>) -> Result<()> {
        let rate = ("epoch_learning_rate".to_owned(), run.model.learning_rate()?);
        let (mut train, mut validation) = (vec![rate], Vec::new());
        for (name, value) in logs.iter() {
            match name.strip_prefix("val_") {
                Some(bare) => validation.push((format!("epoch_{bare}"), value)),
                None if name == "learning_rate" => {}
                None => train.push((format!("epoch_{name}"), value)),
            }
        }
        self.write("train", run.epoch, &train)?;
        self.write("validation", run.epoch, &validation)
    }

    fn train_end(&mut self, _: &mut Run<'_>) -> Result<()> {
        self.runs.clear();
        Ok(())
    }
}

/// Seconds since 1970.
fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |t| t.as_secs_f64())
}

/// An event's fields with its time before them, as a record.
fn record(fields: &[u8]) -> Vec<u8> {
    let event = [&[1 << 3 | 1], &now().to_le_bytes()[..], fields].concat();
    let length = (event.len() as u64).to_le_bytes();
    [&length[..], &masked(&length), &event, &masked(&event)].concat()
}

fn masked(bytes: &[u8]) -> [u8; 4] {
    crc32c(bytes).rotate_right(15).wrapping_add(0xa282_ead8).to_le_bytes()
}

/// CRC-32C (Castagnoli), bit by bit: an epoch has a few hundred bytes.
fn crc32c(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |c, _| if c & 1 == 1 { c >> 1 ^ 0x82f6_3b78 } else { c >> 1 })
    };
    !bytes.iter().fold(!0, step)
}

/// A number in groups of seven bits, lowest first.
fn variable(mut v: u64) -> Vec<u8> {
    let mut out = Vec::new();
    while v >= 0x80 {
        out.push(v as u8 | 0x80);
        v >>= 7;
    }
    out.push(v as u8);
    out
}

fn number(field: u8, v: u64) -> Vec<u8> {
    [vec![field << 3], variable(v)].concat()
}

fn float(field: u8, v: f32) -> Vec<u8> {
    [&[field << 3 | 5], &v.to_le_bytes()[..]].concat()
}

fn bytes(field: u8, content: &[u8]) -> Vec<u8> {
    [&[field << 3 | 2], &variable(content.len() as u64)[..], content].concat()
}

fn text(field: u8, content: &str) -> Vec<u8> {
    bytes(field, content.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::{crc32c, variable};

    #[test]
    fn known_answers() {
        // RFC 3720, B.4: 32 bytes of zeros, and of ones.
        assert_eq!(crc32c(&[0; 32]), 0x8a91_36aa);
        assert_eq!(crc32c(&[0xff; 32]), 0x62a8_ab43);
        assert_eq!(variable(300), [0xac, 0x02]);
    }
}
