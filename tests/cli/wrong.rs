//! Sixty wrong requests, each with what the program says and its exit code: 2 wrong request, 3 bad data or model file, 4 no such
//! device, 5 diverged, 1 what could not be written. Never 101, never a word of Rust.

use crate::files::{Folder, write};
use crate::wgrad;

/// Files that are wrong in one way each, and one that is right.
fn files(name: &str) -> Folder {
    let folder = Folder::new(name);
    let put = |name: &str, bytes: &[u8]| std::fs::write(folder.at(name), bytes).expect("a file");
    put("houses.csv", b"rooms,city,price\n3,Bern,10.5\n4,Genf,20.5\n5,Bern,30.25\n6,Basel,41\n");
    put("flowers.csv", b"length,width,kind\n1,2,rose\n2,3,tulip\n3,4,rose\n4,5,tulip\n");
    put("hole.csv", b"a,b\n1,2\n,4\n");
    put("nan.csv", b"a,b\n1,2\nnan,4\n");
    put("word.csv", b"a,b\n1,2\nthree,4\n");
    put("ragged.csv", b"a,b\n1,2\n3\n");
    put("twice.csv", b"a,a\n1,2\n3,4\n");
    put("head.csv", b"a,b\n");
    put("none.csv", b"");
    put("latin.csv", b"a,b\n1,\xe9\n2,3\n");
    put("cut.gz", &[31, 139, 8, 0, 0, 0, 0, 0, 0, 3, 75]);
    put("cut.csv.gz", &[31, 139, 8, 0, 0, 0, 0, 0, 0, 3, 75]);
    put("huge.npy", b"\x93NUMPY\x02\x00\xff\xff\xff\x7f{'descr': '<f4'");
    put("objects.npy", b"\x93NUMPY\x01\x00\x3a\x00{'descr': '|O', 'fortran_order': False, 'shape': (1,), }    \n");
    put("text.npz", b"no archive");
    put("broken.keras", b"PK\x03\x04 and no more");
    put("empty.h5", b"");
    put("broken.toml", b"[data\nsource = 1\n");
    put("model.toml", b"[data]\nsource = \"digits\"\n[train]\noptimizer = \"sgd\"\n");
    put("plain.toml", b"[data]\nsource = \"digits\"\n[model]\nlayers = [\"flatten\", { dense = 10 }]\n");
    let wild = "[data]\nsource = \"digits\"\ntask = \"reconstruction\"\n[model]\nlayers = [\"flatten\", { dense = 64 }, \
                { reshape = [8, 8] }]\n[train]\noptimizer = { sgd = 1e30 }\nepochs = 3\n";
    put("wild.toml", wild.as_bytes());
    put("run.toml", b"[data]\nsource = \"digits\"\n[model]\nlayers = [\"flatten\", { dense = { units = 10, activation = \"softmax\" } }]\n[train]\noptimizer = \"sgd\"\n");
    for (name, layers) in [
        ("shape.toml", "{ dense = { units = 10, activation = \"softmax\" } }"),
        ("reshape.toml", "\"flatten\", { reshape = [7, 7] }, \"flatten\", { dense = 10 }"),
        (
            "merge.toml",
            "{ flatten = {}, name = \"a\" }, { dense = { units = 3 }, name = \"b\" }, { add = {}, on = [\"a\", \"b\"] }, { dense = 10 }",
        ),
        ("names.toml", "\"flatten\", { dense = 5, name = \"a\" }, { dense = 10, name = \"a\" }"),
        ("on.toml", "\"flatten\", { dense = 10, on = \"flaten\" }"),
        ("two.toml", "\"flatten\", { dense = 5, dropout = 0.5 }"),
        ("classless.toml", "\"flatten\", { name = \"a\" }"),
        ("rate.toml", "\"flatten\", { dropout = 1.5 }, { dense = 10 }"),
    ] {
        put(
            name,
            format!("[data]\nsource = \"digits\"\n[model]\nlayers = [{layers}]\n[train]\noptimizer = \"sgd\"\n")
                .as_bytes(),
        );
    }
    std::fs::create_dir(folder.at("empty")).expect("a folder");
    std::fs::create_dir_all(folder.at("photos/cat")).expect("a folder");
    std::fs::write(folder.at("photos/cat/a.png"), b"no picture").expect("a file");
    write(&folder.at("x.npy"), &[4, 2], &[1.0; 8]);
    write(&folder.at("y.npy"), &[3], &[1.0; 3]);
    folder
}

