//! What an optimizer remembers, in the order Keras keeps it in.
//!
//! First the counter of steps, then the learning rate unless it is a schedule, then the slots: for each group of names that go
//! together, variable by variable. Variables are those trained, layer by layer in Keras's order.

use super::archive::damaged;
use super::h5::{Array, Reader, Tree};
use crate::base::Result;
use crate::formats::config::Shelf;
use crate::nn::config::Json;
use crate::nn::optim::{Optimizer, Progress};
use crate::train::{Model, Remembered, Variable};
use std::collections::HashSet;

/// Most steps a counter may tell: 2⁵³, up to which f64 has every whole number.
const MOST_STEPS: f64 = 9_007_199_254_740_992.0;

/// Where the arrays of an optimizer are in a file.
pub(super) enum Paths {
    /// `optimizer/vars/0`, `optimizer/vars/1`, ….
    Numbered,
    /// By the names of a list, in its order.
    Named(Vec<String>),
}

impl Paths {
    /// Whether Keras 2's first optimizers wrote them, which keep each slot by itself.
    fn are_apart(&self) -> bool {
        matches!(self, Self::Named(all) if all.first().is_some_and(|name| name.ends_with("iter:0")))
    }

    /// Whether two arrays have one name.
    fn are_ambiguous(&self) -> bool {
        let mut seen = HashSet::new();
        matches!(self, Self::Named(all) if !all.iter().all(|name| seen.insert(name)))
    }

    fn path(&self, i: usize) -> Option<String> {
        match self {
            Self::Numbered => Some(format!("optimizer/vars/{i}")),
            Self::Named(all) => all.get(i).map(|name| format!("optimizer_weights/{name}")),
        }
    }
}

/// What comes behind the slots in Keras's list, or is no slot of a variable.
fn carries(optimizer: &dyn Optimizer) -> bool {
    optimizer.name() == "nadam"
}

/// The variables an optimizer of the model has slots for, in Keras's order.
fn trained(shelf: &Shelf) -> Vec<Variable> {
    let learning = shelf.learning();
    learning.iter().flat_map(|layer| layer.variables()).filter(Variable::trained).collect()
}

/// An array of a slot as Keras has it: where the rule keeps something of another shape, or nothing, of a variable.
fn shape_of(slot: &str, v: &Variable) -> Vec<usize> {
    match (slot, v.shape()) {
        ("r", [rest @ .., _]) if !rest.is_empty() => rest.to_vec(),
        ("c", [rest @ .., _, last]) => [rest, &[*last]].concat(),
        ("r" | "c", _) => Vec::new(),
        (_, shape) => shape.to_vec(),
    }
}

/// Whether Keras's array of a slot is one the rule works with.
fn is_used(slot: &str, v: &Variable) -> bool {
    match slot {
        "r" | "c" => v.shape().len() > 1,
        "v" => v.shape().len() < 2,
        _ => true,
    }
}

/// The arrays in Keras's order.
fn slots(optimizer: &dyn Optimizer, variables: &[Variable]) -> Vec<(&'static str, Variable)> {
    let group = |names: &'static [&'static str]| {
        variables.iter().flat_map(move |v| names.iter().map(move |name| (*name, v.clone())))
    };
    optimizer.slots().into_iter().flat_map(group).collect()
}

/// How far an optimizer has come, and what it remembers of each variable.
pub(super) type Held = (Progress, Vec<Remembered>);

/// Reads what the optimizer of a compiled model remembers; nothing where it was never trained. The model stays as it is.
///
/// # Errors
/// An array that is missing or of another shape: what is there is not taken for something else.
pub(super) fn read(file: &Reader, paths: &Paths, shelf: &Shelf, model: &Model) -> Result<Option<Held>> {
    let Some(optimizer) = model.optimizer().cloned() else { return Ok(None) };
    let shape = |i: usize| paths.path(i).and_then(|p| file.shape(&p));
    let number = |i: usize, what: &str| -> Result<f64> {
        match paths.path(i) {
            Some(path) => Ok(file.numbers(&path, what, &[])?.first().copied().unwrap_or(0.0)),
            None => Ok(0.0),
        }
    };
    if shape(0).is_none() {
        return Ok(None);
    }
    let steps = number(0, "the optimizer's counter of steps")?;
    if !(0.0..=MOST_STEPS).contains(&steps) {
        return Err(damaged(file.place(), &format!("the optimizer's counter of steps is {steps:e}")));
    }
    let mut wanted = slots(&*optimizer, &trained(shelf));
    if paths.are_ambiguous() {
        // Keras cannot tell them apart either, and begins anew.
        return Ok(Some((Progress { steps: steps as u64, ..Progress::default() }, Vec::new())));
    }
    if paths.are_apart() && optimizer.name() != "ftrl" {
        // Slot by slot, not variable by variable.
        let order: Vec<&str> = optimizer.slots().into_iter().flatten().copied().collect();
        wanted.sort_by_key(|(slot, _)| order.iter().position(|o| o == slot));
    }
    let fixed = optimizer.config().is_ok_and(|c| c.fields.get("learning_rate").is_some_and(Json::is_number));
    // TF-Keras keeps no rate: then what comes next is the first slot.
    let first = wanted.first().map(|(slot, v)| shape_of(slot, v));
    let rated =
        fixed && shape(1) == Some(Vec::new()) && (first != Some(Vec::new()) || shape(wanted.len() + 1).is_some());
    let mut progress = Progress { steps: steps as u64, ..Progress::default() };
    if rated {
        let rate = number(1, "the optimizer's learning rate")?;
        let known = optimizer.learning_rate(0);
        // The same number as in the settings, up to rounding, is no change.
        progress.learning_rate = ((rate - known).abs() > 1e-6 * known.abs()).then_some(rate);
    }
    let mut at = 1 + usize::from(rated);
    if shape(at).is_none() {
        return Ok(Some((progress, Vec::new())));
    }
    let mut all = Vec::new();
    for (slot, variable) in wanted {
        let shape = shape_of(slot, &variable);
        // TF-Keras keeps no placeholders.
        let absent = !is_used(slot, &variable) && paths.path(at).and_then(|p| file.shape(&p)) != Some(shape.clone());
        if absent {
            continue;
        }
        if let Some(path) = paths.path(at) {
            let what = format!("{slot} of the optimizer for `{}`", variable.name());
            if is_used(slot, &variable) {
                all.push(Remembered { slot, values: file.numbers(&path, &what, &shape)?, variable });
            }
        }
        at += 1;
    }
    if carries(&*optimizer) && shape(at).is_some() {
        progress.carry = number(at, "the product of the optimizer's momenta")?;
    }
    Ok(Some((progress, all)))
}

