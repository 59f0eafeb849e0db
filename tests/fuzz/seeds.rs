//! Sound files that fuzzing starts from, made of those the repository has.

use crate::archive::{files, members};
use crate::targets::{MOST, join, victim};
use std::io::Write;
use std::sync::OnceLock;
use wgrad::data::{Array, npy};
use wgrad::formats::Checkpoints;
use wgrad::formats::hugging_face::{self, Width};
use wgrad::formats::keras::{self, KerasFile};
use wgrad::formats::model_file::ModelFile;
use wgrad::prelude::*;

type Named = Vec<(String, Vec<u8>)>;

/// Files Keras wrote.
fn kept() -> &'static Named {
    static KEPT: OnceLock<Named> = OnceLock::new();
    KEPT.get_or_init(files)
}

/// Files that must be refused.
fn hostile() -> &'static Named {
    static HOSTILE: OnceLock<Named> = OnceLock::new();
    HOSTILE.get_or_init(|| members(include_bytes!("../interop/hostile.zip")))
}

/// One of the files Keras wrote.
pub fn file(name: &str) -> Vec<u8> {
    kept().iter().find(|(n, _)| n == name).map(|(_, bytes)| bytes.clone()).unwrap_or_else(|| panic!("no file {name}"))
}

/// Those of a list with an ending that are no longer than an input may be.
fn ending<'a>(all: &'a Named, ending: &'a str) -> impl Iterator<Item = &'a (String, Vec<u8>)> {
    let whole = move |name: &str| ending != ".h5" || !name.ends_with(".weights.h5");
    all.iter().filter(move |(name, bytes)| name.ends_with(ending) && whole(name) && bytes.len() <= MOST)
}

fn contents(all: &Named, end: &str) -> Vec<Vec<u8>> {
    ending(all, end).map(|(_, bytes)| bytes.clone()).collect()
}

/// The inputs a target starts from.
pub fn seeds(target: &str) -> Vec<Vec<u8>> {
    let both = |end: &str| [contents(kept(), end), contents(hostile(), end)].concat();
    let mut all = match target {
        "keras" => both(".keras"),
        "keras_members" => keras_members(),
        "keras_config" => configs(),
        "h5" => both(".h5"),
        "weights_h5" => weights(),
        "safetensors" => safetensors(),
        "checkpoint" => checkpoint(),
        "npy" => [arrays(), contents(hostile(), ".npy")].concat(),
        "onnx" => [graphs(), contents(hostile(), ".onnx")].concat(),
        "idx" => [images(), contents(hostile(), ".gz")].concat(),
        "words" => WORDS.iter().map(|w| w.as_bytes().to_vec()).collect(),
        other => panic!("no target `{other}`"),
    };
    all.retain(|seed| seed.len() <= MOST);
    all.sort_by_key(Vec::len);
    all
}

/// A member of an archive that can be opened.
fn member(bytes: &[u8], name: &str) -> Option<Vec<u8>> {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).ok()?;
    let member = zip.by_name(name).ok()?;
    let mut all = Vec::new();
    std::io::Read::read_to_end(&mut std::io::Read::take(member, MOST as u64 + 1), &mut all).ok()?;
    Some(all)
}

fn keras_members() -> Vec<Vec<u8>> {
    let one = |(name, bytes): &(String, Vec<u8>)| {
        Some(join(&member(bytes, "config.json")?, &member(bytes, "model.weights.h5")?, name.contains("215")))
    };
    ending(kept(), ".keras").filter_map(one).collect()
}

fn configs() -> Vec<Vec<u8>> {
    let all = kept().iter().chain(hostile()).filter(|(name, _)| name.ends_with(".keras"));
    all.filter_map(|(_, bytes)| member(bytes, "config.json")).collect()
}

fn weights() -> Vec<Vec<u8>> {
    let own = keras::write_weights(&victim()).expect("memory");
    let mut all = vec![own, file("optimizer_adam_amsgrad.weights.h5"), file("optimizer_adam_amsgrad.h5")];
    all.extend(contents(hostile(), ".weights.h5"));
    all
}

/// A folder of its own, gone at the end.
struct Folder(std::path::PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("wgrad-fuzz-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn safetensors() -> Vec<Vec<u8>> {
    let folder = Folder::new("safetensors");
    let mut all = contents(hostile(), ".safetensors").iter().map(|b| join(b"", b, false)).collect::<Vec<_>>();
    for (i, (name, bytes)) in ending(kept(), ".keras").enumerate() {
        // One of them is refused.
        let model = KerasFile::read(name, bytes.clone()).and_then(|f| f.build_compiled(&Device::Cpu, Seed(1)));
        let Ok(model) = model else { continue };
        let width = [Width::Exact, Width::F16, Width::BF16, Width::F32][i % 4];
        if hugging_face::write(&model, &folder.0, width).is_err() {
            continue;
        }
        let read = |name: &str| std::fs::read(folder.0.join(name)).expect("written");
        let config = if i % 2 == 0 { Vec::new() } else { read("config.json") };
        all.push(join(&config, &read("model.safetensors"), false));
    }
    all
}

fn checkpoint() -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for dropped in [0.0, 0.3] {
        let folder = Folder::new("checkpoint");
        let layers = Sequential::new(&[2]).add(BatchNormalization::new()).add(Dropout::new(dropped)).add(Dense::new(2));
        let mut model = layers.build(&Device::Cpu, Seed(1)).expect("a model");
        model.compile(Adam::new(1e-3), MeanSquaredError::new(), ["mae"]).expect("fits");
        let data = Samples::new([&Rows::floats(2, vec![0.5; 16])]).labels([&Rows::floats(2, vec![0.25; 16])]);
        let fit = Fit::epochs(2).batch(4).callback(EarlyStopping::on("loss").restore_best_weights(true));
        model.fit(&data, fit.callback(Checkpoints::new(&folder.0).save_freq(2).keep(4))).expect("trains");
        for (_, path) in Checkpoints::new(&folder.0).list().expect("a folder") {
            all.push(opened(&std::fs::read(path).expect("written")).expect("a checkpoint"));
        }
    }
    all
}

