//! Damaged and hostile files: an answer in bounded time and memory, never a panic.

use crate::cases::{merges, nets};
use crate::hand::{File, Message, floats};
use proptest::prelude::*;
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

/// Reads and, where that works, builds and asks.
fn survives(bytes: &[u8]) {
    let Ok(loaded) = onnx::read(bytes) else { return };
    let inputs = loaded.graph.inputs().len();
    let Ok(mut model) = loaded.build(&Device::Cpu, Seed(1)) else { return };
    let outline = model.outline().expect("it was built");
    let sizes: Vec<usize> = outline.nodes.iter().take(inputs).map(|n| n.shape.iter().product()).collect();
    if sizes.iter().all(|n| *n < 1 << 12) {
        let rows: Vec<Rows> = sizes.iter().map(|n| Rows::floats(*n, vec![0.0; *n])).collect();
        // Whatever it says.
        let _ = model.predict_all(Samples::new(&rows));
    }
    // Half the files a mutation leaves sound can be written again; the others say why not.
    let _ = onnx::write(&model);
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
