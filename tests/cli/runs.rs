//! Folders of runs: what is written, read back, compared, drawn and told where it is damaged.

use crate::files::{Folder, refused, told};
use std::path::Path;
use wgrad::data::datasets;
use wgrad::prelude::*;
use wgrad::report::html::{Evaluated, Report};
use wgrad::report::run::{Ended, RunFolder, RunRecord, RunResult, RunTimer};
use wgrad::report::{InsightLog, variance_plot};

/// Trains a small net on the digits for three epochs, into a folder, under a run file.
fn train(path: &str, units: usize, run_file: &str) -> RunFolder {
    let (train, test) = datasets::digits().expect("the built-in digits");
    let folder = RunFolder::create(path).expect("a folder");
    std::fs::write(folder.at(RunFolder::RUN_FILE), run_file).expect("a file");
    let mut model = Sequential::new(&[8, 8])
        .add(Flatten)
        .add(Dense::new(units).activation(Activation::RELU))
        .add(Dense::new(10).activation(Activation::Softmax))
        .build(&Device::Cpu, Seed(7))
        .expect("a model");
    let how =
        Compile::new(Nadam::new(1e-2)).loss(SparseCategoricalCrossentropy::new()).metrics("accuracy").observe_every(10);
    model.compile_with(how).expect("settings");
    let (mut timer, mut looks) = (RunTimer::default(), InsightLog::every(10));
    let fit = Fit::epochs(3).batch(64).steps_per_epoch(12).validation(&test).callback(&mut timer).callback(&mut looks);
    let started = std::time::SystemTime::now();
    let look = wgrad::data::Samples::from(&train).select(&[0, 1]).expect("two samples");
    let history = model.fit(&train, folder.callbacks(fit, None, look)).expect("a training");
    model.save(folder.at(RunFolder::MODEL)).expect("a file");
    let tested = model.evaluate(&test).expect("numbers");
    let mut result = RunResult::of(&history, 3, None, started);
    result.name = "digits".to_owned();
    result.seconds = Some(timer.seconds());
    result.samples_per_second = timer.samples_per_second(64);
    result.steps = Some(timer.steps());
    result.test = tested.iter().map(|(name, v)| (name.to_owned(), v)).collect();
    let evaluated = Evaluated::dataset(model.predict(&test).expect("predictions"), &test);
    let mut report = Report::new("digits").history(&history).result(&result).evaluated(&evaluated).run_file(run_file);
    report = report.summary(model.summary().to_string());
    for look in looks.observations().iter().take(1) {
        report = report.insight("first", &look.report);
    }
    folder.finish(&report).expect("files");
    assert!(well_formed(&variance_plot("digits", &[("first", &looks.observations()[0].report)])));
    folder
}

/// Whether a text is well-formed XML that holds a picture.
#[cfg(feature = "png")]
fn well_formed(svg: &str) -> bool {
    wgrad::report::plot::svg_to_png(svg, 0.25).is_ok()
}

#[cfg(not(feature = "png"))]
fn well_formed(svg: &str) -> bool {
    svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>")
}

fn text(path: impl AsRef<Path>) -> String {
    std::fs::read_to_string(path.as_ref()).unwrap_or_else(|error| panic!("{}: {error}", path.as_ref().display()))
}

