//! Whole models as Keras 2 kept them: one HDF5 file, its structure in an attribute, arrays by the names of layers.
//!
//! Arrays belong to variables by their order: layers with variables as the file lists them, and of each layer first what is
//! trained, then the rest; of a model used as a layer, first all that is trained in any of its layers.

use super::archive::damaged;
use super::h5::{Reader, Tree};
use super::store::array;
use crate::base::Result;
use crate::formats::config::{Content, Shelf, Shelved};
use crate::nn::config::Json;
use crate::train::{Declared, SharedLayer};
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

/// The group of the arrays: below the root in whole models, the root itself in files of weights alone.
pub(super) fn root(file: &Reader) -> &'static str {
    if file.has_group("model_weights") { "model_weights" } else { "" }
}

/// Reads the values of the variables declared.
///
/// # Errors
/// Other layers or arrays than the model has.
pub(super) fn read(file: &Reader, shelf: &Shelf, declared: &[Declared]) -> Result<Vec<Vec<f64>>> {
    let root = root(file);
    let within = |name: &str| if root.is_empty() { name.to_owned() } else { format!("{root}/{name}") };
    let Some(names) = file.texts(root, "layer_names") else {
        return Err(damaged(file.place(), "no list of layers"));
    };
    let mut groups = Vec::new();
    for name in names {
        let weights = file.texts(&within(&name), "weight_names").unwrap_or_default();
        if !weights.is_empty() {
            groups.push((name, weights));
        }
    }
    let mut groups = groups.into_iter();
    let mut read: HashMap<usize, Vec<f64>> = HashMap::new();
    let of_layers = by_layer(declared);
    for item in &shelf.0 {
        let mine = ordered(item, declared, &of_layers);
        if mine.is_empty() {
            continue;
        }
        let Some((name, weights)) = groups.next() else {
            return Err(damaged(file.place(), &format!("no arrays for layer `{}`", item.name)));
        };
        if weights.len() != mine.len() {
            let what = format!(
                "layer `{}` has {} variables, its group `{name}` {} arrays",
                item.name,
                mine.len(),
                weights.len()
            );
            return Err(damaged(file.place(), &what));
        }
        for (d, weight) in mine.into_iter().zip(weights) {
            let what = format!("{} of layer `{}`", declared[d].name, item.name);
            // A layer shared with a model before it is there twice.
            if let Entry::Vacant(place) = read.entry(d) {
                place.insert(file.numbers(&format!("{}/{weight}", within(&name)), &what, &declared[d].shape)?);
            }
        }
    }
    let take = |(i, d): (usize, &Declared)| {
        read.remove(&i).ok_or_else(|| damaged(file.place(), &format!("{} of a layer is missing", d.name)))
    };
    declared.iter().enumerate().map(take).collect()
}

/// Writes the variables of a shelf's layers under the names of its layers.
///
/// # Errors
/// The device was lost.
pub(super) fn write(tree: &mut Tree, shelf: &Shelf) -> Result<()> {
    let all: Vec<Declared> = shelf.layers().iter().flat_map(Declared::of).collect();
    let values: Vec<_> = shelf.layers().iter().flat_map(|l| l.variables()).collect();
    let of_layers = by_layer(&all);
    let root = tree.group("model_weights");
    let names: Vec<String> = shelf.0.iter().map(|item| item.name.clone()).collect();
    root.texts("layer_names", &names);
    root.text("backend", "jax");
    root.text("keras_version", super::VERSION);
    root.group("top_level_model_weights").texts("weight_names", &[]);
    for item in &shelf.0 {
        let group = root.group(&item.name);
        let mut names = Vec::new();
        let mut paths = HashMap::new();
        places(item, "", &mut paths);
        for d in ordered(item, &all, &of_layers) {
            let within = paths.get(&all[d].layer.id()).map_or("", String::as_str);
            let name = format!("{within}/{}", all[d].name);
            group.put(&name, array(&values[d])?);
            names.push(name);
        }
        group.texts("weight_names", &names);
    }
    Ok(())
}

/// The layers of an item, by number, and the names of the models around them: `outer/inner/dense`; of a shared one where it
/// is first.
fn places(item: &Shelved, around: &str, all: &mut HashMap<usize, String>) {
    let own = format!("{around}{}", item.name);
    match &item.content {
        Content::Input => {}
        Content::Layer(layer) => {
            all.entry(layer.id()).or_insert(own);
        }
        Content::Model(_, inner) => inner.0.iter().for_each(|item| places(item, &format!("{own}/"), all)),
    }
}

/// A structure as the attribute `model_config` has it: layers without their modules.
pub(super) fn plain(mut json: Json) -> Json {
    if let Json::Object(object) = &mut json {
        ["module", "registered_name", "build_config"].iter().for_each(|key| drop(object.remove(*key)));
        if let Some(Json::Array(layers)) = object.get_mut("config").and_then(|c| c.get_mut("layers")) {
            *layers = std::mem::take(layers).into_iter().map(plain).collect();
        }
    }
    json
}

/// Compile settings as the attribute `training_config` has them.
pub(super) fn settings(mut json: Json) -> Json {
    if let Json::Object(object) = &mut json
        && let Some(optimizer) = object.remove("optimizer")
    {
        object.insert("optimizer_config".to_owned(), plain(optimizer));
    }
    json
}

/// Which variables belong to each layer, by its number.
fn by_layer(declared: &[Declared]) -> HashMap<usize, Vec<usize>> {
    let mut all: HashMap<usize, Vec<usize>> = HashMap::new();
    declared.iter().enumerate().for_each(|(i, d)| all.entry(d.layer.id()).or_default().push(i));
    all
}

/// Which variables belong to an item, in the order of its arrays.
fn ordered(item: &Shelved, declared: &[Declared], of_layers: &HashMap<usize, Vec<usize>>) -> Vec<usize> {
    let of = |layer: &SharedLayer| of_layers.get(&layer.id()).cloned().unwrap_or_default();
    match &item.content {
        Content::Input => Vec::new(),
        Content::Layer(layer) => of(layer),
        Content::Model(_, inner) => {
            let all: Vec<usize> = inner.layers().iter().flat_map(of).collect();
            let learning: HashSet<usize> = inner.learning().iter().map(SharedLayer::id).collect();
            let learns = |i: &usize| declared[*i].trained && learning.contains(&declared[*i].layer.id());
            let (first, rest): (Vec<usize>, Vec<usize>) = all.into_iter().partition(learns);
            [first, rest].concat()
        }
    }
}
