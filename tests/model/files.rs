//! What callbacks write: tables, events, weights, backups.

use crate::training::net;
use std::path::PathBuf;
use wgrad::prelude::*;

/// An empty folder of the test's own, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("wgrad-model-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("a folder");
        Self(folder)
    }
    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn compiled(seed: u64) -> Model {
    let mut model = net().add(Dropout::new(0.1)).add(Dense::new(10).activation(Activation::Softmax));
    model = model.add(Identity);
    let mut model = model.build(&Device::Cpu, Seed(seed)).expect("a sound net");
    let optimizer = Nadam::new(ExponentialDecay::new(2e-3, 100.0, 0.9));
    model.compile(optimizer, SparseCategoricalCrossentropy::new(), "accuracy").expect("fits");
    model
}

fn data() -> (Dataset, Dataset) {
    datasets::digits().expect("inside")
}

#[test]
fn a_line_an_epoch() {
    let (folder, (train, test)) = (Folder::new("csv"), data());
    let path = folder.file("history.csv");
    let mut model = compiled(1);
    let history = model.fit(&train, Fit::epochs(2).validation(&test).callback(CsvLogger::new(&path))).expect("trains");
    let more = Fit::epochs(3).initial_epoch(2).validation(&test).callback(CsvLogger::new(&path).append(true));
    model.fit(&train, more).expect("trains");
    let text = std::fs::read_to_string(&path).expect("written");
    let lines: Vec<Vec<&str>> = text.lines().map(|l| l.split(',').collect()).collect();
    assert_eq!(lines[0], ["epoch", "accuracy", "loss", "val_accuracy", "val_loss"]);
    assert_eq!(lines.iter().map(|l| l[0]).collect::<Vec<_>>(), ["epoch", "0", "1", "2"]);
    let losses: Vec<f64> = lines[1..3].iter().map(|l| l[2].parse().expect("a number")).collect();
    assert_eq!(losses, history.get("loss").expect("told"));
    let nowhere = Fit::epochs(1).callback(CsvLogger::new(folder.file("absent/history.csv")));
    let error = model.fit(&train, nowhere).expect_err("no folder").to_string();
    assert!(error.contains("history.csv"), "{error}");
}

#[test]
fn events_are_records_with_their_checksums() {
    let (folder, (train, test)) = (Folder::new("events"), data());
    let mut model = compiled(1);
    let how = Fit::epochs(2).validation(&test).callback(TensorBoard::new(&folder.0));
    model.fit(&train, how).expect("trains");
    for (run, tag) in [("train", "epoch_learning_rate"), ("validation", "epoch_accuracy")] {
        let file = std::fs::read_dir(folder.file(run)).expect("a run").next().expect("a file").expect("a file").path();
        assert!(file.to_string_lossy().contains("tfevents"));
        let bytes = std::fs::read(file).expect("written");
        let (mut at, mut records) = (0, 0);
        while at < bytes.len() {
            let length = u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight")) as usize;
            at += 8 + 4 + length + 4;
            records += 1;
        }
        assert_eq!((at, records), (bytes.len(), 3), "the version and two epochs");
        assert!(bytes.windows(tag.len()).any(|w| w == tag.as_bytes()), "{run} has no {tag}");
    }
}

#[test]
fn histograms_of_what_is_inside_are_among_the_events() {
    let (folder, (train, test)) = (Folder::new("histograms"), data());
    let board =
        |freq: usize| TensorBoard::new(folder.file(&freq.to_string())).histogram_freq(freq).activations_of(&test);
    let count = |freq: usize, tag: &str| {
        compiled(1).fit(&train, Fit::epochs(3).callback(board(freq))).expect("trains");
        let run = folder.file(&format!("{freq}/train"));
        let file = std::fs::read_dir(&run).expect("a run").next().expect("a file").expect("a file").path();
        let bytes = std::fs::read(file).expect("written");
        std::fs::remove_dir_all(run).expect("removed");
        bytes.windows(tag.len()).filter(|w| *w == tag.as_bytes()).count()
    };
    for tag in ["dense/kernel/histogram", "dense/kernel/gradient/histogram", "dense/activation/histogram"] {
        assert_eq!([0, 1, 2].map(|freq| count(freq, tag)), [0, 3, 2], "{tag}");
    }
}

