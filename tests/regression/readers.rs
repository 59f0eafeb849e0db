//! Faults of the readers of files.

use wgrad::data::npy;
use wgrad::formats::{Checkpoints, decode, encode, keras};
use wgrad::prelude::*;
use wgrad::train::Checkpoint;
use wgrad::train::callback::State;

/// A `.npy` file of a header and bytes behind it.
fn numpy(header: &str, numbers: &[u8]) -> Vec<u8> {
    [b"\x93NUMPY\x01\x00", &(header.len() as u16).to_le_bytes()[..], header.as_bytes(), numbers].concat()
}

/// The product of the axes overflowed: a panic in a build with checks.
#[test]
fn shapes_that_overflow_are_refused() {
    for shape in ["(4611686018427387904, 4)", "(0, 4294967296, 4294967296)", "(4294967296, 4294967296, 0)"] {
        let file = numpy(&format!("{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}\n"), &[0; 16]);
        let told = npy::parse("x.npy", &file).expect_err("refused").to_string();
        assert!(told.contains("than memory can hold"), "{shape}: {told}");
    }
}

/// The text of a header may be as NumPy writes it, in any order; all of the rest of Python is refused.
#[test]
fn headers_are_read_strictly() {
    let read = |header: &str| npy::parse("x.npy", &numpy(header, &[1, 0, 0, 2, 0, 0, 0, 3]));
    let sound = read("{\"shape\":(2,2) , 'fortran_order':False,'descr':'>u2'}  \n").expect("sound");
    assert_eq!((sound.shape, sound.data), (vec![2, 2], vec![256.0, 2.0, 0.0, 3.0]));
    assert_eq!(read("{'descr': '|b1', 'fortran_order': False, 'shape': (), }").expect("a number").data, [1.0]);
    for header in [
        "{'descr': '<u2', 'fortran_order': False, 'shape': (0x2, 2), }",
        "{'descr': '<u2', 'fortran_order': False, 'shape': (-2, 2), }",
        "{'descr': '<u2', 'fortran_order': False, 'shape': 4, }",
        "{'descr': '<u2', 'fortran_order': 0, 'shape': (4,), }",
        "{'descr': '<u2', 'fortran_order': False}",
        "{'descr': '<u2' 'fortran_order': False, 'shape': (4,), }",
        "{'descr': '<u2', 'fortran_order': False, 'shape': (4,), 'more': 1, }",
        "{'descr': '', 'fortran_order': False, 'shape': (4,), }",
        "{'descr': [('a', '<u2')], 'fortran_order': False, 'shape': (4,), }",
        "{",
        "",
    ] {
        assert!(read(header).is_err(), "{header}");
    }
}

fn model(optimizer: impl Optimizer + 'static) -> Model {
    trained(&[2], optimizer)
}

/// A model of dense layers of so many units, trained a little.
fn trained(units: &[usize], optimizer: impl Optimizer + 'static) -> Model {
    let layers = units.iter().fold(Sequential::new(&[2]), |layers, n| layers.add(Dense::new(*n)));
    let mut model = layers.build(&Device::Cpu, Seed(1)).expect("a model");
    model.compile(optimizer, MeanSquaredError::new(), ["mae"]).expect("fits");
    let width = units.last().copied().unwrap_or(2);
    let labels = Rows::floats(width, vec![0.25; 8 * width]);
    let data = Samples::new([&Rows::floats(2, vec![0.5; 16])]).labels([&labels]);
    model.fit(&data, Fit::epochs(1).batch(4)).expect("trains");
    model
}

/// Weights of the first layers were taken before those of the last, which do not fit, were looked at.
#[test]
fn refused_weights_change_nothing() {
    let other = keras::write_weights(&trained(&[2, 3], Adam::new(0.5))).expect("memory");
    let mut adam = trained(&[2, 2], Adam::new(0.1));
    let state = |model: &Model| (model.get_weights().expect("a CPU"), format!("{:?}", model.progress()));
    let before = state(&adam);
    let told = keras::read_weights("x.weights.h5", other, &mut adam).expect_err("refused").to_string();
    assert!(told.contains('3'), "{told}");
    assert_eq!(before, state(&adam));
}

/// As in Keras, an optimizer of another name begins anew beside the weights of a file.
#[test]
fn another_optimizers_arrays_are_left() {
    let other = model(Sgd::new(0.5).momentum(0.9));
    let mut adam = model(Adam::new(0.1));
    keras::read_weights("x.weights.h5", keras::write_weights(&other).expect("memory"), &mut adam).expect("fits");
    assert_eq!(adam.get_weights().expect("a CPU"), other.get_weights().expect("a CPU"));
}

fn checkpoint(name: &str) -> Checkpoint {
    let folder = std::env::temp_dir().join(format!("wgrad-regression-{name}-{}", std::process::id()));
    let mut model = model(Sgd::new(0.5));
    let data = Samples::new([&Rows::floats(2, vec![0.5; 16])]).labels([&Rows::floats(2, vec![0.25; 16])]);
    let saved = Checkpoints::new(&folder);
    model.fit(&data, Fit::epochs(1).batch(4).callback(saved.clone())).expect("trains");
    let found = saved.newest().expect("a folder").expect("a checkpoint");
    std::fs::remove_dir_all(folder).expect("a folder");
    found
}

/// Each of two callbacks of one name was given the arrays of both, and of `a` those of `a/b` too: written again they were
/// arrays of one name.
#[test]
fn callbacks_have_arrays_of_their_own() {
    let mut one = checkpoint("names");
    one.states = vec![State::new("a").array("x", vec![1.0]), State::new("a/b").array("x", vec![2.0])];
    let read = decode(&encode(&one), "names").expect("sound");
    assert_eq!(read.states, one.states);
    one.states = vec![State::new("a").array("x", vec![1.0]), State::new("a")];
    let told = decode(&encode(&one), "names").expect_err("two of one name").to_string();
    assert!(told.contains("makes no sense"), "{told}");
}

/// A counter at the end of its range: the next step overflowed.
#[test]
fn counters_without_room_are_refused() {
    let mut one = checkpoint("steps");
    one.snapshot.progress.steps = u64::MAX;
    assert!(decode(&encode(&one), "steps").is_err());
}
