//! Arrays, names and parts, end to end.

use super::*;
use crate::data::{Array, Samples, npy};
use std::io::Write;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A file of a test's own; gone when dropped.
struct File(PathBuf);

impl File {
    fn new(ending: &str, bytes: &[u8]) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("wgrad-source-{}-{}.{ending}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let this = Self(std::env::temp_dir().join(name));
        std::fs::write(&this.0, bytes).unwrap();
        this
    }

    fn options(&self) -> SourceOptions {
        SourceOptions { source: self.0.display().to_string(), ..SourceOptions::default() }
    }

    fn fails(&self, options: SourceOptions, words: &[&str]) {
        let error = open(&SourceOptions { source: self.options().source, ..options }, 1).unwrap_err().to_string();
        for word in words {
            assert!(error.contains(word), "{error} says nothing of `{word}`");
        }
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// The bytes of an `.npy` file of float32.
fn array(shape: &[usize], data: &[f64]) -> Vec<u8> {
    npy::bytes(&Array { shape: shape.to_vec(), data: data.to_vec() }, false).unwrap()
}

/// The bytes of an `.npy` file of unsigned bytes.
fn bytes(shape: &str, data: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '|u1', 'fortran_order': False, 'shape': ({shape}), }}\n");
    [b"\x93NUMPY\x01\0", &(header.len() as u16).to_le_bytes()[..], header.as_bytes(), data].concat()
}

