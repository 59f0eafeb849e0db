//! Files of other writers: `make.py` in this folder says how they were made.

use serde_json::Value;
use std::path::Path;
use wgrad::formats::model_file::ModelFile;
use wgrad::formats::onnx;
use wgrad::prelude::*;

fn arrays(told: &Value) -> Vec<(Vec<usize>, Vec<f64>)> {
    let list = |v: &Value| v.as_array().cloned().unwrap_or_default();
    let array = |v: &Value| {
        let shape = list(&v["shape"]).iter().map(|n| n.as_u64().expect("a size") as usize).collect();
        (shape, list(&v["data"]).iter().map(|n| n.as_f64().expect("a number")).collect())
    };
    list(told).iter().map(array).collect()
}

#[test]
fn they_predict_what_they_should() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/onnx/files");
    let mut names: Vec<_> = std::fs::read_dir(&folder).expect("files").map(|f| f.expect("a file").path()).collect();
    names.retain(|path| path.extension().is_some_and(|e| e == "onnx"));
    names.sort();
    assert!(names.len() >= 8, "{names:?}");
    for path in names {
        let name = path.display();
        let text = std::fs::read_to_string(path.with_extension("json")).expect("what is expected");
        let told: Value = serde_json::from_str(&text).expect("JSON");
        let loaded = onnx::read(&std::fs::read(&path).expect("a file")).unwrap_or_else(|e| panic!("{name}: {e}"));
        let mut model = loaded.build(&Device::Cpu, Seed(1)).unwrap_or_else(|e| panic!("{name}: {e}"));
        let rows = arrays(&told["x"]).into_iter().map(|(shape, data)| {
            Rows::floats(shape.iter().skip(1).product(), data.into_iter().map(|v| v as f32).collect())
        });
        let rows: Vec<Rows> = rows.collect();
        let got = model.predict_all(Samples::new(&rows)).unwrap_or_else(|e| panic!("{name}: {e}"));
        let want = arrays(&told["y"]);
        assert_eq!(got.len(), want.len(), "{name}");
        for (got, (shape, want)) in got.iter().zip(&want) {
            assert_eq!(&got.shape, shape, "{name}");
            let size = want.iter().fold(1.0_f64, |most, v| most.max(v.abs()));
            for (got, want) in got.data.iter().zip(want) {
                assert!((got - want).abs() <= 1e-5 * size, "{name}: {got} for {want}");
            }
        }
    }
}
