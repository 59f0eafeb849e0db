//! The commands that take models and arrays in files, end to end.

use crate::wgrad;
use std::path::{Path, PathBuf};
use wgrad::data::{Array, npy};
use wgrad::prelude::*;

/// A folder of a test's own, removed in the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("wgrad-cli-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }
    fn at(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn write(path: &str, shape: &[usize], data: &[f64]) {
    let array = Array { shape: shape.to_vec(), data: data.to_vec() };
    std::fs::write(path, npy::bytes(&array, false).expect("bytes")).expect("a file");
}

/// A compiled model of two inputs and one output, and arrays for it.
fn prepared(folder: &Folder) -> Vec<f64> {
    let (wide, deep) = (Tensor::named_input("wide", &[2]), Tensor::named_input("deep", &[3]));
    let hidden = Dense::new(4).activation(Activation::TANH).on(&deep);
    let dropped = Dropout::new(0.5).on(&Concatenate::new().on([&wide, &hidden]));
    let price = Dense::new(1).named("price").on(&dropped);
    let mut model = Graph::new([&wide, &deep], &price).expect("a graph").build(&Device::Cpu, Seed(5)).expect("a model");
    model.compile(Adam::new(1e-2), MeanSquaredError::new(), "mae").expect("settings");
    model.save(folder.at("m.keras")).expect("a file");
    let (a, b): (Vec<f64>, Vec<f64>) =
        ((0..16).map(|i| f64::from(i) / 8.0).collect(), (0..24).map(|i| f64::from(i % 5) / 4.0).collect());
    write(&folder.at("wide.npy"), &[8, 2], &a);
    write(&folder.at("deep.npy"), &[8, 3], &b);
    write(&folder.at("y.npy"), &[8, 1], &[1.0; 8]);
    let rows = |width, v: &[f64]| wgrad::base::Rows::floats(width, v.iter().map(|v| *v as f32).collect::<Vec<f32>>());
    model.predict(Samples::new([&rows(2, &a), &rows(3, &b)])).expect("predictions").data
}

/// What the program said, if it ended well.
fn told(arguments: &[&str]) -> String {
    let out = wgrad(arguments);
    let said = String::from_utf8_lossy(&out.stderr).into_owned();
    assert!(out.status.success(), "{arguments:?} ended with {:?}: {said}", out.status.code());
    String::from_utf8_lossy(&out.stdout).into_owned()
}

fn refused(arguments: &[&str], code: i32, words: &[&str]) {
    let out = wgrad(arguments);
    let said = String::from_utf8_lossy(&out.stderr);
    assert_eq!(out.status.code(), Some(code), "{arguments:?}: {said}");
    for word in words {
        assert!(said.contains(word), "{arguments:?} says nothing of `{word}`: {said}");
    }
}

fn with<'a>(first: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    [first, more].concat()
}

fn read(path: &str) -> Vec<f64> {
    npy::read(Path::new(path)).expect("an array").data
}

#[test]
fn models_are_asked_and_converted() {
    let folder = Folder::new("convert");
    let expected = prepared(&folder);
    let [wide, deep, out] = ["wide.npy", "deep.npy", "out.npy"].map(|n| folder.at(n));
    let mut from = folder.at("m.keras");
    for to in ["a.h5", "hub", "b.safetensors", "c.keras", "d.onnx", "e.keras"] {
        let to = folder.at(to);
        told(&["convert", &from, &to]);
        told(&["predict", &to, "--device", "cpu", "--input", &wide, "--input", &deep, "--output", &out]);
        let worst = read(&out).iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(worst < 1e-6, "{to}: {worst}");
        from = to;
    }
    let weights = folder.at("w.weights.h5");
    let [model, again] = ["m.keras", "again.keras"].map(|n| folder.at(n));
    told(&["convert", &model, &weights]);
    told(&["convert", &weights, &again, "--model", &model]);
    // By name, in any order; and the mean of passes with dropout.
    let named = [format!("deep={deep}"), format!("wide={wide}"), format!("price={out}")];
    told(&["predict", &again, "--device", "cpu", "--input", &named[0], "--input", &named[1], "--output", &named[2]]);
    assert_eq!(read(&out), expected.iter().map(|v| f64::from(*v as f32)).collect::<Vec<_>>());
    let std = folder.at("std.npy");
    told(&[
        "predict", &again, "--device", "cpu", "--input", &wide, "--input", &deep, "--output", &out, "--mc", "20",
        "--std", &std,
    ]);
    assert!(read(&std).iter().any(|v| *v > 0.01) && read(&out) != expected);
    let summary = told(&["summary", &again, "--device", "cpu", "--plan"]);
    assert!(
        summary.contains("price (Dense)") && summary.contains("Trainable params: 23") && summary.contains("adam"),
        "{summary}"
    );
}