#[test]
fn the_best_weights_are_on_disk() {
    let (folder, (train, test)) = (Folder::new("best"), data());
    let path = folder.file("best-{epoch:02d}-{val_loss:.1f}.safetensors");
    let mut saved = ModelCheckpoint::new(&path.to_string_lossy()).save_best_only(true);
    let mut model = compiled(2);
    let history = model.fit(&train, Fit::epochs(12).validation(&test).callback(&mut saved)).expect("trains");
    let losses = history.get("val_loss").expect("told");
    let best = (0..losses.len()).min_by(|a, b| losses[*a].total_cmp(&losses[*b])).expect("epochs");
    let last = saved.last().expect("saved").to_owned();
    let name = format!("best-{:02}-{:.1}.safetensors", best + 1, losses[best]);
    assert!(last.ends_with(&name), "{last:?}, not {name}");
    let unknown = ModelCheckpoint::new(&folder.file("{val_los}").to_string_lossy());
    let error = compiled(1).fit(&train, Fit::epochs(1).validation(&test).callback(unknown)).expect_err("no such name");
    assert!(error.to_string().contains("did you mean `val_loss`?"), "{error}");
    let mut other = compiled(9);
    other.load_weights(&last).expect("the same net");
    assert_eq!(other.evaluate(&test).expect("evaluates").loss(), losses[best]);
    // Another net, a damaged file.
    let mut small =
        Sequential::new(&[8, 8]).add(Flatten).add(Dense::new(3)).build(&Device::Cpu, Seed(1)).expect("sound");
    let before = small.get_weights().expect("read");
    let error = small.load_weights(&last).expect_err("another net").to_string();
    assert!(error.contains("`dense/kernel`") && error.contains("[64, 3]"), "{error}");
    let bytes = std::fs::read(&last).expect("there");
    for cut in [0, 7, 100, bytes.len() - 1] {
        let part = folder.file("part");
        std::fs::write(&part, &bytes[..cut]).expect("written");
        let error = small.load_weights(&part).expect_err("cut").to_string();
        assert!(error.contains("part") && error.contains("safetensors"), "{error}");
    }
    assert_eq!(small.get_weights().expect("read"), before, "refused files change nothing");
}

#[test]
fn an_interrupted_training_goes_on_to_the_same_bits() {
    let (folder, (train, test)) = (Folder::new("backup"), data());
    let path = folder.file("backup.safetensors");
    let mut whole = compiled(3);
    let expected = whole.fit(&train, Fit::epochs(5).validation(&test)).expect("trains");
    // A training that fails after its third epoch.
    let mut cut = compiled(3);
    let fail = LambdaCallback::new().on_epoch_begin(|run| match run.epoch {
        3 => Err(wgrad::Error::Data("interrupted".to_owned())),
        _ => Ok(()),
    });
    let how = Fit::epochs(5).validation(&test).callback(BackupAndRestore::new(&path)).callback(fail);
    cut.fit(&train, how).expect_err("interrupted");
    assert!(path.exists());
    // Another process builds the model again and goes on.
    let mut again = compiled(3);
    let how = Fit::epochs(5).validation(&test).callback(BackupAndRestore::new(&path));
    let rest = again.fit(&train, how).expect("trains");
    assert_eq!(rest, expected, "what the epochs before came to is in the backup");
    assert_eq!(again.get_weights().expect("read"), whole.get_weights().expect("read"));
    assert!(!path.exists(), "a training that ends removes its backup");
}

#[test]
fn averages_take_the_place_of_the_variables() {
    let (train, test) = data();
    let build = || {
        let mut model = net().build(&Device::Cpu, Seed(5)).expect("sound");
        let optimizer = Sgd::new(0.05).use_ema(0.9, None);
        model.compile(optimizer, SparseCategoricalCrossentropy::new(), "accuracy").map(|()| model).expect("compiles")
    };
    let (mut plain, mut swapped) = (build(), build());
    let a = plain.fit(&train, Fit::epochs(3).validation(&test)).expect("trains");
    let b = swapped.fit(&train, Fit::epochs(3).validation(&test).callback(SwapEmaWeights::new())).expect("trains");
    assert_eq!(a.get("loss"), b.get("loss"), "training goes on with its own variables");
    assert_ne!(a.get("val_loss"), b.get("val_loss"), "and is validated with the averages");
    // Either way the model ends with the averages, as in Keras.
    assert_eq!(plain.get_weights().expect("read"), swapped.get_weights().expect("read"));
    let last = swapped.evaluate(&test).expect("evaluates").loss();
    assert_eq!(Some(last), b.last("val_loss"), "the model ends with them");
    // Before the first step there is nothing to swap.
    let mut fresh = build();
    let before = fresh.get_weights().expect("read");
    fresh.swap_averages().expect("it keeps averages");
    fresh.fit(&train, Fit::epochs(0).callback(SwapEmaWeights::new())).expect("nothing to do");
    assert_eq!(fresh.get_weights().expect("read"), before);
    // A training that fails leaves its own variables, not the averages.
    let mut failed = build();
    let mut whole = build();
    let fail = LambdaCallback::new().on_epoch_end(|_, _| Err(wgrad::Error::Data("stop".to_owned())));
    let how = Fit::epochs(1).validation(&test).callback(SwapEmaWeights::new().swap_on_epoch(true)).callback(fail);
    failed.fit(&train, how).expect_err("fails");
    let mut own = Vec::new();
    let keep = LambdaCallback::new().on_epoch_end(|_, run| run.model.get_weights().map(|w| own = w));
    whole.fit(&train, Fit::epochs(1).callback(keep)).expect("trains");
    assert_eq!(failed.get_weights().expect("read"), own);
    let mut without = compiled(1);
    let error =
        without.fit(&train, Fit::epochs(1).callback(SwapEmaWeights::new())).expect_err("no averages").to_string();
    assert!(error.contains("use_ema"), "{error}");
}