#[test]
fn a_run_leaves_its_folder() {
    let folder = Folder::new("run");
    let run = train(&folder.at("digits"), 16, "seed = 7\n[train]\nepochs = 3 # <&>\n");
    // What options go with is another's to write.
    let others = [RunFolder::CHECKPOINT, RunFolder::DATA];
    for name in RunFolder::ALL.iter().filter(|name| !others.contains(name)) {
        assert!(run.at(name).exists(), "{name}");
    }
    let record = RunRecord::open(run.path()).expect("a run");
    assert_eq!(record.history.epochs, [0, 1, 2]);
    assert!(
        ["loss", "accuracy", "val_loss", "val_accuracy", "learning_rate"]
            .iter()
            .all(|n| record.history.get(n).is_some())
    );
    let result = record.result.as_ref().expect("a result");
    assert_eq!((result.ended, result.epochs, result.steps), (Some(Ended::Done), Some(3), Some(36)));
    assert!(result.samples_per_second.is_some_and(|pace| pace > 0.0));
    // The model of the best epoch is what it was then.
    let best = result.best.as_ref().expect("a best epoch");
    assert_eq!(best.monitor, "val_accuracy");
    let mut model = Model::load(run.at(RunFolder::BEST), &Device::Cpu).expect("a model");
    let again = model.evaluate(&datasets::digits().expect("digits").1).expect("numbers");
    assert!((again.get("accuracy").unwrap_or_default() - best.value()).abs() < 1e-6);

    let svg = text(run.at(RunFolder::CURVES));
    assert!(well_formed(&svg) && svg.contains("val") && svg.contains("best: epoch"));
    let page = text(run.at(RunFolder::REPORT));
    for part in [
        "Confusion matrix",
        "Most wrong",
        "data:image/png;base64,",
        "Layers while training",
        "epochs = 3 # &lt;&amp;&gt;",
    ] {
        assert!(page.contains(part), "{part}");
    }
    for outside in ["http://", "https://", "<script", "<link", "url("] {
        let own = page.replace("http://www.w3.org/2000/svg", "");
        assert!(!own.contains(outside), "the page reaches outside: {outside}");
    }
    // Made anew from the folder it is the same, to the byte.
    std::fs::remove_file(run.at(RunFolder::REPORT)).expect("a file");
    assert!(told(&["report", &folder.at("digits")]).contains("report.html"));
    assert_eq!(text(run.at(RunFolder::REPORT)), page);

    refused_create(run.path());
}

fn refused_create(path: &Path) {
    let told = RunFolder::create(path).expect_err("there is a run").to_string();
    assert!(told.contains("run.toml") && told.contains("--resume"), "{told}");
    assert!(RunFolder::resume(path).is_ok());
    assert!(RunFolder::resume(path.join("nothing")).is_err());
}

#[test]
fn runs_are_compared_and_drawn() {
    let folder = Folder::new("compare");
    let at = |name: &str| folder.at(name);
    train(&at("small"), 4, "seed = 7\n[model]\nunits = 4\n");
    train(&at("wide"), 32, "seed = 7\n[model]\nunits = 32\n");
    // A history by itself, such as Keras writes it, of other numbers.
    std::fs::write(at("keras.csv"), "epoch,mae,val_mae\n0,3.5,4.5\n1,2.5,3.5\n").expect("a file");
    let [small, wide, keras] = [at("small"), at("wide"), at("keras.csv")];
    let table = told(&["compare", &small, &wide, &keras, "--sort", "best"]);
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 4, "{table}");
    assert!(lines[0].contains("best val_accuracy") && lines[0].contains("differs"), "{table}");
    assert!(lines[3].starts_with("keras") && lines[3].contains('–'), "{table}");
    assert!(table.contains("model.units=32") && !table.contains("seed"), "{table}");
    let json: serde_json::Value = serde_json::from_str(&told(&["compare", &small, &wide, "--json"])).expect("JSON");
    assert_eq!(
        (&json[0]["epochs"], &json[1]["differs"]["model.units"]),
        (&serde_json::json!(3), &serde_json::json!("32"))
    );
    let csv = told(&["compare", &small, &wide, "--csv", "--plot", &at("both.svg")]);
    assert!(csv.starts_with("name,epochs,best,best_epoch,last,test,seconds,samples_per_second,"), "{csv}");
    let svg = text(at("both.svg"));
    assert!(well_formed(&svg) && svg.contains("small") && svg.contains("wide"));
    refused(&["compare", &small, "--sort", "accurracy"], 2, &["did you mean `accuracy`?"]);

    let drawn = told(&["plot", &small, &wide, "--metric", "loss", "--log", "--smooth", "--output", "-"]);
    assert!(well_formed(&drawn) && drawn.contains("wide") && !drawn.contains("accuracy"));
    assert!(told(&["plot", &small]).contains("curves.svg"));
    refused(&["plot", &small, "--metric", "los"], 2, &["did you mean `loss`?"]);
    refused(&["plot", &small, &wide], 2, &["--output", ".svg or .png"]);
    refused(&["plot", &small, "--output", &at("a.gif")], 2, &[".svg or .png", "a.gif"]);
    if cfg!(feature = "png") {
        told(&["plot", &small, "-o", &at("a.png")]);
        assert!(std::fs::read(at("a.png")).expect("a file").starts_with(b"\x89PNG"));
    }
}