#[test]
fn sixty_wrong_requests() {
    let folder = files("requests");
    // `@` stands for the folder.
    let table: &[(&str, i32, &[&str])] = &[
        ("trian", 2, &["unrecognized subcommand", "train"]),
        ("train --epoch 3", 2, &["--epochs"]),
        ("train --epochs three", 2, &["expected a whole number"]),
        ("train --epochs 0", 2, &["--epochs: expected at least 1, got 0"]),
        ("train --epochs -1", 2, &["--epochs"]),
        ("train --batch-size 0", 2, &["train.batch_size: expected at least 1"]),
        ("train --batch-size 5000", 2, &["at most the 1437 training samples of digits, got 5000"]),
        ("train --learning-rate abc", 2, &["--learning-rate"]),
        ("train --learning-rate -1", 2, &["learning_rate", "-1"]),
        ("train --optimizer naddam", 2, &["did you mean `nadam`?"]),
        ("train --optimizer sgd:momentun=0.9", 2, &["did you mean `momentum`?"]),
        ("train --schedule cosine", 2, &["schedule", "cosine_decay"]),
        ("train --metric acuracy", 2, &["accuracy"]),
        ("train --initializer he", 2, &["initializer", "he_normal"]),
        ("train --activation rellu", 2, &["did you mean `relu`?"]),
        ("train --dropout 2", 2, &["dropout", "rate"]),
        ("train --resume", 2, &["--resume: expected a folder for checkpoints"]),
        ("train --device vulcano", 4, &["vulcano"]),
        ("train --device gpu --precision float64", 2, &["precision float64"]),
        ("train -q -v", 2, &["cannot be used with"]),
        ("train digit", 2, &["did you mean `digits`?"]),
        ("train @none.toml", 3, &["none.toml", "check the path"]),
        ("train @broken.toml", 2, &["broken.toml:1:", "TOML"]),
        ("train @model.toml", 2, &["model.layers: expected at least one layer"]),
        ("train @plain.toml", 2, &["train.optimizer: expected an optimizer"]),
        ("train @shape.toml", 2, &["shape.toml:"]),
        ("train @reshape.toml", 2, &["reshape"]),
        ("train @merge.toml", 2, &["add"]),
        ("train @names.toml", 2, &["model.layers[2]: name", "`a`"]),
        ("train @on.toml", 2, &["model.layers[1]: on"]),
        ("train @two.toml", 2, &["one class"]),
        ("train @classless.toml", 2, &["model.layers[1]: expected a class of layer"]),
        ("train @rate.toml", 2, &["rate"]),
        ("train @run.toml --set train.epochs", 2, &["key=value"]),
        ("train @run.toml --set train.optimizer.sgd.momentun=1", 2, &["did you mean `momentum`?"]),
        ("train @run.toml --hidden 5", 2, &["--hidden", "--set"]),
        ("train @run.toml --out /sys/run", 1, &["/sys/run"]),
        ("train @run.toml --out @run.toml", 1, &["run.toml"]),
        ("train @run.toml --set model.weights=@none.safetensors", 3, &["none.safetensors"]),
        ("train @run.toml --set data.classes=['1','eleven']", 2, &["classes", "eleven"]),
        ("train @wild.toml --out @wild", 5, &["diverged", "lower the learning rate"]),
        ("train @houses.csv --target prise", 2, &["did you mean `price`?"]),
        ("train @houses.csv", 3, &["houses.csv", "city", "categorical"]),
        ("train @hole.csv", 3, &["hole.csv", "line 3"]),
        ("train @nan.csv", 3, &["nan.csv", "line 3"]),
        ("train @word.csv", 3, &["word.csv", "line 3", "three"]),
        ("train @ragged.csv", 3, &["ragged.csv", "line 3"]),
        ("train @twice.csv", 3, &["twice.csv", "`a`"]),
        ("train @head.csv", 3, &["head.csv"]),
        ("train @none.csv", 3, &["none.csv"]),
        ("train @latin.csv", 3, &["latin.csv", "UTF-8"]),
        ("train @cut.csv.gz", 3, &["cut.csv.gz"]),
        ("train @text.npz", 3, &["text.npz"]),
        ("train @huge.npy", 3, &["huge.npy"]),
        ("train @objects.npy", 3, &["objects.npy"]),
        ("train @x.npy,@y.npy", 3, &["3 labels for 4 samples"]),
        ("train @empty", 3, &["empty"]),
        ("train @photos", 3, &["a.png"]),
        ("train @flowers.csv --batch-size 2 --set data.validation=0.9999", 2, &["validation"]),
        ("summary @none.keras", 3, &["none.keras"]),
        ("summary @broken.keras", 3, &["broken.keras"]),
        ("summary @empty.h5", 3, &["empty.h5"]),
        ("summary @run.pt", 2, &[".pt", ".keras"]),
        ("evaluate @broken.keras --data digits", 3, &["broken.keras"]),
        ("predict @broken.keras --input @x.npy --output @p.npy", 3, &["broken.keras"]),
        ("predict @none.keras --output @p.npy", 2, &["--input"]),
        ("compare @none", 2, &["run ", "nothing of this name"]),
        ("compare @empty", 2, &["a folder without any of a run's files"]),
        ("plot @empty", 2, &["a folder without any of a run's files"]),
        ("report @empty", 2, &["empty"]),
        ("sweep @run.toml --grid train.epochs", 2, &["--grid"]),
        ("sweep @run.toml --grid train.epoch=1,2", 2, &["did you mean `epochs`?"]),
        ("lr-find @run.toml --from 1 --to 0.1", 2, &["max_learning_rate"]),
        ("inspect @none.toml", 3, &["none.toml"]),
        ("data fetch imagenet", 2, &["mnist"]),
        ("completions fishy", 2, &["fish"]),
    ];
    assert!(table.len() >= 60);
    let place = format!("{}/", folder.at("")).replace("//", "/");
    let mut wrong = Vec::new();
    for (request, code, words) in table {
        let mut arguments: Vec<String> = request.split(' ').map(|word| word.replace('@', &place)).collect();
        let trains = ["train", "sweep", "lr-find", "inspect"].contains(&arguments[0].as_str());
        if trains && !request.contains("--device") {
            arguments.extend(["--device", "cpu"].map(str::to_owned));
        }
        if arguments[0] == "train" && request.contains(".toml") && !request.contains("--out") {
            arguments.extend(["--out".to_owned(), folder.at("out")]);
        }
        let out = wgrad(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
        let told = String::from_utf8_lossy(&out.stderr);
        let said = words.iter().all(|word| told.contains(word));
        let rust = ["panicked", "RUST_BACKTRACE", "src/"].iter().any(|word| told.contains(word));
        if out.status.code() != Some(*code) || !said || rust {
            wrong.push(format!("{request}: expected {code} and {words:?}, got {:?}: {told}", out.status.code()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let left = wgrad::report::run::RunRecord::open(folder.at("wild")).expect("what has diverged leaves its folder");
    let ended = left.result.and_then(|result| result.ended);
    assert_eq!(ended, Some(wgrad::report::run::Ended::Diverged));
}

/// A disk that ends while a run is written: told, and nothing half is left.
#[test]
#[cfg(target_os = "linux")]
fn a_disk_that_is_full_is_told() {
    let folder = files("full-disk");
    let (program, run, out) = (env!("CARGO_BIN_EXE_wgrad"), folder.at("run.toml"), folder.at("full"));
    // Files may have 8 blocks of 512 bytes, and too much is an error instead of a signal.
    let script = format!("trap '' XFSZ; ulimit -f 8; exec {program} train {run} --device cpu --out {out}");
    let out = std::process::Command::new("sh").args(["-c", &script]).output().expect("a shell");
    let told = String::from_utf8_lossy(&out.stderr);
    assert_eq!(out.status.code(), Some(1), "{told}");
    assert!(told.contains("File too large"), "{told}");
    let left = std::fs::read_dir(folder.at("full")).expect("the folder").filter_map(Result::ok);
    let temporary: Vec<_> =
        left.map(|e| e.file_name()).filter(|name| name.to_string_lossy().ends_with(".tmp")).collect();
    assert!(temporary.is_empty(), "{temporary:?}");
}
