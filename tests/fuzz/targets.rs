//! What is fuzzed: for each reader a function that gives it bytes, and checks what must hold of what it has read.
//!
//! None may panic, whatever the bytes. Readers behind a checksum or in a container get their parts by themselves, packed here:
//! bytes changed in a sealed file would be told by the seal and nothing behind it would be reached.

use std::cell::RefCell;
use std::path::Path;
use std::sync::OnceLock;
use wgrad::base::Seed;
use wgrad::data::{Idx, npy};
use wgrad::formats::hugging_face::SafetensorsFile;
use wgrad::formats::keras::{self, KerasFile};
use wgrad::formats::model_file::ModelFile;
use wgrad::formats::{decode, encode, onnx};
use wgrad::nn::schedule::Run;
use wgrad::train::{Device, Model};

/// A reader, as it is fuzzed.
pub struct Target {
    /// Its name, and that of its program.
    pub name: &'static str,
    /// Gives it bytes.
    pub run: fn(&[u8]),
    /// How an input is laid out.
    pub layout: Layout,
}

/// Where the JSON of an input is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Nowhere.
    Bytes,
    /// It is the input.
    Json,
    /// In front, its length in four bytes before it; see [`parted`].
    Parted,
    /// As words `name:key=value`.
    Words,
}

/// The targets.
pub static TARGETS: &[Target] = &[
    Target { name: "keras", run: whole, layout: Layout::Bytes },
    Target { name: "keras_members", run: keras_members, layout: Layout::Parted },
    Target { name: "keras_config", run: keras_config, layout: Layout::Json },
    Target { name: "h5", run: whole, layout: Layout::Bytes },
    Target { name: "weights_h5", run: weights_h5, layout: Layout::Bytes },
    Target { name: "safetensors", run: safetensors, layout: Layout::Parted },
    Target { name: "checkpoint", run: checkpoint, layout: Layout::Parted },
    Target { name: "npy", run: numpy, layout: Layout::Bytes },
    Target { name: "onnx", run: onnx_file, layout: Layout::Bytes },
    Target { name: "idx", run: images, layout: Layout::Bytes },
    Target { name: "words", run: words, layout: Layout::Words },
];

/// Most bytes of an input: none of the seeds is longer, and longer ones only take longer.
pub const MOST: usize = 1 << 16;

/// The target of a name.
pub fn target(name: &str) -> &'static Target {
    TARGETS.iter().find(|t| t.name == name).unwrap_or_else(|| panic!("no target `{name}`"))
}

/// Takes `length of the text (4 bytes, little-endian), text, rest` apart; the highest bit of the length is a sign by itself.
pub fn parted(bytes: &[u8]) -> Option<(&[u8], &[u8], bool)> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let length = u32::from_le_bytes(*length);
    let (text, rest) = rest.split_at_checked((length & !SIGN) as usize)?;
    Some((text, rest, length & SIGN != 0))
}

/// The sign of [`parted`].
pub const SIGN: u32 = 1 << 31;

/// Puts together what [`parted`] takes apart.
pub fn join(text: &[u8], rest: &[u8], sign: bool) -> Vec<u8> {
    let length = text.len() as u32 | if sign { SIGN } else { 0 };
    [&length.to_le_bytes(), text, rest].concat()
}

/// Variables by name, NaN in one form.
fn variables(model: &Model) -> Vec<(String, Vec<u64>)> {
    let bits = |v: f64| if v.is_nan() { f64::NAN.to_bits() } else { v.to_bits() };
    let all = model.named_variables().into_iter();
    all.map(|(name, v)| (name, v.values().expect("a CPU").into_iter().map(bits).collect())).collect()
}

/// A model that was read and can be written in Keras's format is the same when it is read again.
fn same_again(model: &Model) {
    let Ok(bytes) = keras::write(model) else { return };
    let again = KerasFile::read("written", bytes).and_then(|file| file.build_compiled(&Device::Cpu, Seed(2)));
    let again = again.unwrap_or_else(|e| panic!("what was read and written is not read: {e}"));
    assert_eq!(variables(model), variables(&again), "read and written, a model is another");
}

