//! `--input x.npy`, `--output name=y.npy`: arrays of a model's inputs and outputs in files.

use crate::base::{Error, Result, Rows};
use crate::data::{Array, Samples, npy};
use crate::train::Graph;
use crate::train::save::save;
use std::path::Path;

/// A file and the input or output it is for, if it says so.
#[derive(Clone, Debug)]
pub struct Named {
    name: Option<String>,
    path: String,
}

impl std::str::FromStr for Named {
    type Err = std::convert::Infallible;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // A path may hold `=`, and then it exists.
        Ok(match text.split_once('=').filter(|_| !Path::new(text).exists()) {
            Some((name, path)) => Self { name: Some(name.to_owned()), path: path.to_owned() },
            None => Self { name: None, path: text.to_owned() },
        })
    }
}

/// The files in the order of `names`, by name or one after the other.
fn ordered<'a>(option: &str, given: &'a [Named], names: &[String]) -> Result<Vec<&'a str>> {
    if given.len() != names.len() {
        let expected = match names {
            [_] => "one file".to_owned(),
            many => format!("{} files, {option} NAME=FILE for each of {}", many.len(), many.join(", ")),
        };
        return Err(Error::request(option, expected, format!("{}", given.len()), "give a file for each"));
    }
    if given.iter().all(|g| g.name.is_none()) {
        return Ok(given.iter().map(|g| g.path.as_str()).collect());
    }
    let known: Vec<&str> = names.iter().map(String::as_str).collect();
    for g in given {
        let name = g.name.as_deref().unwrap_or_default();
        if !known.contains(&name) {
            return Err(Error::unknown(format!("{option}: name"), name, &known));
        }
    }
    let find = |name: &String| given.iter().find(|g| g.name.as_ref() == Some(name)).map(|g| g.path.as_str());
    let twice = || Error::request(option, "each name once", "one of them twice", "give a file for each");
    names.iter().map(|name| find(name).ok_or_else(twice)).collect()
}

/// The arrays of the files, as tables of samples.
///
/// # Errors
/// Another number of files than names, a file that is no array.
pub fn tables(option: &str, given: &[Named], names: &[String]) -> Result<Vec<Rows>> {
    let paths = ordered(option, given, names)?;
    paths.into_iter().map(|path| npy::rows(path, &npy::read(Path::new(path))?)).collect()
}

/// The samples of the files of a model's inputs.
///
/// # Errors
/// As [`tables`]; arrays whose samples have another size than the model's.
pub fn inputs(option: &str, given: &[Named], graph: &Graph) -> Result<Samples> {
    let ends = graph.ends();
    let tables = tables(option, given, &ends.inputs.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>())?;
    for ((name, shape), rows) in ends.inputs.iter().zip(&tables) {
        let width: usize = shape.iter().product();
        if rows.width != width {
            let expected = format!("samples of shape {shape:?}, {width} numbers each");
            let help = "the first axis of an array counts samples";
            return Err(Error::request(
                format!("{option} for input `{name}`"),
                expected,
                format!("{} numbers", rows.width),
                help,
            ));
        }
    }
    let named = given.first().map_or("data", |g| g.path.as_str());
    Ok(Samples::new(&tables).named(named))
}

/// Writes the outputs of a model.
///
/// # Errors
/// Another number of files than outputs, a file that cannot be written.
pub fn write(option: &str, given: &[Named], graph: &Graph, outputs: &[Array], double: bool) -> Result<()> {
    let paths = ordered(option, given, &graph.ends().outputs)?;
    paths.into_iter().zip(outputs).try_for_each(|(path, array)| save(path, &npy::bytes(array, double)?))
}

/// Fails for a number of files before anything long is done.
///
/// # Errors
/// As [`write`].
pub fn check_outputs(option: &str, given: &[Named], graph: &Graph) -> Result<()> {
    ordered(option, given, &graph.ends().outputs).map(drop)
}