#[test]
fn damaged_and_missing_files_are_told() {
    let folder = Folder::new("damage");
    let at = |name: &str| folder.at(name);
    refused(&["compare", &at("nothing")], 2, &["nothing of this name", "the folder of a run"]);
    std::fs::create_dir(at("empty")).expect("a folder");
    refused(&["plot", &at("empty"), "-o", "-"], 2, &["a folder without any of a run's files"]);
    let run = at("run");
    std::fs::create_dir(&run).expect("a folder");
    let put = |name: &str, text: &[u8]| std::fs::write(Path::new(&run).join(name), text).expect("a file");
    for (name, damage, words) in [
        ("result.json", &b"{\"epochs\": 3"[..], &["result.json", "line 1", "remove the file"][..]),
        ("evaluated.json", b"{}", &["evaluated.json", "expected a list"]),
        ("layers.json", b"7", &["layers.json", "`looks`"]),
        ("history.csv", b"epoch,loss\n0,low\n", &["history.csv", "line 2", "column `loss`", "`low`"]),
        ("history.csv", b"epoch,loss\n0,1\n1\n2,3\n", &["line 3", "expected 2 cells, got 1"]),
        ("history.csv", b"loss\n1\n", &["a column `epoch`"]),
        ("history.csv", b"\xff\xfe\x00", &["UTF-8"]),
    ] {
        put(name, damage);
        refused(&["report", &run], 3, words);
        std::fs::remove_file(Path::new(&run).join(name)).expect("a file");
    }
    // A run file that is no TOML is told, and the rest compared.
    put("run.toml", b"seed = ");
    put("history.csv", b"epoch,loss\n0,1.5\n1,0.5\n2,0.");
    let out = crate::wgrad(&["compare", &run]);
    assert!(out.status.success());
    let notes = String::from_utf8_lossy(&out.stderr);
    assert!(notes.contains("run.toml is left out") && notes.contains("no result.json"), "{notes}");
    // A run that stands at its first epoch has no curve yet.
    put("history.csv", b"");
    assert!(told(&["report", &run]).contains("Saved"));
    assert!(text(Path::new(&run).join("report.html")).contains("No epoch was finished"));
}

// Only Unix has folders of such names.
#[cfg(unix)]
#[test]
fn losses_that_are_not_finite_are_drawn_and_told() {
    let folder = Folder::new("nan");
    let run = folder.at("<b>bold & \"quoted\"");
    std::fs::create_dir(&run).expect("a folder");
    let at = |name: &str| Path::new(&run).join(name);
    std::fs::write(at("history.csv"), "epoch,loss,val_loss\n0,1.5,inf\n1,NaN,1\n2,nan,nan\n").expect("a file");
    std::fs::write(at("result.json"), r#"{"ended": "diverged", "why": "<script>", "from_the_future": {"a": [1]}}"#)
        .expect("a file");
    let svg = told(&["plot", &run, "-o", "-"]);
    assert!(well_formed(&svg) && svg.contains("not drawn: 2 values") && svg.contains("class=\"gap\""), "{svg}");
    told(&["report", &run]);
    let page = text(at("report.html"));
    assert!(page.contains("loss is not a finite number from epoch 2 on, in 2 of all epochs"));
    assert!(page.contains("diverged") && page.contains("&lt;script&gt;") && !page.contains("<script>"));
    assert!(
        page.contains("<title>&lt;b&gt;bold &amp; &quot;quoted&quot; · wgrad</title>") && !page.contains("<b>bold")
    );
    let table = told(&["compare", &run]);
    assert!(table.contains("(diverged)"), "{table}");
    // What a later version adds is kept.
    let result = RunResult::from_json(&text(at("result.json"))).expect("a result");
    assert!(result.to_json().contains("from_the_future"));
}
