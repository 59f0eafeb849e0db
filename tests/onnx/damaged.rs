//! Damaged and hostile files: an answer in bounded time and memory, never a panic.

use crate::cases::{merges, nets};
use crate::hand::{File, Message, floats, integers};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use std::cell::Cell;
use std::sync::OnceLock;
use std::time::Instant;
use wgrad::formats::model_file::ModelFile;
use wgrad::formats::onnx;
use wgrad::prelude::*;

/// Small sound files of every kind of field.
fn files() -> &'static Vec<Vec<u8>> {
    static FILES: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    FILES.get_or_init(|| {
        let models = nets().into_iter().chain(merges()).filter(|(name, _)| {
            ["stack_2", "siamese", "words", "names_twice", "dot_cubes_normalized", "add_repeated"]
                .contains(&name.as_str())
        });
        let mut all: Vec<_> = models.map(|(_, model)| onnx::write(&model).expect("writes")).collect();
        let typed = Message::default().int(1, 4).int(2, 10).text(8, "c").bytes(5, &[0x80, 0x78, 1, 2, 3]);
        let attribute = Message::default().text(1, "value").message(5, &floats("", &[4], &[1.0; 4])).int(20, 4);
        let file = File::new(&[3, 4]).node("Constant", &[], "k", &[attribute]).node("Add", &["x", "k"], "z", &[]);
        all.push(file.node("Mul", &["z", "c"], "y", &[]).initializer(typed).bytes());
        all
    })
}

/// Reads and, where that works, builds and asks: written again it is the same model. Whether it came so far.
fn survives(bytes: &[u8]) -> bool {
    let Ok(loaded) = onnx::read(bytes) else { return false };
    let inputs = loaded.graph.inputs().len();
    let Ok(mut model) = loaded.build(&Device::Cpu, Seed(1)) else { return false };
    let outline = model.outline().expect("it was built");
    let sizes: Vec<usize> = outline.nodes.iter().take(inputs).map(|n| n.shape.iter().product()).collect();
    if sizes.iter().any(|n| *n > 1 << 12) {
        return false;
    }
    let rows: Vec<Rows> = sizes.iter().map(|n| Rows::floats(*n, vec![0.5; *n])).collect();
    let Ok(before) = model.predict_all(Samples::new(&rows)) else { return false };
    let again = onnx::read(&onnx::write(&model).expect("it was read")).expect("it was written");
    let mut again = again.build(&Device::Cpu, Seed(2)).expect("as before");
    let after = again.predict_all(Samples::new(&rows)).expect("as before");
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(before.shape, after.shape);
        let size = before.data.iter().fold(1.0_f64, |most, v| most.max(v.abs()));
        for (a, b) in before.data.iter().zip(&after.data) {
            // Weights a damaged file makes infinite may cancel otherwise.
            let far = (a - b).abs() / size;
            assert!(far <= 1e-4 || !a.is_finite() || !size.is_finite(), "{a} became {b}");
        }
    }
    true
}

#[test]
fn every_cut_is_told() {
    for file in files() {
        for length in 0..file.len() {
            // Only between two fields of the file can a cut leave something whole.
            let cut = onnx::read(&file[..length]);
            assert!(cut.is_err(), "cut at {length} of {}", file.len());
        }
        assert!(onnx::read(file).is_ok());
    }
}

#[test]
fn every_flipped_bit_of_a_small_file_is_survived() {
    let smallest = files().iter().min_by_key(|f| f.len()).expect("files");
    for at in 0..smallest.len() * 8 {
        let mut bytes = smallest.clone();
        bytes[at / 8] ^= 1 << (at % 8);
        survives(&bytes);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutations_are_survived(which in 0..7_usize, edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4_u8), 1..6)) {
        let mut bytes = files()[which].clone();
        for (at, value, how) in edits {
            if bytes.is_empty() {
                break;
            }
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = value,
                1 => bytes[at] ^= 1 << (value % 8),
                2 => drop(bytes.remove(at)),
                _ => bytes.insert(at, value),
            }
        }
        survives(&bytes);
    }

    #[test]
    fn noise_is_survived(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        survives(&bytes);
    }
}

/// The operators that are read, as the refusal of another lists them.
fn operators() -> &'static Vec<String> {
    static OPERATORS: OnceLock<Vec<String>> = OnceLock::new();
    OPERATORS.get_or_init(|| {
        let file = File::new(&[4]).node("Loop", &["x"], "y", &[]);
        let told = onnx::read(&file.bytes()).err().expect("no such operator").to_string();
        let list = told.split("one of the operators ").nth(1).and_then(|rest| rest.split(", got").next());
        let all: Vec<String> = list.expect("a list").split(", ").map(str::to_owned).collect();
        assert!(all.len() > 40, "{all:?}");
        all
    })
}

const ATTRIBUTES: [&str; 11] =
    ["axis", "axes", "alpha", "beta", "transB", "perm", "to", "num_groups", "keepdims", "epsilon", "min"];
