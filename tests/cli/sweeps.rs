//! Commands that train a little or a lot: sweeps, range tests, looks into layers; the schema of run files, and their ends.

use crate::files::{Folder, refused, told};
use crate::run_files::{QUICK, text};
use crate::wgrad;
use std::path::Path;

#[test]
fn repetitions_and_paths_have_an_end() {
    let folder = Folder::new("bombs");
    let path = folder.at("run.toml");
    for layers in [
        "{ repeat = 1000000000000, layers = [] }",
        "{ repeat = 1000000000000, layers = ['flatten'] }",
        "{ repeat = 10000, layers = [{ repeat = 10000, layers = ['flatten'] }] }",
    ] {
        let file = format!("[data]\nsource = \"digits\"\n[model]\nlayers = [{layers}]\n[train]\noptimizer = \"sgd\"\n");
        std::fs::write(&path, file).expect("a file");
        refused(&["train", &path, "--device", "cpu", "--out", &folder.at("out")], 2, &["model.layers[0]", "repeat"]);
    }
    let deep = format!("train.{}=1", vec!["a"; 10_000].join("."));
    refused(&["train", &path, "--set", &deep], 2, &["at most 64 keys"]);
    refused(&["train", &path, "--set", "seed.a=1"], 2, &["--set seed.a=1", "whole number"]);
}

#[test]
fn sweeps_train_every_combination_and_go_on() {
    let folder = Folder::new("sweep");
    let out = folder.at("out");
    let first = ["sweep", "examples/03_optimizers.toml", "--out", &out];
    let grid = ["--grid", "train.optimizer=sgd,{ sgd = { momentum = 0.9 } }", "--grid", "seed=1,2", "--csv"];
    let all = [&first[..], &QUICK, &grid].concat();
    let table = told(&all);
    assert_eq!(table.lines().count(), 5, "{table}");
    for run in ["optimizer=sgd,seed=1", "optimizer=sgd-momentum-0.9,seed=2"] {
        assert!(table.contains(run) && Path::new(&out).join(run).join("report.html").is_file(), "{run}: {table}");
    }
    assert!(Path::new(&out).join("curves.svg").is_file());
    let again = wgrad(&[&all[..], &["--resume"]].concat());
    assert_eq!(String::from_utf8_lossy(&again.stdout), table);
    assert_eq!(String::from_utf8_lossy(&again.stderr).matches("trained before").count(), 4);
    refused(&[&first[..], &["--grid", "train.optimizr=sgd"]].concat(), 2, &["`optimizer`"]);
    refused(&[&first[..], &["--grid", "train.epochs"]].concat(), 2, &["--grid"]);
}

#[test]
fn a_rate_is_found_and_layers_are_looked_into() {
    let folder = Folder::new("looks");
    let found =
        told(&["lr-find", "digits", "--device", "cpu", "--steps", "60", "--plot", &folder.at("rate.svg"), "--json"]);
    let found: serde_json::Value = serde_json::from_str(&found).expect("JSON");
    let rate = found["learning_rate"].as_f64().expect("a rate");
    assert!((1e-5..1.0).contains(&rate), "{rate}");
    assert!(text(&folder.at(""), "rate.svg").contains("suggested"));
    refused(&["lr-find", "--from", "1", "--to", "0.1"], 2, &["max_learning_rate"]);
    let table = told(&[
        "inspect",
        "digits",
        "--device",
        "cpu",
        "--hidden",
        "6,5",
        "--steps",
        "3",
        "--plot",
        &folder.at("v.svg"),
    ]);
    assert!(table.contains("first step") && table.contains("last step") && table.contains("dense_2"), "{table}");
    assert!(folder.at("v.svg").len() > 1 && text(&folder.at(""), "v.svg").starts_with("<svg"));
}

#[test]
fn the_schema_knows_every_word() {
    let schema: serde_json::Value = serde_json::from_str(&told(&["schema"])).expect("JSON");
    let definitions = schema["$defs"].as_object().expect("definitions");
    fn references<'a>(json: &'a serde_json::Value, all: &mut Vec<&'a str>) {
        match json {
            serde_json::Value::Object(table) => {
                all.extend(table.get("$ref").and_then(|r| r.as_str()));
                table.values().for_each(|value| references(value, all));
            }
            serde_json::Value::Array(list) => list.iter().for_each(|value| references(value, all)),
            _ => {}
        }
    }
    let mut all = Vec::new();
    references(&schema, &mut all);
    assert!(all.len() > 50);
    for reference in all {
        let name = reference.strip_prefix("#/$defs/").expect(reference);
        assert!(definitions.contains_key(name), "{reference} is defined nowhere");
    }
    for (family, word) in [
        ("layer", "batch_normalization"),
        ("optimizer", "nadam"),
        ("callback", "early_stopping"),
        ("schedule", "one_cycle"),
    ] {
        let words = &definitions[family]["anyOf"][1]["properties"];
        assert!(words[word].is_object(), "{family} has no {word}");
    }
    // A field's kind, default and need.
    let dense = &definitions["layer"]["anyOf"][1]["properties"]["dense"]["anyOf"][0];
    assert_eq!(dense["required"], serde_json::json!(["units"]));
    assert_eq!(dense["properties"]["use_bias"], serde_json::json!({ "type": "boolean", "default": true }));
}
