//! Run files: every example trains in a quick form, what is written beside the results gives the same run, and a slip is led to
//! its line.

use crate::files::{Folder, refused, told, write};
use std::path::Path;

/// On what is inside the program, for one epoch.
pub const QUICK: [&str; 10] = [
    "--device",
    "cpu",
    "--set",
    "data.source=digits",
    "--set",
    "data.limit=128",
    "--set",
    "data.validation=0.25",
    "--set",
    "train.epochs=1",
];

fn quick(example: &str, out: &str, more: &[&str]) -> String {
    let first = ["train", example, "--out", out];
    told(&[&first[..], &QUICK, more].concat())
}

pub fn text(folder: &str, name: &str) -> String {
    std::fs::read_to_string(Path::new(folder).join(name)).expect(name)
}

#[test]
fn every_example_trains() {
    let folder = Folder::new("examples");
    let mut seen = 0;
    for entry in std::fs::read_dir("examples").expect("the examples") {
        let path = entry.expect("a file").path();
        let Some(name) = path.file_stem().map(|n| n.to_string_lossy().into_owned()) else { continue };
        // Those of several steps, and of data of their own, have tests of their own.
        let others = ["05_", "06_", "07_"];
        if path.extension().is_none_or(|e| e != "toml") || others.iter().any(|o| name.starts_with(o)) {
            continue;
        }
        let out = folder.at(&name);
        let example = path.display().to_string();
        let less = ["--set", "model.layers[1].repeat=2"];
        let deep = name.starts_with("09") || name.starts_with("10");
        assert!(quick(&example, &out, if deep { &less } else { &[] }).starts_with("Test: accuracy "), "{name}");
        for file in ["run.toml", "history.csv", "model.keras", "best.keras", "result.json", "report.html", "curves.svg"]
        {
            assert!(Path::new(&out).join(file).is_file(), "{name} left no {file}");
        }
        seen += 1;
    }
    assert!(seen >= 8, "{seen} examples");
}

#[test]
fn layers_are_carried_over_and_frozen() {
    let folder = Folder::new("transfer");
    let [a, b, c] = ["a", "b", "c"].map(|name| folder.at(name));
    let from = |run: &str| format!("model.from={run}/model.keras");
    quick("examples/05_transfer_a.toml", &a, &["--set", "data.limit=300"]);
    quick("examples/05_transfer_b.toml", &b, &["--set", &from(&a)]);
    quick("examples/05_transfer_c.toml", &c, &["--set", &from(&b)]);
    let weights = |run: &str, layer: &str| {
        let model =
            wgrad::train::Model::load(format!("{run}/model.keras"), &wgrad::train::Device::Cpu).expect("a model");
        model.layer(layer).expect(layer).get_weights().expect("numbers")
    };
    assert_eq!(weights(&a, "lower"), weights(&b, "lower"), "frozen layers keep their values");
    assert_ne!(weights(&b, "of_two"), weights(&c, "of_two"));
    assert_ne!(weights(&b, "lower"), weights(&c, "lower"), "unfrozen layers learn");
    let told = told(&["evaluate", &c]);
    assert!(told.contains("of digits (test)") && told.contains("accuracy"), "{told}");
    refused(
        &["train", "examples/05_transfer_b.toml", "--set", &from(&a), "--set", "model.freeze=['upper','loewr']"],
        2,
        &["model.freeze", "did you mean `lower`?"],
    );
    let deep = ["--set", "model.drop_last=9", "--out", &folder.at("d")];
    let first = ["train", "examples/05_transfer_b.toml", "--set", &from(&a)];
    refused(&[&first[..], &deep].concat(), 2, &["model.drop_last", "got 9"]);
}

#[test]
fn an_autoencoder_s_layers_serve_a_classifier() {
    let folder = Folder::new("pretraining");
    let [a, b] = ["a", "b"].map(|name| folder.at(name));
    assert!(quick("examples/06_autoencoder.toml", &a, &[]).starts_with("Test: mae "));
    let from = format!("model.from={a}/model.keras");
    assert!(quick("examples/06_classifier.toml", &b, &["--set", &from]).starts_with("Test: accuracy "));
}

