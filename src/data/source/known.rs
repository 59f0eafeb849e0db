//! Data sets known by name.

use super::options::SourceOptions;
use super::raw::{Input, Raw, Target, TargetKind};
use crate::base::{Error, Result};
use crate::data::{Dataset, Samples, datasets};
use std::path::Path;

/// The names.
pub const NAMES: &[&str] = &["digits", "fashion-mnist", "mnist", "cifar10"];

/// Classes of Fashion-MNIST (its README, "Labels").
const CLOTHES: [&str; 10] =
    ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"];

/// Classes of CIFAR-10 (`batches.meta`).
const THINGS: [&str; 10] = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

/// Reads one by its name.
///
/// # Errors
/// A name that is none of [`NAMES`], files that are missing or damaged.
pub fn read(name: &str, options: &SourceOptions) -> Result<Raw> {
    let folder = options.data_dir.as_deref().map(Path::new);
    let (train, test) = match name {
        "digits" => datasets::digits()?,
        "fashion-mnist" => datasets::fashion_mnist(folder)?,
        "mnist" => datasets::mnist(folder)?,
        "cifar10" => datasets::cifar10(folder)?,
        other => return Err(Error::unknown("data", other, NAMES)),
    };
    Ok(of_sets(train, test, name))
}

/// Two data sets as a source; `classes` is the name of the one whose classes these are.
pub fn of_sets(train: Dataset, test: Dataset, classes: &str) -> Raw {
    let names = match classes {
        "fashion-mnist" => CLOTHES.map(String::from).to_vec(),
        "cifar10" => THINGS.map(String::from).to_vec(),
        _ => (0..train.classes).map(|class| class.to_string()).collect(),
    };
    let target = Target { names: vec!["y".to_owned()], shape: vec![1], kind: TargetKind::Classes(names) };
    Raw {
        name: train.name.clone(),
        inputs: vec![Input { name: "x".to_owned(), shape: train.sample_shape.clone() }],
        train: Samples::from(&train),
        validation: None,
        test: Some(Samples::from(&test)),
        targets: vec![target],
        columns: Vec::new(),
        notes: Vec::new(),
    }
}
