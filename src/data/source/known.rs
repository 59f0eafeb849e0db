//! Data sets known by name.

use super::options::SourceOptions;
use super::raw::{Input, Raw, Target, TargetKind};
use crate::base::{Error, Result};
use crate::data::{Dataset, Samples, datasets};
use std::path::Path;

/// The names.
pub const NAMES: &[&str] = &["digits", "fashion-mnist", "mnist", "cifar10", "cifar100"];

/// Classes of Fashion-MNIST (its README, "Labels").
const CLOTHES: [&str; 10] =
    ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"];

/// Classes of CIFAR-10 (`batches.meta`).
const THINGS: [&str; 10] = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

/// Fine classes of CIFAR-100 (`fine_label_names.txt`).
const MORE_THINGS: &str = "apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly \
    camel can castle caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile cup dinosaur dolphin \
    elephant flatfish forest fox girl hamster house kangaroo keyboard lamp lawn_mower leopard lion lizard lobster man \
    maple_tree motorcycle mountain mouse mushroom oak_tree orange orchid otter palm_tree pear pickup_truck pine_tree plain \
    plate poppy porcupine possum rabbit raccoon ray road rocket rose sea seal shark shrew skunk skyscraper snail snake \
    spider squirrel streetcar sunflower sweet_pepper table tank telephone television tiger tractor train trout tulip turtle \
    wardrobe whale willow_tree wolf woman worm";

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
        "cifar100" => datasets::cifar100(folder)?,
        other => return Err(Error::unknown("data source", other, NAMES)),
    };
    Ok(of_sets(train, test, name))
}

/// Two data sets as a source; `classes` is the name of the one whose classes these are.
pub fn of_sets(train: Dataset, test: Dataset, classes: &str) -> Raw {
    let names = match classes {
        "fashion-mnist" => CLOTHES.map(String::from).to_vec(),
        "cifar10" => THINGS.map(String::from).to_vec(),
        "cifar100" => MORE_THINGS.split_whitespace().map(String::from).collect(),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cifar100_has_100_names_by_the_alphabet() {
        let names: Vec<&str> = MORE_THINGS.split_whitespace().collect();
        assert!(names.is_sorted());
        assert_eq!((names.len(), names[42], names[99]), (100, "leopard", "worm"));
    }
}
