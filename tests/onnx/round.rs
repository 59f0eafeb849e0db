//! What is written is read as the same model, and written for the judges of other programs.

use crate::cases::{all, outputs, samples};
use serde_json::json;
use std::path::PathBuf;
use wgrad::formats::model_file::ModelFile;
use wgrad::formats::onnx;
use wgrad::prelude::*;

const ROWS: usize = 5;

/// The largest difference, by the size of the largest number.
fn distance(a: &Array, b: &Array) -> f64 {
    assert_eq!(a.shape, b.shape);
    let size = a.data.iter().fold(1.0_f64, |most, v| most.max(v.abs()));
    a.data.iter().zip(&b.data).fold(0.0_f64, |most, (a, b)| most.max((a - b).abs())) / size
}

#[test]
fn every_model_predicts_the_same_once_read() {
    for (name, mut model) in all() {
        let bytes = onnx::write(&model).unwrap_or_else(|e| panic!("{name}: {e}"));
        let loaded = onnx::read(&bytes).unwrap_or_else(|e| panic!("{name}: {e}"));
        let mut read = loaded.build(&Device::Cpu, Seed(9)).unwrap_or_else(|e| panic!("{name}: {e}"));
        let x = samples(&name, &model, ROWS);
        let (want, got) = (outputs(&mut model, &x).expect(&name), outputs(&mut read, &x).expect(&name));
        assert_eq!(want.len(), got.len(), "{name}");
        for (want, got) in want.iter().zip(&got) {
            let far = distance(want, got);
            assert!(far <= 1e-6, "{name}: {far}");
        }
        // Written again it is the same net.
        let again = onnx::read(&onnx::write(&read).expect(&name)).expect(&name);
        let mut again = again.build(&Device::Cpu, Seed(9)).expect(&name);
        for (want, got) in want.iter().zip(&outputs(&mut again, &x).expect(&name)) {
            assert!(distance(want, got) <= 1e-6, "{name}, a second time");
        }
    }
}

#[test]
fn layers_come_back_with_their_names_variables_and_sharing() {
    let names = |model: &Model| model.named_variables().into_iter().map(|(n, v)| (n, v.shape().to_vec())).collect();
    let find = |wanted: &str| {
        let (_, model) = all().into_iter().find(|(name, _)| name == wanted).expect("a case");
        let loaded = onnx::read(&onnx::write(&model).expect("writes")).expect("reads");
        let read = loaded.build(&Device::Cpu, Seed(1)).expect("builds");
        let both: [Vec<(String, Vec<usize>)>; 2] = [names(&model), names(&read)];
        both
    };
    let [before, after] = find("siamese");
    let plain: Vec<_> =
        before.iter().map(|(name, shape)| (name.replacen("tower/", "tower_", 1), shape.clone())).collect();
    assert_eq!(plain, after, "one tower, not two");
    let [before, after] = find("names_twice");
    assert_eq!(before, after);
    let [before, after] = find("rms_normalization_4");
    assert_eq!(before, after);
}

/// Files with samples and what is expected of them, for `check.py`.
#[test]
fn files_for_other_programs_are_written() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("onnx");
    std::fs::create_dir_all(&folder).expect("a folder");
    for (name, mut model) in all() {
        let x = samples(&name, &model, ROWS);
        let y = outputs(&mut model, &x).expect(&name);
        std::fs::write(folder.join(format!("{name}.onnx")), onnx::write(&model).expect(&name)).expect("written");
        let x: Vec<_> =
            x.iter().map(|(shape, data)| json!({ "shape": ([&[ROWS], &shape[..]].concat()), "data": data })).collect();
        let y: Vec<_> = y.iter().map(|y| json!({ "shape": y.shape, "data": y.data })).collect();
        let text = json!({ "x": x, "y": y }).to_string();
        std::fs::write(folder.join(format!("{name}.json")), text).expect("written");
    }
}

#[test]
fn files_are_known_by_their_ending() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("onnx_ending");
    std::fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join("net.ONNX");
    let (name, mut model) = all().into_iter().find(|(name, _)| name == "stack_2").expect("a case");
    model.save(&path).expect("saved");
    let mut read = Model::load(&path, &Device::Cpu).expect("opened");
    let x = samples(&name, &model, ROWS);
    let far = distance(&outputs(&mut model, &x).expect("runs")[0], &outputs(&mut read, &x).expect("runs")[0]);
    assert!(far <= 1e-6, "{far}");
    assert!(wgrad::formats::open(&path).expect("opened").compile_settings().expect("none").is_none());
    std::fs::write(&path, b"PK").expect("written");
    let told = Model::load(&path, &Device::Cpu).expect_err("no ONNX file").to_string();
    assert!(told.contains("net.ONNX: ONNX file: expected"), "{told}");
    std::fs::remove_dir_all(folder).expect("removed");
}
