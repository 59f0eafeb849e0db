//! What is written is read again as what it was: predictions, settings and slots to the bit.

use wgrad::data::datasets;
use wgrad::formats::hugging_face::{self, Width};
use wgrad::nn::layer::{Concatenate, GaussianNoise, LayerNormalization, McDropout, Normalization, Prelu, Rrelu};
use wgrad::prelude::*;
use wgrad::train::{Connect, Graph, Tensor};

/// A folder of the test's own, removed in the end.
struct Folder(std::path::PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("wgrad-files-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }
    fn at(&self, name: &str) -> std::path::PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A net with most of what files hold: a model within it, a shared layer, two outputs, slots, a schedule.
fn trained(device: &Device) -> Model {
    let (train, _) = datasets::digits().expect("inside the program");
    let inner = Sequential::new(&[24])
        .add(Dense::new(12).kernel_regularizer(L2(1e-3)).kernel_constraint(MaxNorm::new(2.0)))
        .add(BatchNormalization::new().momentum(0.9))
        .add(Activation::elu(0.5))
        .graph()
        .expect("layers");
    let x = Tensor::named_input("image", &[8, 8]);
    let flat = Normalization::new().adapt(&train.x(), &[8, 8]).expect("samples").on(&x);
    let flat = Flatten.on(&flat);
    let first = Dense::new(24).activation(Activation::SELU).kernel_initializer(LecunNormal).on(&flat);
    let shared = Dense::new(24).named("twice");
    let twice = shared.on(&shared.on(&first));
    let joined = Concatenate::new().on([&inner.on(&twice), &Prelu::new().on(&first)]);
    let noisy = GaussianNoise::new(0.1).on(&Dropout::new(0.25).on(&joined));
    let class = Dense::new(10).activation(Activation::Softmax).named("class").on(&noisy);
    let side = Dense::new(1).named("side").on(&LayerNormalization::new().on(&noisy));
    let mut model = Graph::new(&x, [&class, &side]).expect("a graph").build(device, Seed(7)).expect("a model");
    let how = Compile::new(Nadam::new(ExponentialDecay::new(1e-2, 50.0, 0.5)).clipnorm(1.0))
        .loss(SparseCategoricalCrossentropy::new())
        .metrics("accuracy")
        .loss(MeanSquaredError::new())
        .loss_weight(0.25)
        .metrics("mean_absolute_error");
    model.compile_with(how).expect("settings");
    let (x, y) = (train.x(), train.y());
    let samples = Samples::new([&x]).labels([&y, &y]);
    model.fit(&samples, Fit::epochs(1).batch(64)).expect("a training");
    model
}

fn samples() -> Samples {
    let (_, test) = datasets::digits().expect("inside the program");
    Samples::new([&test.x()]).labels([&test.y(), &test.y()])
}

fn bits(model: &mut Model) -> Vec<u64> {
    let all = model.predict_all(samples()).expect("predictions");
    all.iter().flat_map(|a| a.data.iter().map(|v| v.to_bits())).collect()
}

#[test]
fn trainings_go_on_from_keras_s_formats_to_the_bit() {
    let folder = Folder::new("goes-on");
    for (device, file) in
        [(Device::Cpu, "a.keras"), (Device::Cpu, "a.h5"), (Device::CpuFloat64, "b.keras"), (Device::CpuFloat64, "b.h5")]
    {
        let mut model = trained(&device);
        model.save(folder.at(file)).unwrap_or_else(|e| panic!("{file}: {e}"));
        let mut again = Model::load(folder.at(file), &device).unwrap_or_else(|e| panic!("{file}: {e}"));
        assert_eq!(bits(&mut again), bits(&mut model), "{file}");
        assert_eq!(again.progress(), model.progress(), "{file}");
        let noisy =
            |m: &Model| m.remembered().expect("slots").iter().flat_map(|r| r.values.clone()).collect::<Vec<_>>();
        let mut pair = [noisy(&model), noisy(&again)];
        pair.iter_mut().for_each(|all| all.sort_by(f64::total_cmp));
        assert_eq!(pair[0], pair[1], "{file}: slots");
        // Both evaluate alike, by the same losses, weights and metrics.
        let told = |m: &mut Model| m.evaluate(samples()).expect("an evaluation").to_string();
        assert_eq!(told(&mut again), told(&mut model), "{file}");
        let names = |m: &Model| {
            m.layers().iter().filter_map(|l| l.name().map(str::to_owned)).collect::<std::collections::BTreeSet<_>>()
        };
        assert_eq!(names(&again), names(&model), "{file}");
    }
}

#[test]
fn steps_after_a_file_are_the_steps_without_it() {
    let folder = Folder::new("steps");
    let (train, _) = datasets::digits().expect("inside the program");
    let build = || {
        let mut model = Sequential::new(&[8, 8])
            .add(Flatten)
            .add(Dense::new(16).activation(Activation::RELU))
            .add(BatchNormalization::new())
            .add(Dense::new(10))
            .build(&Device::CpuFloat64, Seed(3))
            .expect("a model");
        model
            .compile(Adam::new(1e-3).amsgrad(true), SparseCategoricalCrossentropy::new().from_logits(true), "accuracy")
            .expect("settings");
        model
    };
    let once = || Fit::epochs(1).batch(32).shuffle(false).steps_per_epoch(20);
    let mut whole = build();
    whole.fit(&train, once()).expect("a training");
    whole.save(folder.at("between.keras")).expect("a file");
    let mut parted = Model::load(folder.at("between.keras"), &Device::CpuFloat64).expect("a model");
    whole.fit(&train, once()).expect("a training");
    parted.fit(&train, once()).expect("a training");
    assert_eq!(whole.get_weights().expect("weights"), parted.get_weights().expect("weights"));
}

#[test]
fn safetensors_keep_everything_but_slots() {
    let folder = Folder::new("hub");
    let mut model = trained(&Device::Cpu);
    for path in ["hub", "alone.safetensors"] {
        model.save(folder.at(path)).expect("files");
        let mut again = Model::load(folder.at(path), &Device::Cpu).unwrap_or_else(|e| panic!("{path}: {e}"));
        assert_eq!(bits(&mut again), bits(&mut model), "{path}");
        assert!(again.optimizer().is_some());
    }
    for file in ["model.safetensors", "config.json", "README.md"] {
        assert!(folder.at("hub").join(file).exists(), "{file}");
    }
    for (width, apart) in [(Width::F16, 5e-3), (Width::BF16, 4e-2)] {
        hugging_face::write(&model, &folder.at("half"), width).expect("files");
        let mut half = Model::load(folder.at("half"), &Device::Cpu).expect("a model");
        let [a, b] = [&mut half, &mut model].map(|m| m.predict(samples()).expect("predictions").data);
        let worst = a.iter().zip(&b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(worst > 0.0 && worst < apart, "{width:?}: {worst}");
    }
}

#[test]
fn monte_carlo_dropout_is_a_way_of_calling_keras_s() {
    let folder = Folder::new("mc");
    let model = Sequential::new(&[4]).add(McDropout::new(0.5)).add(Dense::new(2));
    let model = model.build(&Device::Cpu, Seed(1)).expect("a model");
    model.save(folder.at("mc.keras")).expect("a file");
    let again = Model::load(folder.at("mc.keras"), &Device::Cpu).expect("a model");
    assert_eq!(again.layers()[0].kind(), "mc_dropout");
}

#[test]
fn what_keras_has_no_word_for_is_told_by_name() {
    let folder = Folder::new("refused");
    let own = Sequential::new(&[4]).add(Rrelu::default()).add(Dense::new(2));
    let mut own = own.build(&Device::Cpu, Seed(1)).expect("a model");
    let told = |m: &Model, file: &str| m.save(folder.at(file)).map_or_else(|e| e.to_string(), |()| "saved".to_owned());
    let words = told(&own, "own.keras");
    assert!(words.contains("rrelu") && words.contains("RReLU") && words.contains("safetensors"), "{words}");
    assert_eq!(told(&own, "own.safetensors"), "saved");
    own.compile(Adam::new(|step: u64| 1.0 / (step + 1) as f64), MeanSquaredError::new(), ()).expect("settings");
    let words = told(&own, "own.safetensors");
    assert!(words.contains("schedule `custom`"), "{words}");
    let words = told(&own, "own.kera");
    assert!(words.contains("did you mean `.keras`?"), "{words}");
    let words = Model::load(folder.at("none.keras"), &Device::Cpu).expect_err("no such file").to_string();
    assert!(words.contains("none.keras") && words.contains("check the path"), "{words}");
    let words = Model::load(folder.at("x.weights.h5"), &Device::Cpu).expect_err("weights alone").to_string();
    assert!(words.contains("load_weights"), "{words}");
}

#[test]
fn the_best_model_is_saved_whole() {
    let folder = Folder::new("best");
    let (train, test) = datasets::digits().expect("inside the program");
    for (file, only) in [("best.keras", false), ("best.weights.h5", true), ("{epoch:02d}.h5", false)] {
        let mut model = Sequential::new(&[8, 8])
            .add(Flatten)
            .add(Dense::new(10).activation(Activation::Softmax))
            .build(&Device::Cpu, Seed(3))
            .expect("a model");
        model.compile(Adam::new(1e-3), SparseCategoricalCrossentropy::new(), "accuracy").expect("settings");
        let mut best = ModelCheckpoint::new(&folder.at(file).to_string_lossy()).monitor("loss").save_best_only(true);
        best = best.save_weights_only(only);
        model.fit(&train, Fit::epochs(2).callback(&mut best)).expect("a training");
        let saved = best.last().expect("a file").to_owned();
        let answers = |m: &mut Model| m.predict(&test).expect("predictions").data;
        let expected = answers(&mut model);
        if only {
            let zeros: Vec<Vec<f64>> = model.variables().iter().map(|v| vec![0.0; v.len()]).collect();
            model.set_weights(&zeros).expect("zeros");
            model.load_weights(&saved).expect("a file of weights");
            assert_eq!(answers(&mut model), expected, "{file}");
        } else {
            let mut again = Model::load(&saved, &Device::Cpu).unwrap_or_else(|e| panic!("{file}: {e}"));
            assert_eq!(answers(&mut again), expected, "{file}");
            assert_eq!(again.steps_done(), model.steps_done());
        }
    }
}

/// A `config.json` of another model was taken for the structure of the arrays beside it.
#[test]
fn the_structure_within_safetensors_counts() {
    let folder = Folder::new("beside");
    let model =
        |units: usize| Sequential::new(&[3]).add(Dense::new(units)).build(&Device::Cpu, Seed(1)).expect("a model");
    let [one, two] = [1, 2].map(model);
    one.save(folder.at("one")).expect("a folder");
    two.save(folder.at("two")).expect("a folder");
    std::fs::copy(folder.at("two/config.json"), folder.at("one/config.json")).expect("a file");
    let units = |path: &str| {
        let model = Model::load(folder.at(path), &Device::Cpu).expect("a model");
        model.layers().last().expect("a layer").variables()[1].len()
    };
    assert_eq!([units("one"), units("one/model.safetensors"), units("two")], [1, 1, 2]);
    // Arrays alone are read with the structure beside them, but only under the name it is for.
    let bytes = std::fs::read(folder.at("two/model.safetensors")).expect("a file");
    let header = u64::from_le_bytes(bytes[..8].try_into().expect("eight bytes")) as usize;
    let mut json: serde_json::Value = serde_json::from_slice(&bytes[8..8 + header]).expect("JSON");
    json.as_object_mut().expect("an object").remove("__metadata__");
    let mut text = json.to_string();
    text.extend(std::iter::repeat_n(' ', (8 - text.len() % 8) % 8));
    let alone = [&(text.len() as u64).to_le_bytes()[..], text.as_bytes(), &bytes[8 + header..]].concat();
    std::fs::write(folder.at("two/model.safetensors"), &alone).expect("a file");
    std::fs::write(folder.at("two/other.safetensors"), &alone).expect("a file");
    assert_eq!(units("two"), 2);
    let said = Model::load(folder.at("two/other.safetensors"), &Device::Cpu).expect_err("arrays alone").to_string();
    assert!(said.contains("other.safetensors") && said.contains("arrays alone"), "{said}");
}
