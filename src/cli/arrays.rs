//! `--input x.npy`, `--output name=y.npy`: arrays of a model's inputs and outputs in files.

use super::note;
use crate::base::{Error, Result, Rows};
use crate::data::{Array, Labels, Samples, npy};
use crate::train::save::save;
use crate::train::{Device, Graph, Model};
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
    read(option, given, names)?.iter().map(|(path, array)| npy::rows(path, array)).collect()
}

fn read<'a>(option: &str, given: &'a [Named], names: &[String]) -> Result<Vec<(&'a str, Array)>> {
    ordered(option, given, names)?.into_iter().map(|path| Ok((path, npy::read(Path::new(path))?))).collect()
}

/// Fails unless the samples of an array have the shape of an input, or are its numbers one after the other.
fn check_shape(option: &str, name: &str, array: &Array, shape: &[usize]) -> Result<()> {
    let found = array.shape.get(1..).unwrap_or_default();
    let numbers = |axes: &[usize]| axes.iter().try_fold(1_usize, |all, axis| all.checked_mul(*axis));
    if found == shape || (found.len() < 2 && numbers(found) == numbers(shape)) {
        return Ok(());
    }
    Err(Error::request(
        format!("{option} for input `{name}`"),
        format!("samples of shape {shape:?}, or flat ones of {} numbers", numbers(shape).unwrap_or_default()),
        format!("samples of shape {found:?}"),
        "the first axis of an array counts samples, the others are the input's in its order",
    ))
}

/// Says which arrays lose something: samples are kept as f32, whatever is computed in.
fn tell_rounding(path: &str, array: &Array) {
    let rounded = array.data.iter().filter(|v| v.is_finite() && f64::from(**v as f32) != **v).count();
    if rounded > 0 {
        note(format_args!("note: {path}: {rounded} numbers are rounded to float32, which samples are kept in"));
    }
}

/// The samples of the files of a model's inputs.
///
/// # Errors
/// As [`tables`]; arrays whose samples have another shape than the model's and are not flat.
pub fn inputs(option: &str, given: &[Named], model: &Model) -> Result<Samples> {
    let ends = model.graph().ends();
    let arrays = read(option, given, &ends.inputs.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>())?;
    let mut tables = Vec::with_capacity(arrays.len());
    for ((name, shape), (path, array)) in ends.inputs.iter().zip(&arrays) {
        check_shape(option, name, array, shape)?;
        if matches!(model.device(), Device::CpuFloat64) {
            tell_rounding(path, array);
        }
        tables.push(npy::rows(path, array)?);
    }
    let named = given.first().map_or("data", |g| g.path.as_str());
    Ok(Samples::new(&tables).named(named))
}

/// Writes the outputs of a model: as `.csv` where a path ends so, under the names of `labels`, with the most likely class where
/// these are classes; else as `.npy`, `double` for f64.
///
/// # Errors
/// Another number of files than outputs, a file that cannot be written.
pub fn write(
    option: &str,
    given: &[Named],
    graph: &Graph,
    outputs: &[Array],
    (double, labels): (bool, Option<&Labels>),
) -> Result<()> {
    let paths = ordered(option, given, &graph.ends().outputs)?;
    paths.into_iter().zip(outputs).try_for_each(|(path, array)| {
        if path.to_lowercase().ends_with(".csv") {
            return save(path, csv_of(array, labels)?.as_slice());
        }
        save(path, &npy::bytes(array, double)?)
    })
}

/// A line a sample: the most likely class, if labels are classes, and every number.
fn csv_of(array: &Array, labels: Option<&Labels>) -> Result<Vec<u8>> {
    let width = array.width();
    let classes = labels.and_then(Labels::classes).unwrap_or_default();
    // Two classes may share one number: the probability of the second.
    let named = classes.len() == width || (classes.len() == 2 && width == 1);
    let names = match labels {
        Some(Labels::Classes { names }) if named && width == 1 => names.get(1..).unwrap_or_default(),
        Some(Labels::Classes { names }) if named => names.as_slice(),
        Some(Labels::Numbers { names, .. }) if names.len() == width => names.as_slice(),
        _ => &[],
    };
    let mut writer = csv::Writer::from_writer(Vec::new());
    let failed = |error: csv::Error| Error::Data(format!("predictions: {error}; write them as .npy"));
    let head = (0..width).map(|i| names.get(i).cloned().unwrap_or_else(|| format!("output_{i}")));
    let first = named.then(|| "predicted".to_owned());
    writer.write_record(first.into_iter().chain(head)).map_err(failed)?;
    for row in array.data.chunks(width.max(1)) {
        let largest = (0..row.len()).max_by(|a, b| row[*a].total_cmp(&row[*b])).unwrap_or_default();
        let class = if width == 1 { usize::from(row.first().is_some_and(|p| *p > 0.5)) } else { largest };
        let first = named.then(|| classes.get(class).cloned().unwrap_or_default());
        // As many digits as tell one f32 from the next.
        writer.write_record(first.into_iter().chain(row.iter().map(|v| (*v as f32).to_string()))).map_err(failed)?;
    }
    writer.into_inner().map_err(|error| Error::Data(format!("predictions: {error}; write them as .npy")))
}

/// Fails for a number of files before anything long is done.
///
/// # Errors
/// As [`write`].
pub fn check_outputs(option: &str, given: &[Named], graph: &Graph) -> Result<()> {
    ordered(option, given, &graph.ends().outputs).map(drop)
}
