//! Small files that ask for much: refused before it is done, and what is merely deep or long is read and written.

use crate::clock::Clock;
use crate::hostile::{MOST, read};
use serde_json::{Value, json};
use std::io::{Cursor, Write};
use std::time::Duration;
use wgrad::base::Seed;
use wgrad::formats::keras::{KerasFile, write};
use wgrad::formats::model_file::ModelFile;
use wgrad::nn::act::Activation;
use wgrad::train::{Device, Sequential};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// What a model of thousands of layers that is no bomb may take, read and written.
const MOST_OF_A_MODEL: Duration = Duration::from_secs(1);

/// The `.keras` file of a structure without variables.
fn file(config: &Value) -> Vec<u8> {
    let none = Sequential::new(&[3]).add(Activation::RELU).build(&Device::Cpu, Seed(0)).expect("a model");
    let weights = wgrad::formats::keras::write_weights(&none).expect("bytes");
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let members: [(&str, &[u8]); 3] = [
        ("metadata.json", br#"{"keras_version": "3.15.1"}"#),
        ("config.json", &config.to_string().into_bytes()),
        ("model.weights.h5", &weights),
    ];
    for (name, bytes) in members {
        zip.start_file(name, SimpleFileOptions::default()).expect("a member");
        zip.write_all(bytes).expect("a member");
    }
    zip.finish().expect("an archive").into_inner()
}

fn object(class: &str, config: &Value) -> Value {
    json!({ "module": "keras", "class_name": class, "name": config["name"], "config": config, "registered_name": null })
}

fn input() -> Value {
    let mut input = object("InputLayer", &json!({ "name": "in", "batch_shape": [null, 3], "dtype": "float32" }));
    input["inbound_nodes"] = json!([]);
    input
}

fn relu(name: &str) -> Value {
    object("Activation", &json!({ "name": name, "activation": "relu" }))
}

/// A model of an input and `inner`, with this output.
fn around(name: &str, inner: Option<Value>, output: &Value) -> Value {
    let layers: Vec<Value> = std::iter::once(input()).chain(inner).collect();
    object(
        "Functional",
        &json!({ "name": name, "layers": layers, "input_layers": [["in", 0, 0]], "output_layers": output }),
    )
}

fn call(of: &str) -> Value {
    let history = json!({ "shape": [null, 3], "dtype": "float32", "keras_history": [of, 0, 0] });
    json!({ "args": [{ "class_name": "__keras_tensor__", "config": history }], "kwargs": {} })
}

/// Models in models: each calls the one within it `calls` times, each time on what the call before gave.
fn nested(mut inner: Value, depth: usize, calls: usize) -> Value {
    for level in 0..depth {
        let name = inner["config"]["name"].as_str().expect("a name").to_owned();
        let node = |i: usize| {
            let mut node = call(if i == 0 { "in" } else { &name });
            node["args"][0]["config"]["keras_history"][1] = i.saturating_sub(1).into();
            node
        };
        inner["inbound_nodes"] = (0..calls).map(node).collect();
        inner = around(&format!("m{level}"), Some(inner), &json!([[name, calls, 0]]));
    }
    inner
}

fn refused(what: &str, config: &Value, words: &str) {
    let bytes = file(config);
    let clock = Clock::start();
    let said = read("bomb.keras", bytes).expect("a kind of file").expect_err(what);
    let took = clock.time();
    assert!(said.contains(words), "{what}: {said}");
    assert!(took <= MOST, "{what}: {took:?}");
}

#[test]
fn models_that_double_are_refused_with_layers_and_without() {
    let empty = around("empty", None, &json!([["in", 0, 0]]));
    refused("models without layers", &nested(empty, 36, 2), "at most 16384 calls");
    let mut layer = relu("a");
    layer["inbound_nodes"] = json!([call("in")]);
    refused(
        "models with one",
        &nested(around("one", Some(layer), &json!([["a", 0, 0]])), 36, 2),
        "at most 16384 calls",
    );
    // A thousand outputs that are the input, a thousand times.
    let wide = around("wide", None, &vec![json!(["in", 0, 0]); 1000].into());
    refused("models of many outputs", &nested(wide, 1, 1000), "262144 tensors");
}

#[test]
fn more_layers_than_a_file_may_have_are_refused() {
    for count in [20_000, 100_000] {
        let layers: Vec<Value> = std::iter::once(input()).chain((0..count).map(|i| relu(&format!("a{i}")))).collect();
        let config = object("Sequential", &json!({ "name": "s", "layers": layers }));
        refused(&format!("a chain of {count}"), &config, "at most 16384 layers");
    }
}

/// Each level was written once more for every end of the one around it.
#[test]
fn models_deep_within_each_other_are_written_once() {
    let mut layer = relu("a");
    layer["inbound_nodes"] = json!([call("in")]);
    let config = nested(around("one", Some(layer), &json!([["a", 0, 0]])), 20, 1);
    let model = KerasFile::read("deep.keras", file(&config)).expect("a file").build(&Device::Cpu, Seed(0));
    let model = model.expect("a model");
    let clock = Clock::start();
    let bytes = write(&model).expect("bytes");
    let took = clock.time();
    assert!(took <= MOST, "{took:?}");
    KerasFile::read("again.keras", bytes).expect("a file").build(&Device::Cpu, Seed(0)).expect("a model");
}

/// Layers were looked up one by one in lists of all.
#[test]
fn long_models_are_read_and_written() {
    let layers: Vec<Value> = std::iter::once(input()).chain((0..4000).map(|i| relu(&format!("a{i}")))).collect();
    let bytes = file(&object("Sequential", &json!({ "name": "s", "layers": layers })));
    let clock = Clock::start();
    let model = KerasFile::read("long.keras", bytes).expect("a file").build(&Device::Cpu, Seed(0)).expect("a model");
    write(&model).expect("bytes");
    let took = clock.time();
    assert!(took <= MOST_OF_A_MODEL, "{took:?}");
}