#[test]
fn a_backup_holds_what_is_trained_while_averages_stand_in_its_place() {
    let (folder, (train, test)) = (Folder::new("averages"), data());
    let build = || {
        let mut model = net().build(&Device::Cpu, Seed(5)).expect("sound");
        let optimizer = Adam::new(1e-3).use_ema(0.9, None);
        model.compile(optimizer, SparseCategoricalCrossentropy::new(), ()).map(|()| model).expect("compiles")
    };
    let swap = || SwapEmaWeights::new().swap_on_epoch(true);
    let how = |path: &PathBuf| Fit::epochs(4).validation(&test).callback(swap()).callback(BackupAndRestore::new(path));
    let mut whole = build();
    let expected = whole.fit(&train, how(&folder.file("whole"))).expect("trains");
    let path = folder.file("cut");
    let fail = LambdaCallback::new().on_epoch_begin(|run| match run.epoch {
        2 => Err(wgrad::Error::Data("interrupted".to_owned())),
        _ => Ok(()),
    });
    let error = build().fit(&train, how(&path).callback(fail)).expect_err("interrupted").to_string();
    assert!(error.contains("interrupted"), "{error}");
    let mut again = build();
    let rest = again.fit(&train, how(&path)).expect("trains");
    assert_eq!(rest, expected, "it goes on where the other ended");
    assert_eq!(again.get_weights().expect("read"), whole.get_weights().expect("read"));
}

#[test]
fn layers_are_looked_at_and_divergence_is_named() {
    let (train, _) = data();
    let deep = |rate: f64| {
        let dense = |n| Dense::new(n).activation(Activation::RELU);
        let net = Sequential::new(&[8, 8]).add(Flatten).add(dense(32)).add(dense(16)).add(Dense::new(10));
        let mut model = net.build(&Device::Cpu, Seed(1)).expect("sound");
        let how = Compile::new(Sgd::new(rate)).loss(MeanSquaredError::new()).observe_every(4);
        model.compile_with(how).map(|()| model).expect("compiles")
    };
    let one_hot: Vec<f32> = train.labels.iter().flat_map(|l| (0..10).map(move |c| f32::from(c == *l))).collect();
    let samples = Samples::new([&train.x()]).labels([&Rows::floats(10, one_hot)]);
    let mut log = InsightLog::every(4);
    let mut model = deep(0.01);
    assert!(model.insight().is_err(), "nothing was trained yet");
    model.fit(&samples, Fit::epochs(1).callback(&mut log)).expect("trains");
    let report = &log.observations()[0].report;
    let names: Vec<&str> = report.activations.iter().map(|(n, _)| n.as_str()).collect();
    assert_eq!(names, ["dense", "dense_1", "dense_2"]);
    assert!(report.gradients.len() == 3 && !report.norms.is_empty());
    assert!((0.2..0.8).contains(&report.activations[0].1.saturated), "about half of relu's numbers are 0");
    let svg = wgrad::report::plot::Picture::svg(&log.picture("digits"));
    assert!(svg.contains("dead units"));
    let mut model = deep(1e18);
    let mut log = InsightLog::every(4);
    let error = model.fit(&samples, Fit::epochs(1).callback(&mut log)).expect_err("diverges").to_string();
    assert!(error.contains("diverged") && error.contains("layer `dense"), "{error}");
    assert!(error.contains("kernel `dense_forward`") || error.contains("kernel `"), "{error}");
}