/// The words and the arrays of a checkpoint: what `targets::sealed` puts together.
fn opened(bytes: &[u8]) -> Option<Vec<u8>> {
    let (length, rest) = bytes.split_first_chunk::<8>()?;
    let (header, data) = rest.split_at_checked(u64::from_le_bytes(*length) as usize)?;
    let mut header: serde_json::Value = serde_json::from_slice(header).ok()?;
    let metadata = header.as_object_mut()?.remove("__metadata__")?;
    let header = header.to_string();
    let arrays = [&(header.len() as u64).to_le_bytes(), header.as_bytes(), data].concat();
    Some(join(metadata.get("training")?.as_str()?.as_bytes(), &arrays, false))
}

fn arrays() -> Vec<Vec<u8>> {
    let shapes: [&[usize]; 5] = [&[], &[0], &[3], &[2, 3], &[2, 1, 2]];
    let mut all = Vec::new();
    for shape in shapes {
        let data = (0..shape.iter().product::<usize>()).map(|i| i as f64 / 3.0).collect();
        let array = Array { shape: shape.to_vec(), data };
        all.extend([true, false].map(|double| npy::bytes(&array, double).expect("memory")));
    }
    for (kind, size) in [("|b1", 1), ("|u1", 1), ("<i2", 2), (">i4", 4), (">f4", 4), ("<f2", 2), ("<u8", 8), ("<c8", 8)]
    {
        let header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': (4,), }}\n");
        let length = (header.len() as u16).to_le_bytes();
        let numbers: Vec<u8> = (0..4 * size).map(|i| i as u8 % 2).collect();
        all.push([b"\x93NUMPY\x01\x00", &length[..], header.as_bytes(), &numbers].concat());
    }
    all
}

fn graphs() -> Vec<Vec<u8>> {
    let mut all: Vec<Vec<u8>> = [
        &include_bytes!("../onnx/files/arithmetic.onnx")[..],
        include_bytes!("../onnx/files/gemm.onnx"),
        include_bytes!("../onnx/files/matmul.onnx"),
        include_bytes!("../onnx/files/norms.onnx"),
        include_bytes!("../onnx/files/old.onnx"),
        include_bytes!("../onnx/files/pointwise.onnx"),
        include_bytes!("../onnx/files/rms.onnx"),
        include_bytes!("../onnx/files/words.onnx"),
    ]
    .map(<[u8]>::to_vec)
    .to_vec();
    for (name, bytes) in ending(kept(), ".keras") {
        let model = KerasFile::read(name, bytes.clone()).and_then(|f| f.build(&Device::Cpu, Seed(1)));
        all.extend(model.and_then(|model| wgrad::formats::onnx::write(&model)));
    }
    all
}

fn images() -> Vec<Vec<u8>> {
    let plain = [
        [&[0, 0, 8, 1, 0, 0, 0, 3][..], &[1, 2, 3]].concat(),
        [&[0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 4, 0, 0, 0, 4][..], &[7; 32]].concat(),
    ];
    let packed = plain.clone().map(|bytes| {
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gz.write_all(&bytes).expect("memory");
        gz.finish().expect("memory")
    });
    [plain, packed].concat()
}

const WORDS: [&str; 24] = [
    "adam",
    "sgd:momentum=0.9,nesterov=true,clipnorm=1",
    "adamw:weight_decay=0.01,exclude_from_weight_decay=bias,gamma",
    "nadam:beta_1=0.9,beta_2=0.999,epsilon=1e-7,use_ema=true,ema_momentum=0.9",
    "adafactor:relative_step=false",
    "rmsprop:rho=0.9,centered=true,gradient_accumulation_steps=4",
    "exponential_decay:decay_rate=0.9,staircase=true",
    "piecewise_constant_decay:boundaries=100,200,values=1,0.5,0.1",
    "cosine_decay:alpha=0.1,warmup_target=1e-2,warmup_steps=10",
    "cosine_decay_restarts:t_mul=2,m_mul=0.5",
    "inverse_time_decay:decay_rate=0.5",
    "one_cycle",
    "he_normal",
    "random_normal:stddev=0.01",
    "variance_scaling:scale=2,mode=fan_avg,distribution=uniform",
    "truncated_normal:mean=1,stddev=1e-300",
    "orthogonal:gain=2",
    "l1_l2:l1=1e-5,l2=1e-4",
    "orthogonal_regularizer:mode=columns",
    "max_norm:max_value=1",
    "min_max_norm:min_value=0.5,axis=0",
    "SparseCategoricalCrossentropy",
    "top_k_categorical_accuracy",
    "gelu",
];