/// A `.keras` file, or a whole model as `.h5`.
fn whole(bytes: &[u8]) {
    let file = KerasFile::read("fuzzed", bytes.to_vec());
    if let Ok(model) = file.and_then(|file| file.build_compiled(&Device::Cpu, Seed(1))) {
        same_again(&model);
    }
}

/// A `.keras` file of its members, packed as they are.
fn archive(version: &str, config: &[u8], weights: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let metadata = format!(r#"{{"keras_version":"{version}"}}"#);
    for (name, bytes) in
        [("metadata.json", metadata.as_bytes()), ("config.json", config), ("model.weights.h5", weights)]
    {
        zip.start_file(name, stored).expect("memory");
        zip.write_all(bytes).expect("memory");
    }
    zip.finish().expect("memory").into_inner()
}

/// The version of Keras an archive says it is of: the sign of the input tells.
fn version(old: bool) -> &'static str {
    if old { "2.15.0" } else { "3.15.1" }
}

/// The config and the weights of a `.keras` file, packed.
fn keras_members(bytes: &[u8]) {
    if let Some((config, weights, old)) = parted(bytes) {
        whole(&archive(version(old), config, weights));
    }
}

/// The config of a `.keras` file, packed with weights of another model.
fn keras_config(bytes: &[u8]) {
    static WEIGHTS: OnceLock<Vec<u8>> = OnceLock::new();
    let weights = WEIGHTS.get_or_init(|| {
        let model = wgrad::train::Sequential::new(&[1]).add(wgrad::nn::layer::Flatten);
        keras::write_weights(&model.build(&Device::Cpu, Seed(1)).expect("a model")).expect("memory")
    });
    for old in [false, true] {
        whole(&archive(version(old), bytes, weights));
    }
}

/// The model that files of weights are read into: one with an optimizer of three slots.
pub fn victim() -> Model {
    let file = crate::seeds::file("optimizer_adam_amsgrad.keras");
    let file = KerasFile::read("victim", file).expect("a file of this repository");
    file.build_compiled(&Device::Cpu, Seed(1)).expect("a model")
}

/// A `.weights.h5` file: it changes everything, or nothing.
fn weights_h5(bytes: &[u8]) {
    thread_local!(static VICTIM: RefCell<Model> = RefCell::new(victim()));
    VICTIM.with_borrow_mut(|model| {
        let state = |model: &Model| (variables(model), format!("{:?}", model.progress()));
        let before = state(model);
        match keras::read_weights("fuzzed", bytes.to_vec(), model) {
            Err(_) => assert_eq!(before, state(model), "a refused file has changed the model"),
            Ok(()) => {
                let read = state(model);
                let written = keras::write_weights(model).expect("memory");
                let again = keras::read_weights("written", written, model);
                again.unwrap_or_else(|e| panic!("what was read and written is not read: {e}"));
                assert_eq!(read, state(model), "read and written, weights are others");
            }
        }
    });
}

/// A `config.json`, which may be empty and then is none, and the safetensors file beside it.
fn safetensors(bytes: &[u8]) {
    let Some((config, file, _)) = parted(bytes) else { return };
    let config = (!config.is_empty()).then_some(config);
    let read = SafetensorsFile::read("fuzzed", file, config);
    if let Ok(model) = read.and_then(|file| file.build_compiled(&Device::Cpu, Seed(1))) {
        same_again(&model);
    }
}

/// The words and the arrays of a checkpoint, sealed.
fn checkpoint(bytes: &[u8]) {
    let Some((training, arrays, _)) = parted(bytes) else { return };
    let _ = decode(arrays, "fuzzed");
    let Some(file) = sealed(training, arrays) else { return };
    if let Ok(read) = decode(&file, "fuzzed") {
        let written = encode(&read);
        let again = decode(&written, "fuzzed").unwrap_or_else(|e| panic!("what was read and written is not read: {e}"));
        assert_eq!(settled(read), settled(again), "read and written, a checkpoint is another");
    }
}