#[test]
fn models_go_on_training() {
    let folder = Folder::new("train");
    prepared(&folder);
    let [model, wide, deep, y, out] = ["m.keras", "wide.npy", "deep.npy", "y.npy", "out"].map(|n| folder.at(n));
    let data = ["--x", &wide, "--x", &deep, "--y", &y];
    let first = [&["train", "--from", &model, "--device", "cpu", "--batch-size", "4"], &data[..]].concat();
    let done = wgrad(&with(&first, &["--out", &out, "--epochs", "30", "--no-shuffle"]));
    let [lines, notes] = [&done.stdout, &done.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    assert!(notes.contains("Epoch 30/30") && notes.contains("mae: ") && lines.contains("Saved: "), "{notes}{lines}");
    let trained = folder.at("out/model.keras");
    let evaluate = |file: &str| told(&[&["evaluate", file, "--device", "cpu"], &data[..]].concat());
    let loss = |line: &str| line.split("loss: ").nth(1).and_then(|l| l.split(' ').next()?.trim().parse::<f64>().ok());
    let [before, after] = [evaluate(&model), evaluate(&trained)].map(|l| loss(&l).expect("a loss"));
    assert!(after < before / 2.0, "{before} became {after}");
    let json = told(&[&["evaluate", &trained, "--device", "cpu", "--json"], &data[..]].concat());
    assert!(json.contains("\"mae\":"), "{json}");
    assert_eq!(std::fs::read_to_string(folder.at("out/history.csv")).expect("a history").lines().count(), 31);

    refused(&with(&first, &["--out", &out]), 2, &["--out", "which is there", "choose another folder"]);
    refused(&with(&first, &["--out", &out, "--optimizer", "nonsense", "--loss", "mse"]), 2, &["optimizer", "nonsense"]);
    refused(&["train", "--from", &model, "--x", &wide, "--y", &y, "--out", &out], 2, &["--x", "wide, deep"]);
    refused(&with(&first, &[]), 2, &["--out"]);

    // What would not take effect.
    let other = folder.at("other");
    let ours = with(&first, &["--out", &other]);
    for option in [["--optimizer", "sgd"], ["--metric", "mse"]] {
        refused(&with(&ours, &option), 2, &["--from", option[0], "--loss"]);
    }
    for option in [
        ["--hidden", "3"],
        ["--activation", "relu"],
        ["--normalization", "none"],
        ["--dropout", "0.5"],
        ["--reduce-lr-on-plateau", "patience=1"],
    ] {
        refused(&with(&ours, &option), 2, &["--from", option[0], "cannot be used with"]);
    }
    assert!(!Path::new(&other).exists());
}

#[test]
fn models_without_settings_and_arrays_of_other_axes_are_told() {
    let folder = Folder::new("axes");
    let model = Sequential::new(&[4, 3]).add(Flatten).add(Dense::new(1)).build(&Device::Cpu, Seed(5)).expect("a model");
    let [file, out, y] = ["m.keras", "out.npy", "y.npy"].map(|n| folder.at(n));
    model.save(&file).expect("a file");
    write(&y, &[2, 1], &[1.0; 2]);
    let predict = |shape: &[usize], more: &[&str]| {
        let x = folder.at("x.npy");
        std::fs::write(&x, npy::bytes(&Array { shape: shape.to_vec(), data: vec![0.1; 24] }, true).expect("bytes"))
            .expect("a file");
        wgrad(&with(&["predict", &file, "--device", "cpu", "--input", &x, "--output", &out], more))
    };
    let said = |out: &std::process::Output| String::from_utf8_lossy(&out.stderr).into_owned();
    for shape in [&[2, 4, 3][..], &[2, 12]] {
        let done = predict(shape, &[]);
        assert!(done.status.success() && !said(&done).contains("rounded"), "{shape:?}: {}", said(&done));
    }
    for shape in [&[2, 3, 4][..], &[2, 4, 3, 1], &[2, 2, 6], &[4, 6]] {
        let done = predict(shape, &[]);
        assert_eq!(done.status.code(), Some(2), "{shape:?}: {}", said(&done));
        assert!(said(&done).contains("[4, 3]") && said(&done).contains(&format!("{:?}", &shape[1..])));
    }
    let exact = predict(&[2, 4, 3], &["--precision", "float64"]);
    assert!(exact.status.success() && said(&exact).contains("24 numbers are rounded to float32"), "{}", said(&exact));

    let x = folder.at("x.npy");
    let data = ["--x", &x, "--y", &y];
    refused(&with(&["evaluate", &file], &data), 3, &["without compile settings; compile it before"]);
    let train = ["train", "--from", &file, "--device", "cpu", "--out", &folder.at("run")];
    refused(&with(&train, &data), 3, &["without compile settings; give --loss and --optimizer"]);
}

#[test]
fn what_is_wrong_with_files_is_told() {
    let folder = Folder::new("wrong");
    prepared(&folder);
    let [model, wide, out] = ["m.keras", "wide.npy", "out.npy"].map(|n| folder.at(n));
    let missing = folder.at("none.keras");
    refused(&["summary", &missing], 3, &["none.keras", "cannot be read", "check the path"]);
    refused(&["summary", &folder.at("m.kears")], 2, &["m.kears", "did you mean `.keras`?"]);
    std::fs::write(folder.at("cut.keras"), &std::fs::read(&model).expect("a file")[..100]).expect("a file");
    refused(&["summary", &folder.at("cut.keras")], 3, &["cut.keras", "no zip archive"]);
    refused(&["predict", &model, "--input", &wide, "--output", &out], 2, &["--input", "2 files", "wide, deep"]);
    let named = [format!("wide={wide}"), format!("dep={wide}")];
    let swapped = ["predict", &model, "--input", &named[0], "--input", &named[1], "--output", &out];
    refused(&swapped, 2, &["did you mean `deep`?"]);
    let twice = ["predict", &model, "--input", &wide, "--input", &wide, "--output", &out];
    refused(&twice, 2, &["input `deep`", "[3]", "[2]"]);
    refused(&["convert", &model, &folder.at("a.pt")], 2, &[".keras", ".safetensors"]);
    refused(&["convert", &model, &folder.at("a.keras"), "--precision", "float16"], 2, &["--precision", ".safetensors"]);
    assert!(!Path::new(&out).exists() && !Path::new(&folder.at("a.keras")).exists());
}