/// The arrays of a compiled model's optimizer, with the names Keras gives them; none of a model that is not compiled.
fn arrays(shelf: &Shelf, model: &Model) -> Result<Vec<(String, Array)>> {
    let Some(optimizer) = model.optimizer() else { return Ok(Vec::new()) };
    let progress = model.progress();
    let mut all = vec![("iteration".to_owned(), Array::Count(progress.steps as i64))];
    let rated = optimizer.config().is_ok_and(|c| c.fields.get("learning_rate").is_some_and(Json::is_number));
    if rated || progress.learning_rate.is_some() {
        let rate = progress.learning_rate.unwrap_or_else(|| optimizer.learning_rate(progress.steps));
        all.push(("learning_rate".to_owned(), Array::Exact(rate)));
    }
    let remembered = model.remembered()?;
    if remembered.is_empty() {
        return Ok(all);
    }
    for (i, (slot, variable)) in slots(&**optimizer, &trained(shelf)).into_iter().enumerate() {
        let shape = shape_of(slot, &variable);
        let known = |slot: &str| remembered.iter().find(|r| r.slot == slot && r.variable.is(&variable));
        let zeros = || vec![0.0; shape.iter().product()];
        let numbers = match (known(slot), known("r"), known("c")) {
            (Some(r), ..) => r.values.clone(),
            (None, Some(r), Some(c)) if slot == "v" => product(&r.values, &c.values, variable.shape()),
            _ => zeros(),
        };
        all.push((format!("{i}_{}_{slot}", variable.name()), Array::Floats(shape, numbers)));
    }
    if carries(&**optimizer) {
        all.push(("variable".to_owned(), Array::Exact(progress.carry)));
    }
    Ok(all)
}

/// v of a matrix, which Adafactor keeps as rows r and columns c: r cᵀ / mean r (Shazeer & Stern 2018, algorithm 2).
fn product(r: &[f64], c: &[f64], shape: &[usize]) -> Vec<f64> {
    let [.., rows, columns] = *shape else { return Vec::new() };
    let matrices = r.chunks(rows.max(1)).zip(c.chunks(columns.max(1)));
    let matrix = |(r, c): (&[f64], &[f64])| {
        let mean = r.iter().sum::<f64>() / r.len() as f64;
        r.iter()
            .flat_map(|r| c.iter().map(|c| if mean == 0.0 { 0.0 } else { r / mean * c }).collect::<Vec<_>>())
            .collect::<Vec<_>>()
    };
    matrices.flat_map(matrix).collect()
}

/// Writes what the optimizer of a compiled model remembers, numbered.
///
/// # Errors
/// The device was lost.
pub(super) fn write(tree: &mut Tree, shelf: &Shelf, model: &Model) -> Result<()> {
    let Some(optimizer) = model.optimizer() else { return Ok(()) };
    tree.group("optimizer/vars").text("name", optimizer.name());
    for (i, (_, array)) in arrays(shelf, model)?.into_iter().enumerate() {
        tree.put(&format!("optimizer/vars/{i}"), array);
    }
    Ok(())
}

/// As [`write`], by name, with the list of the names.
///
/// # Errors
/// As [`write`].
pub(super) fn write_named(tree: &mut Tree, shelf: &Shelf, model: &Model) -> Result<()> {
    let Some(optimizer) = model.optimizer() else { return Ok(()) };
    let group = tree.group("optimizer_weights");
    let mut names = Vec::new();
    for (name, array) in arrays(shelf, model)? {
        let name = format!("{}/{name}", optimizer.name());
        group.put(&name, array);
        names.push(name);
    }
    group.texts("weight_names", &names);
    Ok(())
}
