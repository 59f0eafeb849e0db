//! Files that want more than to be read: each ends with a word, at once, and nothing outside it is touched.

use crate::archive::members;
use crate::clock::Clock;
use serde_json::Value;
use std::path::Path;
use std::time::Duration;
use wgrad::base::Seed;
use wgrad::data::{Idx, npy};
use wgrad::formats::hugging_face::SafetensorsFile;
use wgrad::formats::keras::{KerasFile, read_weights};
use wgrad::formats::model_file::ModelFile;
use wgrad::formats::onnx;
use wgrad::nn::layer::Dense;
use wgrad::train::{Device, Model, Sequential};

/// The model the hostile weights say they are for.
fn victim() -> Model {
    Sequential::new(&[3]).add(Dense::new(2)).build(&Device::Cpu, Seed(1)).expect("a model")
}

/// Reads a file as its name says; what it was refused with.
pub fn read(name: &str, bytes: Vec<u8>) -> Option<Result<(), String>> {
    let said = |e: wgrad::Error| e.to_string();
    Some(if name.ends_with(".weights.h5") {
        read_weights(name, bytes, &mut victim()).map_err(said)
    } else if name.ends_with(".keras") || name.ends_with(".h5") {
        let whole = KerasFile::read(name, bytes).and_then(|f| f.build_compiled(&Device::Cpu, Seed(1)).map(drop));
        whole.map_err(said)
    } else if name.ends_with(".safetensors") {
        let whole = SafetensorsFile::read(name, &bytes, None).and_then(|f| f.build(&Device::Cpu, Seed(1)).map(drop));
        whole.map_err(said)
    } else if name.ends_with(".npy") {
        npy::parse(name, &bytes).map(drop).map_err(said)
    } else if name.ends_with(".onnx") {
        let whole = onnx::read(&bytes).and_then(|f| f.build(&Device::Cpu, Seed(1)).map(drop));
        whole.map_err(|e| format!("{name}: {e}"))
    } else if name.ends_with(".idx.gz") {
        Idx::decode(Path::new(name), &bytes).map(drop).map_err(|e| e.to_string())
    } else {
        return None;
    })
}

/// What a refusal may take.
pub const MOST: Duration = Duration::from_millis(50);

#[test]
fn every_file_is_refused_at_once() {
    let list: Value = serde_json::from_str(include_str!("../interop/hostile.json")).expect("JSON");
    let files = members(include_bytes!("../interop/hostile.zip"));
    let mut tried = 0;
    for line in list.as_array().expect("lines") {
        let name = line["file"].as_str().expect("a name");
        let bytes = &files.iter().find(|(n, _)| n == name).expect("in the archive").1;
        let clock = Clock::start();
        let Some(outcome) = read(name, bytes.clone()) else { continue };
        let took = clock.time();
        let what = line["what"].as_str().unwrap_or_default();
        match outcome {
            Ok(()) => assert_eq!(line["outcome"], "untouched", "{name}, {what}, was read"),
            Err(said) => {
                let word = line["says"].as_str().unwrap_or_default();
                assert!(said.contains(word), "{name}, {what}: {said}");
                assert!(said.contains(name), "{name}: {said}");
            }
        }
        assert!(took <= MOST, "{name}, {what}: {took:?}");
        tried += 1;
    }
    assert!(tried > 110, "{tried} files");
    assert!(!Path::new("wgrad-hostile-ran").exists() && !Path::new("/tmp/wgrad-hostile-ran").exists());
}
