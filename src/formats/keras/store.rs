//! Where Keras keeps variables: `layers/dense_1/vars/0`, by class and number in its order of layers, never by name.

use super::archive::damaged;
use super::h5::{Array, Reader, Tree};
use crate::base::Result;
use crate::formats::config::{Content, Shelf};
use crate::nn::config::snake_case;
use crate::train::{Declared, SharedLayer, Variable};
use std::collections::{HashMap, HashSet};

/// A layer and the path of its variables.
pub(super) struct Placed {
    pub layer: SharedLayer,
    pub name: String,
    pub path: String,
}

/// Where the variables of a shelf's layers are; a layer that is used again is where it is first.
pub(super) fn places(shelf: &Shelf) -> Vec<Placed> {
    let (mut all, mut seen) = (Vec::new(), HashSet::new());
    walk(shelf, "", &mut |path, item| {
        if let Content::Layer(layer) = &item.content
            && seen.insert(layer.id())
        {
            all.push(Placed { layer: layer.clone(), name: item.name.clone(), path: path.to_owned() });
        }
    });
    all
}

/// Calls `f` with every item of a shelf and its path, inputs and models among them.
fn walk(shelf: &Shelf, within: &str, f: &mut impl FnMut(&str, &crate::formats::config::Shelved)) {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for item in &shelf.0 {
        let class = snake_case(&item.class);
        let count = counts.entry(class.clone()).or_insert(0);
        let number = if *count == 0 { String::new() } else { format!("_{count}") };
        *count += 1;
        let path = format!("{within}layers/{class}{number}");
        f(&path, item);
        if let Content::Model(_, inner) = &item.content {
            walk(inner, &format!("{path}/"), f);
        }
    }
}

/// A variable as Keras keeps it: counters are whole numbers.
pub(super) fn array(v: &Variable) -> Result<Array> {
    match (v.name(), v.values()?) {
        ("count", values) if v.shape().is_empty() => Ok(Array::Count(values.first().map_or(0, |n| *n as i64))),
        (_, values) => Ok(Array::Floats(v.shape().to_vec(), values)),
    }
}

/// Reads the values of the variables declared.
///
/// # Errors
/// A layer whose arrays are missing, of another shape, or more than it has variables.
pub(super) fn read(file: &Reader, shelf: &Shelf, declared: &[Declared]) -> Result<Vec<Vec<f64>>> {
    let places = places(shelf);
    let old = file.has_group("_layer_checkpoint_dependencies");
    let (mut read, mut of_layer) = (HashMap::new(), HashMap::<usize, Vec<usize>>::new());
    for (i, d) in declared.iter().enumerate() {
        of_layer.entry(d.layer.id()).or_default().push(i);
    }
    for place in &places {
        let mine = of_layer.remove(&place.layer.id()).unwrap_or_default();
        // What Keras 2.12 and 2.13 called the list of layers.
        let path =
            if old { place.path.replace("layers/", "_layer_checkpoint_dependencies/") } else { place.path.clone() };
        for (i, d) in mine.iter().enumerate() {
            let what = format!("{} of layer `{}`", declared[*d].name, place.name);
            read.insert(*d, file.numbers(&format!("{path}/vars/{i}"), &what, &declared[*d].shape)?);
        }
        if file.shape(&format!("{path}/vars/{}", mine.len())).is_some() {
            let what = format!("layer `{}` has more than its {} arrays", place.name, mine.len());
            return Err(damaged(file.place(), &what));
        }
    }
    let take = |(i, d): (usize, &Declared)| {
        read.remove(&i).ok_or_else(|| damaged(file.place(), &format!("{} of a layer is missing", d.name)))
    };
    declared.iter().enumerate().map(take).collect()
}

/// Writes the variables of a shelf's layers, under the paths Keras will look for.
///
/// # Errors
/// The device was lost.
pub(super) fn write(tree: &mut Tree, shelf: &Shelf, model: &str) -> Result<()> {
    tree.group("vars").text("name", model);
    walk(shelf, "", &mut |path, item| tree.group(&format!("{path}/vars")).text("name", &item.name));
    for place in places(shelf) {
        let variables = place.layer.variables();
        for (i, v) in variables.iter().enumerate() {
            tree.put(&format!("{}/vars/{i}", place.path), array(v)?);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn classes_in_snake_case_as_keras_has_them() {
        for (class, snake) in [
            ("Dense", "dense"),
            ("BatchNormalization", "batch_normalization"),
            ("PReLU", "p_re_lu"),
            ("ReLU", "re_lu"),
            ("LeakyReLU", "leaky_re_lu"),
            ("ELU", "elu"),
            ("SpatialDropout1D", "spatial_dropout1d"),
            ("RMSNormalization", "rms_normalization"),
            ("InputLayer", "input_layer"),
            ("Functional", "functional"),
        ] {
            assert_eq!(super::snake_case(class), snake);
        }
    }
}