#[test]
fn pairs_go_through_one_tower() {
    let folder = Folder::new("pairs");
    let numbers = |seed: u32| (0..64 * 9).map(|i| f64::from((i * 7 + seed) % 11) / 10.0).collect::<Vec<_>>();
    write(&folder.at("left.npy"), &[64, 3, 3], &numbers(1));
    write(&folder.at("right.npy"), &[64, 3, 3], &numbers(2));
    write(&folder.at("same.npy"), &[64], &(0..64).map(|i| f64::from(i % 2)).collect::<Vec<_>>());
    let [x, y] = [format!("data.x=['{}','{}']", folder.at("left.npy"), folder.at("right.npy")), {
        format!("data.y='{}'", folder.at("same.npy"))
    }];
    let out = folder.at("run");
    let names = ["--set", "model.inputs={ left = [3, 3], right = [3, 3] }", "--set", "data.source=''"];
    let first =
        ["train", "examples/07_auxiliary_task.toml", "--device", "cpu", "--out", &out, "--set", &x, "--set", &y];
    let lines = told(&[&first[..], &names, &["--set", "train.epochs=1"]].concat());
    assert!(lines.contains("accuracy"), "{lines}");
    let model = wgrad::train::Model::load(format!("{out}/model.keras"), &wgrad::train::Device::Cpu).expect("a model");
    assert_eq!(model.layers().iter().filter(|layer| layer.kind() == "dense").count(), 3, "one tower, used twice");
}

#[test]
fn what_is_written_beside_the_results_gives_the_same_run() {
    let folder = Folder::new("resolved");
    let [a, b] = ["a", "b"].map(|name| folder.at(name));
    quick("examples/11_default_recipe.toml", &a, &["--set", "seed=7", "--set", "train.epochs=2"]);
    let resolved = format!("{a}/run.toml");
    told(&["train", &resolved, "--out", &b]);
    assert_eq!(text(&a, "run.toml"), text(&b, "run.toml"));
    assert_eq!(text(&a, "history.csv"), text(&b, "history.csv"));
    assert_eq!(text(&a, "data.json"), text(&b, "data.json"));
    // A folder with a run in it is never written over.
    refused(&["train", &resolved, "--out", &a], 2, &["run folder", "which has"]);
}

#[test]
fn a_run_goes_on_where_it_ended() {
    let folder = Folder::new("longer");
    let [a, b] = ["a", "b"].map(|name| folder.at(name));
    let epochs = |n: &'static str| ["--set", n];
    quick("examples/01_fashion_mnist.toml", &a, &epochs("train.epochs=2"));
    let first = ["train", "examples/01_fashion_mnist.toml", "--out", &a, "--resume"];
    told(&[&first[..], &QUICK, &epochs("train.epochs=4")].concat());
    quick("examples/01_fashion_mnist.toml", &b, &epochs("train.epochs=4"));
    let model = |run: &str| {
        let model =
            wgrad::train::Model::load(format!("{run}/model.keras"), &wgrad::train::Device::Cpu).expect("a model");
        model.get_weights().expect("numbers")
    };
    assert_eq!(model(&a), model(&b), "two and two epochs are four");
    assert_eq!(text(&a, "history.csv"), text(&b, "history.csv"));
}

