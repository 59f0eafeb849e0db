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

/// What an optimizer goes on from.
pub(super) type State = (Progress, Vec<Remembered>);

/// Arrays of the optimizer that scales the loss, before those of the one within it.
pub(super) const OF_LOSS_SCALE: usize = 4;

/// Where the arrays of an optimizer are in a file: at `optimizer/vars/0` and so on, or by the names of a list.
pub(super) struct Paths {
    names: Option<Vec<String>>,
    first: usize,
}

impl Paths {
    /// `optimizer/vars/0`, `optimizer/vars/1`, ….
    pub fn numbered() -> Self {
        Self { names: None, first: 0 }
    }

    /// By the names of a list, in its order.
    pub fn named(names: Vec<String>) -> Self {
        Self { names: Some(names), first: 0 }
    }

    /// Those behind the first so many.
    pub fn behind(self, first: usize) -> Self {
        Self { first, ..self }
    }

    /// Whether two arrays have one name.
    fn are_ambiguous(&self) -> bool {
        let mut seen = HashSet::new();
        self.names.as_ref().is_some_and(|all| !all.iter().all(|name| seen.insert(name)))
    }

    /// Whether Keras 2's first optimizers wrote them, which keep each slot by itself.
    fn are_apart(&self) -> bool {
        self.names.as_ref().and_then(|all| all.first()).is_some_and(|name| name.ends_with("iter:0"))
    }

    fn path(&self, i: usize) -> Option<String> {
        match &self.names {
            None => Some(format!("optimizer/vars/{}", self.first + i)),
            Some(all) => all.get(self.first + i).map(|name| format!("optimizer_weights/{name}")),
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

/// A number of the file that counts or scales something.
fn number(file: &Reader, path: Option<String>, what: &str, allowed: impl Fn(f64) -> bool) -> Result<f64> {
    let Some(path) = path else { return Ok(0.0) };
    let found = file.numbers(&path, what, &[])?.first().copied().unwrap_or(f64::NAN);
    if allowed(found) {
        return Ok(found);
    }
    Err(damaged(file.place(), &format!("{what} (`{path}`) is {found}")))
}

/// Most steps a file may say were trained: whole numbers in f64.
const MOST_STEPS: f64 = 9_007_199_254_740_992.0;

/// Reads what an optimizer remembers; nothing where there is none in the file.
///
/// # Errors
/// An array that is missing, of another shape, or one more than there are slots: what is there is not taken for something
/// else.
pub(super) fn read(file: &Reader, paths: &Paths, shelf: &Shelf, optimizer: &dyn Optimizer) -> Result<Option<State>> {
    let shape = |i: usize| paths.path(i).and_then(|p| file.shape(&p));
    if shape(0).is_none() {
        return Ok(None);
    }
    let whole = |n: f64| n.fract() == 0.0 && (0.0..=MOST_STEPS).contains(&n);
    let steps = number(file, paths.path(0), "the optimizer's counter of steps", whole)?;
    let mut progress = Progress { steps: steps as u64, ..Progress::default() };
    if paths.are_ambiguous() {
        // Keras cannot tell them apart either, and begins anew.
        return Ok(Some((progress, Vec::new())));
    }
    let mut wanted = slots(optimizer, &trained(shelf));
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
    if rated {
        let sound = |rate: f64| rate.is_finite() && rate >= 0.0;
        let rate = number(file, paths.path(1), "the optimizer's learning rate", sound)?;
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
        let wanted = shape_of(slot, &variable);
        // TF-Keras keeps no placeholders.
        if !is_used(slot, &variable) && shape(at).as_ref() != Some(&wanted) {
            continue;
        }
        let what = format!("{slot} of the optimizer for `{}`", variable.name());
        let Some(path) = paths.path(at) else { return Err(damaged(file.place(), &format!("no array of {what}"))) };
        if is_used(slot, &variable) {
            all.push(Remembered { slot, values: file.numbers(&path, &what, &wanted)?, variable });
        }
        at += 1;
    }
    if carries(optimizer) && shape(at).is_some() {
        progress.carry = number(file, paths.path(at), "the product of the optimizer's momenta", f64::is_finite)?;
        at += 1;
    }
    // TF-Keras keeps momenta of SGD that it does not use.
    if shape(at).is_some() && optimizer.name() != "sgd" {
        let what = format!("more arrays than the {at} of {} for this model", optimizer.name());
        return Err(damaged(file.place(), &what));
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