/// All of a checkpoint but its name, arrays in the order of theirs: bit for bit, except that NaN is NaN.
fn settled(mut read: wgrad::train::Checkpoint) -> String {
    read.source.clear();
    read.snapshot.arrays.sort_by(|a, b| a.0.cmp(&b.0));
    read.states.iter_mut().for_each(|state| state.arrays.sort_by(|a, b| a.0.cmp(&b.0)));
    format!("{read:?}")
}

/// A checkpoint of words and of a safetensors file without metadata, its checksum right.
pub fn sealed(training: &[u8], arrays: &[u8]) -> Option<Vec<u8>> {
    const START: &str = r#"{"__metadata__":{"checksum":""#;
    let (length, rest) = arrays.split_first_chunk::<8>()?;
    let (header, data) = rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
    let header = header.strip_prefix(b"{")?;
    let training = serde_json::Value::from(String::from_utf8_lossy(training)).to_string();
    let begins = format!(r#"{START}00000000","training":{training}}}"#);
    let begins = if header.starts_with(b"}") { begins } else { begins + "," };
    let length = (begins.len() + header.len()) as u64;
    let mut all = [&length.to_le_bytes(), begins.as_bytes(), header, data].concat();
    let sum = format!("{:08x}", crc32fast::hash(&all));
    all.get_mut(8 + START.len()..)?.get_mut(..8)?.copy_from_slice(sum.as_bytes());
    Some(all)
}

/// A `.npy` file.
fn numpy(bytes: &[u8]) {
    let Ok(array) = npy::parse("fuzzed", bytes) else { return };
    assert_eq!(array.data.len(), array.shape.iter().product::<usize>());
    let written = npy::bytes(&array, true).expect("memory");
    let again = npy::parse("written", &written).unwrap_or_else(|e| panic!("what was read is not read again: {e}"));
    assert_eq!(array.shape, again.shape);
    assert!(array.data.iter().zip(&again.data).all(|(a, b)| a.to_bits() == b.to_bits()), "numbers are others");
    let _ = npy::rows("fuzzed", &array);
}

/// An ONNX file.
fn onnx_file(bytes: &[u8]) {
    let Ok(file) = onnx::read(bytes) else { return };
    let Ok(model) = file.build(&Device::Cpu, Seed(1)) else { return };
    let written = onnx::write(&model).unwrap_or_else(|e| panic!("what was read is not written: {e}"));
    let again = onnx::read(&written).and_then(|file| file.build(&Device::Cpu, Seed(1)));
    again.unwrap_or_else(|e| panic!("what was read and written is not read: {e}"));
}

/// An IDX file, gzipped or not.
fn images(bytes: &[u8]) {
    if let Ok(read) = Idx::decode(Path::new("fuzzed"), bytes) {
        assert_eq!(read.data.len(), read.shape.iter().product::<usize>());
    }
}

/// Words that options of the program and of layers are given by.
fn words(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let run = Run { learning_rate: 1e-3, total_steps: 1000.0 };
    let schedule = wgrad::nn::schedule::named(text, &run).ok();
    if let Some(schedule) = &schedule {
        [0, 1, 999, u64::MAX].iter().for_each(|step| assert!(!schedule.at(*step).is_nan(), "step {step}"));
    }
    drop(wgrad::nn::optim::named(text, schedule, None));
    drop(wgrad::nn::act::Activation::named(text));
    drop(wgrad::nn::init::named(text));
    drop(wgrad::nn::loss::named(text));
    drop(wgrad::nn::metric::named(text));
    drop(wgrad::nn::constraint::named(text));
    drop(wgrad::nn::regularizer::named(text));
}