/// Within an epoch, before a step that looks into the layers.
#[test]
#[cfg(unix)]
fn a_run_goes_on_within_an_epoch() {
    let folder = Folder::new("within");
    let [a, b] = ["a", "b"].map(|name| folder.at(name));
    fn all<'a>(out: &'a str, more: &[&'a str]) -> Vec<&'a str> {
        let first = ["train", "examples/01_fashion_mnist.toml", "--set", "train.checkpoint_every=1", "--out", out];
        [&first[..], &QUICK, &["--set", "train.epochs=60"], more].concat()
    }
    let started = std::process::Command::new(env!("CARGO_BIN_EXE_wgrad")).args(all(&a, &[])).spawn();
    let mut running = started.expect("the program starts");
    let saved = Path::new(&a).join("checkpoint");
    while !saved.read_dir().is_ok_and(|mut files| files.next().is_some()) {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let interrupt = std::process::Command::new("kill").args(["-INT", &running.id().to_string()]).status();
    assert!(interrupt.expect("a shell").success());
    // It may have been done before.
    let code = running.wait().expect("an end").code();
    assert!([Some(130), Some(0)].contains(&code), "{code:?}");
    told(&all(&a, &["--resume"]));
    told(&all(&b, &[]));
    assert_eq!(text(&a, "history.csv"), text(&b, "history.csv"));
}

#[test]
fn slips_are_led_to_their_lines() {
    let folder = Folder::new("slips");
    let path = folder.at("run.toml");
    let whole = "seed = 1\n[data]\nsource = \"digits\"\n[model]\nlayers = [\n  \"flatten\",\n  \
                 { dense = { units = 10, activation = \"softmax\" } },\n]\n[train]\noptimizer = \"nadam\"\n";
    let slips = [
        ("seed = 1", "sed = 1", "run.toml:1:1: run file: field", "did you mean `seed`?"),
        ("[data]", "[dat]", "run.toml:2:2: run file: field", "did you mean `data`?"),
        ("source =", "sourc =", "run.toml:3:1: data: field", "did you mean `source`?"),
        ("\"digits\"", "\"digit\"", "run.toml:3:", "digits"),
        ("\"flatten\"", "\"flaten\"", "run.toml:6:3: model.layers[0]", "did you mean `flatten`?"),
        ("units = 10", "unit = 10", "run.toml:7:15: model.layers[1] dense: field", "did you mean `units`?"),
        ("units = 10", "units = -1", "run.toml:7:15: model.layers[1] dense: units", "at least 0"),
        ("units = 10", "units = 9", "model.layers", "10 units"),
        ("\"softmax\"", "\"softmx\"", "run.toml:7:27: model.layers[1] dense: activation", "did you mean `softmax`?"),
        ("optimizer", "optimiser", "run.toml:10:1: train: field", "did you mean `optimizer`?"),
        ("\"nadam\"", "\"nadan\"", "run.toml:10:1: train.optimizer", "did you mean `nadam`?"),
        ("\"nadam\"", "{ nadam = { beta1 = 1 } }", "run.toml:10:25: train: optimizer nadam: field", "`beta_1`"),
        ("\"nadam\"", "{ nadam = {}, sgd = {} }", "run.toml:10:1: train.optimizer", "one class"),
        ("\"nadam\"", "\"nadam\"\nepochs = 0", "run.toml:11:1: train.epochs", "at least 1"),
        ("\"nadam\"", "\"nadam\"\nepochs = \"three\"", "run.toml:11:1: train: epochs", "whole number"),
        ("\"nadam\"", "\"nadam\"\nloss = \"msee\"", "run.toml:11:1: train: loss", "mean_squared_error"),
        ("\"nadam\"", "\"nadam\"\nmetrics = [\"acuracy\"]", "run.toml:11:", "accuracy"),
        ("\"nadam\"", "\"nadam\"\nschedule = \"one_cycel\"", "run.toml:11:1: train: schedule", "`one_cycle`"),
        (
            "\"nadam\"",
            "\"nadam\"\ncallbacks = [\"early_stoping\"]",
            "run.toml:11:14: train.callbacks[0]",
            "early_stopping",
        ),
        ("\"nadam\"", "\"nadam\"\ncycle_momentum = true", "train.cycle_momentum", "one_cycle"),
        ("seed = 1", "seed = ", "run.toml:1:", "TOML"),
        ("seed = 1", "seed = 1\nseed = 2", "run.toml:2:1", "duplicate"),
    ];
    for (from, to, place, word) in slips {
        std::fs::write(&path, whole.replacen(from, to, 1)).expect("a file");
        refused(&["train", &path, "--device", "cpu", "--out", &folder.at("out")], 2, &[place, word]);
    }
    std::fs::write(&path, whole).expect("a file");
    for (set, word) in [
        ("train.epochs", "key=value"),
        ("train.epochs=x", "--set train.epochs=x: train: epochs: expected a whole number"),
        ("train.epoch=1", "`epochs`"),
        ("model.layers[7].dense.units=3", "2 elements"),
        ("model.layers[1].dense.unit=3", "`units`"),
        ("data.validation=1.5", "validation"),
        ("device=vulcano", "vulcano"),
        ("precision=float17", "float32"),
    ] {
        refused(
            &["train", &path, "--set", set, "--out", &folder.at("out")],
            if set.starts_with("device") { 4 } else { 2 },
            &[word],
        );
    }
    // Options of a net stand beside no file.
    refused(&["train", &path, "--hidden", "5"], 2, &["--hidden", "--set"]);
    told(&["train", &path, "--device", "cpu", "--set", "train.epochs=1", "--out", &folder.at("whole")]);
    // What is not a training takes it as well.
    let summary = told(&["summary", &path, "--plan"]);
    assert!(summary.contains("Total params: 650") && summary.contains("Train"), "{summary}");
    let bench = told(&["bench", "--run", &path, "--device", "cpu", "--repeats", "1", "--json"]);
    assert!(bench.lines().last().is_some_and(|line| line.contains("samples_per_second")), "{bench}");
}

#[test]
fn a_run_that_cannot_go_on_is_left_as_it_was() {
    let folder = Folder::new("refused");
    let a = folder.at("a");
    quick("examples/11_default_recipe.toml", &a, &[]);
    let files = ["run.toml", "data.json", "result.json", "history.csv"];
    let before = files.map(|name| text(&a, name));
    let first = ["train", "examples/11_default_recipe.toml", "--out", &a, "--resume"];
    for other in ["data.scale=standardize", "train.epochs=8", "train.learning_rate=0.5"] {
        refused(&[&first[..], &QUICK, &["--set", other]].concat(), 2, &["checkpoint"]);
        assert_eq!(files.map(|name| text(&a, name)), before, "{other}");
    }
}

/// What is scaled for training is scaled for questions.
#[test]
fn other_data_is_made_ready_as_the_run_s_was() {
    let folder = Folder::new("ready");
    let numbers: Vec<f64> = (0..160).map(|i| f64::from(i * 37 % 101) * 9.0 + 500.0).collect();
    let labels: Vec<f64> = (0..80).map(|i| f64::from(i % 2)).collect();
    write(&folder.at("x.npy"), &[80, 2], &numbers);
    write(&folder.at("y.npy"), &[80], &labels);
    let reversed: Vec<f64> = numbers.chunks(2).rev().flatten().copied().collect();
    write(&folder.at("back.npy"), &[80, 2], &reversed);
    let (run, pair) = (folder.at("run"), format!("{},{}", folder.at("x.npy"), folder.at("y.npy")));
    let source = format!("data.source='{pair}'");
    let layers = "model.layers=[{ dense = { units = 2, activation = 'softmax' } }]";
    let path = folder.at("run.toml");
    std::fs::write(&path, "[data]\nscale = \"standardize\"\n[train]\noptimizer = \"sgd\"\n").expect("a file");
    told(&["train", &path, "--device", "cpu", "--set", &source, "--set", layers, "--out", &run]);
    let own = told(&["evaluate", &run, "--device", "cpu"]);
    let named = told(&["evaluate", &run, "--device", "cpu", "--data", &pair]);
    assert_eq!(own.split(" - ").collect::<Vec<_>>()[1..], named.split(" - ").collect::<Vec<_>>()[1..]);
    // Samples without labels have answers, in their order.
    told(&["predict", &run, "--device", "cpu", "--data", &folder.at("x.npy"), "--output", &folder.at("a.csv")]);
    told(&["predict", &run, "--device", "cpu", "--data", &folder.at("back.npy"), "--output", &folder.at("b.csv")]);
    let lines = |name: &str| text(&folder.at(""), name).lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
    let mut back = lines("b.csv");
    back.reverse();
    assert_eq!(lines("a.csv"), back);
}

/// A model lies beside what makes its data ready; layers Keras has no word for are kept all the same.
#[test]
fn tables_are_trained_asked_and_answered() {
    let folder = Folder::new("tables");
    let rows = |from: u32, with: bool| {
        let line = |i: u32| {
            let (rooms, city) = (i % 5 + 1, ["Bern", "Genf"][(i % 2) as usize]);
            let price = if with { format!(",{}.25", 800 + 50 * rooms) } else { String::new() };
            format!("{rooms},{city}{price}\r\n")
        };
        let head = if with { "rooms,city,price\r\n" } else { "rooms,city\r\n" };
        format!("{head}{}", (from..from + 60).map(line).collect::<String>())
    };
    let [table, new, out] = ["houses.csv", "new.csv", "run"].map(|name| folder.at(name));
    std::fs::write(&table, rows(0, true)).expect("a file");
    std::fs::write(&new, rows(7, false)).expect("a file");
    let first = ["train", &table, "--device", "cpu", "--target", "price", "--categorical", "city", "--out", &out];
    told(&[&first[..], &["--hidden", "16", "--metric", "mae"]].concat());
    let result = text(&out, "result.json");
    assert!(!result.contains("accuracy"), "a regression is not told by its accuracy: {result}");
    let answers = folder.at("answers.csv");
    told(&["predict", &out, "--device", "cpu", "--data", &new, "--output", &answers]);
    let answers = text(&folder.at(""), "answers.csv");
    let mut lines = answers.lines();
    assert_eq!(lines.next(), Some("price"));
    // The price goes up with the rooms: answers stand in the order of their rows.
    let prices: Vec<f64> = lines.clone().map(|line| line.parse().expect("a number")).collect();
    for (i, a) in prices.iter().enumerate() {
        for (j, b) in prices.iter().enumerate().filter(|(j, _)| i % 2 == j % 2) {
            let rooms = [(i + 7) % 5, (j + 7) % 5];
            assert!(rooms[0] >= rooms[1] || a < b, "rows {i} and {j}: {a}, {b} for {rooms:?}");
        }
    }
    assert_eq!(lines.count(), 60, "an answer a row");
    refused(&["evaluate", &out, "--device", "cpu", "--data", &new], 3, &["no labels `price`"]);
    refused(&["predict", &folder.at("none"), "--input", "x.npy", "--output", "y.npy"], 3, &["no model file"]);
    // Lines are counted as editors count them, whatever they end in.
    std::fs::write(&new, "a,b\r\n1,2\r\n3,x\r\n").expect("a file");
    refused(&["data", &new, "--target", "a"], 3, &["line 3"]);
    let own = folder.at("own");
    let layers = "model.layers=['flatten', { rrelu = {} }, { dense = { units = 10, activation = 'softmax' } }]";
    quick("examples/01_fashion_mnist.toml", &own, &["--set", layers]);
    assert!(Path::new(&own).join("model.safetensors").is_file());
    assert!(told(&["evaluate", &own, "--device", "cpu"]).contains("accuracy"));
}

#[test]
fn files_in_the_pages_are_read() {
    let mut seen = 0;
    for page in ["README.md", "docs/run_files.md"] {
        let text = std::fs::read_to_string(page).expect(page);
        for block in text.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()) {
            if block.contains("[model]") {
                let run =
                    wgrad::run::RunFile::parse(page, block, &[] as &[&str]).unwrap_or_else(|e| panic!("{page}: {e}"));
                assert!(run.resolved().expect("TOML").contains("layers"));
                seen += 1;
            }
        }
    }
    assert!(seen >= 2, "{seen}");
}