const CONSTANTS: [(&str, &[i64]); 9] = [
    ("c0", &[]),
    ("c1", &[4]),
    ("c2", &[4, 4]),
    ("c3", &[3, 1]),
    ("c4", &[1, 3, 4]),
    ("c5", &[3, 4]),
    ("c6", &[3]),
    ("c7", &[0]),
    ("c8", &[2, 1, 1]),
];

/// An operator, what it is applied to besides what came before, and attributes: places in the lists above.
type Anything = (usize, Vec<usize>, Option<(usize, i64, u8)>);

fn put(file: File, i: usize, (op, inputs, attributes): &Anything, last: bool) -> File {
    let before = if i == 0 { "x".to_owned() } else { format!("v{}", i - 1) };
    let mut names: Vec<&str> = CONSTANTS.iter().map(|(name, _)| *name).collect();
    names.extend(["x", &before, "s0", "s1", ""]);
    let mut inputs: Vec<&str> = inputs.iter().map(|n| names[n % names.len()]).collect();
    let place = if op % 7 == 0 { inputs.len() } else { 0 };
    inputs.insert(place, &before);
    let attribute = |(name, value, kind): &(usize, i64, u8)| {
        let name = ATTRIBUTES[name % ATTRIBUTES.len()];
        match kind % 3 {
            0 => crate::hand::int(name, *value),
            1 => crate::hand::float(name, *value as f32 * 0.5),
            _ => Message::default().text(1, name).int(8, 0).int(8, *value).int(8, 1).int(20, 7),
        }
    };
    let attributes: Vec<Message> = attributes.iter().map(attribute).collect();
    let output = if last { "y".to_owned() } else { format!("v{i}") };
    file.node(&operators()[op % operators().len()], &inputs, &output, &attributes)
}

#[test]
fn graphs_of_anything_are_survived() {
    let dims = prop::sample::select(vec![&[4][..], &[3, 4], &[2, 3, 4], &[1], &[4, 4]]);
    let opset = prop::sample::select(vec![9_i64, 13, 18, 21]);
    let inputs = prop::collection::vec(any::<usize>(), 0..3);
    let attribute = prop::option::weighted(0.3, (any::<usize>(), -2..4_i64, any::<u8>()));
    let nodes = prop::collection::vec((any::<usize>(), inputs, attribute), 1..4);
    let built = Cell::new(0);
    let mut runner = TestRunner::new(ProptestConfig { cases: 2000, failure_persistence: None, ..Default::default() });
    let outcome = runner.run(&(dims, opset, nodes), |(dims, opset, nodes)| {
        let mut file = File::new(dims).opset(opset);
        for (name, shape) in CONSTANTS {
            let count = shape.iter().product::<i64>() as usize;
            let numbers: Vec<f32> = (0..count).map(|i| i as f32 - 1.0).collect();
            file = file.initializer(floats(name, shape, &numbers));
        }
        file = file.initializer(integers("s0", &[0, -1])).initializer(integers("s1", &[-1, 2, 1]));
        for (i, node) in nodes.iter().enumerate() {
            file = put(file, i, node, i + 1 == nodes.len());
        }
        built.set(built.get() + usize::from(survives(&file.bytes())));
        Ok(())
    });
    outcome.unwrap_or_else(|e| panic!("{e}"));
    assert!(built.get() > 200, "of 2000 graphs {} are models: too few to tell", built.get());
}

/// Refused, and quickly.
fn bomb(what: &str, bytes: &[u8]) -> String {
    let begun = Instant::now();
    let told = match onnx::read(bytes) {
        Ok(_) => panic!("{what} was read"),
        Err(e) => e.to_string(),
    };
    // On a busy machine: what must not happen is minutes.
    assert!(begun.elapsed().as_secs() < 5, "{what} took {:?}", begun.elapsed());
    told
}

#[test]
fn bombs_are_refused() {
    // Two bytes a node in the file, two hundred in memory.
    let graph = [0x0a, 0].repeat(4 << 20);
    let told = bomb("empty nodes", &Message::default().bytes(7, &graph).done());
    assert!(told.contains("at most 262144"), "{told}");
    let node = Message::default().bytes(1, &[0x2a, 0].repeat(4 << 20)).done();
    bomb("empty attributes", &Message::default().bytes(7, &node).done());
    let many = (0..20_000).fold(File::new(&[4]), |file, _| file.node("Relu", &["x"], "y", &[]));
    assert!(bomb("many nodes", &many.bytes()).contains("at most 16384 nodes"));
    // One tensor as the weights of a thousand layers.
    let alpha = |i: u32| crate::hand::float("alpha", i as f32);
    let mut copies = File::new(&[64]).initializer(floats("w", &[64, 64], &[0.5; 4096]));
    let mut from = "x".to_owned();
    for i in 0..1000 {
        let to = if i == 999 { "y".to_owned() } else { format!("v{i}") };
        copies = copies.node("Gemm", &[&from, "w"], &to, &[alpha(i)]);
        from = to;
    }
    assert!(bomb("copies", &copies.bytes()).contains("no more weights"), "{}", copies.bytes().len());
    // A group of groups, which no ONNX file has.
    bomb("groups", &[0x0b].repeat(1 << 20));
}
