//! Files of Keras 3 and TF-Keras 2.15: opened, asked, and trained on from where they were.

use crate::archive::{files, numbers, tables};
use serde_json::Value;
use wgrad::data::Samples;
use wgrad::formats::keras::{KerasFile, read_weights};
use wgrad::formats::model_file::ModelFile;
use wgrad::train::{Device, Fit, Model};
use wgrad::{Error, base::Seed};

/// |a − b| / |b|, |b| at least `least` times √n, in Euclidean norms.
fn distance(a: &[f64], b: &[f64], least: f64) -> f64 {
    assert_eq!(a.len(), b.len(), "arrays of one size");
    let norm = |v: &mut dyn Iterator<Item = f64>| v.map(|v| v * v).sum::<f64>().sqrt();
    let apart = norm(&mut a.iter().zip(b).map(|(a, b)| a - b));
    apart / norm(&mut b.iter().copied()).max(least * (b.len() as f64).sqrt())
}

/// Arrays in the model's order: those of dictionaries have names.
fn in_order(arrays: &Value, names: &[String]) -> Value {
    let all = arrays.as_array().expect("arrays");
    let find =
        |name: &String| all.iter().find(|a| a["name"] == name.as_str()).unwrap_or_else(|| panic!("{name}")).clone();
    if all.iter().any(|a| a["name"].is_null()) { arrays.clone() } else { names.iter().map(find).collect() }
}

fn asked(model: &mut Model, told: &Value) -> f64 {
    let ends = model.graph().ends();
    let names: Vec<String> = ends.inputs.into_iter().map(|(name, _)| name).collect();
    let answers = model.predict_all(Samples::new(&tables(&in_order(&told["inputs"], &names)))).expect("predictions");
    let expected = in_order(&told["outputs"], &ends.outputs);
    let expected = expected.as_array().expect("outputs");
    assert_eq!(answers.len(), expected.len());
    let worst = |(answer, expected): (&wgrad::data::Array, &Value)| {
        let expected = numbers(expected);
        let most = expected.iter().fold(1e-3_f64, |m, v| m.max(v.abs()));
        let apart =
            answer.data.iter().zip(&expected).map(|(a, b)| if a.is_nan() && b.is_nan() { 0.0 } else { (a - b).abs() });
        apart.fold(0.0, |m, d| if d <= m { m } else { d }) / most
    };
    answers.iter().zip(expected).map(worst).fold(0.0, |m, d| if d <= m { m } else { d })
}

/// What wgrad has no word for, by design; everything else in the archive is opened.
const REFUSED: [(&str, &str); 1] = [("215", "hard_sigmoid")];

#[test]
fn predictions_are_keras_s() {
    let all = files();
    let find = |name: &str| &all.iter().find(|(n, _)| n == name).unwrap_or_else(|| panic!("{name}")).1;
    let (mut asked_of, mut refused) = (0, 0);
    for (name, text) in all.iter().filter(|(n, _)| n.ends_with(".json")) {
        let told: Value = serde_json::from_slice(text).expect("JSON");
        let names: Vec<&str> = told["files"].as_array().expect("files").iter().filter_map(Value::as_str).collect();
        for file in &names {
            let bytes = find(file).clone();
            let model = if file.ends_with(".weights.h5") {
                let whole = names.iter().find(|n| n.ends_with(".keras")).expect("the model of the weights");
                let mut model = KerasFile::read(whole, find(whole).clone())
                    .and_then(|f| f.build(&Device::Cpu, Seed(1)))
                    .unwrap_or_else(|e| panic!("{e}"));
                let zeros: Vec<Vec<f64>> = model.variables().iter().map(|v| vec![0.0; v.len()]).collect();
                model.set_weights(&zeros).expect("zeros");
                read_weights(file, bytes, &mut model).map(|()| model)
            } else {
                KerasFile::read(file, bytes).and_then(|f| f.build_compiled(&Device::Cpu, Seed(1)))
            };
            let mut model = match model {
                Ok(model) => model,
                Err(e) if REFUSED.iter().any(|(part, why)| file.contains(part) && e.to_string().contains(why)) => {
                    refused += 1;
                    continue;
                }
                Err(e) => panic!("{name}: {e}"),
            };
            let apart = asked(&mut model, &told);
            assert!(apart <= 1e-5, "{file}: {apart:e} from Keras's predictions");
            asked_of += 1;
        }
    }
    assert!(asked_of > 70 && refused < 3, "{asked_of} files, {refused} refused");
}

#[test]
fn trainings_go_on_as_keras_s() {
    let all = files();
    let mut trained = 0;
    for (name, text) in all.iter().filter(|(n, _)| n.ends_with(".json")) {
        let told: Value = serde_json::from_slice(text).expect("JSON");
        let training = &told["training"];
        if training.is_null() {
            continue;
        }
        let file = name.replace(".json", ".keras");
        let bytes = &all.iter().find(|(n, _)| *n == file).expect("the model").1;
        let opened = KerasFile::read(&file, bytes.clone()).and_then(|f| f.build_compiled(&Device::CpuFloat64, Seed(1)));
        let mut model = match opened {
            Ok(model) => model,
            Err(e @ (Error::Data(_) | Error::Request { .. })) => panic!("{e}"),
            Err(e) => panic!("{file}: {e}"),
        };
        let samples = Samples::new(&tables(&training["inputs"])).labels(&tables(&training["targets"]));
        let number = |key: &str| training[key].as_u64().expect("a number") as usize;
        let how = Fit::epochs(1).batch(number("batch_size")).shuffle(false).steps_per_epoch(number("steps"));
        let history = model.fit(&samples, how).unwrap_or_else(|e| panic!("{file}: {e}"));
        let loss = training["history"]["loss"][0].as_f64().expect("a loss");
        let told_loss = history.last("loss").expect("a loss");
        assert!((loss - told_loss).abs() <= 1e-6 * loss.abs().max(1e-3), "{file}: loss {told_loss}, Keras's {loss}");

        let variables = model.named_variables();
        for weight in training["weights"].as_array().expect("weights") {
            let (name, expected) = (weight["name"].as_str().expect("a name"), numbers(weight));
            // Layers within models bear the models' names before their own here.
            let mine = variables.iter().filter(|(n, v)| {
                let tail = name.rsplit('/').next().unwrap_or(name);
                (n.ends_with(name) || n.ends_with(&format!("/{tail}"))) && v.len() == expected.len()
            });
            let apart =
                mine.map(|(_, v)| distance(&v.values().expect("values"), &expected, 1e-3)).fold(f64::MAX, f64::min);
            assert!(apart <= 1e-8, "{file}: {name} is {apart:e} from Keras's");
        }
        let remembered = model.remembered().expect("slots");
        for slot in training["optimizer"].as_array().expect("an optimizer") {
            let (name, expected) = (slot["name"].as_str().expect("a name"), numbers(slot));
            if slot["shape"].as_array().is_none_or(Vec::is_empty) || is_derived(name, slot) {
                continue;
            }
            let mine = remembered.iter().filter(|r| r.values.len() == expected.len());
            let apart = mine.map(|r| distance(&r.values, &expected, 1e-6)).fold(f64::MAX, f64::min);
            assert!(apart <= 1e-8, "{file}: {name} is {apart:e} from Keras's");
        }
        trained += 1;
    }
    assert!(trained >= 5, "{trained} trainings");
}

/// Adafactor's v of a matrix, which follows from its rows and columns and is not remembered here.
fn is_derived(name: &str, slot: &Value) -> bool {
    name.contains("adafactor") && name.contains("velocity") && slot["shape"].as_array().is_some_and(|s| s.len() > 1)
}