fn npz(members: &[(&str, Vec<u8>)]) -> File {
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        zip.start_file(format!("{name}.npy"), SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    File::new("npz", &zip.finish().unwrap().into_inner())
}

fn row(samples: &Samples, at: usize) -> (Vec<Vec<f64>>, Vec<Vec<f64>>) {
    let each = |rows: &crate::base::Rows| {
        let mut out = vec![0.0; rows.width];
        rows.gather(at, &mut out);
        out
    };
    (samples.inputs.iter().map(each).collect(), samples.labels.iter().map(each).collect())
}

#[test]
fn keras_names_are_parts_and_images_are_scaled() {
    let images = bytes("4, 1, 2", &[0, 255, 255, 0, 51, 51, 0, 0]);
    let file = npz(&[
        ("x_train", images),
        ("y_train", bytes("4,", &[0, 1, 1, 0])),
        ("x_test", bytes("1, 1, 2", &[255, 255])),
        ("y_test", bytes("1,", &[1])),
    ]);
    let data = open(&file.options(), 1).unwrap();
    assert_eq!((data.input_shapes.clone(), data.input_names.clone()), (vec![vec![1, 2]], vec!["x".to_owned()]));
    assert_eq!(row(&data.train, 0), (vec![vec![0.0, 1.0]], vec![vec![0.0]]));
    assert_eq!(row(data.test.as_ref().unwrap(), 0), (vec![vec![1.0, 1.0]], vec![vec![1.0]]));
    assert_eq!((data.classes().unwrap().len(), data.task), (2, Task::Classification));
    assert!(data.notes.iter().any(|note| note.contains("scaled to 0..1")), "{:?}", data.notes);
    let raw = open(&SourceOptions { scale: Scale::None, ..file.options() }, 1).unwrap();
    assert_eq!(row(&raw.train, 0).0, [[0.0, 255.0]]);
}

#[test]
fn several_inputs_and_outputs_are_named() {
    let file = npz(&[
        ("wide", array(&[2, 1], &[1.0, 2.0])),
        ("deep", array(&[2, 2], &[1.0, 2.0, 3.0, 4.0])),
        ("price", array(&[2], &[0.5, 1.5])),
        ("mask", array(&[2, 2, 2], &[0.0; 8])),
        ("w", array(&[2], &[1.0, 3.0])),
        ("rest", array(&[1], &[1.0])),
    ]);
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let (x, y) = (names(&["wide", "deep"]), names(&["price", "mask"]));
    let options = SourceOptions { x, y, weights: Some("w".into()), ..file.options() };
    let data = open(&options, 1).unwrap();
    assert_eq!((data.input_names, data.input_shapes), (names(&["wide", "deep"]), vec![vec![1], vec![2]]));
    assert_eq!(data.labels[1], Labels::Numbers { shape: vec![2, 2], names: names(&["mask"]) });
    assert_eq!(data.train.weights.map(|w| w.len()), Some(2));
    assert!(data.notes.contains(&"arrays left out: rest".to_owned()), "{:?}", data.notes);
    file.fails(
        SourceOptions { x: names(&["wied"]), ..Default::default() },
        &["no array `wied`", "did you mean `wide`?"],
    );
    file.fails(SourceOptions { x: names(&["wide"]), y: names(&["rest"]), ..Default::default() }, &["1 labels for 2"]);
    file.fails(SourceOptions::default(), &["no array `x` or `x_train` among", "wide"]);
}

#[test]
fn infinite_numbers_and_weights_below_0_are_refused() {
    let file = npz(&[("x", array(&[2, 1], &[1.0, f64::INFINITY])), ("y", array(&[2], &[0.5, 1.5]))]);
    file.fails(SourceOptions::default(), &["inputs: number 0 of sample 1 is inf"]);
    let file = npz(&[("x", array(&[2, 1], &[1.0, 2.0])), ("w", array(&[2], &[1.0, -1.0]))]);
    file.fails(SourceOptions { weights: Some("w".into()), ..Default::default() }, &["weight -1 of sample 1"]);
}

#[test]
fn parts_of_the_digits() {
    let options = |validation, test| SourceOptions { source: "digits".into(), validation, test, ..Default::default() };
    let of = |validation, test, seed| {
        let data = open(&options(validation, test), seed).unwrap();
        let count = |part: &Option<Samples>| part.as_ref().map(Samples::len);
        (data.train.len(), count(&data.validation), count(&data.test))
    };
    assert_eq!(of(Part::OfSource, Part::OfSource, 1), (1_437, None, Some(360)));
    assert_eq!(of(Part::Count(37), Part::None, 1), (1_400, Some(37), None));
    assert_eq!(of(Part::Share(0.5), Part::Count(437), 1), (500, Some(500), Some(437)));
    let first = |seed| row(&open(&options(Part::Count(100), Part::None), seed).unwrap().validation.unwrap(), 0);
    assert_eq!(first(1), first(1));
    assert_ne!(first(1), first(2));
    let limited = open(&SourceOptions { limit: Some(50), ..options(Part::Count(100), Part::OfSource) }, 1).unwrap();
    assert_eq!((limited.train.len(), limited.test.map(|part| part.len())), (50, Some(50)));
}

#[test]
fn the_digits_are_as_the_data_set_has_them() {
    let data = open(&SourceOptions { source: "digits".into(), ..Default::default() }, 1).unwrap();
    let (train, _) = crate::data::datasets::digits().unwrap();
    let (x, y) = row(&data.train, 7);
    let (pixels, label) = train.row(7).unwrap();
    assert_eq!(x, [pixels.iter().map(|v| f64::from(*v)).collect::<Vec<_>>()]);
    assert_eq!(y, [[f64::from(label)]]);
}

#[test]
fn sources_that_are_none_are_told() {
    let fails = |source: &str, words: &[&str]| {
        let error = open(&SourceOptions { source: source.into(), ..Default::default() }, 1).unwrap_err().to_string();
        words.iter().for_each(|word| assert!(error.contains(word), "{error} says nothing of `{word}`"));
    };
    fails("", &["expected a source"]);
    fails("fashion_mnist", &["did you mean `fashion-mnist`?"]);
    fails("data/none.npz", &["no such file or folder"]);
    fails("none.npy,other.npy", &["none.npy: cannot be read"]);
}

#[test]
fn classes_are_chosen_and_numbered_in_the_order_asked_for() {
    let of = |classes: &[&str]| {
        let classes = classes.iter().map(|class| (*class).to_owned()).collect();
        open(&SourceOptions { source: "digits".into(), classes, ..SourceOptions::default() }, 42)
    };
    let (all, some) = (of(&[]).unwrap(), of(&["9", "8"]).unwrap());
    let count = |data: &Loaded, class: f32| {
        let mut label = [0.0_f32];
        let mut is = |i| {
            data.train.labels[0].gather(i, &mut label);
            label[0] == class
        };
        (0..data.train.len()).filter(|i| is(*i)).count()
    };
    assert_eq!(some.classes().unwrap(), ["9", "8"]);
    assert_eq!([count(&some, 0.0), count(&some, 1.0)], [count(&all, 9.0), count(&all, 8.0)]);
    assert_eq!(count(&some, 0.0) + count(&some, 1.0), some.train.len());
    assert!(of(&["9", "nine"]).unwrap_err().to_string().contains("nine"));
    assert!(of(&["9", "9"]).unwrap_err().to_string().contains("twice"));
}
